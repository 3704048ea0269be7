"""Returns: the list, opening one, deciding on it, and booking in what arrived."""

from typing import Final

from flask import url_for

from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act, tabs
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.orders import get_order
from worlds.shop.operations.returns import (
    approve_return,
    close_return,
    decline_return,
    get_return,
    list_returns,
    open_return,
    receive_return,
)
from worlds.shop.operations.stock import list_locations
from worlds.shop.pages.office.app import office
from worlds.shop.views import ReturnView

VIEWS: Final[Views] = (
    ("All", {}),
    ("To decide", {"status": "requested"}),
    ("To receive", {"status": "open"}),
    ("Closed", {"status": "closed"}),
    ("Declined", {"status": "declined"}),
)


@office.page("/returns")
def returns(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_returns)
    return door.render("office/returns.html", listed=listed, tabs=tabs(door, VIEWS))


@office.page("/returns/<id:return_id>")
def one_return(door: Door, return_id: int) -> str:
    """One return."""
    shown = door.read(get_return, return_id=return_id)
    return door.render("office/return.html", back=shown, acts=_acts(door, shown))


def _acts(door: Door, shown: ReturnView) -> list[Act]:
    decided = (shown.status != "requested", "it has been decided")
    shut = (shown.status != "open", "it is not open")

    def url(page: str) -> str:
        return url_for(f"office.{page}", return_id=shown.return_id)

    return [
        act(door, "Approve", url("approval"), approve_return, decided),
        act(door, "Decline", url("refusal"), decline_return, decided),
        act(door, "Receive goods", url("arrival"), receive_return, shut),
        act(door, "Close", url("closing"), close_return, shut),
    ]


@office.page("/orders/<id:order_id>/return")
def new_return(door: Door, order_id: int) -> str:
    """What was shipped and may come back."""
    shown = door.read(get_order, order_id=order_id)
    form = door.form(open_return, url_for("office.opened", order_id=order_id))
    return door.render("office/new_return.html", order=shown, form=form)


@office.action("/orders/<id:order_id>/return", open_return, shows=new_return, rows={"lines": "quantity"})
def opened(_door: Door, done: ReturnView | None, order_id: int) -> Done:
    """The customer may send the goods."""
    if done is None:
        return Done(AGAIN, url_for("office.order", order_id=order_id))
    return Done(f"Return {done.number} is open.", url_for("office.one_return", return_id=done.return_id))


@office.page("/returns/<id:return_id>/approve")
def approval(door: Door, return_id: int) -> str:
    """Asks before a return is approved."""
    form = door.form(approve_return, url_for("office.approved", return_id=return_id))
    return door.render("office/approval.html", back=door.read(get_return, return_id=return_id), form=form)


@office.action("/returns/<id:return_id>/approve", approve_return, shows=approval)
def approved(_door: Door, done: ReturnView | None, return_id: int) -> Done:
    """The customer may send the goods."""
    said = f"Return {done.number} was approved; it is open now." if done else AGAIN
    return Done(said, url_for("office.one_return", return_id=return_id))


@office.page("/returns/<id:return_id>/decline")
def refusal(door: Door, return_id: int) -> str:
    """The rule that stands against a return."""
    form = door.form(decline_return, url_for("office.declined", return_id=return_id))
    return door.render("office/refusal.html", back=door.read(get_return, return_id=return_id), form=form)


@office.action("/returns/<id:return_id>/decline", decline_return, shows=refusal)
def declined(_door: Door, done: ReturnView | None, return_id: int) -> Done:
    """The goods stay with the customer."""
    said = f"Return {done.number} was declined." if done else AGAIN
    return Done(said, url_for("office.one_return", return_id=return_id))


@office.page("/returns/<id:return_id>/receive")
def arrival(door: Door, return_id: int) -> str:
    """What arrived, line by line."""
    shown = door.read(get_return, return_id=return_id)
    places = [(place.location_id, place.name) for place in door.read(list_locations).items if place.active]
    form = door.form(receive_return, url_for("office.arrived", return_id=return_id))
    return door.render("office/arrival.html", back=shown, form=form, places=places)


@office.action("/returns/<id:return_id>/receive", receive_return, shows=arrival, rows={"lines": "received"})
def arrived(_door: Door, done: ReturnView | None, return_id: int) -> Done:
    """The goods are back."""
    if done is None:
        said = AGAIN
    elif done.status == "closed":
        said = f"Everything of return {done.number} has arrived; it is closed."
    else:
        said = f"The goods of return {done.number} were booked in; it waits for the rest."
    return Done(said, url_for("office.one_return", return_id=return_id))


@office.page("/returns/<id:return_id>/close")
def closing(door: Door, return_id: int) -> str:
    """Asks before a return is given up."""
    form = door.form(close_return, url_for("office.closed", return_id=return_id))
    return door.render("office/closing.html", back=door.read(get_return, return_id=return_id), form=form)


@office.action("/returns/<id:return_id>/close", close_return, shows=closing)
def closed(_door: Door, done: ReturnView | None, return_id: int) -> Done:
    """No more is expected."""
    said = f"Return {done.number} is closed." if done else AGAIN
    return Done(said, url_for("office.one_return", return_id=return_id))
