"""Customers with their addresses and saved cards, and the staff who serve them."""

from datetime import datetime

from sqlalchemy import Index, bindparam, func, select
from sqlalchemy.orm import Mapped, Session

from worlds.engine.context import Actor
from worlds.engine.schema import (
    business,
    check,
    collection,
    derived,
    key,
    one_of,
    prose,
    refers,
    sensitive,
    table,
    volatile,
)
from worlds.shop.models.model import Model

CUSTOMER_STATES = ("enabled", "invited", "disabled")
STAFF_ROLES = ("support_l1", "support_l2", "ops", "finance", "merch", "admin")


class Customer(Model):
    """Somebody who bought or may buy. `email` is as typed; `email_norm` is what two accounts are compared by.

    `search_text` is the folded text that searches look through, `phone_digits` the digits of `phone`.
    `merged_into_id` points from a merged record to the one that stayed.
    """

    __tablename__ = "customer"
    __table_args__ = table("business", one_of("state", CUSTOMER_STATES), Index("customer_email_norm", "email_norm"))

    id: Mapped[int] = key()
    email: Mapped[str] = business()
    email_norm: Mapped[str] = derived()
    first_name: Mapped[str | None] = business()
    last_name: Mapped[str | None] = business()
    phone: Mapped[str | None] = business()
    phone_digits: Mapped[str | None] = derived()
    search_text: Mapped[str] = derived()
    state: Mapped[str] = business()
    locale: Mapped[str] = business()
    marketing_consent: Mapped[bool] = sensitive()
    tags: Mapped[str] = collection()
    note: Mapped[str | None] = prose()
    password_digest: Mapped[str | None] = sensitive()
    merged_into_id: Mapped[int | None] = refers("customer.id")
    created_at: Mapped[datetime] = volatile()


class Address(Model):
    """An address in a customer's book; orders copy it by value when they are placed."""

    __tablename__ = "address"
    __table_args__ = table("business", check("length(country) = 2"), part_of="customer_id")

    id: Mapped[int] = key()
    customer_id: Mapped[int] = refers("customer.id")
    name: Mapped[str] = business()
    company: Mapped[str | None] = business()
    line1: Mapped[str] = business()
    line2: Mapped[str | None] = business()
    city: Mapped[str] = business()
    province: Mapped[str | None] = business()
    postal_code: Mapped[str] = business()
    country: Mapped[str] = business()
    phone: Mapped[str | None] = business()
    is_default: Mapped[bool] = business()
    created_at: Mapped[datetime] = volatile()


class PaymentMethod(Model):
    """A card that a customer saved: brand and last four digits only."""

    __tablename__ = "payment_method"
    __table_args__ = table("business", check("length(last4) = 4"), check("expires_month BETWEEN 1 AND 12"))

    id: Mapped[int] = key()
    customer_id: Mapped[int] = refers("customer.id", kind="sensitive")
    brand: Mapped[str] = sensitive()
    last4: Mapped[str] = sensitive()
    holder: Mapped[str] = sensitive()
    expires_month: Mapped[int] = sensitive()
    expires_year: Mapped[int] = sensitive()
    is_default: Mapped[bool] = sensitive()


class StaffUser(Model):
    """Somebody who works in the back office."""

    __tablename__ = "staff_user"
    __table_args__ = table("business", one_of("role", STAFF_ROLES))

    id: Mapped[int] = key()
    email: Mapped[str] = business(unique=True)
    name: Mapped[str] = business()
    role: Mapped[str] = sensitive()
    active: Mapped[bool] = sensitive()


class WebSession(Model):
    """Whether a person is signed in on the storefront's pages; the tools are always signed in."""

    __tablename__ = "web_session"
    __table_args__ = table("session")

    id: Mapped[int] = key()
    customer_id: Mapped[int] = refers("customer.id")
    signed_in: Mapped[bool] = business()
    since: Mapped[datetime] = volatile()


_REGULARS = (
    select(Customer)
    .join(Address, Address.customer_id == Customer.id)
    .join(PaymentMethod, PaymentMethod.customer_id == Customer.id)
    .where(Customer.state == "enabled", Customer.merged_into_id.is_(None), Address.is_default)
    .where(PaymentMethod.is_default, PaymentMethod.expires_year > 2026, func.length(Customer.last_name) > 1)
    .order_by(Customer.id)
    .limit(1)
)
_COLLEAGUES = (
    select(StaffUser).where(StaffUser.role == bindparam("role"), StaffUser.active).order_by(StaffUser.id).limit(1)
)


def stand_in(session: Session, role: str) -> Actor:
    """Who acts in a role: its first colleague in the house, or a customer who has bought and can buy again."""
    if role == "customer":
        customer = session.scalars(_REGULARS).first()
        if customer is None:
            return Actor(role)
        return Actor(role, customer.id, f"{customer.first_name or ''} {customer.last_name or ''}".strip())
    staff = session.scalars(_COLLEAGUES, {"role": role}).first()
    return Actor(role, staff.id, staff.name) if staff else Actor(role)
