"""Returns: opening, deciding and receiving them."""

import json
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import Day, Page, PageNumber, PageSize, Query, RecordId, Words
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import run
from worlds.shop import mails, order_file, order_parts, returning, stockroom
from worlds.shop.chronicle import audit, timeline
from worlds.shop.derived import recompute
from worlds.shop.order_parts import ReturnRow
from worlds.shop.places import location_name
from worlds.shop.rules import STAFF, SUPPORT, WAREHOUSE
from worlds.shop.views import Damage, LineQuantity, ReturnReason, ReturnStatus, ReturnView


class _Id(NamedTuple):
    id: int


_WHY = {
    "outside_window": "The last day for sending these goods back has passed.",
    "final_sale": "These goods were sold as final sale, which cannot be returned.",
    "used_or_worn": "The goods show signs of use, so we cannot take them back.",
    "not_ours": "These goods were not bought from us.",
    "duplicate": "We are already handling a return for the same goods.",
    "other": "Please reply to this message if you have questions.",
}


DeclineReason = Literal["outside_window", "final_sale", "used_or_worn", "not_ours", "duplicate", "other"]


@reads(roles=STAFF)
def list_returns(
    ctx: Context,
    query: Query | None = None,
    status: ReturnStatus | None = None,
    order_id: RecordId | None = None,
    sort: Literal["newest", "oldest"] = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ReturnView]:
    """List returns.

    Args:
        query: Words that must all occur in the return's number, or the order's number, e-mail or names.
        status: Only returns in this state.
        order_id: Only returns of this order.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Returns a page.
    """
    conditions = Conditions()
    conditions.words(query, "(lower(r.number) || ' ' || o.search_text)")
    conditions.equal(r__status=status, r__order_id=order_id)
    source = "return_request r JOIN sales_order o ON o.id = r.order_id"
    way = "DESC" if sort == "newest" else "ASC"
    rows, total = page_of(ctx, _Id, "r.id", source, conditions, f"r.requested_at {way}, r.id {way}", page, page_size)
    ids = [row.id for row in rows]
    views = order_parts.return_views(order_parts.RETURNS_IN.all(ctx, returns=json.dumps(ids)))
    return Page[ReturnView].of(sorted(views, key=lambda view: ids.index(view.return_id)), total, page, page_size)


@reads(roles=STAFF)
def get_return(ctx: Context, return_id: RecordId) -> ReturnView:
    """Show a return.

    Args:
        return_id: The return's id.
    """
    return order_parts.return_views(_rows(ctx, return_id))[0]


@writes(roles=SUPPORT, duplicates=True)
def open_return(
    ctx: Context,
    order_id: RecordId,
    lines: Annotated[list[LineQuantity], Field(min_length=1, max_length=100)],
    reason: ReturnReason,
    note: Words | None = None,
    asked_on: Day | None = None,
    exception: bool = False,
    notify: bool = True,
) -> ReturnView:
    """Open a return for shipped units, so that the customer can send them back.

    The return period is counted to the day on which the customer asked.

    Args:
        order_id: The order's id.
        lines: What comes back.
        reason: Why.
        note: An internal note on the return.
        asked_on: The day in the store's zone on which the customer asked; today if left out.
        exception: Open it although the customer asked after the last day; for senior support.
        notify: Mail the customer how to send it.
    """
    order = order_file.head(ctx, order_id)
    how = returning.asking(ctx, order, asked_on, exception=exception)
    asked = returning.check_lines(ctx, order, lines, how)
    return_id = returning.write(ctx, order, asked, returning.Wish(reason, note, how), status="open")
    returning.tell(ctx, order, return_id, "return_approved", notify=notify)
    audit(ctx, "open_return", "return", return_id, order=order_id, reason=reason, exception=exception)
    return get_return(ctx, return_id)


@writes(roles=SUPPORT)
def approve_return(ctx: Context, return_id: RecordId, notify: bool = True) -> ReturnView:
    """Open a return that a customer asked for.

    Args:
        return_id: The return's id.
        notify: Mail the customer how to send it.
    """
    order_id = _decide(ctx, return_id, "UPDATE return_request SET status = 'open' WHERE id = :return")
    returning.tell(ctx, order_file.head(ctx, order_id), return_id, "return_approved", notify=notify)
    audit(ctx, "approve_return", "return", return_id)
    return get_return(ctx, return_id)


@writes(roles=SUPPORT)
def decline_return(
    ctx: Context,
    return_id: RecordId,
    reason: DeclineReason,
    explanation: Words | None = None,
    notify: bool = True,
) -> ReturnView:
    """Decline a return that a customer asked for.

    Args:
        return_id: The return's id.
        reason: The rule that stands against it.
        explanation: Sentences for the customer.
        notify: Mail the customer.
    """
    order_id = _decide(
        ctx, return_id,
        "UPDATE return_request SET status = 'declined', decline_reason = :reason WHERE id = :return", reason=reason,
    )  # fmt: skip
    returning.let_go(ctx, order_id)
    order = order_file.head(ctx, order_id)
    returning.tell(ctx, order, return_id, "return_declined", notify=notify, why=explanation or _WHY[reason])
    audit(ctx, "decline_return", "return", return_id, reason=reason)
    return get_return(ctx, return_id)


@writes(roles=WAREHOUSE)
def receive_return(
    ctx: Context,
    return_id: RecordId,
    lines: Annotated[list[Damage], Field(min_length=1, max_length=100)],
    location_id: RecordId | None = None,
    restocking_fee: bool = False,
    notify: bool = True,
) -> ReturnView:
    """Book units of a return in: sound ones become available, damaged ones are set apart.

    The return is closed when all its units are in. The restocking fee, a tenth of what was paid for the damaged units,
    is kept back when the goods are refunded.

    Args:
        return_id: The return's id.
        lines: What arrived, by order line.
        location_id: Where it arrived; the location that it was shipped from if left out.
        restocking_fee: Keep the restocking fee for the damaged units; once for a return.
        notify: Mail the customer that it arrived.
    """
    rows = _rows(ctx, return_id)
    _check_open(rows[0], "nothing can be booked in")
    order = order_file.head(ctx, rows[0].order_id)
    if restocking_fee:
        returning.check_fee(rows[0], sum(one.damaged for one in lines))
    if location_id is not None:
        location_name(ctx, location_id)
    places = {line: parcels[-1].location_id for line, parcels in order_file.sent(ctx, order.id).items()}
    sold = order_file.lines(ctx, order.id)
    waiting = {row.line_id: row for row in rows}
    for at, arrived in enumerate(lines):
        _check_arrived(waiting, lines, at)
        variant = sold[arrived.line_id].variant_id
        if variant is not None:
            _book_in(ctx, order.id, variant, location_id or places[arrived.line_id], arrived)
        run(
            ctx,
            "UPDATE return_line SET received = received + :received, damaged = damaged + :damaged"
            " WHERE return_id = :return AND order_line_id = :line",
            received=arrived.received, damaged=arrived.damaged, line=arrived.line_id, **{"return": return_id},
        )  # fmt: skip
    if restocking_fee:
        returning.keep_fee(ctx, return_id, ((sold[one.line_id], one.damaged) for one in lines))
    after = _rows(ctx, return_id)
    complete = all(row.received == row.quantity for row in after)
    if complete:
        _close(ctx, return_id)
    recompute(ctx, order.id)
    units, damaged = sum(one.received for one in lines), sum(one.damaged for one in lines)
    broken = f", {damaged} of them damaged" if damaged else ""
    message = f"{mails.counted(units)} of return {rows[0].number} received{broken}"
    timeline(ctx, order.id, "return_received", message)
    audit(ctx, "receive_return", "return", return_id, received=units, damaged=damaged, complete=complete)
    if notify:
        goods = mails.items((one.received, waiting[one.line_id].title, "") for one in lines)
        returning.arrived(ctx, order, return_id, rows[0].number, goods)
    return get_return(ctx, return_id)


@writes(roles=(*SUPPORT, "ops"))
def close_return(ctx: Context, return_id: RecordId) -> ReturnView:
    """Close an open return of which no more units will come.

    Args:
        return_id: The return's id.
    """
    rows = _rows(ctx, return_id)
    _check_open(rows[0], "it cannot be closed")
    _close(ctx, return_id)
    recompute(ctx, rows[0].order_id)
    returning.let_go(ctx, rows[0].order_id)
    timeline(ctx, rows[0].order_id, "return_closed", f"Return {rows[0].number} closed")
    audit(ctx, "close_return", "return", return_id)
    return get_return(ctx, return_id)


def _rows(ctx: Context, return_id: int) -> list[ReturnRow]:
    rows = order_parts.return_rows(ctx, return_id)
    if not rows:
        raise NotFound(
            "return_not_found",
            f"There is no return {return_id}; the list of returns shows those there are.",
            field="return_id",
        )
    return rows


def _check_open(one: ReturnRow, consequence: str) -> None:
    if one.status != "open":
        way = "Approve or decline it first." if one.status == "requested" else "Open a new return for other units."
        raise Conflict("return_not_open", f"Return {one.number} is {one.status}, so {consequence}. {way}")


def _decide(ctx: Context, return_id: int, sql: str, **values: str) -> int:
    one = _rows(ctx, return_id)[0]
    if one.status != "requested":
        raise Conflict(
            "return_not_requested", f"Return {one.number} is {one.status}; it was decided before, and that stands."
        )
    run(ctx, sql, **values, **{"return": return_id})
    recompute(ctx, one.order_id)
    return one.order_id


def _close(ctx: Context, return_id: int) -> None:
    sql = "UPDATE return_request SET status = 'closed', closed_at = :now WHERE id = :return"
    run(ctx, sql, now=ctx.now, **{"return": return_id})


def _check_arrived(waiting: dict[int, ReturnRow], lines: list[Damage], at: int) -> None:
    arrived = lines[at]
    row = waiting.get(arrived.line_id)
    if row is None:
        one = next(iter(waiting.values()))
        raise NotFound(
            "line_not_found",
            f"Return {one.number} has no line {arrived.line_id}; its lines are {', '.join(map(str, waiting))}.",
            field=f"lines.{at}.line_id",
        )
    if any(other.line_id == arrived.line_id for other in lines[:at]):
        raise Invalid(
            "duplicate_line", f"Line {row.line_id} is named twice; name it once.", field=f"lines.{at}.line_id"
        )
    left = row.quantity - row.received
    if arrived.received > left or arrived.damaged > arrived.received:
        raise Conflict(
            "quantity_above_received",
            f"Return {row.number} still waits for {left} of {row.title}; {arrived.received} received, "
            f"{arrived.damaged} of them damaged, does not fit. Lower the units that were received, or those damaged.",
            field=f"lines.{at}.received",
            details={"waiting": left},
        )


def _book_in(ctx: Context, order_id: int, variant_id: int, location_id: int, arrived: Damage) -> None:
    sound = arrived.received - arrived.damaged
    for units, state in ((sound, "available"), (arrived.damaged, "damaged")):
        if units:
            stockroom.move(ctx, "return", variant_id, location_id, units, (None, state), order_id=order_id)
