"""Promises of the storefront's shelves and account: looking changes nothing, and what is shown is what is meant."""

import pytest
from store_cases import PASSWORD, Shopper

import worlds
from worlds.engine.surfaces.visitor import Visitor
from worlds.shop import pictures

NASTY = "<img src=x onerror=alert(1)>'; DROP TABLE sales_order; -- {{ 7 * 7 }}"


@pytest.fixture
def shopper(app):
    one = Shopper(app)
    yield one
    one.episode.close()


@pytest.fixture
def clerk(app):
    with worlds.open("shop", role="ops") as episode:
        yield Visitor(app, episode)


def test_looking_at_every_page_changes_nothing_and_never_fails(shopper):
    shopper.fill()
    before = shopper.episode.diff()
    writes = list(shopper.writes)
    statuses = {path: answer.status_code for path, answer in shopper.visitor.crawl("/", limit=400)}
    assert {path: status for path, status in statuses.items() if status >= 400} == {}
    assert shopper.episode.diff() == before
    assert shopper.writes == writes
    for page in ("/cart", "/checkout", "/account/orders", "/account/addresses/new", "/help/returns", "/shop/home"):
        assert page in statuses


def test_staff_see_the_catalogue_and_change_nothing(clerk):
    statuses = {path: answer.status_code for path, answer in clerk.crawl("/shop", limit=200)}
    assert {path: status for path, status in statuses.items() if status >= 400} == {}
    assert clerk._environ["worlds.episode"].diff() == []


@pytest.mark.parametrize("path", ["/cart", "/checkout", "/checkout/review", "/account", "/account/orders/1"])
def test_staff_are_told_that_cart_and_account_belong_to_customers(clerk, path):
    clerk.get(path)
    assert clerk.page.status_code == 403
    assert "belong to customers" in clerk.text
    assert "Operations" in clerk.text


def test_staff_begin_in_the_back_office(clerk):
    answer = clerk.raw("GET", "/")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{clerk.prefix}/office/")


def test_a_customer_is_signed_in_from_the_beginning(shopper):
    shopper.get("/")
    assert "Account" in shopper.text
    assert "Sign in" not in shopper.text
    assert shopper.call("get_my_account")["email"] in shopper.get("/account").text


def test_a_guest_is_sent_to_sign_in_and_then_to_where_they_wanted_to_go(shopper):
    shopper.give_password()
    shopper.get("/account")
    shopper.send("/sign-out")
    assert "You are signed out" in shopper.text
    shopper.get("/account/orders?page_size=5")
    assert "Sign in" in shopper.text
    email = shopper.call("get_my_account")["email"]
    shopper.send("/sign-in", {"email": email, "password": PASSWORD})
    assert "Welcome back" in shopper.text
    assert "Orders and returns" in shopper.text


def test_a_wrong_password_is_refused_at_the_form_and_not_shown_again(shopper):
    shopper.get("/account")
    shopper.send("/sign-out")
    shopper.get("/sign-in")
    before = shopper.changed
    shopper.send("/sign-in", {"email": "somebody@example.com", "password": "swordfish"})
    assert shopper.status == 401
    assert "do not belong together" in shopper.text
    assert shopper.sent("email") == "somebody@example.com"
    assert "swordfish" not in shopper.source
    assert shopper.changed == before


def test_a_wrong_password_does_not_forget_where_a_guest_wanted_to_go(shopper):
    shopper.give_password()
    shopper.get("/account")
    shopper.send("/sign-out")
    shopper.get("/account/orders?page_size=5")
    email = shopper.call("get_my_account")["email"]
    shopper.send("/sign-in", {"email": email, "password": "swordfish"})
    shopper.send("/sign-in", {"email": email, "password": PASSWORD})
    assert shopper.visitor.page.request.full_path == "/account/orders?page_size=5"


@pytest.mark.parametrize("onward", ["//evil.example/", "https://evil.example/", "/../other", "/\\evil.example"])
def test_signing_in_never_leads_out_of_the_shop(shopper, onward):
    shopper.get("/account")
    shopper.send("/sign-out")
    shopper.get("/sign-in", query_string={"return_to": onward})
    assert "evil" not in shopper.source
    assert "next" not in dict(shopper.visitor.form("/sign-in").fields)


def test_an_account_shows_no_order_of_somebody_else(shopper):
    for path in (f"/account/orders/{shopper.foreign_order}", f"/account/orders/{shopper.foreign_order}/return"):
        shopper.get(path)
        assert shopper.status == 404
        assert shopper.changed == set()


def test_filters_and_sort_stand_in_the_address_and_stay_while_paging(shopper):
    shopper.get("/shop?in_stock_only=true&sort=price_low&price_min=5.00&price_max=200.00")
    nexts = [link for link in shopper.visitor.links if "page=2" in link]
    assert len(nexts) == 1
    for kept in ("in_stock_only=true", "sort=price_low", "price_min=5.00", "price_max=200.00"):
        assert kept in nexts[0]
    shopper.get(nexts[0])
    assert "Page 2 of" in shopper.text


def test_a_filter_that_makes_no_sense_is_shown_at_its_field(shopper):
    shopper.get("/search?query=mug&price_min=cheap")
    assert shopper.status == 422
    assert "Lowest price: must be written with two decimals, such as 18.40." in shopper.text
    assert shopper.sent("price_min") == "cheap"


def test_an_empty_list_says_what_to_do(shopper):
    shopper.get("/search?query=zzzzzz&in_stock_only=true")
    assert "Nothing found" in shopper.text
    assert "Try fewer words" in shopper.text
    shopper.get("/cart")
    assert "Nothing in it yet" in shopper.text


@pytest.mark.parametrize(
    "path", ["/search", "/sign-in?return_to=", "/pictures/mug/Moss.svg?name=", "/shop?query=", "/account?x="]
)
def test_html_in_an_address_is_never_markup(shopper, path):
    shopper.get("/search", query_string={"query": NASTY[:100]})
    assert "<img src=x" not in shopper.source
    shopper.get(path + "%3Cscript%3Ealert(1)%3C/script%3E" if path.endswith("=") else path)
    assert "<script>alert" not in shopper.source


@pytest.mark.parametrize(
    "path",
    ["/products/999999", "/products/0", "/products/x", "/shop/no-such-shelf", "/help/refunds", "/nowhere", "/shop/%00"],
)
def test_what_is_not_there_is_not_found_in_the_looks_of_the_shop(shopper, path):
    shopper.get(path)
    assert shopper.status == 404
    assert "Look through the shop" in shopper.text
    assert "Traceback" not in shopper.source


def test_pages_for_customers_show_no_rules_for_staff(clerk):
    clerk.get("/help")
    assert {link for link in clerk.links if link.startswith("/help/")} == {
        "/help/discount-codes", "/help/returns", "/help/shipping",
    }  # fmt: skip
    assert clerk.get("/help/refunds").status_code == 404


def test_prices_are_said_to_be_without_tax_and_the_checkout_adds_it(shopper):
    shopper.get(f"/products/{shopper.buyable['product_id']}")
    assert f"excl. {shopper.buyable['tax_rate']} % VAT" in shopper.text
    shopper.fill()
    shopper.get("/cart")
    preview = shopper.call("preview_checkout")
    assert f"€{preview['tax_total']}" in shopper.text
    assert f"Estimated total, incl. VAT €{float(preview['total']):,.2f}" in shopper.text


def test_a_variant_that_is_sold_out_cannot_be_chosen_and_says_so(shopper):
    product = shopper.partly_gone
    shopper.get(f"/products/{product['product_id']}")
    assert "Sold out" in shopper.text
    shown = dict(shopper.visitor.form("/cart").fields)
    gone = {str(variant["variant_id"]) for variant in product["variants"] if not variant["in_stock"]}
    assert shown["variant_id"] not in gone
    shopper.send("/cart", {"variant_id": gone.pop()})
    assert shopper.status == 409
    assert "This is not in your cart yet" in shopper.text
    assert shopper.changed == set()


def test_a_picture_is_described_by_what_is_seen_and_costs_no_time(shopper):
    product = shopper.buyable
    shopper.get(f"/products/{product['product_id']}")
    seen = {pictures.words(motif, colour) for motif in pictures.motifs() for colour in pictures.COLOURS}
    shown = [line for line in shopper.source.splitlines() if 'class="picture"' in line]
    assert shown
    assert all(any(f'alt="{words}"' in line for words in seen) for line in shown)
    before = shopper.episode.journal.last
    image = next(link for link in shopper.visitor.links if link.startswith("/pictures/"))
    answer = shopper.get(image)
    assert answer.content_type == "image/svg+xml"
    assert shopper.episode.journal.last == before


def test_every_page_costs_the_time_of_one_look_whatever_it_reads(shopper):
    for path in ("/shop", "/account", "/cart", f"/products/{shopper.buyable['product_id']}"):
        before = shopper.episode.journal.last.now
        shopper.get(path)
        assert shopper.episode.journal.last.now - before == 20


def test_every_form_of_the_storefront_performs_one_writing_operation(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("store.") and "POST" in rule.methods:
            view = app.view_functions[rule.endpoint]
            assert view.operation.writing, rule
            assert "customer" in view.operation.roles, rule


@pytest.mark.parametrize("words", ["a%00b", "%1b[31mred", "a%7fb"])
def test_no_page_holds_a_control_character_whatever_was_typed(shopper, words):
    page = shopper.get(f"/search?query={words}")
    assert page.status_code == 422
    assert not set(shopper.source) & {"\x00", "\x1b", "\x7f"}
