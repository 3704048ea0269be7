"""Products, stock with its corrections, and discount codes."""

from typing import Final

from flask import url_for

from worlds.engine.errors import NotFound
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.catalogue import get_product, list_products
from worlds.shop.operations.discounts import list_discounts
from worlds.shop.operations.stock import StockLevel, adjust_stock, list_locations, list_stock, set_stock
from worlds.shop.pages.office.app import AGAIN, Views, office, tabs
from worlds.shop.pages.store.pictures import picture_url, picture_words

PRODUCTS: Final[Views] = (
    ("All", {}),
    ("On sale", {"status": "active"}),
    ("Draft", {"status": "draft"}),
    ("Archived", {"status": "archived"}),
)
STOCK: Final[Views] = (("All", {}), ("Running low", {"low_only": "true"}))
DISCOUNTS: Final[Views] = (
    ("All", {}),
    ("Active", {"status": "active"}),
    ("Scheduled", {"status": "scheduled"}),
    ("Ended", {"status": "ended"}),
    ("Switched off", {"status": "off"}),
)


@office.page("/products")
def products(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_products)
    return door.render("office/products.html", listed=listed, tabs=tabs(door, PRODUCTS))


@office.page("/products/<id:product_id>")
def product(door: Door, product_id: int) -> str:
    """One product with its variants and where they lie."""
    shown = door.read(get_product, product_id=product_id)
    levels = {
        variant.variant_id: door.read(list_stock, variant_id=variant.variant_id).items for variant in shown.variants
    }
    return door.render(
        "office/product.html",
        product=shown,
        levels=levels,
        picture=picture_url(shown.drawing, shown.title),
        picture_words=picture_words(shown.drawing),
    )


@office.page("/stock")
def stock(door: Door) -> str:
    """Levels by variant and location."""
    listed = door.listing(list_stock)
    places = [(place.location_id, place.name) for place in door.read(list_locations).items]
    return door.render("office/stock.html", listed=listed, places=places, tabs=tabs(door, STOCK))


@office.page("/stock/<id:variant_id>/<id:location_id>")
def level(door: Door, variant_id: int, location_id: int) -> str:
    """One level, to be adjusted or set after a count."""
    shown = _level(door, variant_id, location_id)
    adjusting = url_for("office.adjusted", variant_id=variant_id, location_id=location_id)
    counting = url_for("office.counted", variant_id=variant_id, location_id=location_id)
    adjust = door.form(adjust_stock, adjusting, name="adjust")
    count = door.form(set_stock, counting, name="count")
    return door.render("office/level.html", level=shown, adjust=adjust, count=count)


@office.action("/stock/<id:variant_id>/<id:location_id>/adjust", adjust_stock, shows=level)
def adjusted(_door: Door, done: StockLevel | None, variant_id: int, location_id: int) -> Done:
    """There are more or fewer now."""
    return Done(_now(done), url_for("office.level", variant_id=variant_id, location_id=location_id))


@office.action("/stock/<id:variant_id>/<id:location_id>/count", set_stock, shows=level)
def counted(_door: Door, done: StockLevel | None, variant_id: int, location_id: int) -> Done:
    """There are as many as were counted."""
    return Done(_now(done), url_for("office.level", variant_id=variant_id, location_id=location_id))


def _now(done: StockLevel | None) -> str:
    return f"{done.location} now has {done.available} available of {done.sku}." if done else AGAIN


def _level(door: Door, variant_id: int, location_id: int) -> StockLevel:
    found = door.read(list_stock, variant_id=variant_id, location_id=location_id).items
    if not found:
        raise NotFound("stock_level_not_found", "This variant is not kept at that location; see the stock list.")
    return found[0]


@office.page("/discounts")
def discounts(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_discounts)
    return door.render("office/discounts.html", listed=listed, tabs=tabs(door, DISCOUNTS))
