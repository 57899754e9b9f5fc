"""Templates: each one is used, each one named exists, and each asks only permissions that exist."""

import re

from django.conf import settings

from residents.access import Permission

ROOT = settings.BASE_DIR / "templates"
NAMES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file())
PAGES = [name for name in NAMES if name.endswith(".html")]
# Named by Django, crispy-forms and allauth, not by us.
BY_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "bootstrap5/errors.html"}
BY_ALLAUTH = ("account/", "allauth/", "mfa/")
# Named by the kind of message (portal.accounts.outbox).
BY_KIND = "messages/"


def text_of(name: str) -> str:
    """The template without its comments."""
    return re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", (ROOT / name).read_text(), flags=re.DOTALL)


def sources() -> str:
    """All code and templates that may name a template."""
    apps = ("portal", "residents", "deployments", "checkpoints")
    code = [path for app in apps for path in (settings.BASE_DIR / app).rglob("*.py")]
    return "\n".join(path.read_text() for path in [*code, *(ROOT / name for name in NAMES)])


def test_every_template_is_used():
    named = set(re.findall(r"""["']([\w./-]+\.(?:html|txt))(?:#[\w-]+)?["']""", sources()))
    known = {name for name in NAMES if name in BY_DJANGO or name.startswith((*BY_ALLAUTH, BY_KIND))}

    assert set(NAMES) - named - known == set()


def test_every_template_that_is_named_exists():
    included = {found for name in PAGES for found in re.findall(r"""{% (?:include|extends) "([^"]+)" """, text_of(name))}

    assert included - set(NAMES) == set()


def test_htmx_attributes_are_spelled_as_html_allows():
    bare = {name: re.findall(r"\shx-[a-z-]+\s*=", text_of(name)) for name in PAGES}

    assert {name: found for name, found in bare.items() if found} == {}


def test_a_column_of_buttons_is_left_out_on_paper():
    """Its heading is for screen readers only: on paper there would be a column without one."""
    found = {name: re.findall(r'<th(?![^>]*p-screen)[^>]*><span class="visually-hidden">', text_of(name)) for name in PAGES}

    assert {name: heads for name, heads in found.items() if heads} == {}


def test_moments_are_written_as_html_reads_them():
    """The format "c" says +08:00 and microseconds as Python does; <time> wants +0800 or a plain day."""
    astray = {name: re.findall(r"""datetime="[^"]*\|date:"c\"""", text_of(name)) for name in PAGES}

    assert {name: found for name, found in astray.items() if found} == {}


def test_templates_ask_nothing_of_a_class():
    """`{% if step.form %}` on a class makes a form of it without a word: a view hands over whether there is one."""
    classes = "|".join(sorted(set(re.findall(r"^    (\w+): type\[", sources(), flags=re.MULTILINE))))
    asked = {
        name: re.findall(rf"{{[{{%][^}}]*\.(?:{classes})\b", text_of(name)) for name in PAGES if not name.startswith(BY_ALLAUTH)
    }

    assert classes
    assert {name: found for name, found in asked.items() if found} == {}


def test_templates_ask_only_permissions_that_exist():
    asked = {found for name in PAGES for found in re.findall(r"\bperm\.(\w+)", text_of(name))}

    assert asked - {permission.name for permission in Permission} == set()
