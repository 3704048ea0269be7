"""Carrying out one action on a Playwright page, with a plain sentence for each way in which it cannot be done."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import unquote, urljoin, urlsplit

from playwright.async_api import Error, Locator, Page

from worlds.engine.surfaces.browsing.actions import (
    Action,
    Back,
    Check,
    Click,
    ClickAt,
    Fill,
    Goto,
    Press,
    Screenshot,
    Scroll,
    Select,
    Type,
)
from worlds.engine.surfaces.browsing.site import Place

DEED_MS = 4_000
"""How long an element may take to become ready for an action."""
LOAD_MS = 20_000

_REASONS = (
    ("intercepts pointer events", "something else lies over it"),
    ("is not visible", "it is not visible"),
    ("is not enabled", "it is disabled"),
    ("is not editable", "it is read-only"),
    ("outside of the viewport", "it is outside of the window"),
    ("is not stable", "it keeps moving"),
    ("not an <input>", "it is no field that takes text"),
    ("not a <select>", "it is no drop-down list"),
    ("Not a checkbox or radio", "it is no check box or radio button"),
    ("Clicking the checkbox did not change", "it did not change"),
    ("Malformed value", "its kind of field does not take that text"),
    ("Cannot type text into", "its kind of field does not take that text"),
    ('of type "', "its kind of field does not take text"),
)
_OPTIONS = """(list) => list.tagName === "SELECT"
  ? Array.from(list.options, (option) => ({label: option.label.trim(), disabled: option.disabled})) : null"""


class Impossible(Exception):  # noqa: N818 - not an error of ours: a sentence for the agent
    """Why an action cannot be carried out."""


async def do(page: Page, place: Place, action: Action) -> None:  # noqa: C901, PLR0912 - one arm an action
    """Carry out an action.

    Raises:
        Impossible: a sentence for the agent.
        playwright.async_api.Error: when the browser itself fails.
    """
    match action:
        case Click(ref=ref):
            await _on(await _element(page, ref), ref, "clicked", Locator.click)
        case Fill(ref=ref, text=text):
            await _on(await _element(page, ref), ref, "filled", Locator.fill, text)
        case Select(ref=ref, option=option):
            await _select(await _element(page, ref), ref, option)
        case Check(ref=ref, checked=checked):
            await _on(await _element(page, ref), ref, "ticked", Locator.set_checked, checked)
        case Press(ref=str(ref), key=key):
            await _on(await _element(page, ref), ref, f"sent the key {key}", Locator.press, key)
        case Press(key=key):
            await _press(page, key)
        case Type(text=text):
            await page.keyboard.type(text)
        case Goto(path=path):
            await _goto(page, address_of(place, path))
        case Back():
            await _back(page, place)
        case Scroll(ref=str(ref)):
            await _on(await _element(page, ref), ref, "scrolled to", Locator.scroll_into_view_if_needed)
        case Scroll(by=by):
            await page.evaluate("(by) => window.scrollBy(0, by)", by)
        case ClickAt(x=x, y=y):
            await page.mouse.click(x, y)
        case Screenshot():
            pass


def address_of(place: Place, path: str) -> str:
    """The whole address of a path as an agent writes it: below the episode's prefix, with or without a leading slash.

    Raises:
        Impossible: when it leads out of the site.
    """
    plain = path.strip()
    relative = plain.removeprefix("/")
    steps = unquote(urlsplit(relative).path).split("/") if _is_plain(relative) else [".."]
    if ".." in steps:
        raise Impossible(f"{path[:200]!r} is no path of this site; write one such as /orders.")
    return urljoin(place.start, f"./{relative}")


def _is_plain(relative: str) -> bool:
    """Whether a text is nothing but a path and a query, however a browser reads it."""
    if "\\" in relative or relative.startswith("/") or not relative.isprintable():
        return False
    return not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", relative)


async def _element(page: Page, ref: str) -> Locator:
    """The element of a ref; an old or disabled one is answered at once, where waiting would use up all the time."""
    found = page.locator(f"aria-ref={ref}")
    try:
        count = await found.count()
    except Error:  # a document that nobody has looked at yet has no refs
        count = 0
    if count != 1:
        raise Impossible(f"{ref} is not on the page any more; look again.")
    if await found.is_disabled(timeout=DEED_MS):
        raise Impossible(f"{ref} is disabled.")
    return found


async def _on(
    element: Locator, ref: str, done: str, deed: Callable[..., Awaitable[object]], *values: object, **named: object
) -> None:
    """Do something to an element, and put into words why it could not be done."""
    try:
        await deed(element, *values, timeout=DEED_MS, **named)
    except Error as error:
        if element.page.is_closed():
            raise
        raise Impossible(f"{ref} cannot be {done}: {_reason(error)}.") from error


def _reason(error: Error) -> str:
    for mark, reason in _REASONS:
        if mark in error.message:
            return reason
    if "Timeout" in error.message:
        return "it did not become ready"
    first = error.message.strip().splitlines()[0]
    return first.partition(": ")[2].removeprefix("Error: ").rstrip(".") or first


async def _select(element: Locator, ref: str, option: str) -> None:
    options = await element.evaluate(_OPTIONS)
    if options is None:
        raise Impossible(f"{ref} cannot be set: it is no drop-down list.")
    labels = [one["label"] for one in options if not one["disabled"]]
    if option.strip() not in labels:
        offered = ", ".join(labels[:50]) + (", …" if len(labels) > 50 else "")
        raise Impossible(f"{ref} has no option {option[:100]!r}; it has: {offered}.")
    await _on(element, ref, "set", Locator.select_option, label=option.strip())


async def _press(page: Page, key: str) -> None:
    try:
        await page.keyboard.press(key)
    except Error as error:
        if page.is_closed():
            raise
        raise Impossible(f"There is no key {key!r}; for example Enter, Escape, Tab, ArrowDown, Control+a.") from error


async def _goto(page: Page, address: str) -> None:
    try:
        await page.goto(address, wait_until="commit", timeout=LOAD_MS)  # what it loads is waited for before the look
    except Error as error:
        if page.is_closed():
            raise
        raise Impossible("The page could not be opened.") from error


async def _back(page: Page, place: Place) -> None:
    before = page.url
    await page.go_back(timeout=LOAD_MS)
    if not place.contains(page.url):
        await page.goto(before, timeout=LOAD_MS)
        raise Impossible("There is no page before this one.")
