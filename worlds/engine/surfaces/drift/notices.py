"""What comes over a page: a question about cookies, a survey, an announcement. Each is put away by a button, for good.

That they were put away is kept in the browser's session. They come on pages that were asked for and shown, never on
the answer to a form, where what was typed would be lost, nor beside a message, which is said but once.
"""

from dataclasses import dataclass
from typing import Final

from flask import Request, session
from lxml.html import HtmlElement, builder

from worlds.engine.surfaces.drift.variant import Variant

PATH: Final = "/notices/"
"""Below the episode's prefix; the name of a notice follows."""
_KEPT: Final = "put_away"
_LOOKS: Final = "looks"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice: its words, the buttons that put it away, after how many pages it comes, whether it covers the page.

    The first button is the way to be left alone.
    """

    name: str
    title: str
    words: str
    buttons: tuple[str, ...]
    after: int = 0
    covers: bool = False


ALL: Final = {
    "news": Notice(
        "news",
        "We have moved a few things",
        "These pages have been tidied up. Everything is still here, though some of it stands in another place.",
        ("Understood",),
        covers=True,
    ),
    "cookies": Notice(
        "cookies",
        "Cookies on these pages",
        "We keep you signed in with a cookie. Others help us to see which pages are used.",
        ("Only what is needed", "Accept all cookies"),
    ),
    "survey": Notice(
        "survey",
        "One question about these pages",
        "How easy was it to find what you were looking for?",
        ("Not now", "Easy to find", "Hard to find"),
        after=2,
    ),
}


def due(variant: Variant) -> Notice | None:
    """The notice that comes with this page, if any; counts the page while one is still to come."""
    away = session.get(_KEPT, ())
    waiting = [one for name, one in ALL.items() if name in variant.notices and name not in away]
    if not waiting:
        return None
    looks = int(session.get(_LOOKS, 0))
    session[_LOOKS] = looks + 1
    return next((one for one in waiting if looks >= one.after), None)


def put_away(name: str) -> None:
    """Remember that a notice was put away."""
    session[_KEPT] = sorted({*session.get(_KEPT, ()), name})


def show(root: HtmlElement, notice: Notice, asked: Request, token: str) -> None:
    """Put a notice on a page; what it covers cannot be reached until it is put away."""
    body = root.find("body")
    if body is None:
        return
    covered = [one for one in body if isinstance(one.tag, str)]
    heading = f"notice-{notice.name}"
    kept = asked.full_path.rstrip("?")
    form = builder.FORM(
        builder.INPUT(type="hidden", name="csrf_token", value=token),
        builder.INPUT(type="hidden", name="next", value=f"{asked.script_root}{kept}"),
        method="post",
        action=f"{asked.script_root}{PATH}{notice.name}",
    )
    for place, words in enumerate(notice.buttons):
        form.append(
            builder.BUTTON(words, builder.CLASS(f"btn btn-{'primary' if not place else 'quiet'}"), type="submit")
        )
    box = builder.E.section(
        builder.H2(notice.title, id=heading),
        builder.P(notice.words),
        form,
        builder.CLASS(f"wear-notice wear-{notice.name}"),
    )
    box.set("aria-labelledby", heading)
    if notice.covers:
        box.set("role", "dialog")
        box.set("aria-modal", "true")
        for one in covered:
            one.set("inert", "")
        box.find("form/button").set("autofocus", "")
    body.insert(0, box)
