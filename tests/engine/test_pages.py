"""Promises of the pages surface: one door, nothing typed lost, nothing let through that a tool would be refused."""

import pytest
from flask import Flask

import worlds
from worlds.engine.surfaces import seals
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor

ITEM = "/stall/items/7"
NASTY = "<script>alert('x')</script>\"'; DROP TABLE item; -- {{ 7 * 7 }}"


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_pages(worlds.engine.world.find("tiny"))


@pytest.fixture
def keeper(app, stall):
    return Visitor(app, stall)


@pytest.fixture
def visitor(app):
    with worlds.open("tiny", role="visitor") as episode:
        yield Visitor(app, episode)


def test_a_page_shows_what_the_operation_answers(keeper, stall):
    keeper.get(ITEM)
    assert keeper.page.status_code == 200
    assert "Lantern 07" in keeper.text
    assert [entry.operation for entry in stall.journal] == ["get_item"]


def test_a_form_does_what_its_operation_does_and_says_so(keeper, stall):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "2"})
    assert keeper.page.status_code == 200
    assert "Item 7 was sold; 33 are left." in keeper.text
    (change,) = stall.diff()
    assert (change.table, change.key, change.after["quantity"]) == ("item", 7, 33)


def test_a_message_is_said_once(keeper):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "2"})
    assert "was sold" not in keeper.get(ITEM).text


def test_every_address_that_writes_names_one_writing_operation_and_every_other_none(app):
    for rule in app.url_map.iter_rules():
        operation = getattr(app.view_functions[rule.endpoint], "operation", None)
        methods = rule.methods - {"HEAD", "OPTIONS"}
        assert methods == ({"POST"} if operation else {"GET"}), rule
        assert operation is None or operation.writing, rule


def test_an_action_cannot_be_declared_on_a_reading_operation(app):
    reading = worlds.engine.world.find("tiny").operations["get_item"]
    pages = worlds.engine.surfaces.pages.Pages("some", __name__, title="Some")
    with pytest.raises(TypeError, match="writes nothing"):
        pages.action("/", reading, shows=print)


def test_a_page_that_reads_through_a_writing_operation_is_a_bug(app, stall):
    with app.test_request_context(environ_overrides={"worlds.episode": stall, "worlds.secret": "s"}):
        door = worlds.engine.surfaces.page_door.door_of(worlds.engine.surfaces.page_door.request)
        with pytest.raises(worlds.engine.errors.WorldBug):
            door.read(stall.world.operations["sell_item"], item_id=7, quantity=1)
    assert stall.diff() == []


def test_the_first_call_of_a_request_costs_a_look_at_a_page_and_the_others_nothing(keeper, stall):
    keeper.get(ITEM)
    start = stall.journal.last.now
    keeper.send("/sell", {"quantity": "2000"})
    keeper.get(ITEM)
    assert stall.journal.last.now == start + 20
    keeper.send("/sell", {"quantity": "900"})  # refused by the operation, then the page is shown again
    assert [entry.operation for entry in stall.journal][-2:] == ["sell_item", "get_item"]
    assert stall.journal.last.now == start + 40


# -- what was typed -------------------------------------------------------------------------------------------------


def test_a_refusal_shows_the_page_again_with_what_was_typed_and_the_error_at_its_field(keeper, stall):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "900"})
    assert keeper.page.status_code == 409
    assert dict(keeper.form("/sell").fields)["quantity"] == "900"
    assert 'aria-describedby="sell-quantity-hint sell-quantity-error"' in keeper.page.text
    assert keeper.text.count("Item Lantern 07 has 35 left, not 900; sell fewer.") == 2  # on top, and at the field
    assert "not_enough" in keeper.text
    assert stall.diff() == []


def test_all_wrong_fields_are_named_at_once_in_a_form_s_words(keeper):
    keeper.get(ITEM)
    keeper.send("/message", {"recipient": "", "body": "x" * 5000})
    assert keeper.page.status_code == 422
    assert "Recipient: fill this in." in keeper.text
    assert "Body: must have at most 4000 characters." in keeper.text
    assert dict(keeper.form("/message").fields)["body"] == "x" * 5000


@pytest.mark.parametrize("name", ["item_id", "colour", "lines.0.colour"])
def test_a_refusal_about_what_is_no_field_of_the_page_is_told_without_a_link(keeper, name):
    keeper.get(ITEM)
    keeper.send("/sell", {name: "8", "quantity": "many"})
    assert keeper.page.status_code == 422
    assert f"<li>This form has no field &#39;{name}&#39;; it was not sent. <code" in keeper.page.text
    keeper.send("/sell", {"quantity": "many"})
    assert '<li><a href="#sell-quantity">Quantity: must be a whole number.</a>' in keeper.page.text


def test_the_other_forms_of_the_page_are_left_alone(keeper):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "900"})
    assert dict(keeper.form("/change").fields)["quantity"] == ""
    assert 'id="change-quantity-error"' not in keeper.page.text


def test_an_empty_optional_field_is_left_out(keeper, stall):
    keeper.get(ITEM)
    keeper.send("/change", {"note": "Cracked glass"})
    assert {name for change in stall.diff() for name in change.columns} == {"note"}


def test_line_ends_arrive_as_they_are_kept(keeper, stall):
    keeper.get(ITEM)
    keeper.send("/change", {"note": "one\r\ntwo\rthree"})
    assert stall.diff()[0].after["note"] == "one\ntwo\nthree"


@pytest.mark.parametrize(
    "name", ["colour", "item_id", "id", "quantity.0", "price[]", "lines.0.x", "__class__", "actor"]
)
def test_a_field_that_the_operation_does_not_take_is_refused(keeper, stall, name):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "1", name: "8"})
    assert keeper.page.status_code == 422
    assert "unknown_argument" in keeper.text
    assert stall.diff() == []


def test_a_field_sent_twice_is_refused(keeper, stall):
    keeper.get(ITEM)
    keeper.post(f"{ITEM}/sell", [*keeper.fields("/sell", {"quantity": "1"}), ("quantity", "5")])
    assert keeper.page.status_code == 422
    assert stall.diff() == []


@pytest.mark.parametrize("text", ["", "1.5", "1e2", "-1", "0", "1001", "NaN", "٣x", "9" * 400, "1;2", "0x10"])
def test_a_number_that_makes_no_sense_is_refused(keeper, stall, text):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": text})
    assert keeper.page.status_code == 422
    assert stall.diff() == []


@pytest.mark.parametrize("text", ["1.005", "-1.00", "1", "1,00", "€1.00", "99999999999999.00", "1e3"])
def test_an_amount_that_makes_no_sense_is_refused(keeper, stall, text):
    keeper.get(ITEM)
    keeper.send("/change", {"price": text})
    assert keeper.page.status_code == 422
    assert dict(keeper.form("/change").fields)["price"] == text
    assert stall.diff() == []


def test_markup_and_template_code_are_shown_as_text_wherever_they_come_from(keeper, stall):
    keeper.get(ITEM)
    keeper.send("/change", {"note": NASTY})
    assert stall.diff()[0].after["note"] == NASTY
    assert NASTY not in keeper.page.text
    assert NASTY in keeper.text
    keeper.send("/message", {"recipient": NASTY, "body": ""})
    assert keeper.page.status_code == 422
    assert "<script>alert" not in keeper.page.text
    keeper.get(f"/stall/?page={NASTY}")
    assert keeper.page.status_code == 422
    assert "<script>alert" not in keeper.page.text


@pytest.mark.parametrize("text", ["a\x00b", "a\x07b", "\x1b[31m", "a\x7fb"])
def test_control_characters_are_refused_at_their_field(keeper, stall, text):
    keeper.get(ITEM)
    keeper.send("/change", {"note": text})
    assert keeper.page.status_code == 422
    assert "Note: must not hold control characters." in keeper.text
    assert stall.diff() == []


# -- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_s_filters_stand_in_the_address(keeper):
    keeper.get("/stall/?page=2")
    assert "Lantern 21" in keeper.text
    assert "Lantern 20" not in keeper.text


@pytest.mark.parametrize("query", ["page=abc", "page=0", "page=99999999999", "foo=1", "page=1&page=2"])
def test_a_filter_that_makes_no_sense_is_said_at_the_list(keeper, query):
    keeper.get(f"/stall/?{query}")
    assert keeper.page.status_code == 422
    assert "This was not done" in keeper.text


def test_the_surface_s_own_and_empty_fields_leave_the_address_of_a_preview(app, stall):
    answer = app.test_client().get(
        "/stall/?csrf_token=1&idempotency_key=2&page=2&page_size=",
        environ_overrides={"SCRIPT_NAME": "/episodes/abc", "worlds.episode": stall, "worlds.secret": "s"},
    )
    assert answer.headers["Location"] == "/episodes/abc/stall/?page=2"
    assert len(stall.journal) == 0


def test_a_form_is_filled_from_the_address_s_query(app, stall):
    with app.test_request_context(
        f"{ITEM}/sell?quantity=3&nonsense=1", environ_overrides={"worlds.episode": stall, "worlds.secret": "s"}
    ):
        door = worlds.engine.surfaces.page_door.door_of(worlds.engine.surfaces.page_door.request)
        form = door.form(stall.world.operations["sell_item"], f"{ITEM}/sell", {"quantity": 1})
        assert form["quantity"].value == "3"


# -- who ----------------------------------------------------------------------------------------------------------


def test_what_the_role_lacks_is_disabled_and_says_for_whom_it_is(visitor):
    visitor.get(ITEM)
    assert "disabled" in visitor.page.text
    assert "Only for Keeper." in visitor.text


def test_the_door_refuses_what_the_role_lacks_all_the_same(app, visitor):
    visitor.get(ITEM)
    visitor.send("/sell", {"quantity": "1"})
    assert visitor.page.status_code == 403
    assert "role_not_permitted" in visitor.text
    assert "The role Visitor may not do this; it takes one of: Keeper." in visitor.text


def test_an_app_is_closed_to_roles_that_do_not_work_in_it(visitor, keeper):
    assert keeper.get("/back/").status_code == 200
    assert visitor.get("/back/").status_code == 403
    assert "Back room is open to these roles: Keeper. Yours is Visitor." in visitor.text


# -- errors ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nope", "/stall/items/0", "/stall/items/-1", "/stall/items/x", f"/stall/items/{2**53}", "/stall/items/7/"]
)
def test_an_unknown_address_is_a_page_that_says_so(keeper, path, stall):
    assert keeper.get(path).status_code == 404
    assert "unknown_page" in keeper.text
    assert stall.diff() == []


def test_a_record_that_is_not_there_is_a_page_that_says_so(keeper):
    assert keeper.get("/stall/items/4711").status_code == 404
    assert "There is no item 4711; list the items." in keeper.text
    assert "item_not_found" in keeper.text


def test_the_wrong_method_is_a_page_that_says_so(keeper):
    keeper.get(ITEM)
    assert keeper.raw("GET", f"{ITEM}/sell").status_code == 405
    assert keeper.raw("PUT", ITEM, data="a=b", content_type="application/x-www-form-urlencoded").status_code == 405


def test_a_body_beyond_a_megabyte_is_turned_away(keeper, stall):
    keeper.get(ITEM)
    keeper.send("/change", {"note": "x" * 1_000_001})
    assert keeper.page.status_code == 413
    assert stall.diff() == []


def test_a_text_of_almost_a_megabyte_is_refused_at_its_field(keeper, stall):
    keeper.get(ITEM)
    keeper.send("/change", {"note": "x" * 990_000})
    assert keeper.page.status_code == 422
    assert stall.diff() == []


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_anything_but_a_form_is_turned_away(keeper, stall, kind):
    assert keeper.raw("POST", f"{ITEM}/sell", data=b"{}", content_type=kind).status_code == 415
    assert stall.diff() == []


@pytest.mark.parametrize(
    "body", [b"quantity=%ff%fe", b"quantity=\xc3\xa9", b"&".join(b"a%d=1" % n for n in range(1001))]
)
def test_a_malformed_form_is_turned_away(keeper, stall, body):
    keeper.raw("POST", f"{ITEM}/sell", data=body, content_type="application/x-www-form-urlencoded")
    assert keeper.page.status_code == 400
    assert stall.diff() == []


def test_a_crash_of_the_world_shows_a_neutral_page_and_ends_the_episode(keeper, stall):
    keeper.get(ITEM)
    keeper.send("/crash")
    assert keeper.page.status_code == 500
    assert "This page is not available." in keeper.text
    assert "ZeroDivisionError" not in keeper.page.text
    assert "Traceback" not in keeper.page.text
    assert stall.crash is not None
    assert keeper.get(ITEM).status_code == 410


def test_a_closed_episode_answers_that_it_is_over(keeper, stall):
    keeper.get(ITEM)
    path, fields = f"{ITEM}/sell", keeper.fields("/sell", {"quantity": "1"})
    stall.close()
    assert keeper.get(ITEM).status_code == 410
    assert keeper.post(path, fields).status_code == 410


# -- headers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ITEM, "/nope", "/bootstrap/assets/css/bootstrap.min.css", "/"])
def test_every_answer_is_sealed_and_tells_nothing_of_the_machine(app, stall, path):
    environ = {"SCRIPT_NAME": "/episodes/abc", "worlds.episode": stall, "worlds.secret": "s"}
    answer = app.test_client().get(path, environ_overrides=environ, buffered=True)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not {"ETag", "Last-Modified", "Date", "Expires", "Server"} & set(answer.headers.keys())


def test_pages_are_not_kept_by_the_browser_and_style_sheets_are(keeper):
    assert keeper.get(ITEM).headers["Cache-Control"] == "no-store"
    assert "no-store" not in keeper.get("/bootstrap/assets/css/bootstrap.min.css").headers["Cache-Control"]


def test_style_sheets_cost_no_virtual_time(keeper, stall):
    keeper.get("/bootstrap/assets/css/bootstrap.min.css")
    assert len(stall.journal) == 0


@pytest.mark.parametrize("path", ["/bootstrap/assets/../../pages.py", "/bootstrap/assets/%2e%2e/%2e%2e/__init__.py"])
def test_no_file_beside_the_assets_is_served(keeper, path):
    assert keeper.get(path).status_code == 404


def test_head_answers_like_get_without_a_body(keeper):
    keeper.raw("HEAD", ITEM)
    assert keeper.page.status_code == 200
    assert keeper.page.data == b""


def test_the_root_leads_to_where_the_role_works(app, stall):
    environ = {"SCRIPT_NAME": "/episodes/abc", "worlds.episode": stall, "worlds.secret": "s"}
    answer = app.test_client().get("/", environ_overrides=environ)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/episodes/abc/")


def test_the_same_clicks_give_the_same_bytes(app):
    def clicks() -> list[bytes]:
        with worlds.open("tiny", role="keeper") as episode:
            keeper = Visitor(app, episode)
            first = keeper.get(ITEM)
            second = keeper.send("/sell", {"quantity": "2"})
            return [first.data, second.data, str(first.headers).encode(), str(second.headers).encode()]

    assert clicks() == clicks()


def test_the_secret_is_nowhere_on_a_page(keeper):
    keeper.get(ITEM)
    assert "a secret of the episode" not in keeper.page.text
    assert seals.form_token(b"x", 0) != seals.form_token(b"y", 0)
