"""The reference page of files: what each module says of itself, folder by folder."""

import ast
from itertools import groupby
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent


def files_page() -> str:
    """The page as Markdown."""
    lines = ["# Files: reference", "", "Written by `scripts/docs` from the first sentence of each module.", ""]
    told = [(path.relative_to(HOUSE.parent), sentence) for path in _modules() if (sentence := _sentence(path))]
    for folder, files in groupby(told, key=lambda one: one[0].parent):
        lines += [f"## `{folder}`", "", "| File | What it is for |", "| --- | --- |"]
        lines += [f"| `{path.name}` | {sentence} |" for path, sentence in files]
        lines += [""]
    return "\n".join(lines).rstrip() + "\n"


def _modules() -> list[Path]:
    found = (path for path in HOUSE.rglob("*.py") if not any(part.startswith((".", "__py")) for part in path.parts))
    return sorted(found, key=lambda path: (path.parent, path.name))


def _sentence(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = text.split("\n\n", 1)[0]
    return " ".join(first.split()).replace("|", "\\|")
