"""Policy texts as HTML: the part of Markdown that the shop's policy pages use, and nothing that could carry markup.

Headings from level 2, paragraphs, bullet and numbered lists, tables, `**strong**`, `*emphasis*` and backquoted code.
"""

import re
from collections.abc import Callable, Iterator

from markupsafe import Markup, escape

_BULLET = re.compile(r"[*-] +")
_NUMBER = re.compile(r"\d{1,3}\. +")
_HEADING = re.compile(r"(#{2,4}) +(.+)")
_SPANS = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
)


def html_of(text: str) -> Markup:
    """The HTML of a policy's text."""
    return Markup("\n").join(_block(block) for block in _blocks(text))


def _blocks(text: str) -> Iterator[list[str]]:
    """The text's paragraphs, lists, tables and headings, as their lines."""
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if not line.strip() or _HEADING.match(line):
            if block:
                yield block
            block = []
            if line.strip():
                yield [line]
        else:
            block.append(line)


def _block(lines: list[str]) -> Markup:
    first = lines[0].lstrip()
    if heading := _HEADING.match(first):
        level = len(heading[1])
        return Markup("<h{0}>{1}</h{0}>").format(level, _spans(heading[2]))
    if _BULLET.match(first):
        return _list("ul", lines, _BULLET)
    if _NUMBER.match(first):
        return _list("ol", lines, _NUMBER)
    if first.startswith("|"):
        return _table(lines)
    return Markup("<p>{}</p>").format(_spans(" ".join(line.strip() for line in lines)))


def _list(tag: str, lines: list[str], mark: re.Pattern[str]) -> Markup:
    items: list[str] = []
    for line in lines:
        text = line.strip()
        if found := mark.match(text):
            items.append(text[found.end() :])
        else:
            items[-1] += f" {text}"
    inside = Markup("").join(Markup("<li>{}</li>").format(_spans(item)) for item in items)
    return Markup("<{0}>{1}</{0}>").format(tag, inside)


def _table(lines: list[str]) -> Markup:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    head, body = rows[0], [row for row in rows[1:] if not all(set(cell) <= set("-: ") for cell in row)]
    return Markup('<table class="plain"><thead>{}</thead><tbody>{}</tbody></table>').format(
        _row(head, lambda _: Markup('<th scope="col">{}</th>')),
        Markup("").join(
            _row(row, lambda at: Markup("<td>{}</td>") if at else Markup('<th scope="row">{}</th>')) for row in body
        ),
    )


def _row(cells: list[str], shape: Callable[[int], Markup]) -> Markup:
    inside = Markup("").join(shape(at).format(_spans(cell)) for at, cell in enumerate(cells))
    return Markup("<tr>{}</tr>").format(inside)


def _spans(text: str) -> Markup:
    marked = str(escape(text))
    for pattern, html in _SPANS:
        marked = pattern.sub(html, marked)
    return Markup(marked)  # noqa: S704 - escaped above; only the tags of _SPANS were added
