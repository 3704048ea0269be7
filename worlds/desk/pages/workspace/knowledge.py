"""The knowledge base and the handbook: searching, reading, using an article for a ticket, correcting it."""

import re
from typing import Final

from flask import url_for

from worlds.desk.operations.knowledge import (
    HANDBOOK,
    get_article,
    link_article,
    list_article_categories,
    search_articles,
    unlink_article,
    update_article,
)
from worlds.desk.operations.tickets import get_ticket
from worlds.desk.pages.workspace.app import with_filters, workspace
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.records import ArticleDetail, ArticleUse
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act, tabs
from worlds.engine.surfaces.markdown import render_markdown
from worlds.engine.surfaces.pages import Done, Door

SHELVES: Final[Views] = (
    ("All", {}),
    ("Handbook", {"category": HANDBOOK}),
    ("For customers", {"visibility": "public"}),
    ("For staff", {"visibility": "internal"}),
    ("Drafts", {"state": "draft"}),
)

_HEADING: Final = re.compile(r"^#(?=\s)", re.MULTILINE)
"""A heading of the first level, of which a page has one already."""


@workspace.page("/articles")
def articles(door: Door) -> str:
    """The search, with its filters in the URL."""
    known = door.part(list_article_categories)
    return door.render(
        "workspace/articles.html",
        listed=door.listing(search_articles),
        tabs=tabs(door, SHELVES),
        shelves=[(one.slug, one.title) for one in known.items] if known else [],
    )


@workspace.page("/articles/<slug>")
def article(door: Door, slug: str) -> str:
    """One article, or a page of the handbook."""
    shown = door.read(get_article, slug=slug)
    fixed = (shown.category == HANDBOOK, "the handbook is the management’s")
    acts: list[Act] = [act(door, "Correct it", url_for("workspace.correct", slug=slug), update_article, fixed)]
    return door.render(
        "workspace/article.html", article=shown, text=render_markdown(_HEADING.sub("##", shown.body)), acts=acts
    )


@workspace.page("/articles/<slug>/correct")
def correct(door: Door, slug: str) -> str:
    """The article's text, to be corrected."""
    shown = door.read(get_article, slug=slug)
    values = {name: getattr(shown, name) for name in ("article_id", "title", "body", "visibility", "state")}
    form = as_labelled(door.form(update_article, url_for("workspace.corrected", slug=slug), values))
    return door.render("workspace/correct.html", article=shown, form=form)


@workspace.action("/articles/<slug>/correct", update_article, shows=correct)
def corrected(_door: Door, done: ArticleDetail | None, slug: str) -> Done:
    """The article reads otherwise now."""
    said = f"The article “{done.title}” was saved." if done else AGAIN
    return Done(said, url_for("workspace.article", slug=slug))


@workspace.page("/tickets/<id:ticket_id>/articles")
def ticket_articles(door: Door, ticket_id: int) -> str:
    """Articles to use for a ticket, found by words, and those that were used."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    listed = door.listing(search_articles)
    used = {one.article_id for one in shown.articles}
    found = listed.found.items if listed.found else []
    return door.render(
        "workspace/ticket_articles.html",
        ticket=shown,
        listed=listed,
        used=used,
        linking={
            one.article_id: door.form(
                link_article,
                _stays("article_used", ticket_id, one.article_id),
                name=f"use{one.article_id}",
            )
            for one in found
            if one.article_id not in used
        },
        unlinking={
            one.article_id: door.form(
                unlink_article,
                _stays("article_unused", ticket_id, one.article_id),
                name=f"drop{one.article_id}",
            )
            for one in shown.articles
        },
    )


def _stays(view: str, ticket_id: int, article_id: int) -> str:
    """An address that keeps what was searched for."""
    address = url_for(f"workspace.{view}", ticket_id=ticket_id, article_id=article_id)
    return with_filters(address, search_articles, "ticket_id", "article_id")


@workspace.action("/tickets/<id:ticket_id>/articles/<id:article_id>", link_article, shows=ticket_articles)
def article_used(_door: Door, done: ArticleUse | None, ticket_id: int, article_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The article stands on the ticket."""
    return Done("The article is on the ticket." if done else AGAIN, url_for("workspace.ticket", ticket_id=ticket_id))


@workspace.action("/tickets/<id:ticket_id>/articles/<id:article_id>/remove", unlink_article, shows=ticket_articles)
def article_unused(_door: Door, done: ArticleUse | None, ticket_id: int, article_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The article does not stand on the ticket any more."""
    said = "The article was taken off the ticket." if done else AGAIN
    return Done(said, url_for("workspace.ticket", ticket_id=ticket_id))
