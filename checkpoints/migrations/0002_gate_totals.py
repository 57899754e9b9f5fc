"""What passed each gate on each day, kept by a trigger on passages.

What: a table of totals, the triggers that keep it, and the totals of yesterday and today.
Why: each batch a phone sends is answered with the day's totals; counting them took longer than storing, more each hour.
Safe while old code runs: yes. Old code counts the log as before; what it stores is added up by the database. The first
migration of an installation blocks storing passages for a moment, while the last two days are counted.
Going back loses: nothing, the log is complete.
"""

import django.db.models.deletion
from django.db import migrations, models

import checkpoints.models.totals

COUNT = """
INSERT INTO checkpoints_gatetotal (post_id, day, let_in, let_out, visitors)
SELECT post_id, day, sum(CASE direction WHEN 'in' THEN one ELSE 0 END), sum(CASE direction WHEN 'out' THEN one ELSE 0 END),
    sum(CASE WHEN person <> 'visitor' THEN 0 WHEN direction = 'in' THEN one ELSE -one END)
FROM (SELECT post_id, day, direction, person, CASE WHEN is_void THEN -1 ELSE 1 END AS one
    FROM checkpoints_passage WHERE result = 'passed' AND day >= {since}) AS passed
GROUP BY post_id, day
"""
SINCE = {"postgresql": "CURRENT_DATE - 2", "sqlite": "date('now', '-2 days')"}


def count(apps, schema_editor):
    """Add up the days that are still asked for; the trigger stands already, and nobody stores until this is done."""
    schema_editor.execute(COUNT.format(since=SINCE[schema_editor.connection.vendor]))


class Migration(migrations.Migration):
    dependencies = [("checkpoints", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="GateTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("let_in", models.IntegerField(default=0, verbose_name="let in")),
                ("let_out", models.IntegerField(default=0, verbose_name="let out")),
                ("visitors", models.IntegerField(default=0, verbose_name="visitors who stayed")),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="checkpoints.post",
                        verbose_name="checkpoint",
                    ),
                ),
            ],
            options={"verbose_name": "total of a gate's day", "verbose_name_plural": "totals of gates"},
        ),
        migrations.AddConstraint(
            model_name="gatetotal",
            constraint=models.UniqueConstraint(fields=("post", "day"), name="gate_total_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=checkpoints.models.totals.KeepsTotals(name="passage_totals"),
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
