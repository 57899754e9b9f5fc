"""What is said of the fields of one model."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """How the fields of one model are classed, and how long its rows are kept."""

    plain: str
    personal: str = ""
    sensitive: str = ""
    days: int | None = None
    since: str = ""

    @property
    def fields(self) -> list[str]:
        return f"{self.plain} {self.personal} {self.sensitive}".split()
