"""The operator's desk: what every page of the admin shares."""

from typing import Any, cast

from django.contrib import admin
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from portal.accounts import audit
from portal.accounts.models import User

# Settings, places and sign-ins. Cadres, passages and reports are not the operator's business.
OURS = frozenset({"accounts", "residents", "deployments"})


class OperatorSite(admin.AdminSite):
    """The admin in the portal's name; people come in by the portal's own door, where attempts are counted."""

    site_header = site_title = _("Duty Portal: administration")
    index_title = _("Settings, places and sign-ins")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Leave out what other packages would show here: e-mail addresses, second factors, groups."""
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        for model in models:
            if model._meta.app_label in OURS:
                super().register(model, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if request.user.is_authenticated:
            # Signed in, but no operator: a loop between two doors helps nobody.
            return redirect("home") if not self.has_permission(request) else redirect("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.GET.get('next', reverse('admin:index'))})}")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


class Audited(admin.ModelAdmin):  # type: ignore[type-arg]
    """Every change in the admin leaves a line in the audit trail, in the transaction of the change.

    Other rows are named by `raw_id_fields` and looked up in a list: the box of `autocomplete_fields` brings inline styles,
    which the content policy refuses, and no name for a screen reader.
    """

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        # Read before they go: afterwards a row has no key, and in the form stands what was typed over it.
        doomed = formset.model._default_manager.in_bulk([inner.instance.pk for inner in formset.deleted_forms])
        removed = [_removal(request, row) for row in doomed.values()]
        super().save_formset(request, form, formset, change)
        audit.write(removed)
        changed = {id(obj) for obj, _names in formset.changed_objects}
        for inner in formset.forms:
            if id(inner.instance) in changed or inner.instance in formset.new_objects:
                _record(request, inner.instance, inner, id(inner.instance) in changed)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        audit.write([_removal(request, obj)])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            for row in queryset:
                self.delete_model(request, row)


def _removal(request: Any, row: Any) -> dict[str, Any]:
    return audit.line(f"{row._meta.model_name}.removed", row, by=cast(User, request.user), before=audit.told(row))


def _record(request: Any, obj: Any, form: Any, change: bool) -> None:
    names = [name for name in form.changed_data if name in form.cleaned_data and hasattr(obj, name)]
    if change:
        # A field with a moving default counts as changed although it says what it said.
        names = [name for name in names if form.initial.get(name) != form.cleaned_data[name]]
        if not names:
            return
    audit.record(
        f"{obj._meta.model_name}.{'changed' if change else 'created'}",
        obj,
        by=cast(User, request.user),
        before={name: form.initial.get(name) for name in names} if change else None,
        after={name: form.cleaned_data[name] for name in names},
    )
