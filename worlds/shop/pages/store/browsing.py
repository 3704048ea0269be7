"""Looking around: the home page, shelves with filters, search, and a product."""

from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from worlds.engine.errors import NotFound
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.carts import CartView, add_to_cart
from worlds.shop.operations.catalogue import get_product, list_categories, search_products
from worlds.shop.pages.store.departments import departments, trail
from worlds.shop.pages.store.front import members, show, store
from worlds.shop.pages.store.wording import counted, goods_title, labelled

SORTS = (
    ("featured", "Our choice"),
    ("price_low", "Price, lowest first"),
    ("price_high", "Price, highest first"),
    ("newest", "Newest"),
    ("title", "Name, A to Z"),
)
FILTERS = ("in_stock_only", "price_min", "price_max")


@store.page("/")
def home(door: Door) -> str | Response:
    """The storefront's first page; staff are led to where they work."""
    work = door.world.roles[door.actor.role].home
    if work not in {"", store.name}:
        return redirect(f"{request.script_root}/{work}/", 303)
    found = door.read(search_products, page_size=8)
    newest = door.read(search_products, sort="newest", page_size=4)
    return show(door, "home.html", found=found, newest=newest)


@store.page("/shop")
def everything(door: Door) -> str:
    """All that is on sale."""
    return _shelf(door, "All products", ())


@store.page("/shop/<path:category>")
def category(door: Door, category: str) -> str:
    """The products of a category and below it."""
    steps = trail(departments(door.read(list_categories).items), category)
    if not steps:
        raise NotFound("category_not_found", "There is no such department. Choose one from the menu.")
    return _shelf(door, steps[-1].name, steps, category=category)


@store.page("/search")
def search(door: Door) -> str:
    """Products that a shopper looks for by words."""
    return _shelf(door, "Search", ())


def _shelf(door: Door, heading: str, steps: tuple[Any, ...], **fixed: Any) -> str:
    listing = door.listing(search_products, **fixed)
    narrowed = any(request.args.get(name) for name in FILTERS)
    query = request.args.get("query", "")
    if query and not fixed:
        heading = f"Results for “{query[:100]}”"
    return show(
        door, "shelf.html", form=labelled(listing.form), found=listing.found, heading=heading, trail=steps, sorts=SORTS,
        narrowed=narrowed, query=query, crumbs=[(step.name, step.path) for step in steps[:-1]],
    )  # fmt: skip


@store.page("/products/<id:product_id>")
def product(door: Door, product_id: int) -> str:
    """A product with its variants, and a form to put it into the cart."""
    found = door.read(get_product, product_id=product_id)
    buyable = [variant for variant in found.variants if variant.in_stock]
    values = {"quantity": 1, **({"variant_id": buyable[0].variant_id} if buyable else {})}
    beside = door.read(search_products, category=found.category, page_size=5)
    return show(
        door,
        "product.html",
        product=found,
        crumbs=[(step.name, step.path) for step in found.breadcrumb],
        buyable=buyable,
        form=door.form(add_to_cart, url_for("store.added", product_id=product_id), values, name="buy"),
        beside=[card for card in beside.items if card.product_id != product_id][:4],
    )


@store.action("/products/<id:product_id>/cart", add_to_cart, shows=product)
@members
def added(door: Door, done: CartView | None, product_id: int) -> Done:  # noqa: ARG001 - the framework's shape
    """What was put into the cart."""
    here = url_for("store.cart")
    if done is None or door.sent is None:
        return Done("This was put into your cart before; look here.", here)
    wanted = int(door.sent.typed.arguments["variant_id"])
    line = next(line for line in done.lines if line.variant_id == wanted)
    units = int(door.sent.typed.arguments.get("quantity", 1))
    return Done(
        f"Added {counted(units, 'unit')} of {goods_title(line.title, line.variant_title)} to your cart; "
        f"it now holds {counted(done.units, 'unit')}.",
        here,
    )
