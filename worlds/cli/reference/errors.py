"""The reference page of errors that every world's surfaces share."""

from pathlib import Path

from worlds.cli.reference.refusals import Raised, raised_in, unique

HOUSE = Path(__file__).parent.parent.parent

INTRODUCTION = """\
# Errors: reference

Written by `scripts/docs` from the code. An operation that says no answers with a status and

    {"error": {"code": "…", "message": "…", "field": "lines.0.quantity"}}

on every surface: as a tool's result, over HTTP and MCP, and on pages as words at the field and on top. `code` is
stable, `message` names the record, the rule and the way out, `field` is the dotted path of the argument at fault or
null. Each world's own errors stand on its reference page, operation by operation; these can come from any of them.
"""


def errors_page() -> str:
    """The page as Markdown."""
    console = HOUSE / "engine" / "console"
    engine = [one for path in _files(HOUSE / "engine") if console not in path.parents for one in raised_in(path)]
    operators = [one for folder in (console, HOUSE / "server") for path in _files(folder) for one in raised_in(path)]
    arguments = [
        Raised("missing_argument", 422, "An argument without a default is missing."),
        Raised("unknown_argument", 422, "The operation takes no such argument."),
        Raised("invalid_argument", 422, "An argument breaks its type or its bounds."),
    ]
    lines = [INTRODUCTION, "## At the door of an episode", "", *_table([*engine, *arguments])]
    lines += ["", "## In the control API and on the start page", "", *_table(operators)]
    return "\n".join(lines) + "\n"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def _table(raised: list[Raised]) -> list[str]:
    rows = [
        f"| `{one.code}` | {one.status} | {' '.join(one.sentence.replace('|', '/').split())} |"
        for one in unique(raised)
    ]
    return ["| Code | Status | Sentence |", "| --- | --- | --- |", *rows]
