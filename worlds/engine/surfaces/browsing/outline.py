"""Reading a snapshot of the accessibility tree: the YAML that Playwright writes, as nodes that can be searched."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_STATE = re.compile(r" \[([a-z]+)(?:=([^\]]*))?\]")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

NAMED_BY_CONTENT = frozenset(
    {"button", "cell", "checkbox", "columnheader", "gridcell", "heading", "img", "link", "menuitem", "option", "radio"}
    | {"row", "rowheader", "switch", "tab", "treeitem"}
)
"""Roles whose name is what they show; the name of others is a label that stands elsewhere."""


@dataclass(slots=True)
class Node:
    """An element of a page: `states` holds flags such as `checked` with their value ("" for plain ones).

    `shown` is the name on the screen, where the tree was read for its meaning.
    """

    role: str
    name: str = ""
    ref: str = ""
    states: dict[str, str] = field(default_factory=dict)
    value: str = ""
    url: str = ""
    children: list["Node"] = field(default_factory=list)
    shown: str = ""

    def walk(self) -> Iterator["Node"]:
        """This node and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def find(self, *roles: str) -> list["Node"]:
        """All nodes below that have one of the roles."""
        return [node for node in self.walk() if node is not self and node.role in roles]

    @property
    def text(self) -> str:
        """What it shows, in one line."""
        if self.value:
            return self.value
        if self.name and self.role in NAMED_BY_CONTENT:
            return self.name
        return " ".join(filter(None, (child.text for child in self.children)))

    def __str__(self) -> str:
        return f'{self.role} "{self.name}"' if self.name else self.role


def read_snapshot(snapshot: str) -> Node:
    """The tree of a snapshot, below a node of the role `page`."""
    root = Node("page")
    path: list[tuple[int, Node]] = [(-1, root)]
    for line in snapshot.splitlines():
        body = line.lstrip(" ")
        if not body.startswith("- "):
            continue
        depth = len(line) - len(body)
        while path[-1][0] >= depth:
            path.pop()
        parent = path[-1][1]
        node = _read_line(body[2:])
        if node.role == "/url":
            parent.url = node.value
        elif not node.role.startswith("/"):
            parent.children.append(node)
            path.append((depth, node))
    return root


def _read_line(body: str) -> Node:
    key, rest = _split_key(body)
    value = _scalar(rest.removeprefix(":").strip())
    role, _, more = key.partition(" ")
    node = Node(role, value=value)
    if more.startswith('"'):
        name, end = json.JSONDecoder().raw_decode(more)
        node.name, more = str(name), more[end:]
    else:
        more = f" {more}"
    for match in _STATE.finditer(more):
        if match[1] == "ref":
            node.ref = match[2]
        else:
            node.states[match[1]] = match[2] or ""
    return node


def _split_key(body: str) -> tuple[str, str]:
    """The key of a line and what follows it; a key that YAML could misread stands in single quotes."""
    if body.startswith("'"):
        end = 1
        while body[end : end + 1] != "'" or body[end + 1 : end + 2] == "'":
            end += 2 if body[end] == "'" else 1
        return body[1:end].replace("''", "'"), body[end + 1 :]
    start = 0
    if quoted := re.match(r'[a-z]+ "', body):
        _, start = json.JSONDecoder().raw_decode(body, quoted.end() - 1)
    colon = body.find(":", start)
    return (body, "") if colon < 0 else (body[:colon], body[colon:])


def _scalar(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _ESCAPE.sub(_unescape, text[1:-1])
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def _unescape(match: re.Match[str]) -> str:
    mark = match[1]
    return chr(int(mark[1:], 16)) if len(mark) == 3 else _LETTERS.get(mark, mark)
