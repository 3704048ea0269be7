"""Renewals (rule CR13): the deal by which a contract goes on, which comes by itself and only once.

It comes when the contract's deal is won, or else ninety days before the contract ends.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple, cast

from worlds.crm.days import local_day
from worlds.crm.models import OpportunityLine
from worlds.crm.records import heads
from worlds.crm.records.heads import Account
from worlds.crm.rules import RENEWAL_LEAD
from worlds.crm.selling import price_books, prices
from worlds.engine.context import Actor, Context
from worlds.engine.rows import Query, insert, run

Make = Callable[..., int]
RENEWING: Final = Actor("system", None, "Renewals")
"""Who opens them: nobody of the house does."""


class Agreed(NamedTuple):
    """A contract as its renewal goes on from it."""

    id: int
    number: str
    account_id: int
    account_name: str
    account_owner_id: int
    opportunity_id: int | None
    ends: str
    currency: str
    renewal_opportunity_id: int | None


class _Deal(NamedTuple):
    id: int
    price_book_id: int | None
    primary_contact_id: int | None
    currency: str


class _Line(NamedTuple):
    product_id: int
    quantity: int
    list_price: int
    discount_bp: int


class _Person(NamedTuple):
    id: int


_AGREED = """SELECT c.id, c.number, c.account_id, a.name, a.owner_id, c.opportunity_id, c.ends, c.currency,
  c.renewal_opportunity_id FROM contract c JOIN account a ON a.id = c.account_id AND a.is_deleted = 0"""
_OF_DEAL = Query(
    Agreed,
    f"""{_AGREED} WHERE c.opportunity_id = :deal AND c.state = 'signed' AND c.renewal_opportunity_id IS NULL
    ORDER BY c.id""",
)
_DUE = Query(
    Agreed,
    f"""{_AGREED} WHERE c.state = 'signed' AND c.renewal_opportunity_id IS NULL AND c.ends <= :until
    AND c.ends >= :today ORDER BY c.ends, c.id""",
)
_DEAL = Query(
    _Deal,
    """SELECT o.id, b.id, c.id, o.currency FROM opportunity o
    LEFT JOIN price_book b ON b.id = o.price_book_id AND b.active = 1 AND b.currency = o.currency
    LEFT JOIN contact c ON c.id = o.primary_contact_id AND c.is_deleted = 0 WHERE o.id = :deal""",
)
_LINES = Query(
    _Line,
    """SELECT l.product_id, l.quantity, e.list_price, 0 FROM opportunity_line l
    JOIN product p ON p.id = l.product_id AND p.active = 1
    JOIN price_book_entry e ON e.product_id = l.product_id AND e.price_book_id = :book AND e.active = 1
    WHERE l.opportunity_id = :deal ORDER BY l.position, l.id""",
)
_AT_WORK = Query(
    _Person,
    """WITH RECURSIVE up(id, step) AS (SELECT :user, 0 UNION
      SELECT u.manager_id, step + 1 FROM crm_user u JOIN up ON u.id = up.id WHERE u.manager_id IS NOT NULL)
    SELECT u.id FROM up JOIN crm_user u ON u.id = up.id AND u.active = 1 ORDER BY up.step LIMIT 1""",
)


def renew_won(ctx: Context, deal_id: int, make: Make) -> None:
    """Open the renewals of the signed contracts of a deal that was won."""
    for contract in _OF_DEAL.all(ctx, deal=deal_id):
        renew(ctx, contract, make)


def due(ctx: Context) -> Sequence[Agreed]:
    """The signed contracts that end within the next ninety days and have no renewal, the first to end first."""
    today = local_day(ctx.now)
    return _DUE.all(ctx, until=(today + RENEWAL_LEAD).isoformat(), today=today.isoformat())


def renew(ctx: Context, contract: Agreed, make: Make) -> int:
    """Open the deal by which a contract goes on; answers its id.

    It belongs to the account's owner, or if they have left to who is above them. It has what the deal before sold, as
    far as it is still sold, at today's list prices.
    """
    before = None if contract.opportunity_id is None else _DEAL.first(ctx, deal=contract.opportunity_id)
    at_work = _AT_WORK.first(ctx, user=contract.account_owner_id)
    currency = contract.currency if before is None else before.currency
    account = cast("Account", heads.stored(ctx, "account", contract.account_id))
    book = price_books.chosen(ctx, account, currency, None if before is None else before.price_book_id)
    lines = [] if before is None else _LINES.all(ctx, deal=before.id, book=book)
    values = {
        "name": f"{contract.account_name}: renewal {date.fromisoformat(contract.ends).year}", "kind": "renewal",
        "account_id": contract.account_id, "currency": currency, "price_book_id": book,
        "close_date": max(contract.ends, local_day(ctx.now).isoformat()), "amount": prices.total(lines),
        "owner_id": contract.account_owner_id if at_work is None else at_work.id,
        "primary_contact_id": None if before is None else before.primary_contact_id,
    }  # fmt: skip
    renewal = make(replace(ctx, actor=RENEWING), "opportunity", values, via="renewal", asked=False)
    for position, line in enumerate(lines, 1):
        net = prices.net(line.quantity, line.list_price, line.discount_bp)
        insert(ctx, OpportunityLine, opportunity_id=renewal, position=position, **line._asdict(), net=net)
    link(ctx, contract.id, renewal)
    return renewal


def link(ctx: Context, contract_id: int, deal_id: int) -> None:
    """Write down by which deal a contract goes on."""
    run(
        ctx, "UPDATE contract SET renewal_opportunity_id = :deal, updated_at = :now WHERE id = :contract",
        deal=deal_id, now=ctx.now, contract=contract_id,
    )  # fmt: skip
