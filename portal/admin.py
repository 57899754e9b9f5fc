"""The operator's desk: the whole audit trail, to be read. Lines of no community are shown nowhere else."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from portal.accounts import trail
from portal.accounts.models import Event
from portal.trail import in_words

# Said by the pages of others, and lacking or half in their Chinese.
OTHERS = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("Enter your password:"),
)


class VerbFilter(admin.SimpleListFilter):
    """What happened, as on the page of the trail: offered from the words, not from years of lines."""

    title = _("what")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return trail.verb_choices()

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Event]") -> "QuerySet[Event]":
        return trail.of_verb(queryset, self.value() or "")


class TableFilter(admin.SimpleListFilter):
    """What it happened to."""

    title = _("record")
    parameter_name = "record"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return trail.table_choices()

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Event]") -> "QuerySet[Event]":
        return queryset.filter(table=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Every line, masked as it is stored; nobody adds, changes or deletes one."""

    list_display = ("at", "by", "verb", "record", "number", "community", "changes")
    fields = readonly_fields = list_display
    list_filter = ("at", VerbFilter, TableFilter, ("community", admin.EmptyFieldListFilter))
    list_select_related = ("by", "community")
    search_fields = ("=row", "by__username", "by__name", "community__name")
    ordering = ("-id",)
    # All lines of all years are counted once, not twice.
    show_full_result_count = False

    @admin.display(description=_("what"))
    def verb(self, event: Event) -> str:
        return trail.line(event).verb

    @admin.display(description=_("record"))
    def record(self, event: Event) -> str:
        return trail.line(event).record

    @admin.display(description=_("No."), ordering="row")
    def number(self, event: Event) -> str:
        return event.row

    @admin.display(description=_("before and after"))
    def changes(self, event: Event) -> str:
        lines = (f"{label}{gettext(': ')}{before} → {after}" for label, before, after in trail.line(event, in_words()).changes)
        return gettext("; ").join(lines)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
