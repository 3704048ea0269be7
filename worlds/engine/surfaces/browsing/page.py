"""The hands of a reference solution that works in the browser, by what stands on the screen.

    def browse(page: Page) -> FinalAnswer:
        page.open("/office/orders")
        page.fill("Search", page.facts["order"])
        page.click("button", "Search")
        page.row(page.facts["customer"], table="Orders").click("link")
        page.click("link", "Refund")
        page.fill("Quantity of line 1, Trail Mug", "1")
        page.choose("Reason", "Damaged")
        page.click("button", "Refund")
        return FinalAnswer(status="done", facts={"amount": page.value("Refunded")})

Everything goes by the names that a person reads: the role and name of a button or link, the label of a field, the words
in a table's row. A name must be there exactly once, or `NotOnPage` tells what is there instead. Every call is
one action of the episode and stands in the trace as an agent's would.

Names are those of the plain page, and are found by what they mean: a page in other words is read in the plain ones, a
notice that lies over a page is put away, and what is not in sight is looked for behind the page's menus and steps.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from worlds.engine.surfaces.browsing.observation import Observation
from worlds.engine.surfaces.browsing.outline import Node
from worlds.engine.surfaces.browsing.parts import below_headings, by_heading, content, definitions
from worlds.engine.surfaces.browsing.reading import read_meaning
from worlds.engine.surfaces.drift.notices import ALL as NOTICES
from worlds.engine.surfaces.drift.steps import MORE, ONWARD

FIELDS = ("textbox", "searchbox", "spinbutton", "combobox", "slider")
LISTS = ("combobox", "listbox")
BOXES = ("checkbox", "switch", "radio")
SECTIONS = (
    "region",
    "group",
    "form",
    "navigation",
    "complementary",
    "article",
    "alert",
    "status",
    "dialog",
    "list",
    "table",
)
TABLES = ("table", "grid")
MESSAGES = ("alert", "status")
NOTICE_BUTTONS = {notice.title: notice.buttons[0] for notice in NOTICES.values()}
"""By the title of a notice, the button that puts it away and agrees to nothing."""
NEXT = "Next"
"""The link to the next page of a list."""
HIDING = frozenset({MORE, ONWARD})
"""What the menus and steps are called behind which actions may stand."""
MOST = 40
"""Names that an error lists."""


class Browsing(Protocol):
    """What a page is worked through: a `BrowserSession`, or one that also writes a trace."""

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name."""

    def observe(self) -> Observation:
        """The page as it is."""

    def act(self, action: Mapping[str, Any]) -> Observation:
        """The page after an action."""

    def meaning(self, text: str) -> str:
        """What the plain page says in place of these words; words that are unknown as they are."""


class NotOnPage(LookupError):  # noqa: N818 - reads as what it says where a solution fails
    """What a solution looked for is not on the page, or is there more than once."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. `cells` holds the text of each cell by its column's heading."""

    page: "Page"
    node: Node
    cells: Mapping[str, str]

    @property
    def text(self) -> str:
        """All that stands in the row."""
        return self.node.text

    def click(self, role: str, name: str | None = None) -> None:
        """Click a button or link in the row; its name may be left out where there is but one."""
        self.page._act("click", self.page._one(self.node, (role,), name, f"row {self.text!r}"))  # noqa: SLF001 - a row is a part of its page

    def fill(self, label: str | None, text: str) -> None:
        """Fill in a field of the row; the label may be None where there is but one."""
        self.page._act("fill", self.page._one(self.node, FIELDS, label, f"row {self.text!r}"), text=text)  # noqa: SLF001 - as above

    def check(self, label: str | None = None, *, on: bool = True) -> None:
        """Tick a box of the row, or untick it."""
        self.page._act("check", self.page._one(self.node, BOXES, label, f"row {self.text!r}"), checked=on)  # noqa: SLF001 - as above


class Page:
    """A browser as a person uses it. See the module's text for how a solution reads."""

    def __init__(self, browsing: Browsing) -> None:
        self._browsing = browsing
        self._seen: Observation | None = None
        self._read: tuple[Node, str] | None = None

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""
        return self._browsing.instruction

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name, so that a solution need not parse prose."""
        return self._browsing.facts

    # -- looking --------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The path and query of the page."""
        return self._now().url

    @property
    def title(self) -> str:
        """The page's title."""
        return self._browsing.meaning(self._now().title)

    @property
    def heading(self) -> str:
        """The page's main heading."""
        headings = [node.name for node in self._root().find("heading") if node.states.get("level") == "1"]
        if len(headings) != 1:
            raise NotOnPage(f"{self._where()} has {len(headings)} main headings: {', '.join(headings)}.")
        return headings[0]

    @property
    def message(self) -> str:
        """What the page announces after an action: its alerts and statuses; empty if there are none."""
        return " ".join(filter(None, (node.text for node in self._root().find(*MESSAGES))))

    def see(self) -> str:
        """The snapshot of the page, as an agent is given it, in the plain page's words."""
        return self._reading()[1]

    def shows(self, text: str) -> bool:
        """Whether these words stand somewhere in one element of the page."""
        return any(text in (node.name, node.value) or text in node.text for node in self._root().walk())

    def names(self, role: str, containing: str = "") -> list[str]:
        """The names of all that has that role, in reading order; only those with a text in them, if one is given."""
        found = [node.name for node in self._root().find(role) if containing in node.name]
        if not found and self._uncover():
            found = [node.name for node in self._root().find(role) if containing in node.name]
        return found

    def text(self, name: str) -> str:
        """What stands in the part of that name: a region, group, list or table, or below a heading to the next one."""
        parts = [node for node in self._root().find(*SECTIONS) if node.name == name]
        if len(parts) == 1:
            return parts[0].text
        below = below_headings(self._root(), name)
        if len(parts) + len(below) != 1:
            known = [node for node in self._root().find("heading", *SECTIONS) if node.name]
            raise self._missing(f"part named {name!r}", len(parts) + len(below), known)
        return below[0]

    def value(self, name: str) -> str:
        """The value beside a term of that name, or in the field with that label."""
        terms = [text for term, text in definitions(self._root()) if term == name]
        fields = [content(node) for node in self._root().find(*FIELDS) if node.name == name]
        found = [*terms, *fields]
        if len(found) != 1:
            known = [*self._root().find("term"), *self._root().find(*FIELDS)]
            raise self._missing(f"term or field {name!r}", len(found), known)
        return found[0]

    def rows(self, table: str | None = None) -> list[Row]:
        """The rows of a table below its headings.

        `table` is its caption, or the name of the part of the page in which it stands alone; it may be left out where
        there is but one.
        """
        found = self._table(table)
        headings: list[str] = []
        rows = []
        for node in found.find("row"):
            cells = [cell for cell in node.children if cell.role in ("cell", "gridcell", "rowheader", "columnheader")]
            if cells and all(cell.role == "columnheader" for cell in cells):
                headings = [cell.text for cell in cells]
            else:
                rows.append(Row(self, node, by_heading(headings, cells)))
        return rows

    def listed(self, table: str | None = None) -> list[tuple[Mapping[str, str], str]]:
        """The cells of each row of a list that may go on over several pages, with the address of its page.

        The last page is open afterwards.
        """
        found = [(row.cells, self.url) for row in self.rows(table)]
        while NEXT in self.names("link"):
            self.click("link", NEXT)
            found += [(row.cells, self.url) for row in self.rows(table)]
        return found

    def row(self, *containing: str, table: str | None = None) -> Row:
        """The one row in whose cells all of these texts stand, each as the whole of a cell or as words in it."""
        rows = self.rows(table)
        for fits in (_has_cells, _has_words):
            found = [row for row in rows if fits(row, containing)]
            if len(found) == 1:
                return found[0]
            if found:
                break
        listed = "; ".join(row.text for row in (found or rows)[:MOST])
        raise NotOnPage(
            f"{self._where()} has {len(found)} rows with {', '.join(containing)}. There are: {listed or 'none'}."
        )

    # -- acting ---------------------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        """Open the page at a path such as `/office/orders?status=open`."""
        self._do({"action": "goto", "path": path})

    def back(self) -> None:
        """Go back to the page before."""
        self._do({"action": "back"})

    def click(self, role: str, name: str) -> None:
        """Click what has that role ("button", "link", "tab", …) and name."""
        self._act("click", self._one(self._root(), (role,), name, self._where()))

    def fill(self, label: str, text: str) -> None:
        """Replace the text of the field with that label."""
        self._act("fill", self._one(self._root(), FIELDS, label, self._where()), text=text)

    def choose(self, label: str, option: str) -> None:
        """Choose an option of the drop-down list with that label, or a radio button of the group so named."""
        lists = [node for node in self._root().find(*LISTS) if node.name == label]
        groups = [node for node in self._root().find("group", "radiogroup") if node.name == label]
        if len(lists) == 1:
            shown = [node.shown for node in lists[0].find("option") if node.name == option]
            self._act("select", lists[0], option=shown[0] if len(shown) == 1 else option)
        elif len(groups) == 1:
            self._act("check", self._one(groups[0], ("radio",), option, f"the group {label!r}"))
        else:
            known = self._root().find(*LISTS, "group", "radiogroup")
            raise self._missing(f"list or group {label!r}", len(lists) + len(groups), known)

    def check(self, label: str, *, on: bool = True) -> None:
        """Tick the box with that label, or untick it."""
        self._act("check", self._one(self._root(), BOXES, label, self._where()), checked=on)

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        self._do({"action": "press", "key": key})

    # -- inside ---------------------------------------------------------------------------------------------------

    def _now(self) -> Observation:
        if self._seen is None:
            self._seen = self._browsing.observe()
            self._put_notices_away()
        return self._seen

    def _reading(self) -> tuple[Node, str]:
        """The page as a tree and as a snapshot, both in the plain page's words."""
        seen = self._now()
        if self._read is None:
            self._read = read_meaning(seen.snapshot, self._browsing.meaning)
        return self._read

    def _root(self) -> Node:
        return self._reading()[0]

    def _put_notices_away(self) -> None:
        """Put away what lies over the page, agreeing to nothing."""
        for _ in NOTICES:
            boxes = [node for node in self._root().find("dialog", "region") if node.name in NOTICE_BUTTONS]
            if not boxes:
                return
            button = self._one(boxes[0], ("button",), NOTICE_BUTTONS[boxes[0].name], f"the notice {boxes[0].name!r}")
            self._see(self._browsing.act({"action": "click", "ref": button.ref}))

    def _uncover(self) -> bool:
        """Open what is closed of the page's menus and steps; answers whether there was anything."""
        closed = [found for node in self._root().find("group") if (found := _handle(node)) is not None]
        for handle in closed:
            self._see(self._browsing.act({"action": "click", "ref": handle.ref}))
        return bool(closed)

    def _where(self) -> str:
        return f"the page {self._now().url} ({self._now().title})"

    def _act(self, kind: str, node: Node, **more: Any) -> None:
        if not node.ref:
            raise NotOnPage(f"{node} on {self._where()} cannot be acted on; it has no ref.")
        self._do({"action": kind, "ref": node.ref, **more})

    def _table(self, name: str | None) -> Node:
        parts = [node for node in self._root().find(*SECTIONS) if name is not None and node.name == name]
        inside = {id(one): one for node in parts for one in node.find(*TABLES)}
        if len(inside) == 1:
            return next(iter(inside.values()))
        return self._one(self._root(), TABLES, name, self._where())

    def _do(self, action: Mapping[str, Any]) -> None:
        seen = self._browsing.act(action)
        self._see(seen)
        if not seen.ok:
            raise NotOnPage(f"{action} on {self._where()}: {seen.notice}")
        self._put_notices_away()

    def _see(self, seen: Observation) -> None:
        self._seen, self._read = seen, None

    def _one(self, root: Node, roles: tuple[str, ...], name: str | None, where: str) -> Node:
        known, found = _among(root, roles, name)
        if not found and root is self._root() and self._uncover():
            known, found = _among(self._root(), roles, name)
        if len(found) != 1:
            raise self._missing(f"{roles[0]} {name!r}" if name else roles[0], len(found), known, where)
        return found[0]

    def _missing(self, what: str, count: int, known: Iterable[Node], where: str = "") -> NotOnPage:
        names = [str(node) for node in known]
        listed = "; ".join(names[:MOST]) + ("; …" if len(names) > MOST else "")
        times = f"{count} times" if count else "not"
        said = self._now().notice or self.message
        return NotOnPage(
            f"{what} is {times} on {where or self._where()}. There are: {listed or 'none'}."
            + (f" The page says: {said}" if said else "")
        )


def _among(root: Node, roles: tuple[str, ...], name: str | None) -> tuple[list[Node], list[Node]]:
    """All that has one of the roles, and what of it has the name."""
    known = root.find(*roles)
    return known, known if name is None else [node for node in known if node.name == name]


def _handle(group: Node) -> Node | None:
    """What opens a closed menu or step, if this is one."""
    handle = group.children[0] if len(group.children) == 1 else group
    return handle if {handle.name, handle.text} & HIDING and len(group.children) < 2 else None


def _has_cells(row: Row, containing: tuple[str, ...]) -> bool:
    return all(text in row.cells.values() for text in containing)


def _has_words(row: Row, containing: tuple[str, ...]) -> bool:
    return all(any(text in cell for cell in row.cells.values()) for text in containing)
