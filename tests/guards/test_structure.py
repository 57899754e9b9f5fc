"""What reviewers would otherwise have to say again and again."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from portal import tasks
from tests.guards.sources import ROOT, modules, named, texts

LONGEST_MODULE = 300
LONGEST_TEMPLATE = 120


@cache
def parsed() -> list[tuple[str, list[ast.AST]]]:
    """Every module with all its nodes; read once for all questions."""
    return [(named(path), list(ast.walk(ast.parse(path.read_text())))) for path in modules()]


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    yield from ((path, node) for path, found in parsed() for node in found if isinstance(node, kinds))


def lines(path) -> int:
    return len(path.read_text().splitlines())


def test_modules_can_be_read_in_one_sitting():
    assert [named(path) for path in modules() if lines(path) > LONGEST_MODULE] == []


def test_templates_can_be_read_in_one_sitting():
    templates = sorted((ROOT / "templates").rglob("*.html"))
    assert [named(path) for path in templates if lines(path) > LONGEST_TEMPLATE] == []


def test_imports_stand_on_top():
    functions = nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    hidden = [
        f"{path}:{node.lineno}"
        for path, function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_there_are_no_signals():
    imported = [(path, node.module or "") for path, node in nodes(ast.ImportFrom)]
    assert [path for path, module in imported if module.endswith(("signals", "dispatch"))] == []


def test_save_is_not_overridden():
    classes = nodes(ast.ClassDef)
    changed = [
        f"{path}:{method.name}"
        for path, found in classes
        for method in found.body
        if isinstance(method, ast.FunctionDef) and method.name in {"save", "delete", "__init__"} and is_model(found)
    ]
    assert changed == []


def is_model(found: ast.ClassDef) -> bool:
    return any(ast.unparse(base) in {"models.Model", "AbstractUser"} for base in found.bases)


def test_days_are_asked_of_the_time_zone():
    calls = [(path, ast.unparse(node.func)) for path, node in nodes(ast.Call)]
    assert [
        f"{path}: {call}" for path, call in calls if re.fullmatch(r"(dt\.|datetime\.)?(date\.today|datetime\.now)", call)
    ] == []


@pytest.mark.parametrize(
    "pattern", [r"(?<![\w.])/(work|root|home|opt)/\w", r"https?://[\w.-]*(pypi|npmjs|npmmirror)[\w.-]*/", r"\bTODO\b|\bFIXME\b"]
)
def test_nothing_speaks_of_one_machine_or_of_later(pattern):
    here = "tests/guards/test_structure.py"
    found = [named(path) for path in texts() if named(path) != here and re.search(pattern, path.read_text(errors="replace"))]
    assert found == []


def test_whatever_is_due_is_asked_for_each_minute():
    """A service that nobody calls is a reminder nobody gets."""
    asked = {f"{work.__module__}.{work.__name__}" for work in tasks.DUE}
    there = {
        f"{path.removesuffix('.py').replace('/', '.')}.{function.name}"
        for path, function in nodes(ast.FunctionDef)
        if path.count("/") and not path.endswith("portal/tasks.py") and is_due(function)
    }
    assert there - asked == set()


def is_due(function: ast.FunctionDef) -> bool:
    needs_nothing = len(function.args.args) == len(function.args.defaults) and not function.args.kwonlyargs
    said = function.name in {"due", "escalate"} or "minute task" in (ast.get_docstring(function) or "")
    return needs_nothing and said and not function.decorator_list


def test_pages_have_no_inline_script_style_or_handler():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style\b|\sstyle=|\son\w+=|javascript:", re.IGNORECASE
    )
    templates = sorted((ROOT / "templates").rglob("*.html"))
    assert [named(path) for path in templates if inline.search(path.read_text())] == []
