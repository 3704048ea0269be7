"""Products and their prices, stock with its corrections and moves, and discount codes."""

from typing import Final

from flask import url_for

from worlds.engine.errors import NotFound
from worlds.engine.fields import format_money
from worlds.engine.surfaces.chrome import AGAIN, Views, act, tabs
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.catalogue import get_product, list_products
from worlds.shop.operations.discounts import list_discounts
from worlds.shop.operations.escalations import escalate
from worlds.shop.operations.products import (
    ProductRecord,
    VariantRecord,
    get_product_record,
    price_product,
    update_product,
    update_variant,
)
from worlds.shop.operations.stock import (
    StockLevel,
    StockMove,
    adjust_stock,
    list_locations,
    list_stock,
    move_stock,
    set_stock,
)
from worlds.shop.pages.office.app import euros, office
from worlds.shop.pages.office.people import handed_over
from worlds.shop.pages.store.pictures import picture_url, picture_words
from worlds.shop.views import EscalationView

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
    kept = door.read(get_product_record, product_id=product_id)
    levels = {
        variant.variant_id: door.read(list_stock, variant_id=variant.variant_id).items for variant in shown.variants
    }
    return door.render(
        "office/product.html",
        product=shown,
        levels=levels,
        kept={variant.variant_id: variant for variant in kept.variants},
        acts=[
            act(door, "Set the price", url_for("office.price", product_id=product_id), price_product),
            act(door, "Edit words and marks", url_for("office.edit_product", product_id=product_id), update_product),
            act(door, "Hand over", url_for("office.hand_over_product", product_id=product_id), escalate),
        ],
        picture=picture_url(shown.drawing, shown.title),
        picture_words=picture_words(shown.drawing),
    )


@office.page("/products/<id:product_id>/edit")
def edit_product(door: Door, product_id: int) -> str:
    """The words of a product and its marks."""
    shown = door.read(get_product_record, product_id=product_id)
    values = shown.model_dump(include={"title", "vendor", "description", "status", "final_sale"})
    form = door.form(update_product, url_for("office.product_edited", product_id=product_id), values)
    return door.render("office/product_edit.html", product=shown, form=form)


@office.action("/products/<id:product_id>/edit", update_product, shows=edit_product)
def product_edited(_door: Door, done: ProductRecord | None, product_id: int) -> Done:
    """It reads so now."""
    return Done(f"{done.title} is saved." if done else AGAIN, url_for("office.product", product_id=product_id))


@office.page("/products/<id:product_id>/price")
def price(door: Door, product_id: int) -> str:
    """One price for all variants of a product that are on the shelf."""
    shown = door.read(get_product_record, product_id=product_id)
    form = door.form(price_product, url_for("office.priced", product_id=product_id))
    return door.render("office/product_price.html", product=shown, form=form)


@office.action("/products/<id:product_id>/price", price_product, shows=price)
def priced(_door: Door, done: ProductRecord | None, product_id: int) -> Done:
    """It costs that now."""
    prices = sorted({one.price for one in done.variants if one.active}) if done else []
    said = AGAIN
    if done:
        said = f"{done.title} now costs {euros(prices[0])} without tax." if prices else "No variant is on the shelf."
    return Done(said, url_for("office.product", product_id=product_id))


@office.page("/products/<id:product_id>/variants/<id:variant_id>")
def edit_variant(door: Door, product_id: int, variant_id: int) -> str:
    """One variant's price, numbers and weight."""
    shown = door.read(get_product_record, product_id=product_id)
    found = next((one for one in shown.variants if one.variant_id == variant_id), None)
    if found is None:
        raise NotFound("variant_not_found", f"{shown.title} has no variant {variant_id}.")
    values = {name: format_money(getattr(found, name)) for name in ("price", "compare_at") if getattr(found, name)}
    values |= {"sku": found.sku, "barcode": found.barcode or "", "weight": str(found.weight)}
    form = door.form(
        update_variant, url_for("office.variant_edited", product_id=product_id, variant_id=variant_id), values
    )
    return door.render("office/variant.html", product=shown, variant=found, form=form)


@office.action("/products/<id:product_id>/variants/<id:variant_id>", update_variant, shows=edit_variant)
def variant_edited(_door: Door, done: VariantRecord | None, product_id: int, variant_id: int) -> Done:
    """It is kept so now."""
    del variant_id
    return Done(f"{done.sku} is saved." if done else AGAIN, url_for("office.product", product_id=product_id))


@office.page("/products/<id:product_id>/hand-over")
def hand_over_product(door: Door, product_id: int) -> str:
    """Hands a product over."""
    shown = door.read(get_product_record, product_id=product_id)
    form = door.form(escalate, url_for("office.product_handed_over", product_id=product_id))
    here = url_for("office.product", product_id=product_id)
    steps = [("Products", url_for("office.products")), (shown.title, here)]
    return door.render("office/hand_over.html", about=shown.title, steps=steps, back=here, form=form)


@office.action("/products/<id:product_id>/hand-over", escalate, shows=hand_over_product)
def product_handed_over(_door: Door, done: EscalationView | None, product_id: int) -> Done:
    """The team has it."""
    return Done(handed_over(done), url_for("office.product", product_id=product_id))


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
    acts = [
        act(
            door,
            "Move to another location",
            url_for("office.move", variant_id=variant_id, from_location_id=location_id),
            move_stock,
        ),
        act(door, "Hand over", url_for("office.hand_over_variant", variant_id=variant_id), escalate),
    ]
    return door.render("office/level.html", level=shown, adjust=adjust, count=count, acts=acts)


@office.action("/stock/<id:variant_id>/<id:location_id>/adjust", adjust_stock, shows=level)
def adjusted(_door: Door, done: StockLevel | None, variant_id: int, location_id: int) -> Done:
    """There are more or fewer now."""
    return Done(_now(done), url_for("office.level", variant_id=variant_id, location_id=location_id))


@office.action("/stock/<id:variant_id>/<id:location_id>/count", set_stock, shows=level)
def counted(_door: Door, done: StockLevel | None, variant_id: int, location_id: int) -> Done:
    """There are as many as were counted."""
    return Done(_now(done), url_for("office.level", variant_id=variant_id, location_id=location_id))


@office.page("/stock/<id:variant_id>/<id:from_location_id>/move")
def move(door: Door, variant_id: int, from_location_id: int) -> str:
    """Takes units to another location."""
    shown = _level(door, variant_id, from_location_id)
    places = door.read(list_locations).items
    targets = [(one.location_id, one.name) for one in places if one.active and one.location_id != from_location_id]
    moving = url_for("office.moved", variant_id=variant_id, from_location_id=from_location_id)
    return door.render("office/move.html", level=shown, targets=targets, form=door.form(move_stock, moving))


@office.action("/stock/<id:variant_id>/<id:from_location_id>/move", move_stock, shows=move)
def moved(_door: Door, done: StockMove | None, variant_id: int, from_location_id: int) -> Done:
    """The units lie elsewhere now."""
    said = AGAIN
    if done:
        said = f"Moved {done.quantity}: {_now(done.source)} {_now(done.target)}"
    return Done(said, url_for("office.level", variant_id=variant_id, location_id=from_location_id))


@office.page("/variants/<id:variant_id>/hand-over")
def hand_over_variant(door: Door, variant_id: int) -> str:
    """Hands over a matter of one variant."""
    levels = door.read(list_stock, variant_id=variant_id).items
    if not levels:
        raise NotFound("variant_not_found", f"There is no variant {variant_id} in stock; see the stock list.")
    form = door.form(escalate, url_for("office.variant_handed_over", variant_id=variant_id))
    here = url_for("office.stock", variant_id=variant_id)
    about = f"{levels[0].product}, {levels[0].variant}"
    steps = [("Stock", url_for("office.stock")), (about, here)]
    return door.render("office/hand_over.html", about=about, steps=steps, back=here, form=form)


@office.action("/variants/<id:variant_id>/hand-over", escalate, shows=hand_over_variant)
def variant_handed_over(_door: Door, done: EscalationView | None, variant_id: int) -> Done:
    """The team has it."""
    return Done(handed_over(done), url_for("office.stock", variant_id=variant_id))


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
