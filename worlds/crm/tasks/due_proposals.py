"""Deals without a quote that are to become proposals: where there are such, and what is left behind when they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.crm.days import ZONE, local_day
from worlds.crm.models import (
    Account,
    Contact,
    CrmUser,
    Opportunity,
    OpportunityLine,
    PipelineStage,
    PriceBook,
    Product,
    Quote,
)
from worlds.crm.rulings.advance_deal import FROM_HERE, LACKING, LACKS, PROPOSAL, book_of, lacking, offered
from worlds.crm.tasks.casework import noted, spare_note, word
from worlds.engine.fields import iso_instant
from worlds.engine.task import SOLVABLE, Decision, Draw
from worlds.graders.answers import Answer, FromRow
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import any_value, between, mentions, one_of, ref
from worlds.graders.typed import enum, money, record

BRANCHES: Final = (SOLVABLE, LACKING)
LIFE: Final = timedelta(days=30)
"""For how long a quote is good."""
_EVERY: Final = 3
"""One of so many deals of the commonest kinds is taken, or nearly all would be of them.

These are deals whose price book is Standard, and right, and those that lack somebody who decides.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """An open deal without a quote; `branch` says which way is right."""

    branch: str
    deal_id: int


_OPEN: Final = (
    select(Opportunity, Account)
    .join(PipelineStage, PipelineStage.id == Opportunity.stage_id)
    .join(Account, Account.id == Opportunity.account_id)
    .join(Contact, Contact.id == Opportunity.primary_contact_id)
    .join(CrmUser, CrmUser.id == Opportunity.owner_id)
    .where(PipelineStage.kind == "open", ~Opportunity.is_deleted, ~Opportunity.approval_lock, ~Account.locked)
    .where(~Contact.is_deleted, CrmUser.active, CrmUser.away_until.is_(None))
    .where(Opportunity.id.not_in(select(Quote.opportunity_id)), Opportunity.currency == Account.currency)
    .order_by(Opportunity.id)
)


def cases(draw: Draw) -> list[Case]:
    """Deals that lack nothing on their way to a proposal, or one thing alone."""
    session, today = draw.session, local_day(draw.now).isoformat()
    found = []
    for deal, account in session.execute(_OPEN).tuples():
        book = book_of(session, account)
        if book is None or not _is_plain(session, deal, book):
            continue
        lacks = lacking(session, deal, today)
        common = book.name.startswith("Standard") and deal.price_book_id == book.id and not lacks
        if len(lacks) > 1 or ((common or lacks == ["decision maker"]) and deal.id % _EVERY):
            continue
        found.append(Case(LACKING if lacks else SOLVABLE, deal.id))
    return found


def _is_plain(session: Session, deal: Opportunity, book: PriceBook) -> bool:
    """Whether each product stands on one line, has a price, and none is at or below what it is never sold for."""
    found = select(OpportunityLine.product_id, func.count()).where(OpportunityLine.opportunity_id == deal.id)
    if any(count > 1 for _, count in session.execute(found.group_by(OpportunityLine.product_id)).tuples()):
        return False
    try:
        lines = offered(session, deal.id, book.id)
    except LookupError:
        return False
    floors = {one["product_id"]: session.get_one(Product, one["product_id"]).floor_price for one in lines}
    return all(one["net"] > one["quantity"] * floors[one["product_id"]] for one in lines)


# -- what is left behind ------------------------------------------------------------------------------------------


def expectation(draw: Draw, case: Case, decision: Decision, due: str) -> Expectation:
    """The quote and then the stage, with a note; or one task for the owner that names what is lacking, alone."""
    session = draw.session
    deal = session.get_one(Opportunity, case.deal_id)
    quoted = record(decision["quoted"])
    about: dict[str, int | Sequence[int | None]] = {
        "opportunity_id": deal.id, "account_id": deal.account_id, "contact_id": (None, deal.primary_contact_id),
    }  # fmt: skip
    spare = [spare_note(about, (quoted,))]
    if "lacks" in decision:
        lacks = enum(decision["lacks"], {one: one for one in LACKS})
        asked = _asked(deal, decision, due)
        return Expectation(
            any_of=[Bundle(required=[asked], allowed=spare)], answer=Answer(("waiting", "not_done"), {"missing": lacks})
        )
    total = money(decision["total"], decision["currency"])
    required = [_quote(draw, deal, decision), *_lines(decision), _stage(session, deal)]
    told = noted(about, total, subject=(quoted,))
    return Expectation(
        any_of=[Bundle(required=[*required, told], allowed=spare)],
        answer=Answer("done", {"quote": FromRow("record", "quote", "number"), "total": total}),
    )


def _quote(draw: Draw, deal: Opportunity, decision: Decision) -> Effect:
    last = local_day(draw.now) + LIFE
    return Effect(
        "quote", "quote", "insert", where={"opportunity_id": deal.id},
        set={
            "status": "draft", "price_book_id": decision["book"], "currency": decision["currency"],
            "contact_id": deal.primary_contact_id, "discount_bp": 0, "total": decision["total"],
            "expires_on": between(last.isoformat(), (last + LIFE).isoformat()),
            "notes": any_value("what stands below a quote is up to whoever makes it"),
        },
        bind="quote", words=f"{deal.number} gets one quote, a draft by the account's price book",
    )  # fmt: skip


def _lines(decision: Decision) -> list[Effect]:
    return [
        Effect(
            f"line-{at}", "quote_line", "insert", where={"product_id": one["product_id"]},
            set={"quote_id": ref("quote"), **{name: one[name] for name in ("quantity", "list_price", "discount_bp")}},
            words=f"Line {at} of the quote is that of the deal, at the price of the book",
        )
        for at, one in enumerate(decision["lines"], 1)
    ]  # fmt: skip


def _stage(session: Session, deal: Opportunity) -> Effect:
    to = session.scalars(select(PipelineStage).where(PipelineStage.name == PROPOSAL)).one()
    on_the_way = session.scalars(select(PipelineStage.id).where(PipelineStage.name == FROM_HERE[0])).one()
    near = session.get_one(PipelineStage, deal.stage_id).name in FROM_HERE
    return Effect(
        "stage", "opportunity", "update", where={"id": deal.id},
        set={
            "stage_id": to.id, "last_stage_id": deal.stage_id if near else on_the_way, "probability": to.probability,
            "forecast_category": to.forecast_category,
        },
        words=f"{deal.number} becomes a proposal, and nothing else of it changes",
    )  # fmt: skip


def _asked(deal: Opportunity, decision: Decision, due: str) -> Effect:
    at = datetime.fromisoformat(due).replace(tzinfo=ZONE)
    return Effect(
        "task", "activity", "insert", where={"kind": "task", "opportunity_id": deal.id},
        set={
            "owner_id": deal.owner_id, "status": "open", "account_id": deal.account_id, "lead_id": None,
            "contact_id": one_of(None, deal.primary_contact_id),
            "due_at": iso_instant(at),
            "subject": mentions(record(decision["quoted"])), "body": mentions(word(decision["lacks"])),
            "priority": "normal",
        },
        words=f"The owner of {deal.number} is asked for its {decision['lacks']} by one task that is due on {due}",
    )  # fmt: skip
