"""The knowledge base: articles for customers and pages for staff; and what the shop tells the desk about orders."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from worlds.desk.models.model import Model
from worlds.engine.schema import business, derived, key, not_negative, one_of, prose, refers, table, volatile

VISIBILITIES = ("public", "internal")
ARTICLE_STATES = ("draft", "published", "archived")


class KbCategory(Model):
    """A shelf of the knowledge base."""

    __tablename__ = "kb_category"
    __table_args__ = table("business", UniqueConstraint("slug"))

    id: Mapped[int] = key()
    slug: Mapped[str] = business()
    title: Mapped[str] = business()
    position: Mapped[int] = business()


class KbArticle(Model):
    """A page of the knowledge base. Rules of the house are internal articles of the category `handbook`."""

    __tablename__ = "kb_article"
    __table_args__ = table(
        "business", UniqueConstraint("slug"), one_of("visibility", VISIBILITIES), one_of("state", ARTICLE_STATES)
    )

    id: Mapped[int] = key()
    slug: Mapped[str] = business()
    category_id: Mapped[int] = refers("kb_category.id")
    title: Mapped[str] = business()
    language: Mapped[str] = business()
    visibility: Mapped[str] = business()
    state: Mapped[str] = business()
    body: Mapped[str] = prose()
    search_text: Mapped[str] = derived()
    helpful: Mapped[int] = business()
    unhelpful: Mapped[int] = business()
    updated_at: Mapped[datetime] = volatile()


class ArticleLink(Model):
    """That an article was used for a ticket."""

    __tablename__ = "article_link"
    __table_args__ = table("business", UniqueConstraint("ticket_id", "article_id"), part_of="ticket_id")

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    article_id: Mapped[int] = refers("kb_article.id")


class ShopOrder(Model):
    """An order as the shop's app shows it to the desk; nobody changes it here. `total` in cents.

    `customer` is what the shop calls the buyer; `email` and `postal_code` are the buyer's, for proving who is asking.
    """

    __tablename__ = "shop_order"
    __table_args__ = table(
        "business",
        UniqueConstraint("number"),
        *not_negative("total"),
        Index("shop_order_email", text("lower(email)")),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    customer: Mapped[str | None] = business(index=True)
    buyer: Mapped[str] = business()
    email: Mapped[str] = business()
    postal_code: Mapped[str] = business()
    city: Mapped[str] = business()
    country: Mapped[str] = business()
    placed_at: Mapped[datetime] = business()
    status: Mapped[str] = business()
    total: Mapped[int] = business()
    currency: Mapped[str] = business()
    search_text: Mapped[str] = derived()


class ShopOrderLine(Model):
    """An article of such an order."""

    __tablename__ = "shop_order_line"
    __table_args__ = table("business", part_of="order_id")

    id: Mapped[int] = key()
    order_id: Mapped[int] = refers("shop_order.id")
    title: Mapped[str] = business()
    quantity: Mapped[int] = business()
    unit_price: Mapped[int] = business()
    parcel_id: Mapped[int | None] = refers("shop_parcel.id")


class ShopParcel(Model):
    """A parcel of such an order, and what its carrier last said."""

    __tablename__ = "shop_parcel"
    __table_args__ = table("business", part_of="order_id")

    id: Mapped[int] = key()
    order_id: Mapped[int] = refers("shop_order.id")
    carrier: Mapped[str] = business()
    tracking_number: Mapped[str] = business(index=True)
    status: Mapped[str] = business()
    shipped_at: Mapped[datetime] = business()
    expected_on: Mapped[date | None] = business()
    delivered_at: Mapped[datetime | None] = business()
