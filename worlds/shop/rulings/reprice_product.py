"""Whether a lower price may be set, and what goes with it: the page on prices and articles."""

from sqlalchemy import select

from worlds.engine.fields import parse_money
from worlds.engine.task import SOLVABLE, Decision, Situation
from worlds.shop.models import Product, Variant


def ruling(situation: Situation) -> Decision:
    """What becomes of a request for a lower price of a product whose variants all cost the same.

    Money in cents. `before` is the price until now, `price` what holds afterwards; `compare_at` and `final_sale` are
    what the product then shows.
    """
    product_id = situation.target["product"][0]
    product = situation.session.get_one(Product, product_id)
    variants = situation.session.scalars(select(Variant).where(Variant.product_id == product_id, Variant.active))
    one = variants.first()
    if one is None or one.cost is None:
        raise LookupError(f"product {product_id} has no variant with a cost")
    asked = parse_money(situation.facts["price"])
    reduced = one.price - asked
    if asked * 100 < one.cost * 130 or reduced * 100 > one.price * 40:
        return {"branch": "hand_over", "before": one.price, "price": one.price, "asked": asked, "cost": one.cost}
    return {
        "branch": SOLVABLE,
        "before": one.price,
        "price": asked,
        "compare_at": one.price if reduced * 100 > one.price * 10 else one.compare_at,
        "final_sale": product.final_sale or reduced * 100 >= one.price * 35,
    }
