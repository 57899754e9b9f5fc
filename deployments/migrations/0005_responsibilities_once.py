"""A cadre answers for a place in a role once at a time.

What: rows of one cadre, role and place that share a day become the earliest of them, from the first day to the last; then four
constraints, one for each role of which a place may have several people.
Why: the same cadre could be written down again and again for the same building, and was counted as often.
Safe while old code runs: yes. It writes such a row no more, and answers with an error page where somebody tries.
Going back loses: the rows that were joined to others; the trail keeps who wrote them down and when.
"""

import portal.lib.constraints
from django.db import migrations, models

PLACES = {"commander": "compound", "guarantor": "building", "building_head": "building", "entrance_head": "entrance"}


def merged(spans):
    """(key, first day, last day or None) -> the same with the keys that were joined to each; those that share no day stay."""
    found = []
    for key, start, end in sorted(spans, key=lambda span: (span[1], span[0])):
        if found and (found[-1][2] is None or start <= found[-1][2]):
            kept, first, last, more = found[-1]
            found[-1] = (kept, first, None if last is None or end is None else max(last, end), [*more, key])
        else:
            found.append((key, start, end, []))
    return found


def join(apps, schema_editor):
    """Only rows of a cadre, a role and a place that stand there more than once are touched."""
    rows = apps.get_model("deployments", "Responsibility").objects
    for role, place in PLACES.items():
        spans = {}
        wanted = rows.filter(role=role).exclude(cadre=None).exclude(**{place: None})
        for cadre, where, *span in wanted.values_list("cadre", place, "pk", "starts_on", "ends_on"):
            spans.setdefault((cadre, where), []).append(span)
        for several in spans.values():
            for kept, _start, end, more in merged(several):
                if more:
                    rows.filter(pk__in=more).delete()
                    rows.filter(pk=kept).update(ends_on=end)


class Migration(migrations.Migration):

    dependencies = [
        ('deployments', '0004_teams_known_by_name'),
        ('residents', '0017_mutual_aid_buyers'),
    ]

    operations = [
        migrations.RunPython(join, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=portal.lib.constraints.NoOverlap('cadre', 'compound', 'starts_on', 'ends_on', condition=models.Q(('cadre__isnull', False), ('compound__isnull', False), ('role', 'commander')), name='responsibility_commander_once', violation_error_message='This cadre already answers for this place in this role on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=portal.lib.constraints.NoOverlap('cadre', 'building', 'starts_on', 'ends_on', condition=models.Q(('building__isnull', False), ('cadre__isnull', False), ('role', 'guarantor')), name='responsibility_guarantor_once', violation_error_message='This cadre already answers for this place in this role on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=portal.lib.constraints.NoOverlap('cadre', 'building', 'starts_on', 'ends_on', condition=models.Q(('building__isnull', False), ('cadre__isnull', False), ('role', 'building_head')), name='responsibility_building_head_once', violation_error_message='This cadre already answers for this place in this role on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='responsibility',
            constraint=portal.lib.constraints.NoOverlap('cadre', 'entrance', 'starts_on', 'ends_on', condition=models.Q(('cadre__isnull', False), ('entrance__isnull', False), ('role', 'entrance_head')), name='responsibility_entrance_head_once', violation_error_message='This cadre already answers for this place in this role on some of these days.'),
        ),
    ]
