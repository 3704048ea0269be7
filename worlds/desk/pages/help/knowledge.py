"""Answers that are there already: the first page, searching, the shelves, an article and whether it helped."""

import re
from typing import Any, Final

from flask import request, url_for

from worlds.desk.operations.knowledge import (
    get_article,
    list_article_categories,
    rate_article,
    search_articles,
)
from worlds.desk.operations.requests import list_requests
from worlds.desk.pages.help.front import centre, session_of, show
from worlds.desk.pages.help.wording import LANGUAGE_OPTIONS, labelled
from worlds.desk.records import ArticleVotes, CategoryRow
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.markdown import render_markdown
from worlds.engine.surfaces.pages import Done, Door

SORTS: Final = (("title", "Title, A to Z"), ("newest", "Newest first"))
_HEADING: Final = re.compile(r"^#(?=\s)", re.MULTILINE)
"""A heading of the first level, of which a page has one already."""
BESIDE: Final = 5
"""Other articles of the shelf that stand beside one."""


@centre.page("/")
def home(door: Door) -> str:
    """The search, what waits for the visitor, the shelves, and what was written lately."""
    waiting = None
    if session_of(door).signed_in:
        waiting = door.part(list_requests, status="awaiting_reply", mine=True, sort="updated", page_size=3)
    fresh = door.part(search_articles, sort="newest", page_size=6)
    return show(door, "home.html", shelves=_shelves(door), fresh=fresh, waiting=waiting)


@centre.page("/search")
def search(door: Door) -> str:
    """Articles that hold the words asked for, with filters in the URL."""
    return _list(door, None)


@centre.page("/categories/<slug>")
def category(door: Door, slug: str) -> str:
    """The articles of a shelf.

    Raises:
        NotFound: where there is no such shelf, or none for requesters.
    """
    return _list(door, slug)


def _list(door: Door, slug: str | None) -> str:
    shelves = _shelves(door)
    shelf = next((one for one in shelves or () if one.slug == slug), None)
    if slug is not None and shelves is not None and shelf is None:
        raise NotFound("category_not_found", "There is no such category. Choose one on the first page.")
    fixed: dict[str, Any] = {} if slug is None else {"category": slug}
    listing = door.listing(search_articles, **fixed)
    return show(
        door,
        "articles.html",
        form=labelled(listing.form),
        found=listing.found,
        shelf=shelf,
        slug=slug,
        shelves=[(one.slug, one.title) for one in shelves or ()],
        query=request.args.get("query", ""),
        narrowed=any(request.args.get(name) for name in ("language", "category")),
        sorts=SORTS,
        languages=LANGUAGE_OPTIONS,
    )


def _shelves(door: Door) -> list[CategoryRow] | None:
    found = door.part(list_article_categories)
    return found.items if found else None


@centre.page("/articles/<slug>")
def article(door: Door, slug: str) -> str:
    """One article, what others said of it, and more of its shelf."""
    shown = door.read(get_article, slug=slug)
    beside = door.part(search_articles, category=shown.category, language=shown.language, page_size=BESIDE + 1)
    return show(
        door,
        "article.html",
        article=shown,
        text=render_markdown(_HEADING.sub("##", shown.body)),
        beside=[one for one in beside.items if one.slug != slug][:BESIDE] if beside else [],
        vote=door.form(rate_article, url_for("help.voted", slug=slug), name="vote"),
    )


@centre.action("/articles/<slug>/vote", rate_article, shows=article)
def voted(_door: Door, done: ArticleVotes | None, slug: str) -> Done:
    """What readers say now."""
    said = "Thank you. We read what readers think, and mend what does not help." if done else AGAIN
    return Done(said, url_for("help.article", slug=slug))
