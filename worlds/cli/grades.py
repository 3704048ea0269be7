"""How a grade and a state diff look on a terminal."""

from collections.abc import Sequence

from worlds.cli.output import console, print_table
from worlds.graders.changes import RowChange
from worlds.graders.grade import Grade


def print_grade(title: str, grade: Grade) -> None:
    """Print a grade, criterion by criterion, with its evidence."""
    marks = {True: "yes", False: "NO"}
    rows = [(one.words, one.kind, marks[one.satisfied], one.evidence) for one in grade.criteria]
    print_table(title, ("criterion", "kind", "met", "evidence"), rows, whole=("kind",))
    verdict = "passed" if grade.passed else "not passed"
    cause = f", cause {grade.cause}" if grade.cause else ""
    console().print(f"reward {grade.reward}, {verdict}, score {grade.score:.2f}{cause}\n", style="bold")


def print_diff(title: str, changes: Sequence[RowChange]) -> None:
    """Print what changed, a line a row: new rows with what they hold, changed ones with before and after."""
    rows = [(change.table, change.key, change.kind, _words(change)) for change in changes]
    print_table(title, ("table", "key", "change", "what"), rows, numbers=("key",))


def _words(change: RowChange) -> str:
    before, after = change.before or {}, change.after or {}
    names = [name for name in (after or before) if name != "id" and before.get(name) != after.get(name)]
    if change.kind == "update":
        return ", ".join(f"{name} {before[name]!r} → {after[name]!r}" for name in names)
    row = after or before
    return ", ".join(f"{name} {row[name]!r}" for name in names if row[name] is not None)
