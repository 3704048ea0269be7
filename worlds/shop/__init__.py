"""The shop: Larkfield Supply's storefront and back office, from the first look at a product to the last refund."""

from worlds.engine.world import Role, World

WORLD = World(
    name="shop",
    title="Larkfield Supply",
    roles={
        "customer": Role("Customer", "Shops at Larkfield and looks after their own orders and returns."),
        "support_l1": Role(
            "Support agent", "Answers customers, takes returns and refunds up to 50.00 EUR an order.", home="office"
        ),
        "support_l2": Role(
            "Senior support agent",
            "Refunds up to 150.00 EUR an order, cancels orders and corrects addresses.",
            home="office",
        ),
        "ops": Role(
            "Operations", "Ships orders, keeps stock right and takes in returns; makes no refunds.", home="office"
        ),
        "finance": Role("Finance", "Captures and voids payments and refunds any amount.", home="office"),
        "merch": Role(
            "Merchandising", "Looks after the articles: their words, prices and marks; moves no stock.", home="office"
        ),
        "admin": Role("Administrator", "May do all that the back office offers.", home="office"),
    },
    zone="Europe/Amsterdam",
    currency="EUR",
)
