"""The forms of a page, and what somebody might type into them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# What is bad in one place is bad in all: a class of input, not an example.
TYPED = {
    "script": "\"'><script>alert(1)</script>{{7*7}}{% now %}",
    "nul": "王\x00建国",
    "digits": "9" * 40,
    "negative": "-1",
    "not a number": "NaN",
    "infinite": "1e999",
    "no such day": "2022-02-30",
    "year one": "0001-01-01",
    "last day": "9999-12-31",
    "turned round": "\u202e王建国\u2066",
    "half a character": "\ud800",
    "beyond the plane": "𠮷👩‍👩‍👧‍👦" * 40,
    "full width": "３６．５",
    "formula": "=1+cmd|' /C calc'!A0",
    "path": "../../etc/passwd",
    # Of letters that are sent as they are: to write 100,000 others as %E9%95%BF and to read them took a fifth of the guard.
    "long": "long" * 25_000,
}
# Prime to the number of texts, so that turns go round through all of them.
STEP = 5
# A server takes no longer line than some thousand characters, so nobody can ask by GET for more.
ASKED_AT_MOST = 200


@dataclass
class Form:
    """One form of a page: where it goes, and what it would send."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict)

    def filled(self, turn: int) -> dict[str, str]:
        """What is sent: something else into every field, and into each something new the next turn."""
        longest = ASKED_AT_MOST if self.method == "get" else None
        texts = [text[:longest] for text in TYPED.values()]
        typed = {name: texts[(at + turn * STEP) % len(texts)] for at, name in enumerate(self.fields)}
        return {**self.hidden, **typed}


class FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(facts.get("action", ""), facts.get("method", "get").lower())
            self.forms.append(self.open)
        elif self.open and tag in ("input", "select", "textarea", "button") and facts.get("name"):
            kept = self.open.hidden if facts.get("type") in ("hidden", "submit") or tag == "button" else self.open.fields
            if facts.get("type") != "file":
                kept[facts["name"]] = facts.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None


def forms_of(html: str) -> list[Form]:
    """Every form of the page, in its order."""
    reader = FormReader()
    reader.feed(html)
    return reader.forms
