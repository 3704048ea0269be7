"""Promises of the back office: it does what the operations do, says what came of it, and looking changes nothing."""

import re

import pytest
from chrome import expect_frame, expect_own_names

from worlds.shop import WORLD
from worlds.shop.rules import STAFF

NASTY = "<img src=x onerror=alert(1)> '; DROP TABLE sales_order; -- {{ 7 * 7 }} \u202eabc"
TRACE = {"timeline_event", "audit_event"}


# -- looking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", STAFF)
def test_looking_at_every_page_changes_nothing_in_any_role(colleague, cases, role):
    person = colleague(role)
    for name, path in cases.paths.items():
        expected = {"nothing": 404, "a wrong filter": 422}.get(name, 200)
        assert person.get(path).status_code == expected, (name, person.text)
    assert person.episode.diff() == []
    assert all(not WORLD.operations[entry.operation].writing for entry in person.episode.journal)


@pytest.mark.parametrize("role", ["support_l1", "ops"])
def test_every_link_leads_somewhere_and_looking_changes_nothing(colleague, role):
    person = colleague(role)
    for path, answer in person.visitor.crawl("/office/", limit=250):
        assert answer.status_code == 200, path
    assert person.episode.diff() == []


def test_customers_do_not_come_in(colleague, cases):
    person = colleague("customer")
    for path in ("/office/", cases.paths["orders"], cases.paths["refund"], cases.paths["rules"]):
        assert person.get(path).status_code == 403
    assert "Larkfield Office is open to these roles" in person.text
    assert len(person.episode.journal) == 0


def test_every_page_has_one_heading_its_landmarks_a_way_past_the_navigation_and_names_of_its_own(colleague, cases):
    person = colleague("admin")
    for name, path in cases.paths.items():
        page = person.get(path).text
        expect_own_names(page)
        if name != "refund preview":
            expect_frame(page, 'role="search"')


def test_what_the_role_lacks_is_said_on_the_order_and_disabled_on_its_page(colleague, cases):
    person = colleague("ops")
    person.get(cases.paths["an order"])
    assert "Refund : only for Support agent, Senior support agent, Finance, Administrator." in person.text
    page = person.get(cases.paths["refund"]).text
    assert re.search(r"<button[^>]*disabled[^>]*>Make the refund", page)
    row = cases.refundable_row
    person.send("/refund", {f"lines.{row}.quantity": "1", "reason": "damaged"})
    assert person.status == 403
    assert person.episode.diff() == []


def test_another_order_s_parcel_or_payment_is_not_shown(colleague, cases):
    person = colleague("admin")
    taken = {cases.held["order_id"], cases.under_way["order_id"]}
    other = next(order["order_id"] for order in cases.orders if order["order_id"] not in taken)
    for path in (cases.paths["tracking"], cases.paths["capture"], cases.paths["delivery"], cases.paths["void"]):
        assert person.get(re.sub(r"orders/\d+", f"orders/{other}", path)).status_code == 404
        assert "has no" in person.text


def test_house_rules_are_read_as_text_with_tables(colleague):
    person = colleague("support_l1")
    page = person.get("/office/rules/cancellations").text
    assert '<th scope="col">' in page
    assert "<strong>" in page
    assert person.get("/office/rules/nope").status_code == 404


def test_saved_views_are_marked_and_filters_stay_in_the_address(colleague):
    person = colleague("support_l1")
    page = person.get("/office/orders?fulfilment_status=unfulfilled&cancelled=false").text
    assert re.search(r'aria-current="page">To ship<', page)
    person.get("/office/orders?financial_status=paid&page_size=10&page=2")
    assert "11 to 20 shown" in person.text
    assert any("financial_status=paid" in link and "page=3" in link for link in person.visitor.links)


def test_a_list_says_when_its_last_page_is_behind(colleague):
    person = colleague("support_l1")
    person.get("/office/orders?page=9999")
    assert re.search(r"There is no page 9999; the last one is page \d+\.", person.text)
    assert any("/office/orders?page=" in link for link in person.visitor.links)


def test_a_typical_page_asks_the_world_few_questions(colleague, cases):
    person = colleague("admin")
    person.get(cases.paths["an order"])
    assert [entry.operation for entry in person.episode.journal] == ["get_order"]


# -- doing ----------------------------------------------------------------------------------------------------------


def test_a_refund_is_previewed_and_made_for_that_amount(colleague, cases):
    person = colleague("support_l1")
    row = cases.refundable_row
    person.get(cases.paths["refund"])
    fields = [pair for pair in person.visitor.fields("/refund", {f"lines.{row}.quantity": "1"}) if pair[1]]
    asked = "&".join(f"{name}={value}" for name, value in fields)
    person.get(f"{cases.paths['refund']}?{asked}")
    (amount,) = re.findall(r"<strong>€([\d.,]+)</strong> back to", person.visitor.page.text)
    assert person.episode.diff() == []
    assert "csrf_token" not in person.visitor.page.request.url
    person.send("/refund", {"reason": "damaged"})
    assert re.search(rf"Refund RF-\d+ of €{re.escape(amount)} is pending\.", person.text)
    (refund,) = person.rows("refund")
    assert f"{refund['amount'] / 100:.2f}" == amount
    assert refund["order_id"] == cases.refundable["order_id"]
    assert [line["quantity"] for line in person.rows("refund_line")] == [1]


def test_a_preview_that_makes_no_sense_says_so_in_the_words_of_its_form(colleague, cases):
    person = colleague("support_l1")
    row, line = cases.refundable_row, cases.refundable["lines"][cases.refundable_row]["line_id"]
    row += 1  # the row before is not chosen
    asked = f"lines.0.quantity=0&lines.{row}.line_id={line}&lines.{row}.quantity=many&reason=damaged"
    assert person.get(f"{cases.paths['refund']}?{asked}").status_code == 200
    assert f"Quantity in row {row + 1}: must be a whole number." in person.text
    assert "preview_refund" not in person.text


def test_a_refund_beyond_what_is_left_keeps_what_was_typed(colleague, cases):
    person = colleague("finance")
    person.get(cases.paths["refund"])
    row = cases.refundable_row
    person.send("/refund", {f"lines.{row}.quantity": "9000", "reason": "damaged", "note": "Glaze is off"})
    assert person.status in {409, 422}
    typed = dict(person.visitor.form("/refund").fields)
    assert (typed[f"lines.{row}.quantity"], typed["reason"], typed["note"]) == ("9000", "damaged", "Glaze is off")
    assert "quantity_above_refundable" in person.text
    assert person.episode.diff() == []


def test_a_refund_above_the_role_s_limit_is_refused_and_what_was_typed_is_kept(colleague, cases):
    person = colleague("support_l1")
    order = cases.order(lambda one: any(float(line["refundable_amount"]) > 50 for line in one["lines"]))
    person.get(f"/office/orders/{order['order_id']}/refund")
    lines = [line for line in order["lines"] if line["refundable"]]
    row = next(index for index, line in enumerate(lines) if float(line["refundable_amount"]) > 50)
    units = str(lines[row]["refundable"])
    person.send("/refund", {f"lines.{row}.quantity": units, "reason": "damaged"})
    assert "approval_needed" in person.text
    assert dict(person.visitor.form("/refund").fields)[f"lines.{row}.quantity"] == units
    assert "This is above your limit: hand the order over instead." in person.text
    assert person.episode.diff() == []


def test_a_refund_of_nothing_is_refused(colleague, cases):
    person = colleague("finance")
    person.get(cases.paths["refund"])
    person.send("/refund", {"reason": "damaged"})
    assert person.status in {409, 422}
    assert "nothing_to_refund" in person.text
    assert person.episode.diff() == []


def test_a_refund_sent_twice_is_made_once(colleague, cases):
    person = colleague("finance")
    person.get(cases.paths["refund"])
    fields = person.visitor.fields("/refund", {f"lines.{cases.refundable_row}.quantity": "1", "reason": "damaged"})
    for _ in range(2):
        assert person.post(cases.paths["refund"], fields).status_code == 303
    assert len(person.rows("refund")) == 1


def test_boxes_that_are_unticked_are_sent(colleague, cases):
    person = colleague("finance")
    person.get(cases.paths["refund"])
    row = cases.refundable_row
    person.send("/refund", {f"lines.{row}.quantity": "1", "reason": "damaged", "notify": "false"})
    assert person.status == 200
    assert "outbox_email" not in person.changed


def test_an_order_is_shipped_as_a_whole_from_where_it_lies(colleague, cases):
    person = colleague("ops")
    person.get(cases.paths["fulfil"])
    where = person.episode.call("list_stock", {"variant_id": cases.held["lines"][0]["variant_id"]}).body["items"]
    place = max(where, key=lambda level: level["committed"])["location_id"]
    person.send("/fulfil", {"location_id": str(place), "carrier": "DHL", "tracking_number": "JD0146000031"})
    if person.status != 200:  # the units lie in two places: ship the first line alone
        rows = {f"lines.{row}.quantity": "0" for row in range(1, len(cases.held["lines"]))}
        person.send("/fulfil", rows)
    assert "left with DHL, tracking number JD0146000031." in person.text
    assert {"fulfilment", "fulfilment_line", "payment"} <= person.changed


def test_tracking_is_corrected_and_the_customer_told_unless_unticked(colleague, cases):
    person = colleague("ops")
    person.get(cases.paths["tracking"])
    person.send("/tracking", {"tracking_number": "3SABC123456789", "notify": "false"})
    assert "tracking number 3SABC123456789." in person.text
    assert person.changed - TRACE == {"fulfilment"}


def test_a_delivery_is_noted(colleague, cases):
    person = colleague("ops")
    person.get(cases.paths["delivery"])
    person.send("/delivered")
    assert "is marked as delivered." in person.text
    assert person.rows("fulfilment")[0]["status"] == "delivered"


def test_a_payment_is_captured_in_part_or_voided(colleague, cases):
    person = colleague("finance")
    person.get(cases.paths["capture"])
    person.send("/capture", {"amount": "1.5"})
    assert person.status == 422
    assert dict(person.visitor.form("/capture").fields)["amount"] == "1.5"
    person.send("/capture", {"amount": "1.50"})
    assert "€1.50 of" in person.text
    other = colleague("finance")
    other.get(cases.paths["void"])
    other.send("/void")
    assert "was voided; nothing is taken." in other.text
    assert other.rows("payment")[0]["status"] == "voided"


def test_cancelling_says_in_figures_what_it_does_and_does_it(colleague, cases):
    person = colleague("support_l2")
    person.get(cases.paths["cancel"])
    total = cases.held["payments"][0]["amount"]
    assert f"€{float(total):,.2f} held on" in person.text
    person.send("/cancel", {"reason": "customer"})
    assert f"Order {cases.held['number']} was cancelled. €{float(total):,.2f} were released" in person.text
    assert "refund" not in person.changed


def test_an_address_is_replaced_and_what_was_not_touched_stays(colleague, cases):
    person = colleague("support_l2")
    person.get(cases.paths["address"])
    person.send("/address", {"address.line1": "Lange Nieuwstraat 100", "notify": "false"})
    assert "Lange Nieuwstraat 100" in person.text
    (order,) = [change for change in person.episode.diff() if change.table == "sales_order"]
    assert {column for column in order.columns if column.startswith("ship_")} == {"ship_line1"}


def test_an_address_with_a_wrong_country_says_so_at_its_field(colleague, cases):
    person = colleague("support_l2")
    person.get(cases.paths["address"])
    person.send("/address", {"address.country": "Netherlands", "address.line1": ""})
    assert person.status == 422
    assert "Country: must have at most 2 characters." in person.text
    assert "Line 1: fill this in." in person.text
    assert person.episode.diff() == []


def test_a_return_is_opened_and_booked_in(colleague, cases):
    person = colleague("admin")
    person.get(cases.paths["open a return"])
    shipped = [line for line in cases.returnable["lines"] if line["fulfilled"]]
    row = next(index for index, line in enumerate(shipped) if line["returnable"])
    person.send("/return", {f"lines.{row}.quantity": "1", "reason": "defective"})
    number = re.search(r"Return (RT-\d+) is open\.", person.text)[1]
    assert person.visitor.page.request.path.startswith("/office/returns/")
    person.get(person.visitor.page.request.path + "/receive")
    person.send("/receive", {"lines.0.received": "1", "lines.0.damaged": "1"})
    assert f"Everything of return {number} has arrived; it is closed." in person.text
    assert [(line["received"], line["damaged"]) for line in person.rows("return_line")] == [(1, 1)]


def test_a_return_without_lines_says_to_choose_one(colleague, cases):
    person = colleague("support_l1")
    person.get(cases.paths["open a return"])
    person.send("/return", {"reason": "defective"})
    assert person.status == 422
    assert "Lines: choose at least one." in person.text


def test_a_return_is_approved_declined_or_closed(colleague, cases):
    for page, action, changes, said in (
        ("approve", "/approve", {}, "was approved; it is open now."),
        ("decline", "/decline", {"reason": "used_or_worn", "explanation": "The soles are worn."}, "was declined."),
        ("close", "/close", {}, "is closed."),
    ):
        person = colleague("support_l2")
        person.get(cases.paths[page])
        person.send(action, changes)
        assert said in person.text
        assert "return_request" in person.changed


def test_stock_is_adjusted_and_set_only_while_it_is_what_was_seen(colleague, cases):
    person = colleague("ops")
    path, before = cases.paths["a stock level"], cases.level["available"]
    person.get(path)
    person.send("/adjust", {"change": "-2", "reason": "lost"})
    assert f"now has {before - 2} available" in person.text
    stale = person.visitor.fields("/count", {"quantity": str(before)})
    person.send("/adjust", {"change": "1", "reason": "found"})
    person.post(f"{path}/count", stale)
    assert person.status == 409
    assert "stale_stock" in person.text
    person.send("/count")
    assert f"now has {before} available" in person.text


def test_a_note_and_a_hand_over_are_written_down(colleague, cases):
    person = colleague("support_l1")
    person.get(cases.paths["an order"])
    person.send("/notes", {"text": "Called back, wants a refund."})
    assert "The note was added to the order." in person.text
    assert "Called back, wants a refund." in person.text
    person.get(cases.paths["hand over an order"])
    person.send("/hand-over", {"team": "finance", "reason": "approval_needed", "message": "Please look."})
    assert re.search(r"Hand-over ES-\d+ went to finance\.", person.text)
    assert person.changed - TRACE == {"order_note", "escalation"}


def test_markup_in_every_text_field_is_shown_as_text(colleague, cases):
    sent = (
        ("an order", "/notes", {"text": NASTY}),
        ("hand over an order", "/hand-over", {"team": "risk", "reason": "other", "message": NASTY}),
        ("hand over a customer", "/hand-over", {"team": "risk", "reason": "other", "message": NASTY}),
        ("a stock level", "/adjust", {"change": "1", "reason": "found", "note": NASTY}),
        ("address", "/address", {"address.name": NASTY, "address.line1": NASTY, "address.city": NASTY[:100]}),
        ("decline", "/decline", {"reason": "other", "explanation": NASTY}),
        ("tracking", "/tracking", {"tracking_number": NASTY}),
        ("capture", "/capture", {"amount": NASTY}),
        ("refund", "/refund", {f"lines.{cases.refundable_row}.quantity": "1", "reason": "damaged", "note": NASTY}),
        ("cancel", "/cancel", {"reason": NASTY}),
    )
    for page, action, changes in sent:
        person = colleague("admin")
        person.get(cases.paths[page])
        person.send(action, changes)
        assert person.status in {200, 409, 422}, (page, person.text)
        assert "<img src=x" not in person.visitor.page.text, page
        for path in (cases.paths["an order"], cases.paths["an order to ship"], "/office/handovers", "/office/emails"):
            assert "<img src=x" not in person.get(path).text, page


def test_searches_take_any_text(colleague):
    person = colleague("support_l1")
    for words in (NASTY[:100], "%", "_", "'", '"', "\\", "ß", "\u200fשלום", "a" * 100):
        for page in ("orders", "customers", "products", "stock", "returns", "emails", "discounts"):
            assert person.get(f"/office/{page}", query_string={"query": words}).status_code == 200
    for words in ("a" * 101, "a\x00b"):
        assert person.get("/office/orders", query_string={"query": words}).status_code == 422


def test_fields_that_a_form_does_not_have_are_refused(colleague, cases):
    person = colleague("admin")
    for page, action in (
        ("an order", "/notes"),
        ("cancel", "/cancel"),
        ("refund", "/refund"),
        ("tracking", "/tracking"),
    ):
        person.get(cases.paths[page])
        for name in ("order_id", "fulfilment_id", "amount", "actor_role", "lines.0.unit_price", "status"):
            person.send(action, {name: "1"})
            assert person.status == 422, (page, name)
            assert "unknown_argument" in person.text, (page, name)
            person.get(cases.paths[page])
    assert person.episode.diff() == []
