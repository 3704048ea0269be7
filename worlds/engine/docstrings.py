"""Reading a Google-style docstring: summary, description and the sentence of each argument."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_SECTION = re.compile(r"^(Args|Returns|Raises):\s*$")
_ARGUMENT = re.compile(r"^ {4}(\w+): (.+)$")


@dataclass(frozen=True, slots=True)
class Docstring:
    """`summary` is the first line, `description` all prose before the sections, `arguments` a sentence a name."""

    summary: str
    description: str
    arguments: dict[str, str]


def read_docstring(function: Callable[..., Any]) -> Docstring:
    """The parts of a function's docstring; empty ones where it has none."""
    lines = (inspect.getdoc(function) or "").splitlines()
    prose: list[str] = []
    arguments: dict[str, str] = {}
    section, name = "", ""
    for line in lines:
        if heading := _SECTION.match(line):
            section = heading[1]
        elif not section:
            prose.append(line)
        elif section == "Args" and (argument := _ARGUMENT.match(line)):
            name = argument[1]
            arguments[name] = argument[2].strip()
        elif section == "Args" and name and line.strip():
            arguments[name] += " " + line.strip()
    text = "\n".join(prose).strip()
    return Docstring(
        summary=text.split("\n", 1)[0], description=re.sub(r"(?<!\n)\n(?!\n)", " ", text), arguments=arguments
    )
