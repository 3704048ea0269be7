"""Reading the acting customer's account: details, addresses, saved cards."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from datetime import date
from hashlib import pbkdf2_hmac
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.rows import Query
from worlds.shop.views import AddressView

_ROUNDS = 1_000  # invented accounts: enough that no plain password lies in the file, quick enough to build thousands


class AccountRow(NamedTuple):
    """A customer's account as stored; `signed_in` is 1 until they sign out on the storefront's pages."""

    id: int
    email: str
    email_norm: str
    first_name: str | None
    last_name: str | None
    phone: str | None
    state: str
    marketing_consent: int
    password_digest: str | None
    orders: int
    signed_in: int

    @property
    def name(self) -> str:
        """First and last name."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


class AddressRow(NamedTuple):
    """An address of a customer's book."""

    address_id: int
    name: str
    company: str | None
    line1: str
    line2: str | None
    city: str
    province: str | None
    postal_code: str
    country: str
    phone: str | None
    is_default: int

    @property
    def view(self) -> AddressView:
        """It as it is shown."""
        return AddressView(**{name: getattr(self, name) for name in AddressView.model_fields})


class CardRow(NamedTuple):
    """A saved card."""

    payment_method_id: int
    brand: str
    last4: str
    holder: str
    expires_month: int
    expires_year: int
    is_default: int

    @property
    def title(self) -> str:
        """The card in words."""
        return f"{self.brand} ending {self.last4}"

    def expired_on(self, today: date) -> bool:
        """Whether it is past the end of its last month."""
        return (today.year, today.month) > (self.expires_year, self.expires_month)


_ACCOUNT = Query(
    AccountRow,
    """SELECT c.id, c.email, c.email_norm, c.first_name, c.last_name, c.phone, c.state, c.marketing_consent,
      c.password_digest, (SELECT count(*) FROM sales_order o WHERE o.customer_id = c.id),
      coalesce((SELECT max(w.signed_in) FROM web_session w WHERE w.customer_id = c.id), 1)
    FROM customer c WHERE c.id = :customer""",
)
_ADDRESS_FIELDS = "id, name, company, line1, line2, city, province, postal_code, country, phone, is_default"
ADDRESSES = Query(
    AddressRow,
    f"SELECT {_ADDRESS_FIELDS} FROM address WHERE customer_id = :customer ORDER BY is_default DESC, id LIMIT 200",
)
CARDS = Query(
    CardRow,
    "SELECT id, brand, last4, holder, expires_month, expires_year, is_default FROM payment_method"
    " WHERE customer_id = :customer ORDER BY is_default DESC, id LIMIT 200",
)


def account(ctx: Context) -> AccountRow:
    """The acting customer's account.

    Raises:
        NotFound: when the acting person is no customer.
    """
    found = _ACCOUNT.first(ctx, customer=ctx.actor.person)
    if found is None:
        raise NotFound("customer_not_found", "You have no customer account here.")
    return found


def address(ctx: Context, address_id: int | None) -> AddressRow | None:
    """One of the acting customer's addresses; without an id the default one. None if there is none."""
    rows = ADDRESSES.all(ctx, customer=ctx.actor.person)
    return next((row for row in rows if address_id in (None, row.address_id)), None)


def card(ctx: Context, payment_method_id: int | None) -> CardRow | None:
    """One of the acting customer's saved cards; without an id the default one. None if there is none."""
    rows = CARDS.all(ctx, customer=ctx.actor.person)
    return next((row for row in rows if payment_method_id in (None, row.payment_method_id)), None)


def password_digest(customer_id: int, password: str) -> str:
    """What is stored of a password."""
    return pbkdf2_hmac("sha256", password.encode(), f"larkfield|{customer_id}".encode(), _ROUNDS).hex()
