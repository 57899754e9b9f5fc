"""What passed a gate on a day, kept beside the log so that no phone waits while a day is counted."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from checkpoints.models.posts import Post
from portal.lib.constraints import TriggerConstraint
from residents.scope import CommunityQuerySet


class GateTotal(models.Model):
    """What passed one gate on one day: a number beside the log, which stays when the log is erased.

    The database keeps it with each passage that is stored, whoever stores it (KeepsTotals); nothing else writes here. Only
    the running day is asked for, so a row that was counted when it came is right: passages are never changed.
    """

    community_path = "post__compound__community"

    post = models.ForeignKey(Post, models.CASCADE, related_name="+", db_index=False, verbose_name=_("checkpoint"))
    day = models.DateField(_("day"))
    let_in = models.IntegerField(_("let in"), default=0)
    let_out = models.IntegerField(_("let out"), default=0)
    # Visitors who came in less those who left: who came yesterday may leave today.
    visitors = models.IntegerField(_("visitors who stayed"), default=0)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("total of a gate's day")
        verbose_name_plural = _("totals of gates")
        constraints = [models.UniqueConstraint(fields=["post", "day"], name="gate_total_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} +{self.let_in} -{self.let_out}"


class KeepsTotals(TriggerConstraint):
    """Adds what is stored to the totals of its gate's day; a row that strikes another takes one away.

    PostgreSQL adds up once a statement, however many rows it stores, and gates in one order, so that two never wait for
    each other; SQLite adds row by row.
    """

    FUNCTION = """CREATE OR REPLACE FUNCTION portal_gate_totals() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO checkpoints_gatetotal AS t (post_id, day, let_in, let_out, visitors)
        SELECT post_id, day, sum(CASE direction WHEN 'in' THEN one ELSE 0 END),
            sum(CASE direction WHEN 'out' THEN one ELSE 0 END),
            sum(CASE WHEN person <> 'visitor' THEN 0 WHEN direction = 'in' THEN one ELSE -one END)
        FROM (SELECT post_id, day, direction, person, CASE WHEN is_void THEN -1 ELSE 1 END AS one
            FROM fresh WHERE result = 'passed') AS passed
        GROUP BY post_id, day ORDER BY post_id, day
        ON CONFLICT (post_id, day) DO UPDATE SET let_in = t.let_in + excluded.let_in, let_out = t.let_out + excluded.let_out,
            visitors = t.visitors + excluded.visitors;
        RETURN NULL; END $$"""
    # No upsert: SQLite lets INSERT OR IGNORE rule over what its triggers say of conflicts.
    ROW = """WHEN NEW.result = 'passed' BEGIN
        INSERT OR IGNORE INTO checkpoints_gatetotal (post_id, day, let_in, let_out, visitors)
            VALUES (NEW.post_id, NEW.day, 0, 0, 0);
        UPDATE checkpoints_gatetotal SET
            let_in = let_in + CASE WHEN NEW.direction <> 'in' THEN 0 WHEN NEW.is_void THEN -1 ELSE 1 END,
            let_out = let_out + CASE WHEN NEW.direction <> 'out' THEN 0 WHEN NEW.is_void THEN -1 ELSE 1 END,
            visitors = visitors + CASE WHEN NEW.person <> 'visitor' THEN 0
                WHEN (NEW.direction = 'in') = NEW.is_void THEN -1 ELSE 1 END
        WHERE post_id = NEW.post_id AND day = NEW.day; END"""

    def validate(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing to ask of a row by itself."""

    def triggers(self, model: type[models.Model], editor: Any) -> list[str]:
        table, name = editor.quote_name(model._meta.db_table.removeprefix("new__")), editor.quote_name(self.name)
        if editor.connection.vendor == "postgresql":
            when = f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT"
            return [self.FUNCTION, f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION portal_gate_totals()"]
        return [f"DROP TRIGGER IF EXISTS {name}", f"CREATE TRIGGER {name} AFTER INSERT ON {table} {self.ROW}"]
