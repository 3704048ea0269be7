"""What stands on the desk's shelves: the handbook, articles for customers, macros; and the goods that people buy."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from worlds.desk.models import KbArticle, KbCategory, Macro
from worlds.desk.population import words
from worlds.desk.population.purchases import Goods
from worlds.desk.population.staffing import Team
from worlds.engine.build import Build
from worlds.engine.context import Context
from worlds.engine.folding import search_text
from worlds.engine.house_rules import policy_pages
from worlds.engine.rows import insert
from worlds.seeds.truth import Truth

HANDBOOK: Final = "handbook"
_POLICY: Final = Path(__file__).parent.parent / "policy"


def goods() -> Goods:
    """Everything that is sold, cheaper things more often: kind, title, price in cents."""
    return Goods({(one.kind, one.title, one.price): 1_000 / (one.price + 2_000) for one in words.goods()})


def shelve_handbook(build: Build, ctx: Context, since: datetime) -> None:
    """The house rules as internal articles, under the names of their pages."""
    shelf = insert(ctx, KbCategory, slug=HANDBOOK, title="Handbook", position=1)
    for page in policy_pages(_POLICY).values():
        rng = build.rng("handbook", page.slug)
        insert(
            ctx, KbArticle, slug=page.slug, category_id=shelf, title=page.title, language="en",
            visibility="internal", state="published", body=page.text, search_text=search_text(page.title, page.text),
            helpful=rng.randint(0, 14), unhelpful=rng.randint(0, 3),
            updated_at=since - timedelta(days=rng.randint(3, 380), minutes=rng.randrange(600)),
        )  # fmt: skip


def stock(build: Build, ctx: Context, team: Team, truth: Truth, since: datetime) -> list[int]:
    """Everything on the shelves; answers the ids of articles for customers that are in force."""
    shelve_handbook(build, ctx, since)
    shelves = {
        one.slug: insert(ctx, KbCategory, slug=one.slug, title=one.title, position=at)
        for at, one in enumerate(words.shelves(), 2)
    }
    public = []
    for one in words.articles():
        rng = build.rng("article", one.slug)
        row = insert(
            ctx, KbArticle, slug=one.slug, category_id=shelves[one.category], title=one.title, language=one.language,
            visibility=one.visibility, state=one.state, body=one.body, search_text=search_text(one.title, one.body),
            helpful=rng.randint(0, 140), unhelpful=rng.randint(0, 30),
            updated_at=since - timedelta(days=rng.randint(2, 500), minutes=rng.randrange(600)),
        )  # fmt: skip
        if one.outdated is not None:
            truth.dirty("article_outdated", row)
        if (one.visibility, one.state) == ("public", "published"):
            public.append(row)
    _prepare(build, ctx, team, truth, since)
    return public


def _prepare(build: Build, ctx: Context, team: Team, truth: Truth, since: datetime) -> None:
    """Macros, some of which say what is no longer true."""
    for one in words.macros():
        rng = build.rng("macro", one.title)
        row = insert(
            ctx, Macro, title=one.title, language=one.language, body=one.body, public=int(one.public),
            actions=one.actions, group_id=team.groups[one.group] if one.group else None, active=1,
            updated_at=since - timedelta(days=rng.randint(2, 700), minutes=rng.randrange(600)),
        )  # fmt: skip
        if one.stale is not None:
            truth.dirty("macro_stale", row)
