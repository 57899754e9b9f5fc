"""Whoever changes something leaves a line: services that say who does it write to the trail."""

import ast
from pathlib import Path

from portal.accounts import trail
from tests.guards.sources import ROOT, modules, named

# Services that write nothing another person would ask about.
SILENT = {
    "portal/accounts/services/messages.py: read": "one's own mark on one's own message",
    "portal/accounts/services/messages.py: read_all": "one's own mark on one's own message",
}
WRITERS = {"record", "record_many", "line"}


def services() -> list[Path]:
    return [path for path in modules() if "/services" in named(path) or named(path).endswith("/services.py")]


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]


def called(function: ast.AST) -> set[str]:
    """What a function uses: `audit.record`, `close`; of `Message.objects.filter` only what stands first."""
    dotted = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    return dotted | {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}


def audited(every: dict[str, list[ast.FunctionDef]]) -> set[str]:
    """The functions that write a line by themselves or through another, as `close` and as `shifts.close`."""
    found = {f"audit.{name}" for name in WRITERS}
    while True:
        more = {
            name
            for path, group in every.items()
            for function in group
            if called(function) & found
            for name in (f"{path}: {function.name}", function.name, f"{Path(path).stem}.{function.name}")
        } - found
        if not more:
            return found
        found |= more


def test_every_service_that_names_its_doer_leaves_a_line():
    every = {named(path): functions(path) for path in services()}
    known = audited(every)
    silent = {
        f"{path}: {function.name}"
        for path, group in every.items()
        for function in group
        if any(argument.arg == "by" for argument in function.args.kwonlyargs)
        and not function.name.startswith("_")
        and f"{path}: {function.name}" not in known
    }

    assert silent == set(SILENT)


def test_every_verb_of_the_trail_has_words():
    kinds = {
        node.args[0].value
        for path in modules()
        if "tests" not in named(path)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and "." in node.args[0].value
    }

    assert {kind for kind in kinds if kind.partition(".")[2] not in trail.VERBS} == set()


# What changes no field, or only one that is told nobody: rows made, things merely done or told.
WITHOUT_VALUES = {
    "channel.tested",
    "compound.created",
    "errand.noted",
    "fever.held",
    "gate_device.joined",
    "hotlinecall.recorded",
    "ledger.created",
    "matter.firm_called",
    "matter.noted",
    "notice.read",
    "passages.logged",
    "passpolicy.added",
    "quarantinecase.registered",
    "quarantinecase.started",
    "report.rolled_up",
    "shift.added",
    "task.noted",
    "unit.exported",
    "user.password_changed",
    "user.password_given",
    "user.second_factor_removed",
}


def test_lines_without_before_and_after_change_nothing_that_can_be_told():
    calls = [
        node
        for path in modules()
        if "tests" not in named(path)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {f"audit.{name}" for name in WRITERS}
    ]
    # `**values` carries them.
    bare = [call for call in calls if not {keyword.arg for keyword in call.keywords} & {"before", "after", None}]

    assert {kind.value for call in bare if isinstance(kind := call.args[0], ast.Constant)} == WITHOUT_VALUES


def test_the_sources_are_found():
    assert ROOT / "portal/accounts/services/passwords.py" in services()
