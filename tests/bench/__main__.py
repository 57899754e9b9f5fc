"""`make bench`: every module of this folder that has `run()`, each in a database of its own that is thrown away.

`run()` returns lines (tests.bench.timing.Line). On PostgreSQL: `DATABASE_URL=postgres://... make bench`.
`make bench ARGS="board"` runs the modules whose names contain one of the words.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
django.setup()

from django.db import connection

import tests.bench
from tests import databases
from tests.bench.timing import Line


def main(words: list[str]) -> int:
    """Run them one after the other and print the table; return how many aims were missed."""
    if words[:1] == ["--workbook"]:
        # One measurement asks for a process of its own.
        importlib.import_module("tests.bench.exports").write_workbook(words[1])
        return 0
    names = [found.name for found in pkgutil.iter_modules(tests.bench.__path__) if not found.name.startswith("_")]
    chosen = [name for name in names if not words or any(word in name for word in words)]
    modules = [importlib.import_module(f"tests.bench.{name}") for name in chosen]
    lines = [line for module in modules if hasattr(module, "run") for line in measured(module.run)]
    show(lines)
    return sum(not line.met for line in lines)


def measured(run: Callable[[], list[Line]]) -> list[Line]:
    """Run one module in a fresh database."""
    old = databases.create()
    try:
        return list(run())
    finally:
        connection.creation.destroy_test_db(old, verbosity=0)


def show(lines: list[Line]) -> None:
    """Print the table."""
    rows = [(line.what, line.reached, line.aim, "yes" if line.met else "NO", line.how) for line in lines]
    heads = ("what", "reached", "aim", "met", f"how (on {connection.vendor})")
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    for row in (heads, *rows):
        text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(f"{text.rstrip()}\n")


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
