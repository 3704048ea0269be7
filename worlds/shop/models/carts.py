"""A shopper's cart before it becomes an order: session data, never judged."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, check, key, refers, table
from worlds.shop.models.model import Model


class Cart(Model):
    """A customer's one cart."""

    __tablename__ = "cart"
    __table_args__ = table("session")

    id: Mapped[int] = key()
    customer_id: Mapped[int] = refers("customer.id", index=False, unique=True)


class CartLine(Model):
    """So many units of a variant in a cart; prices are looked up when the cart is shown."""

    __tablename__ = "cart_line"
    __table_args__ = table("session", UniqueConstraint("cart_id", "variant_id"), check("quantity > 0"))

    id: Mapped[int] = key()
    cart_id: Mapped[int] = refers("cart.id")
    variant_id: Mapped[int] = refers("variant.id")
    quantity: Mapped[int] = business()


class CartCode(Model):
    """A discount code that was entered for a cart."""

    __tablename__ = "cart_code"
    __table_args__ = table("session", UniqueConstraint("cart_id", "discount_id"))

    id: Mapped[int] = key()
    cart_id: Mapped[int] = refers("cart.id")
    discount_id: Mapped[int] = refers("discount.id")
