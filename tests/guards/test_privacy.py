"""Every field is classed, every row can be scoped, and what is sensitive is masked in the trail."""

from django.apps import apps

from deployments.models import Cadre, SendingUnit
from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.trail import OURS
from portal.privacy import TABLE
from residents.models import Community

MODELS = {model._meta.label: model for label in OURS for model in apps.get_app_config(label).get_models()}

# Rows that belong to no single community, and why that is right.
NO_COMMUNITY = {
    "accounts.Attempt": "holds keyed hashes only",
    "accounts.Erasure": "is a night of the whole portal",
    "accounts.Message": "belongs to its reader",
    "accounts.Session": "is its owner's alone, and never shown",
    "accounts.User": "works in several places; what it may do is in its memberships",
    "deployments.SendingUnit": "sends to many communities",
    "deployments.Supervisor": "is scoped by unit (deployments.access)",
    "residents.CareCategory": "is a word of the whole city",
    "residents.QuarantinePolicy": "may hold for a level above",
    "residents.PolicyStage": "belongs to its rule",
    "residents.ErrandKind": "is a word of the whole city",
    "residents.District": "stands above communities",
    "residents.DutyPolicy": "may hold for a level above",
    "residents.Subdistrict": "stands above communities",
}
# What other packages keep: nothing of it is shown by the portal.
FOREIGN = {
    "account.EmailAddress",  # never filled: nobody here signs in by e-mail
    "account.EmailConfirmation",
    "admin.LogEntry",  # the operator's own clicks
    "auth.Group",
    "auth.Permission",
    "contenttypes.ContentType",
    "mfa.Authenticator",  # secrets of the second step
}


def test_every_field_of_every_model_is_classed_once():
    stored = {label: sorted(field.name for field in model._meta.concrete_fields) for label, model in MODELS.items()}

    assert {label: sorted(kept.fields) for label, kept in TABLE.items()} == stored


def test_every_row_can_be_scoped_to_a_community():
    assert {label for label, model in MODELS.items() if not hasattr(model, "community_path")} == set(NO_COMMUNITY)


def test_every_community_path_leads_to_communities():
    ends = {}
    for label, model in MODELS.items():
        path = getattr(model, "community_path", "self")
        for part in path.split("__") if path != "self" else ():
            model = model._meta.get_field(part).related_model  # noqa: PLW2901
        ends[label] = model._meta.label if path != "self" else "residents.Community"

    assert set(ends.values()) == {"residents.Community"}


def test_nothing_else_is_stored():
    assert {model._meta.label for model in apps.get_models()} - set(MODELS) == FOREIGN


def test_what_is_sensitive_is_masked_in_the_trail():
    sensitive = {name for kept in TABLE.values() for name in kept.sensitive.split()}

    assert sensitive - set(audit.MASKS) == set()


def test_what_is_personal_is_masked_in_the_trail():
    """Of every table, and in lines about another record where no table has it as plain; a key names a row, not a person."""
    said = "13812341234"
    personal = {
        (label, field.name)
        for label, model in MODELS.items()
        for field in model._meta.concrete_fields
        if field.name in f"{TABLE[label].personal} {TABLE[label].sensitive}".split() and not field.is_relation
    }
    shown = {(label, name): audit.shown({name: said}, MODELS[label])[name] for label, name in personal}
    plain = {name for kept in TABLE.values() for name in kept.plain.split()}
    elsewhere = {name: audit.shown({name: said}, Community)[name] for _label, name in personal if name not in plain}

    assert {key for key, value in shown.items() if value == said} == set()
    assert {name for name, value in elsewhere.items() if value == said} == set()


def test_the_trail_tells_people_from_places():
    said = {"name": "王家庄", "username": "13812341234"}

    assert audit.shown(said, User) == {"name": "王**", "username": "138****1234"}
    assert audit.shown(said, Community) == {"name": "王家庄", "username": "138****1234"}
    assert audit.shown({"username": "li.xiulan"}, User) == {"username": "li.xiulan"}
    leaders = {"leader": "王建国", "leader_phone": "13812341234", "liaison": "赵雪", "liaison_phone": "027-8123"}
    assert audit.shown(leaders, SendingUnit) == {
        "leader": "王**", "leader_phone": "138****1234", "liaison": "赵*", "liaison_phone": "******23",
    }  # fmt: skip
    # That it changed can be read, not to what.
    assert audit.shown({"born_on": "1990-01-01", "political_status": "党员", "note": ""}, Cadre) == {
        "born_on": "***", "political_status": "***", "note": "",
    }  # fmt: skip


def test_what_is_erased_says_since_when():
    assert {label for label, kept in TABLE.items() if bool(kept.days) != bool(kept.since)} == set()
