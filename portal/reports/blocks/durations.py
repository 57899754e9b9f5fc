"""Durations as whole numbers."""

from typing import Any

from django.db.models import Func, IntegerField


class Hours(Func):
    """Whole hours of a summed duration, rounded half up."""

    output_field = IntegerField()
    seconds = 3600

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        return super().as_sql(
            compiler, connection,
            template=f"CAST(ROUND(EXTRACT(EPOCH FROM (%(expressions)s)) / {self.seconds}.0) AS integer)", **extra,
        )  # fmt: skip

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # A duration is kept in microseconds there.
        return super().as_sql(
            compiler, connection, template=f"CAST(ROUND((%(expressions)s) / {self.seconds}000000.0) AS integer)", **extra
        )


class Minutes(Hours):
    """Whole minutes of a duration, rounded half up."""

    seconds = 60
