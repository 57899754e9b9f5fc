"""The operator's pages: sign-ins and roles, places, policies."""

from itertools import combinations
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import audit
from portal.accounts.admin import Audited
from portal.accounts.models import User
from residents.models import (
    Building,
    CareCategory,
    Community,
    Compound,
    District,
    DutyPolicy,
    Entrance,
    ErrandKind,
    Grid,
    Membership,
    PolicyStage,
    QuarantinePolicy,
    Role,
    Subdistrict,
)


class GivenPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """A password that somebody else knows is good for one sign-in."""

    def save(self, commit: bool = True) -> User:
        self.user.must_change_password = True
        user: User = super().save(commit)
        return user


class MembershipRows(BaseInlineFormSet):  # type: ignore[type-arg]
    """The roles on the page of an account: two new ones know nothing of each other until they are stored."""

    def clean(self) -> None:
        super().clean()
        rows = [form.instance for form in self.forms if form.has_changed() and form not in self.deleted_forms]
        if any(one.repeats(other) for one, other in combinations(rows, 2)):
            raise ValidationError(gettext("The same role at the same place stands here twice for the same days."))


class RolesOffered:
    """Every role but the operator's, which two ticks of the account give."""

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = [("", "---------"), *(choice for choice in Role.choices if choice[0] != Role.OPERATOR)]
        return super().formfield_for_choice_field(db_field, request, **kwargs)  # type: ignore[misc]


class MembershipInline(RolesOffered, admin.StackedInline):  # type: ignore[type-arg]
    """Stacked: the fields of a tabular row have no label of their own for a screen reader."""

    model = Membership
    formset = MembershipRows
    extra = 0
    raw_id_fields = ("community", "subdistrict", "district")


@admin.register(User)
class AccountAdmin(Audited, UserAdmin):  # type: ignore[type-arg]
    """Who signs in, and with which roles."""

    list_display = ("username", "name", "is_active", "is_staff", "must_change_password", "last_login")
    list_filter = ("is_active", "is_staff", "must_change_password", "memberships__role")
    search_fields = ("username", "name", "phone")
    ordering = ("username",)
    inlines = (MembershipInline,)
    actions = ("remove_second_factor",)
    change_password_form = GivenPasswordForm
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "phone")}),
        (_("Sign-in"), {"fields": ("is_active", "must_change_password", "last_login", "date_joined")}),
        (
            _("Operator"),
            {
                "fields": ("is_staff", "is_superuser"),
                "description": _("An operator needs both ticks: with the first alone these pages are empty."),
            },
        ),
    )
    add_fieldsets = ((None, {"fields": ("username", "name", "phone", "usable_password", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.must_change_password = True
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A person stands in the audit trail: close the sign-in instead.
        return False

    @admin.action(description=_("Remove the second step of the sign-in (lost phone)"))
    def remove_second_factor(self, request: HttpRequest, queryset: Any) -> None:
        with transaction.atomic():
            for user in queryset:
                Authenticator.objects.filter(user=user).delete()
                audit.record("user.second_factor_removed", user, by=request.user)  # type: ignore[arg-type]
        count = len(queryset)
        messages.success(
            request,
            ngettext("%(count)d person signs in by password alone.", "%(count)d people sign in by password alone.", count)
            % {"count": count},
        )

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if message == gettext("Changed password.") or message == [{"changed": {"fields": ["password"]}}]:
            audit.record("user.password_given", obj, by=request.user)  # type: ignore[arg-type]
        return super().log_change(request, obj, message)


@admin.register(Membership)
class MembershipAdmin(RolesOffered, Audited):
    list_display = ("user", "role", "place", "starts_on", "ends_on")
    list_filter = ("role",)
    list_select_related = ("user", "community", "subdistrict", "district")
    search_fields = ("user__username", "user__name", "community__name")
    raw_id_fields = ("user", "community", "subdistrict", "district")

    @admin.display(description=_("place"))
    def place(self, membership: Membership) -> str:
        return str(membership.place)


@admin.register(District)
class DistrictAdmin(Audited):
    list_display = ("code", "name")
    search_fields = ("code", "name")


@admin.register(Subdistrict)
class SubdistrictAdmin(Audited):
    list_display = ("code", "name", "district")
    list_filter = ("district",)
    list_select_related = ("district",)
    search_fields = ("code", "name")


@admin.register(Community)
class CommunityAdmin(Audited):
    list_display = ("code", "name", "subdistrict", "active_from")
    list_filter = ("subdistrict__district",)
    list_select_related = ("subdistrict",)
    search_fields = ("code", "name")
    raw_id_fields = ("subdistrict",)


@admin.register(Compound)
class CompoundAdmin(Audited):
    list_display = ("name", "community", "kind", "dwellings_count")
    list_filter = ("kind",)
    list_select_related = ("community",)
    search_fields = ("name", "community__name")
    raw_id_fields = ("community",)


@admin.register(Building)
class BuildingAdmin(Audited):
    list_display = ("compound", "number", "floors", "has_lift")
    list_select_related = ("compound",)
    search_fields = ("number", "compound__name")
    raw_id_fields = ("compound", "grid")


@admin.register(Entrance)
class EntranceAdmin(Audited):
    list_display = ("building", "number")
    list_select_related = ("building__compound",)
    search_fields = ("building__compound__name",)
    raw_id_fields = ("building",)


@admin.register(Grid)
class GridAdmin(Audited):
    list_display = ("name", "community")
    list_select_related = ("community",)
    search_fields = ("name", "community__name")
    raw_id_fields = ("community",)


@admin.register(CareCategory)
class CareCategoryAdmin(Audited):
    list_display = ("code", "name", "visits_a_day", "is_sensitive")
    search_fields = ("code", "name")


@admin.register(ErrandKind)
class ErrandKindAdmin(Audited):
    list_display = ("code", "name", "name_en", "is_goods", "position", "in_use")
    search_fields = ("code", "name")


@admin.register(DutyPolicy)
class DutyPolicyAdmin(Audited):
    list_display = ("__str__", "starts_on", "ends_on", "fever_limit", "min_rest_hours")
    list_select_related = ("community", "subdistrict", "district")
    raw_id_fields = ("community", "subdistrict", "district")


class PolicyStageInline(admin.StackedInline):  # type: ignore[type-arg]
    """Stacked, as the memberships."""

    model = PolicyStage
    extra = 0


@admin.register(QuarantinePolicy)
class QuarantinePolicyAdmin(Audited):
    """The operator ends a rule and adds the next; running cases keep theirs."""

    list_display = ("name", "contact_class", "place", "starts_on", "ends_on", "fever_limit")
    list_filter = ("contact_class",)
    list_select_related = ("community", "subdistrict", "district")
    raw_id_fields = ("community", "subdistrict", "district")
    inlines = (PolicyStageInline,)

    @admin.display(description=_("place"))
    def place(self, policy: QuarantinePolicy) -> str:
        return str(policy.community or policy.subdistrict or policy.district or _("everywhere"))
