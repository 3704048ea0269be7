"""What a draft of a quote offers: its lines, and the discount on all of them (rule CR6)."""

from worlds.crm.models import QuoteLine
from worlds.crm.records import fieldlog
from worlds.crm.rules import SELLERS
from worlds.crm.selling import discounts, price_books, quote_detail, quote_file, quoting
from worlds.crm.selling.percent import Percent, spelled
from worlds.crm.selling.quote_file import QuoteFile, QuoteLineRow
from worlds.crm.selling.views import QuoteDetail
from worlds.crm.texts import Why
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.fields import Quantity, RecordId
from worlds.engine.operation import writes
from worlds.engine.rows import insert, run

MOST_LINES = 200


@writes(roles=SELLERS)
def add_quote_line(
    ctx: Context, quote_id: RecordId, product_id: RecordId, quantity: Quantity, discount: Percent | None = None
) -> QuoteDetail:
    """Add a product to a draft, at the list price of its price book. The deal's own lines stay as they are.

    Args:
        quote_id: The quote's id.
        product_id: The product, as list_prices gives it.
        quantity: How many.
        discount: Percentage off this line, such as 7.5.
    """
    found, _ = quote_file.draft(ctx, quote_id)
    there = quote_file.lines(ctx, quote_id)
    if len(there) >= MOST_LINES:
        raise Conflict("too_many_lines", f"Quote {found.number} has {MOST_LINES} lines, the most there can be.",
                       field="quote_id")  # fmt: skip
    price_books.book(ctx, found.price_book_id, "quote_id")
    entry = price_books.entry(ctx, found.price_book_id, product_id)
    position = 1 + max((one.position for one in there), default=0)
    price, off = quoting.price(ctx, found, product_id), discount or 0
    line = QuoteLineRow(0, position, product_id, entry.sku, entry.name, quantity, price, off, 0, entry.floor_price)
    _check_floor(ctx, found, [line], found.discount_bp)
    insert(
        ctx, QuoteLine, quote_id=quote_id, product_id=product_id, position=position, quantity=quantity,
        list_price=price, discount_bp=off, net=0,
    )  # fmt: skip
    fieldlog.entry(ctx, "quote", quote_id, f"line.{line.sku}", None, discounts.said(line))
    quoting.add_up(ctx, quote_id, found.discount_bp)
    return quote_detail.now(ctx, quote_id)


@writes(roles=SELLERS, record="quote_id", columns={"discount": ("quote_line.discount_bp",)})
def update_quote_line(
    ctx: Context,
    quote_id: RecordId,
    quote_line_id: RecordId,
    quantity: Quantity | None = None,
    discount: Percent | None = None,
) -> QuoteDetail:
    """Change the quantity or the discount of a draft's line.

    Args:
        quote_id: The quote's id.
        quote_line_id: The line's id, as get_quote gives it.
        quantity: How many.
        discount: Percentage off this line, such as 7.5; 0 takes it away.
    """
    found, _ = quote_file.draft(ctx, quote_id)
    line = quote_file.line(ctx, found, quote_line_id)
    if quantity is None and discount is None:
        raise Invalid("nothing_to_change", "The call names nothing that is to be changed.")
    after = line._replace(
        quantity=line.quantity if quantity is None else quantity,
        discount_bp=line.discount_bp if discount is None else discount,
    )
    _check_floor(ctx, found, [after], found.discount_bp)
    run(
        ctx, "UPDATE quote_line SET quantity = :quantity, discount_bp = :off WHERE id = :line",
        quantity=after.quantity, off=after.discount_bp, line=quote_line_id,
    )  # fmt: skip
    if after != line:
        fieldlog.entry(ctx, "quote", quote_id, f"line.{line.sku}", discounts.said(line), discounts.said(after))
    quoting.add_up(ctx, quote_id, found.discount_bp)
    return quote_detail.now(ctx, quote_id)


@writes(roles=SELLERS, record="quote_id", conflicts="columns", columns={"quote_line_id": ("quote_line.*",)})
def remove_quote_line(ctx: Context, quote_id: RecordId, quote_line_id: RecordId) -> QuoteDetail:
    """Take a line off a draft; the deal's own lines stay as they are.

    Args:
        quote_id: The quote's id.
        quote_line_id: The line's id, as get_quote gives it.
    """
    found, _ = quote_file.draft(ctx, quote_id)
    line = quote_file.line(ctx, found, quote_line_id)
    run(ctx, "DELETE FROM quote_line WHERE id = :line", line=quote_line_id)
    fieldlog.entry(ctx, "quote", quote_id, f"line.{line.sku}", discounts.said(line), None)
    quoting.add_up(ctx, quote_id, found.discount_bp)
    return quote_detail.now(ctx, quote_id)


@writes(
    roles=SELLERS,
    record="quote_id",
    columns={"discount": ("discount_bp",), "reason": ("discount_reason",)},
)
def set_discount(ctx: Context, quote_id: RecordId, discount: Percent, reason: Why | None = None) -> QuoteDetail:
    """Give a draft a discount on all its lines, on top of their own. One above your limit is then to be submitted.

    Args:
        quote_id: The quote's id.
        discount: Percentage off every line, such as 7.5; 0 takes it away.
        reason: Why it is given: what the customer gives for it. Every discount says so.
    """
    found, _ = quote_file.draft(ctx, quote_id)
    lines = quote_file.lines(ctx, quote_id)
    if discount and reason is None and not found.discount_reason:
        raise Invalid(
            "discount_reason_required",
            f"A discount says why it is given; say what the customer of quote {found.number} gives for it.",
            field="reason",
        )
    _check_floor(ctx, found, lines, discount)
    if reason is not None and reason != found.discount_reason:
        run(ctx, "UPDATE quote SET discount_reason = :reason WHERE id = :quote", reason=reason, quote=quote_id)
        fieldlog.entry(ctx, "quote", quote_id, "discount_reason", found.discount_reason, reason)
    if discount != found.discount_bp:
        fieldlog.entry(ctx, "quote", quote_id, "discount", spelled(found.discount_bp), spelled(discount))
    quoting.add_up(ctx, quote_id, discount)
    return quote_detail.now(ctx, quote_id)


def _check_floor(ctx: Context, found: QuoteFile, lines: list[QuoteLineRow], further_bp: int) -> None:
    discounts.check_floor(ctx, lines, further_bp, found.currency, found.close_date, "discount")
