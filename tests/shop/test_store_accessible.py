"""Promises of the storefront in a real browser: readable by everybody, complete on a telephone and without scripts."""

import pytest
from looking import NARROW, complaints, look_over, pages_beside, served
from playwright.sync_api import expect
from store_cases import Shopper

import worlds

pytestmark = pytest.mark.browser
PREFIXES = {"customer": "/episodes/abc", "staff": "/episodes/def"}


@pytest.fixture(scope="module")
def shopper(app):
    one = Shopper(app)
    yield one
    one.episode.close()


@pytest.fixture(scope="module")
def origins(app, shopper):
    """Where a customer and somebody of the staff see the shop."""
    with worlds.open("shop", role="ops") as staff:
        episodes = {PREFIXES["customer"]: shopper.episode, PREFIXES["staff"]: staff}
        with served(app, episodes) as server:
            yield {name: server + prefix for name, prefix in PREFIXES.items()}


@pytest.fixture(scope="module")
def origin(origins):
    return origins["customer"]


@pytest.fixture(scope="module")
def paths(shopper):
    """Every page of the storefront by name, with something in the cart."""
    shopper.fill()
    address = shopper.call("get_my_account")["addresses"][0]["address_id"]
    product, gone = shopper.buyable["product_id"], shopper.partly_gone["product_id"]
    order = shopper.returnable["order_id"]
    return {
        "home": "/",
        "everything": "/shop",
        "category": "/shop/camping-hiking",
        "search": "/search?query=mug&sort=price_low",
        "nothing found": "/search?query=zzzz&in_stock_only=true",
        "filters that make no sense": "/search?query=mug&price_min=cheap",
        "product": f"/products/{product}",
        "product partly sold out": f"/products/{gone}",
        "cart": "/cart",
        "address": "/checkout",
        "new address": "/checkout/new-address",
        "shipping": f"/checkout/shipping?address_id={address}",
        "review": f"/checkout/review?address_id={address}&shipping_method=standard",
        "confirmation": f"/account/orders/{order}/confirmation",
        "account": "/account",
        "orders": "/account/orders",
        "order": f"/account/orders/{order}",
        "return": f"/account/orders/{order}/return",
        "addresses": "/account/addresses",
        "another address": "/account/addresses/new",
        "sign in": "/sign-in",
        "help": "/help",
        "policy": "/help/shipping",
        "not found": "/nowhere",
    } | pages_beside("store")


@pytest.mark.parametrize("width", [1280, NARROW])
def test_no_page_shuts_anybody_out_or_is_wider_than_the_screen(page, origin, paths, width):
    look_over(page, origin, paths, width, folded=[*paths][::3])  # a frame that all of them share folds in all alike


@pytest.mark.parametrize("path", ["/shop", "/products/1", "/cart", "/sign-in", "/help"])
def test_what_staff_see_shuts_nobody_out(page, origins, path):
    page.goto(origins["staff"] + path)
    assert complaints(page) == []


def test_a_refused_form_shuts_nobody_out_and_leads_to_its_fields(page, origin):
    page.goto(f"{origin}/account/addresses/new")
    page.get_by_role("button", name="Save the address").click()
    expect(page.locator("#problems")).to_be_focused()
    assert complaints(page) == []
    page.get_by_role("alert").get_by_role("link", name="Town: fill this in.").click()
    expect(page.locator("[name='address.city']")).to_be_focused()
    expect(page.get_by_role("textbox", name="Town")).to_have_accessible_description("Error: Town: fill this in.")


def test_the_menu_works_by_keyboard(page, origin):
    page.goto(f"{origin}/help")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.locator("summary", has_text="Garden").focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="All Garden")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Garden"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Garden")).to_be_visible()


def test_a_customer_buys_without_scripts(browser, app, origin, shopper, paths):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    product, variant = shopper.buyable, shopper.buyable["variants"][-1]
    name = f"{product['title']}, {variant['title']}"
    page.goto(origin)
    page.get_by_role("searchbox", name="Search products").fill(product["title"])
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=product["title"], exact=True).first.click()
    page.get_by_role("radio", name=variant["title"]).check()
    page.get_by_role("spinbutton", name="Quantity", exact=True).fill("2")
    page.get_by_role("button", name="Add to cart").click()
    expect(page.get_by_role("status").first).to_contain_text(f"Added 2 units of {name}")
    page.get_by_role("spinbutton", name=f"Quantity of {name}", exact=True).fill("1")
    page.get_by_role("button", name=f"Update quantity of {name}").click()
    expect(page.get_by_role("status").first).not_to_contain_text("Added 2 units")
    page.get_by_role("textbox", name="Discount code").fill("no such code")
    page.get_by_role("button", name="Apply code").click()
    expect(page.get_by_role("textbox", name="Discount code")).to_have_value("no such code")
    page.get_by_role("link", name="Go to checkout").click()
    page.get_by_role("button", name="Continue to shipping").click()
    page.get_by_role("radio", name="Pickup point").check()
    page.get_by_role("button", name="Continue to review").click()
    page.get_by_role("button", name="Place order and pay").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for your order")
    (order,) = shopper.rows("sales_order")
    assert order["shipping_method"] == "pickup_point"
    context.close()
