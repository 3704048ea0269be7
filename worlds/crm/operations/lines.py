"""The lines of a deal, from which its amount comes (rule CR7)."""

from typing import Any

from worlds.crm.models import OpportunityLine
from worlds.crm.records import fieldlog
from worlds.crm.records.heads import Opportunity
from worlds.crm.rules import SELLERS
from worlds.crm.selling import amounts, discounts, price_books, prices
from worlds.crm.selling.amounts import LineRow
from worlds.crm.selling.deal_detail import changed, line_view
from worlds.crm.selling.percent import Percent
from worlds.crm.selling.views import LineView, OpportunityChanged
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.fields import Quantity, RecordId, UpTo200
from worlds.engine.operation import writes
from worlds.engine.rows import insert, run

MOST_LINES = 200


class LinesChanged(OpportunityChanged):
    """A deal after its lines were changed, with all of them."""

    lines: UpTo200[LineView]


@writes(roles=SELLERS)
def add_line(
    ctx: Context, opportunity_id: RecordId, product_id: RecordId, quantity: Quantity, discount: Percent | None = None
) -> LinesChanged:
    """Add a product to a deal, at the list price of the deal's price book; its amount follows.

    A product that stands in the deal already gets a further line; update_line changes the quantity of the one there is.

    Args:
        opportunity_id: The deal's id.
        product_id: The product, as list_prices gives it.
        quantity: How many.
        discount: Percentage off the list price, such as 7.5; what is offered with it may need approval.
    """
    deal = amounts.workable(ctx, opportunity_id)
    if deal.price_book_id is None:
        raise Conflict(
            "price_book_missing",
            f"Deal {deal.number} has no price book; choose one for it first, from the list of price books.",
            field="opportunity_id",
        )
    price_books.check(ctx, deal.price_book_id, deal.currency, "opportunity_id")
    entry = price_books.entry(ctx, deal.price_book_id, product_id)
    there = amounts.lines(ctx, deal.id)
    if len(there) >= MOST_LINES:
        raise Conflict(
            "too_many_lines",
            f"Deal {deal.number} has {MOST_LINES} lines, the most there can be.",
            field="opportunity_id",
        )
    price, off = entry.list_price or 0, discount or 0
    net = prices.net(quantity, price, off)
    fresh = LineRow(
        0, deal.id, len(there) + 1, entry.product_id, entry.sku, entry.name, quantity, price, off, net,
        entry.floor_price,
    )  # fmt: skip
    _check_floor(ctx, deal, fresh)
    insert(
        ctx, OpportunityLine, opportunity_id=deal.id, product_id=product_id,
        position=1 + max((one.position for one in there), default=0), quantity=quantity, list_price=price,
        discount_bp=off, net=net,
    )  # fmt: skip
    _log(ctx, fresh, None, discounts.said(fresh))
    return _rolled_up(ctx, deal)


@writes(roles=SELLERS, record="opportunity_id", columns={"discount": ("opportunity_line.discount_bp",)})
def update_line(
    ctx: Context,
    opportunity_id: RecordId,
    line_id: RecordId,
    quantity: Quantity | None = None,
    discount: Percent | None = None,
) -> LinesChanged:
    """Change the quantity or the discount of a deal's line; the deal's amount follows.

    Args:
        opportunity_id: The deal's id.
        line_id: The line's id, as get_opportunity gives it.
        quantity: How many.
        discount: Percentage off the list price, such as 7.5; 0 takes it away.
    """
    deal = amounts.workable(ctx, opportunity_id)
    line = amounts.line(ctx, deal, line_id)
    asked: dict[str, Any] = {}
    if quantity is not None:
        asked["quantity"] = quantity
    if discount is not None:
        asked["discount_bp"] = discount
    if not asked:
        raise Invalid("nothing_to_change", "The call names nothing that is to be changed.")
    after = line._replace(**asked)
    after = after._replace(net=prices.net(after.quantity, after.list_price, after.discount_bp))
    _check_floor(ctx, deal, after)
    run(
        ctx, "UPDATE opportunity_line SET quantity = :quantity, discount_bp = :off, net = :net WHERE id = :line",
        quantity=after.quantity, off=after.discount_bp, net=after.net, line=line_id,
    )  # fmt: skip
    if after != line:
        _log(ctx, line, discounts.said(line), discounts.said(after))
    return _rolled_up(ctx, deal)


@writes(roles=SELLERS, record="opportunity_id", conflicts="columns", columns={"line_id": ("opportunity_line.*",)})
def remove_line(ctx: Context, opportunity_id: RecordId, line_id: RecordId) -> LinesChanged:
    """Take a line off a deal; the deal's amount follows.

    Args:
        opportunity_id: The deal's id.
        line_id: The line's id, as get_opportunity gives it.
    """
    deal = amounts.workable(ctx, opportunity_id)
    line = amounts.line(ctx, deal, line_id)
    run(ctx, "DELETE FROM opportunity_line WHERE id = :line", line=line_id)
    _log(ctx, line, discounts.said(line), None)
    return _rolled_up(ctx, deal)


def _check_floor(ctx: Context, deal: Opportunity, line: LineRow) -> None:
    discounts.check_floor(ctx, [line], 0, deal.currency, deal.close_date, "discount")


def _log(ctx: Context, line: LineRow, before: str | None, after: str | None) -> None:
    fieldlog.entry(ctx, "opportunity", line.opportunity_id, f"line.{line.sku}", before, after)


def _rolled_up(ctx: Context, deal: Opportunity) -> LinesChanged:
    amounts.roll_up(ctx, deal)
    lines = [line_view(one) for one in amounts.lines(ctx, deal.id)]
    return LinesChanged(**changed(ctx, deal.id).model_dump(), lines=lines)
