"""Old code runs on the new schema: while an upgrade goes on, web servers of before still read and write."""

import sys
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

OURS = ("accounts", "jobs", "residents", "deployments", "checkpoints", "reports")
SAID = "safe while old code runs"
# What takes away what old code asks for, or runs while it does.
TAKES_AWAY = (
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.RemoveField,
    migrations.RenameField,
    migrations.RunPython,
    migrations.RunSQL,
    migrations.AlterModelTable,
)


def later() -> dict[str, Any]:
    """Every migration of ours that is no part of the first installation: it meets tables with rows."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {f"{app}.{name}": one for (app, name), one in sorted(known.items()) if app in OURS and not one.initial}


def unsafe(migration: Any) -> Iterator[str]:
    """Its steps that old code may stumble over, in words."""
    new = {step.name_lower for step in migration.operations if isinstance(step, migrations.CreateModel)}
    for step in migration.operations:
        if isinstance(step, TAKES_AWAY):
            yield step.describe()
        elif isinstance(step, migrations.AddField) and step.model_name_lower not in new and not left_out(migration, step):
            yield f"{step.describe()}: old code leaves it out, so it has to be nullable or have a db_default"


def left_out(migration: Any, step: Any) -> bool:
    """Whether a row may be stored by who knows nothing of the field; a later migration may have given it a default."""
    model = apps.all_models[migration.app_label].get(step.model_name_lower)
    fields: dict[str, models.Field] = {field.name: field for field in model._meta.local_fields} if model else {}
    field = fields.get(step.name, step.field)
    return bool(field.null or field.has_db_default() or field.many_to_many)


def test_what_old_code_may_stumble_over_says_why_it_is_safe():
    found = {name: list(unsafe(one)) for name, one in later().items()}
    said = {name for name, one in later().items() if SAID in (sys.modules[one.__module__].__doc__ or "").lower()}

    assert {name: steps for name, steps in found.items() if steps and name not in said} == {}


def test_the_guard_sees_what_old_code_stumbles_over():
    class Careless(migrations.Migration):
        operations = [
            migrations.AddField("passage", "lane", models.CharField(max_length=8, default="")),
            migrations.AddField("passage", "door", models.CharField(max_length=8, db_default="")),
            migrations.AddField("passage", "fence", models.CharField(max_length=8, null=True)),
            migrations.RemoveField("passage", "plate_no"),
        ]

    assert len(list(unsafe(Careless("careless", "checkpoints")))) == 2
