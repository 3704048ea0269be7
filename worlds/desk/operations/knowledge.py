"""The knowledge base: finding and reading articles, linking those that were used, correcting them.

Staff also read internal articles, the handbook among them; requesters read what is public and published.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from worlds.desk.models import ArticleLink, KbArticle
from worlds.desk.records import (
    ArticleCategories,
    ArticleDetail,
    ArticleRow,
    ArticleState,
    ArticleUse,
    ArticleVotes,
    CategoryRow,
    Visibility,
)
from worlds.desk.rules import EVERYBODY, LEADS, REQUESTERS, STAFF, WORKERS
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import Beside, record
from worlds.desk.views import Language
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, NotFound
from worlds.engine.fields import Line, Page, PageNumber, PageSize, Query, RecordId, Slug, text
from worlds.engine.folding import search_text
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.engine.rows import insert, number, run

HANDBOOK = "handbook"
"""The category of the house rules, which are written by the management alone."""
Sort = Literal["title", "newest"]
_SORTS = {"title": "a.title, a.id", "newest": "a.updated_at DESC, a.id DESC"}
_ROW = "a.id, a.slug, a.title, c.slug, a.language, a.visibility, a.state, a.updated_at"
_SOURCE = "kb_article a JOIN kb_category c ON c.id = a.category_id"
if TYPE_CHECKING:  # a checker cannot read the type that a call makes
    ArticleBody: TypeAlias = str
else:
    ArticleBody = text(40_000)


class _Row(NamedTuple):
    article_id: int
    slug: str
    title: str
    category: str
    language: str
    visibility: Visibility
    state: ArticleState
    updated_at: datetime


class _Article(NamedTuple):
    article_id: int
    slug: str
    title: str
    category: str
    language: str
    visibility: Visibility
    state: ArticleState
    updated_at: datetime
    category_title: str
    body: str
    helpful: int
    unhelpful: int


class _Category(NamedTuple):
    slug: str
    title: str
    articles: int


_ARTICLE = f"SELECT {_ROW}, c.title, a.body, a.helpful, a.unhelpful FROM {_SOURCE}"  # noqa: S608 - texts of this module
_BY_SLUG = Rows(_Article, f"{_ARTICLE} WHERE a.slug = :slug")
_BY_ID = Rows(_Article, f"{_ARTICLE} WHERE a.id = :article")
_CATEGORIES = Rows(
    _Category,
    """SELECT c.slug, c.title, count(a.id) FROM kb_category c LEFT JOIN kb_article a ON a.category_id = c.id
      AND a.state = 'published' AND (a.visibility = 'public' OR :internal)
    GROUP BY c.id HAVING count(a.id) > 0 OR :internal ORDER BY c.position, c.id""",
)


@reads(roles=EVERYBODY)
def list_article_categories(ctx: Context) -> ArticleCategories:
    """List the shelves of the knowledge base with the number of published articles on each."""
    rows = _CATEGORIES.all(ctx, internal=int(_reads_all(ctx)))
    return ArticleCategories(items=[CategoryRow(**row._asdict()) for row in rows[:200]])


@reads(roles=EVERYBODY)
def search_articles(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    category: Slug | None = None,
    language: Language | None = None,
    visibility: Visibility | None = None,
    state: ArticleState = "published",
    sort: Sort = "title",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ArticleRow]:
    """List articles of the knowledge base. Staff find the rules of the house in the category handbook.

    Args:
        query: Words that must all occur in title or text, in any case and with or without accents.
        category: Only articles of this shelf, such as handbook.
        language: Only articles in this language.
        visibility: Only public or only internal articles.
        state: Only articles in this state; requesters see published ones alone.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Articles a page.
    """
    conditions = Conditions()
    conditions.words(query, "a.search_text")
    conditions.equal(c__slug=category, a__language=language, a__visibility=visibility, a__state=state)
    if not _reads_all(ctx):
        conditions.add("a.visibility = 'public' AND a.state = 'published'")
    rows, total = page_of(ctx, _Row, _ROW, _SOURCE, conditions, _SORTS[sort], page, page_size)
    return Page[ArticleRow].of([ArticleRow(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def get_article(ctx: Context, slug: Slug) -> ArticleDetail:
    """Read an article of the knowledge base, or a page of the handbook.

    Args:
        slug: The article's name, as search_articles gives it.
    """
    found = _BY_SLUG.first(ctx, slug=slug)
    hidden = found is not None and (found.visibility, found.state) != ("public", "published")
    if found is None or (hidden and not _reads_all(ctx)):
        raise NotFound("article_not_found", f"There is no article {slug!r}; search for those there are.", field="slug")
    return _detail(ctx, found)


@writes(roles=WORKERS, locks_bind=False)
def link_article(ctx: Context, ticket_id: RecordId, article_id: RecordId) -> ArticleUse:
    """Note on a ticket that an article was used for it.

    Args:
        ticket_id: The ticket's id.
        article_id: The article's id, as search_articles gives it.
    """
    ticket, found = head(ctx, ticket_id), _article(ctx, article_id)
    if _links(ctx, ticket_id, article_id):
        raise Conflict(
            "article_linked", f"The article {found.slug} is linked to ticket {ticket.number} already.",
            field="article_id",
        )  # fmt: skip
    insert(ctx, ArticleLink, ticket_id=ticket_id, article_id=article_id)
    record(ctx, ticket, Beside("article", "linked", None, found.slug))
    return ArticleUse(ticket_id=ticket_id, article_id=article_id, slug=found.slug, linked=True)


@writes(roles=WORKERS, locks_bind=False)
def unlink_article(ctx: Context, ticket_id: RecordId, article_id: RecordId) -> ArticleUse:
    """Take an article off a ticket that it was linked to by mistake.

    Args:
        ticket_id: The ticket's id.
        article_id: The article's id.
    """
    ticket, found = head(ctx, ticket_id), _article(ctx, article_id)
    if not _links(ctx, ticket_id, article_id):
        raise Conflict(
            "article_not_linked", f"The article {found.slug} is not linked to ticket {ticket.number}.",
            field="article_id",
        )  # fmt: skip
    run(
        ctx, "DELETE FROM article_link WHERE ticket_id = :ticket AND article_id = :article",
        ticket=ticket_id, article=article_id,
    )  # fmt: skip
    record(ctx, ticket, Beside("article", "linked", found.slug, None))
    return ArticleUse(ticket_id=ticket_id, article_id=article_id, slug=found.slug, linked=False)


@writes(roles=LEADS, record="article_id")
def update_article(
    ctx: Context,
    article_id: RecordId,
    title: Line | None = None,
    body: ArticleBody | None = None,
    visibility: Visibility | None = None,
    state: ArticleState | None = None,
) -> ArticleDetail:
    """Correct an article: what is left out stays as it is. Pages of the handbook are not changed here.

    Args:
        article_id: The article's id.
        title: The new title.
        body: The whole new text, in Markdown.
        visibility: Whether customers may read it.
        state: Whether it is a draft, published or archived.
    """
    found = _article(ctx, article_id)
    if found.category == HANDBOOK:
        raise Forbidden(
            "handbook_fixed",
            f"The page {found.slug} belongs to the handbook, which the management writes; it cannot be changed here.",
            field="article_id",
        )
    asked: dict[str, Any] = {"title": title, "body": body, "visibility": visibility, "state": state}
    changes = {name: value for name, value in asked.items() if value is not None and value != getattr(found, name)}
    if changes:
        found = found._replace(**changes, updated_at=ctx.now)
        run(
            ctx,
            """UPDATE kb_article SET title = :title, body = :body, visibility = :visibility, state = :state,
              search_text = :text, updated_at = :now WHERE id = :article""",
            title=found.title, body=found.body, visibility=found.visibility, state=found.state, now=ctx.now,
            text=article_text(found.title, found.body), article=article_id,
        )  # fmt: skip
    return _detail(ctx, found)


@writes(roles=REQUESTERS, locks_bind=False)
def rate_article(ctx: Context, article_id: RecordId, helpful: bool) -> ArticleVotes:
    """Say whether an article helped.

    Args:
        article_id: The article's id.
        helpful: Whether it did.
    """
    found = _article(ctx, article_id)
    if (found.visibility, found.state) != ("public", "published"):
        raise _unknown(article_id)
    column = "helpful" if helpful else "unhelpful"
    run(ctx, f"UPDATE kb_article SET {column} = {column} + 1 WHERE id = :article", article=article_id)  # noqa: S608 - one of two names
    after = _article(ctx, article_id)
    return ArticleVotes(article_id=article_id, helpful=after.helpful, unhelpful=after.unhelpful)


def article_text(title: str, body: str) -> str:
    """The folded text by which searches find an article."""
    return search_text(title, body)


def _reads_all(ctx: Context) -> bool:
    return ctx.actor.role in STAFF


def _links(ctx: Context, ticket_id: int, article_id: int) -> int:
    query = "SELECT count(*) FROM article_link WHERE ticket_id = :ticket AND article_id = :article"
    return number(ctx, query, ticket=ticket_id, article=article_id)


def _article(ctx: Context, article_id: int) -> _Article:
    found = _BY_ID.first(ctx, article=article_id)
    if found is None:
        raise _unknown(article_id)
    return found


def _unknown(article_id: int) -> NotFound:
    return NotFound(
        "article_not_found",
        f"There is no article with id {article_id}; search for those there are.",
        field="article_id",
    )


def _detail(ctx: Context, found: _Article) -> ArticleDetail:
    return ArticleDetail(**found._asdict(), version=ctx.version(KbArticle, found.article_id))
