"""The storefront's app and what all its pages share: the menu, who is visiting, and keeping guests off the account.

A page or action marked with `members` is for a signed-in customer; everybody else is sent to sign in, or told why not.
"""

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for

from worlds.engine.errors import Forbidden
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.guests import Guests
from worlds.engine.surfaces.pages import Door, Pages
from worlds.shop.operations.accounts import SessionView, get_session, sign_out
from worlds.shop.operations.catalogue import list_categories
from worlds.shop.pages.store.countries import country_name
from worlds.shop.pages.store.departments import Department, departments
from worlds.shop.pages.store.wording import FILTERS, counted, goods_title
from worlds.shop.rules import RETURN_WINDOW_DAYS, SHIPPING_METHODS

store = Pages(
    "store",
    __name__,
    title="Larkfield",
    template_folder="templates",
    static_folder="static",
    static_url_path="/store-files",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a page; `session` is None for staff, who have neither cart nor account here."""

    session: SessionView | None
    menu: tuple[Department, ...]
    leave: Form | None

    @property
    def signed_in(self) -> bool:
        """Whether a customer is signed in."""
        return self.session is not None and self.session.signed_in


def session_of(door: Door) -> SessionView | None:
    """The visitor's session, read once a request; None for staff."""
    if "store_session" not in g:
        g.store_session = door.read(get_session) if door.may(get_session) else None
    session: SessionView | None = g.store_session
    return session


def show(door: Door, template: str, **context: Any) -> str:
    """A page of the storefront, with menu and header."""
    session = session_of(door)
    leave = door.form(sign_out, url_for("store.signed_out"), name="leave") if session and session.signed_in else None
    visit = Visit(session, departments(door.read(list_categories).items), leave)
    return door.render(f"store/{template}", visit=visit, **context)


def _is_signed_in(door: Door) -> bool:
    """Whether a customer is signed in.

    Raises:
        Forbidden: for staff.
    """
    session = session_of(door)
    if session is None:
        role = door.world.roles[door.actor.role].title
        raise Forbidden(
            "customers_only",
            f"Cart, checkout and account belong to customers; you are here as {role}. "
            "You can look at everything that Larkfield sells, and do your work in the back office.",
        )
    return session.signed_in


members = Guests(store, home="account", signed_in=_is_signed_in).members


def page_url(number: int) -> str:
    """This list's address with another page."""
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "page"}
    return url_for(str(request.endpoint), **{**kept, **(request.view_args or {}), "page": number})


@store.app_context_processor  # the app's: unknown addresses are answered in the storefront's look too
def _constants() -> dict[str, Any]:
    return {
        "shipping_methods": SHIPPING_METHODS,
        "return_days": RETURN_WINDOW_DAYS,
        "goods_title": goods_title,
        "country_name": country_name,
        "counted": counted,
        "page_url": page_url,
    }


for name, words in FILTERS.items():
    store.add_app_template_filter(words, name)
