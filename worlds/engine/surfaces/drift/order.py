"""The order of a page's fields and columns, and the place of what turns a list's pages."""

import re
from itertools import pairwise

from lxml.html import HtmlElement

from worlds.engine.surfaces.drift.settings import Settings, has_class
from worlds.engine.surfaces.drift.variant import Variant

_FIELD = frozenset({"field"})
_CELLS = ("td", "th")


def reorder(root: HtmlElement, settings: Settings, variant: Variant) -> None:
    """Give a page the variant's order."""
    for table in root.iter("table"):
        if not settings.within_data(table):
            _reorder_columns(table, variant)
    for form in root.iter("form"):
        for parent in {run.getparent() for run in form.iter("div") if has_class(run, _FIELD)}:
            _reorder_fields(parent, settings, variant)
    if variant.pager == "above":
        for pager in [one for one in root.iter() if isinstance(one.tag, str) and has_class(one, settings.pagers)]:
            _move_above(pager)


def _reorder_columns(table: HtmlElement, variant: Variant) -> None:
    """Move header and cells together; the column of the rows' own headers stays where it is."""
    rows = [[cell for cell in row if cell.tag in _CELLS] for row in table.iter("tr")]
    widths = {len(cells) for cells in rows}
    spanning = any(cell.get("colspan") or cell.get("rowspan") for cells in rows for cell in cells)
    if len(widths) != 1 or spanning or not rows or len(rows[0]) < 3:
        return
    headings = [_words(cell) for cell in rows[0]]
    fixed = {at for cells in rows[1:] for at, cell in enumerate(cells) if cell.get("scope") == "row"}
    free = [at for at in range(len(headings)) if at not in fixed]
    drawn = iter([free[at] for at in variant.ordered(f"columns|{'|'.join(headings)}", [headings[at] for at in free])])
    order = [at if at in fixed else next(drawn) for at in range(len(headings))]
    for cells in rows:
        _rearrange([cells[at] for at in range(len(cells))], [cells[at] for at in order])


def _reorder_fields(parent: HtmlElement, settings: Settings, variant: Variant) -> None:
    """Move fields that follow one another; those that belong together move as one."""
    run: list[HtmlElement] = []
    for child in [*parent, None]:
        if child is not None and child.tag == "div" and has_class(child, _FIELD):
            run.append(child)
            continue
        if len(run) > 1:
            blocks = _blocks(run, settings)
            names = ["+".join(_name(one) for one in block) for block in blocks]
            order = variant.ordered("fields", names)
            _rearrange(run, [one for at in order for one in blocks[at]])
        run = []


def _blocks(run: list[HtmlElement], settings: Settings) -> list[list[HtmlElement]]:
    blocks: list[list[HtmlElement]] = []
    for field in run:
        before = _name(blocks[-1][-1]) if blocks else ""
        bound = any(
            before.endswith(first) and _name(field).endswith(second)
            for names in settings.together
            for first, second in pairwise(names)
        )
        if bound:
            blocks[-1].append(field)
        else:
            blocks.append([field])
    return blocks


def _name(field: HtmlElement) -> str:
    """The name of a field's control, without the numbers in it."""
    names = (one.get("name") for one in field.iter("input", "select", "textarea"))
    return re.sub(r"\d+", "", next(filter(None, names), ""))


def _words(cell: HtmlElement) -> str:
    return " ".join("".join(cell.itertext()).split())


def _move_above(pager: HtmlElement) -> None:
    before = pager.getprevious()
    if before is not None and not has_class(before, frozenset({"counted"})):
        tail, pager.tail = pager.tail, None
        pager.getparent().remove(pager)
        before.addprevious(pager)
        pager.tail = tail


def _rearrange(places: list[HtmlElement], elements: list[HtmlElement]) -> None:
    """Put elements of one parent into the places of the same elements; the white space between them stays."""
    parent = places[0].getparent()
    spots = [(parent.index(one), one.tail) for one in places]
    for one in places:
        parent.remove(one)
    for (at, tail), one in zip(spots, elements, strict=True):
        one.tail = tail
        parent.insert(at, one)
