"""Returns: opening, deciding and receiving them."""

from typing import Annotated, Literal

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId
from worlds.engine.operation import reads, writes
from worlds.shop.rules import STAFF, SUPPORT, WAREHOUSE
from worlds.shop.texts import Query, Words
from worlds.shop.views import Damage, LineQuantity, ReturnReason, ReturnStatus, ReturnView

DeclineReason = Literal["outside_window", "final_sale", "used_or_worn", "not_ours", "duplicate", "other"]


@reads(roles=STAFF)
def list_returns(  # noqa: PLR0913 - a list's filters are its schema
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
    raise NotImplementedError


@reads(roles=STAFF)
def get_return(ctx: Context, return_id: RecordId) -> ReturnView:
    """Show a return.

    Args:
        return_id: The return's id.
    """
    raise NotImplementedError


@writes(roles=SUPPORT)
def open_return(  # noqa: PLR0913 - an operation's arguments are its schema
    ctx: Context,
    order_id: RecordId,
    lines: Annotated[list[LineQuantity], Field(min_length=1, max_length=100)],
    reason: ReturnReason,
    note: Words | None = None,
    notify: bool = True,
) -> ReturnView:
    """Open a return for shipped units, so that the customer can send them back.

    Args:
        order_id: The order's id.
        lines: What comes back.
        reason: Why.
        note: An internal note on the return.
        notify: Mail the customer how to send it.
    """
    raise NotImplementedError


@writes(roles=SUPPORT)
def approve_return(ctx: Context, return_id: RecordId, notify: bool = True) -> ReturnView:
    """Open a return that a customer asked for.

    Args:
        return_id: The return's id.
        notify: Mail the customer how to send it.
    """
    raise NotImplementedError


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
    raise NotImplementedError


@writes(roles=WAREHOUSE)
def receive_return(
    ctx: Context,
    return_id: RecordId,
    lines: Annotated[list[Damage], Field(min_length=1, max_length=100)],
    location_id: RecordId | None = None,
    notify: bool = True,
) -> ReturnView:
    """Book units of a return in: sound ones become available, damaged ones are set apart.

    The return is closed when all its units are in.

    Args:
        return_id: The return's id.
        lines: What arrived, by order line.
        location_id: Where it arrived; the location that it was shipped from if left out.
        notify: Mail the customer that it arrived.
    """
    raise NotImplementedError


@writes(roles=(*SUPPORT, "ops"))
def close_return(ctx: Context, return_id: RecordId) -> ReturnView:
    """Close an open return of which no more units will come.

    Args:
        return_id: The return's id.
    """
    raise NotImplementedError
