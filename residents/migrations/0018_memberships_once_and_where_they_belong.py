"""A role stands at the kind of place it belongs to, and once on a day.

What: two kinds of constraint on memberships. Before them, entries of one person, role and place that share a day become one
entry of all their days; a role at the wrong kind of place stops the migration, which then has changed nothing and names each.
Why: a secretary "of a district" could read what is masked in all its communities, and an entry that was taken back
went on by its double.
Safe while old code runs: yes. Where it would write such an entry, its page fails.
Going back loses: nothing but the constraints; entries that became one stay one.
"""

import portal.lib.constraints
from django.conf import settings
from django.db import migrations, models

PLACES = ("community", "subdistrict", "district")
LEVEL = {"district_officer": "district", "subdistrict_officer": "subdistrict"}


def name_misplaced(apps, schema_editor):
    """Nobody but the operator knows which place, or which role, was meant."""
    rows = apps.get_model("residents", "Membership").objects.exclude(role="operator").select_related("user", *PLACES).order_by("pk")
    found = [(row, place) for row in rows for place in PLACES if getattr(row, place) and place != LEVEL.get(row.role, "community")]
    if found:
        named = [f"{row.pk}: {row.user.username}, {row.role}, {place} {getattr(row, place).name}" for row, place in found]
        raise RuntimeError(
            "These memberships have a role that does not belong to their kind of place. Change or remove each (at /admin/ with the "
            "version before this one, or in the table residents_membership), then migrate again:\n" + "\n".join(named)
        )


def merge(apps, schema_editor):
    """Whoever may do something on one of two entries' days may do it afterwards."""
    kept = None
    for row in apps.get_model("residents", "Membership").objects.order_by("user", "role", *PLACES, "starts_on", "pk"):
        if kept is None or _whose(row) != _whose(kept) or (kept.ends_on is not None and kept.ends_on < row.starts_on):
            kept = row
            continue
        kept.ends_on = None if None in (kept.ends_on, row.ends_on) else max(kept.ends_on, row.ends_on)
        kept.save(update_fields=["ends_on"])
        _hand_over(apps, row, kept)
        row.delete()
    if schema_editor.connection.vendor == "postgresql":
        # What asks at the end of the transaction asks now: the table is changed next.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _whose(row):
    return row.user_id, row.role, row.community_id, row.subdistrict_id, row.district_id


def _hand_over(apps, row, kept):
    """The hours of a counsellor go along, where the kept entry has none."""
    counsellors = apps.get_model("residents", "Counsellor").objects
    if not counsellors.filter(membership=kept).exists():
        counsellors.filter(membership=row).update(membership=kept)


class Migration(migrations.Migration):

    dependencies = [
        ('residents', '0017_mutual_aid_buyers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(name_misplaced, migrations.RunPython.noop),
        migrations.RunPython(merge, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role', 'operator'), models.Q(('community', None), ('role', 'district_officer'), ('subdistrict', None)), models.Q(('community', None), ('district', None), ('role', 'subdistrict_officer')), models.Q(models.Q(('role__in', ['district_officer', 'subdistrict_officer']), _negated=True), ('district', None), ('subdistrict', None)), _connector='OR'), name='membership_place_of_role', violation_error_message='A district officer belongs to a district, a subdistrict officer to a subdistrict, every other role to a community.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=portal.lib.constraints.NoOverlap('user', 'role', 'community', 'starts_on', 'ends_on', condition=models.Q(('community__isnull', False)), name='membership_once_in_community', violation_error_message='This person has this role here already on some of these days. Change that entry instead.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=portal.lib.constraints.NoOverlap('user', 'role', 'subdistrict', 'starts_on', 'ends_on', condition=models.Q(('subdistrict__isnull', False)), name='membership_once_in_subdistrict', violation_error_message='This person has this role here already on some of these days. Change that entry instead.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=portal.lib.constraints.NoOverlap('user', 'role', 'district', 'starts_on', 'ends_on', condition=models.Q(('district__isnull', False)), name='membership_once_in_district', violation_error_message='This person has this role here already on some of these days. Change that entry instead.'),
        ),
    ]
