"""Amounts of deals: they roll up from lines (rule CR7), so whoever changes lines works the amount out anew."""

from typing import NamedTuple

from worlds.crm.records import access, changing, heads
from worlds.crm.records.heads import Opportunity
from worlds.crm.selling import laws
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.rows import Query, number


class LineRow(NamedTuple):
    """A line of a deal, with its product; `floor_price` in euro cents."""

    line_id: int
    opportunity_id: int
    position: int
    product_id: int
    sku: str
    product_name: str
    quantity: int
    list_price: int
    discount_bp: int
    net: int
    floor_price: int


_SELECTED = """SELECT l.id, l.opportunity_id, l.position, l.product_id, p.sku, p.name, l.quantity, l.list_price,
  l.discount_bp, l.net, p.floor_price FROM opportunity_line l JOIN product p ON p.id = l.product_id"""
_OF_DEAL = Query(LineRow, f"{_SELECTED} WHERE l.opportunity_id = :deal ORDER BY l.position, l.id LIMIT 200")
_ONE = Query(LineRow, f"{_SELECTED} WHERE l.id = :line AND l.opportunity_id = :deal")


def workable(ctx: Context, opportunity_id: int) -> Opportunity:
    """A deal whose lines, people and quotes the acting person may change.

    Raises:
        Conflict: when it waits for approval or is closed.
        Forbidden: when the acting person may only read it.
        NotFound: when there is none that they may open.
    """
    deal = heads.opportunity(ctx, opportunity_id)
    access.check_edit(ctx, "opportunity", deal.id, f"the deal {deal.label}", "opportunity_id")
    laws.check_unlocked(deal)
    laws.check_open(ctx, deal)
    return deal


def lines(ctx: Context, deal_id: int) -> list[LineRow]:
    """A deal's lines, in their order."""
    return _OF_DEAL.all(ctx, deal=deal_id)


def line(ctx: Context, deal: Opportunity, line_id: int) -> LineRow:
    """One line of a deal.

    Raises:
        NotFound: when the deal has none of that id.
    """
    found = _ONE.first(ctx, line=line_id, deal=deal.id)
    if found is None:
        raise NotFound(
            "line_not_found",
            f"Deal {deal.number} has no line with id {line_id}; the deal shows those it has.",
            field="line_id",
        )
    return found


def roll_up(ctx: Context, deal: Opportunity) -> Opportunity:
    """Give a deal the amount that its lines come to; answers it as it is then."""
    summed = number(ctx, "SELECT sum(net) FROM opportunity_line WHERE opportunity_id = :deal", deal=deal.id)
    return changing.change(ctx, "opportunity", deal, {"amount": summed}, via="lines", asked=False)
