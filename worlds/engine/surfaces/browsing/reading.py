"""Reading a page for what it means, whatever words it says it in: the tree of a snapshot with the plain page's words.

Somebody who knows the trade reads “Bestellung erstatten” as they read “Refund order”. What that knowledge is stands in
a lexicon; which words a page chose, nobody is told.
"""

import json
from collections.abc import Callable

from worlds.engine.surfaces.browsing.outline import NAMED_BY_CONTENT, Node, read_snapshot

Meaning = Callable[[str], str]
"""What the plain page says in place of some words; words that are unknown as they are."""

_TYPED = frozenset({"textbox", "searchbox", "spinbutton", "slider"})
"""What holds what somebody typed, which is never reworded."""


def read_meaning(snapshot: str, meaning: Meaning) -> tuple[Node, str]:
    """The tree of a snapshot in the plain page's words, and the snapshot in these words too."""
    root = read_snapshot(snapshot)
    composed: dict[str, str] = {}
    if not _understand(root, meaning, composed):
        return root, snapshot
    for node in root.walk():
        node.name = composed.get(node.name, node.name)
    lines: list[str] = []
    for child in root.children:
        _write(child, 0, lines)
    return root, "\n".join(lines)


def _understand(node: Node, meaning: Meaning, composed: dict[str, str]) -> bool:
    """Put a node and all below it into the plain page's words; answers whether that changed anything.

    `composed` collects what stands there in several pieces, each with its own meaning: a field's label may be such.
    """
    node.shown = node.name
    pieces = _pieces(node)
    changed = False
    for child in node.children:
        changed = _understand(child, meaning, composed) or changed
    if len(node.children) > 1:
        composed[pieces] = _pieces(node)
    meant = meaning(node.name) if node.name else ""
    if meant == node.name and node.role in NAMED_BY_CONTENT and pieces == node.name:
        node.name = _pieces(node)  # no entry for the whole of it, so each piece speaks for itself
    else:
        node.name = meant
    if node.value and node.role not in _TYPED:
        value = meaning(node.value)
        changed, node.value = changed or value != node.value, value
    return changed or node.name != node.shown


def _pieces(node: Node) -> str:
    return " ".join(filter(None, (child.text for child in node.children)))


def _write(node: Node, depth: int, lines: list[str]) -> None:
    """Write a node as a snapshot has it."""
    name = f" {json.dumps(node.name, ensure_ascii=False)}" if node.name else ""
    states = "".join(f" [{state}={value}]" if value else f" [{state}]" for state, value in node.states.items())
    ref = f" [ref={node.ref}]" if node.ref else ""
    inside = bool(node.children or node.url)
    value = f": {node.value}" if node.value else ":" if inside else ""
    lines.append(f"{'  ' * depth}- {node.role}{name}{states}{ref}{value}")
    if node.url:
        lines.append(f"{'  ' * (depth + 1)}- /url: {node.url}")
    for child in node.children:
        _write(child, depth + 1, lines)
