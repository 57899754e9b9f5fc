"""The files that guards read."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("portal", "residents", "deployments", "checkpoints")


def modules() -> Iterator[Path]:
    """Every module of the apps, without migrations."""
    for app in APPS:
        yield from (path for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts)


def texts() -> Iterator[Path]:
    """Everything written by hand: code, templates, styles, scripts, settings of tools."""
    kinds = {".py", ".html", ".txt", ".css", ".js", ".md", ".toml", ".yml", ".po", ""}
    for folder in (*APPS, "templates", "static", "tests", ".ci"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in kinds and "vendor" not in path.parts and "__pycache__" not in path.parts:
                yield path
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file() and path.suffix in kinds and path.name != ".git")


def named(path: Path) -> str:
    """The path as people say it."""
    return path.relative_to(ROOT).as_posix()
