"""Promises of pages when something on the way breaks: each failure shows as such a system shows it, and no more."""

import re

import pytest

import worlds
from worlds.engine import bookkeeping, inbox
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.surfaces.pages import Pages, create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.world import find

ITEM = "/stall/items/7"
LIST = "/stall/"
NO_WORDS_OF_OURS = re.compile(
    r"\bF\d{1,2}\b|fault|plan\b|gateway_timeout|rate_limited|session_expired|form_expired", re.IGNORECASE
)


@pytest.fixture(scope="module")
def app():
    return create_pages(find("tiny"))


@pytest.fixture
def visiting(app):
    """Opens the stall under some rules, and gives its visitor and its episode."""
    opened = []

    def visit(*rules, role="keeper"):
        episode = worlds.open("tiny", role=role, faults=FaultPlan(rules=tuple(rules)))
        opened.append(episode)
        return Visitor(app, episode), episode

    yield visit
    for episode in opened:
        episode.close()


def sell(visitor, quantity="2"):
    """Open the item's page and sell some of it."""
    visitor.get(ITEM)
    return visitor.send("/sell", {"quantity": quantity})


def left(episode):
    """What is left of item 7."""
    return episode.call("get_item", {"item_id": 7}).body["quantity"]


# -- the gateway ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["timeout-after-commit", "timeout-before-commit"])
def test_a_lost_answer_shows_the_bare_page_of_the_gateway_and_the_form_is_there_again(visiting, lost):
    visitor, episode = visiting(Rule(fault=lost))
    page = sell(visitor)
    assert (page.status_code, visitor.text) == (
        504,
        "504 Gateway Timeout 504 Gateway Timeout The server took too long to answer.",
    )
    assert "stylesheet" not in page.text
    assert visitor.get(ITEM).status_code == 200
    assert visitor.form("/sell").fields
    assert len(episode.diff()) == (1 if lost == "timeout-after-commit" else 0)


def test_the_two_lost_answers_are_the_same_page_byte_for_byte(visiting):
    pages = []
    for lost in ("timeout-after-commit", "timeout-before-commit"):
        visitor, episode = visiting(Rule(fault=lost))
        page = sell(visitor)
        pages.append((page.status_code, page.data, sorted(page.headers.items()), episode.journal.last.now))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("lost", ["timeout-after-commit", "timeout-before-commit"])
def test_reloading_the_gateway_s_page_sends_the_same_form_and_has_one_effect(visiting, lost):
    visitor, episode = visiting(Rule(fault=lost))
    visitor.get(ITEM)
    fields = visitor.fields("/sell", {"quantity": "2"})
    visitor.post(f"{ITEM}/sell", fields)
    assert visitor.post(f"{ITEM}/sell", fields).status_code == 303
    assert left(episode) == 33


# -- pages of the app -----------------------------------------------------------------------------------------------


def test_a_server_error_has_a_request_id_that_the_same_run_has_again_and_a_way_back_to_the_form(visiting):
    seen = set()
    for _ in range(2):
        visitor, episode = visiting(Rule(fault="server-error-once"))
        page = sell(visitor)
        seen.add(visitor.text)
        assert (page.status_code, episode.diff()) == (500, [])
    assert len(seen) == 1
    assert re.search(r"Something went wrong .* Request ID: \S+", seen.pop())
    assert ITEM in visitor.links


def test_a_server_error_that_the_key_keeps_comes_again_when_the_form_does(visiting):
    visitor, episode = visiting(Rule(fault="server-error-once"))
    visitor.get(ITEM)
    fields = visitor.fields("/sell", {"quantity": "2"})
    visitor.post(f"{ITEM}/sell", fields)
    assert visitor.post(f"{ITEM}/sell", fields).status_code == 500
    assert "Something went wrong" in visitor.text
    assert episode.diff() == []


def test_a_reading_that_may_not_be_shown_is_an_error_page_without_a_code(visiting):
    visitor, _ = visiting(Rule(fault="role-denied", operations=("get_item",), times=0))
    page = visitor.get(ITEM)
    assert page.status_code == 403
    assert "You do not have permission" in visitor.text
    assert "role_denied" not in visitor.text
    assert "get_item" not in visitor.text


def test_a_limit_that_the_vendor_calls_forbidden_is_no_matter_of_permission_on_pages(visiting):
    visitor, _ = visiting(Rule(fault="request-limit", times=0, params={"left": 1}))
    visitor.get(ITEM)
    page = visitor.get(ITEM)
    assert page.status_code == 403
    assert "Limit reached" in visitor.text
    assert "permission" not in visitor.text


# -- a planned stop -------------------------------------------------------------------------------------------------


def test_maintenance_is_a_static_page_that_says_when_it_ends_and_stepping_away_until_then_ends_it(visiting):
    visitor, _ = visiting(Rule(fault="maintenance"))
    page = visitor.get(ITEM)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "600")
    assert re.search(r"Scheduled maintenance .* back at \d\d:\d\d", visitor.text)
    assert "/-/stall/away" in visitor.links
    visitor.get("/-/stall/away")
    visitor.send("/away/for", {"minutes": "15"})
    assert visitor.get(ITEM).status_code == 200


def test_in_read_only_mode_pages_are_shown_and_forms_are_not_taken(visiting):
    visitor, episode = visiting(Rule(fault="maintenance", params={"read_only": True}))
    assert sell(visitor).status_code == 503
    assert visitor.get(ITEM).status_code == 200
    assert episode.diff() == []


# -- banners, and pages that stay -----------------------------------------------------------------------------------


LIMITED = Rule(fault="account-limit", times=0, params={"other_updates": 100})


def test_a_form_that_meets_a_limit_stays_with_its_text_below_a_banner_that_says_when_to_try_again(visiting):
    visitor, episode = visiting(LIMITED)
    page = sell(visitor, "5")
    assert page.status_code == 429
    assert page.headers["Retry-After"] == "60"
    assert page.headers["X-Rate-Limit"] == "700"
    assert re.search(r'class="every-banner" role="alert".*Too many requests.*Nothing was saved', page.text, re.DOTALL)
    assert "Try again in 60 seconds." in visitor.text
    assert dict(visitor.form("/sell").fields)["quantity"] == "5"
    assert episode.diff() == []


def test_a_page_that_stays_reads_nothing_anew(visiting):
    visitor, episode = visiting(LIMITED)
    sell(visitor)
    assert [entry.operation for entry in episode.journal] == ["get_item", "sell_item"]
    assert "35" in visitor.text


def test_a_list_that_meets_a_limit_keeps_the_rows_that_it_showed_and_says_of_when_they_are(visiting):
    bucket = {"size": 40, "level": 38, "leak": 2.0, "others": 1.99}
    visitor, _ = visiting(Rule(fault="leaky-bucket", times=0, params=bucket))
    rows = re.findall(r"Lantern \d\d", visitor.get(LIST).text)
    assert rows
    for _ in range(3):
        page = visitor.get(LIST)
    assert page.status_code == 429
    assert page.headers["X-Shopify-Shop-Api-Call-Limit"] == "40/40"
    assert re.findall(r"Lantern \d\d", page.text) == rows
    assert re.search(r"What you see is as it was at \d\d:\d\d", visitor.text)


def test_a_list_that_never_was_shown_says_that_it_cannot_be(visiting):
    visitor, _ = visiting(Rule(fault="leaky-bucket", times=0, params={"level": 40, "others": 1.9}))
    page = visitor.get(LIST)
    assert page.status_code == 429
    assert "This list cannot be shown." in visitor.text
    assert "Lantern 07" not in visitor.text


def test_a_page_that_cannot_stay_is_an_error_page_with_the_headers_and_a_way_to_try_again(visiting):
    visitor, _ = visiting(Rule(fault="leaky-bucket", times=0, params={"level": 40, "others": 1.9}))
    page = visitor.get(ITEM)
    assert page.status_code == 429
    assert float(page.headers["Retry-After"]) > 0
    assert "Try again" in visitor.text
    assert any(link.startswith(ITEM) for link in visitor.links)


def test_a_green_message_is_no_proof_that_anything_was_saved(visiting):
    visitor, episode = visiting(Rule(fault="false-success"))
    assert sell(visitor).status_code == 200
    assert "Item 7 was sold" in visitor.text
    assert episode.diff() == []


# -- forms that are too old, and sessions that end ------------------------------------------------------------------


def test_a_form_that_has_expired_is_a_page_a_form_without_its_text_or_one_with_it(visiting):
    for shown, quantity in (("page", None), ("lost", "1"), ("banner", "5")):
        visitor, episode = visiting(Rule(fault="form-token-expiry", params={"shown": shown}))
        assert sell(visitor, "5").status_code == 400
        assert "This form has expired" in visitor.text
        assert episode.diff() == []
        if quantity is None:
            assert ITEM in visitor.links
        else:
            assert dict(visitor.form("/sell").fields)["quantity"] == quantity
            visitor.send("/sell", {"quantity": "2"})
            assert left(episode) == 33


@pytest.mark.parametrize("kept", [False, True])
def test_a_session_that_ends_leads_to_signing_in_and_back_with_or_without_what_was_typed(visiting, kept):
    visitor, episode = visiting(Rule(fault="session-expiry", params={"text_kept": kept}))
    visitor.get(ITEM)
    page = visitor.send("/change", {"note": "The glass is cracked."})
    assert (page.status_code, page.headers["Location"]) == (
        302,
        "/episodes/abc/-/stall/sign-in?next=/episodes/abc/stall/items/7",
    )
    visitor.get(page.headers["Location"].removeprefix(visitor.prefix))
    assert "Your session has ended." in visitor.text
    assert visitor.send("/sign-in").status_code == 200
    assert "You are signed in again." in visitor.text
    assert dict(visitor.form("/change").fields)["note"] == ("The glass is cracked." if kept else "")
    assert episode.diff() == []
    visitor.get(ITEM)
    assert dict(visitor.form("/change").fields)["note"] == ""


def test_a_page_that_is_opened_without_a_session_leads_back_to_itself(visiting):
    visitor, _ = visiting(Rule(fault="session-expiry", operations=("list_items",)))
    page = visitor.get(f"{LIST}?page=2")
    assert page.status_code == 302
    visitor.get(page.headers["Location"].removeprefix(visitor.prefix))
    visitor.send("/sign-in")
    assert visitor.page.request.full_path.endswith("/stall/?page=2")


def test_nobody_is_led_out_of_the_pages_by_the_address_to_go_to(visiting):
    visitor, _ = visiting()
    visitor.get("/-/stall/sign-in?next=https://elsewhere.example/")
    assert visitor.send("/sign-in").status_code == 400
    assert visitor.get("/-/stall/working/job-000000000000?sent=/&next=//elsewhere.example").status_code == 400


# -- slow work ------------------------------------------------------------------------------------------------------


def test_slow_work_says_so_until_it_ends_in_its_result_and_a_double_click_does_it_once(visiting):
    visitor, episode = visiting(Rule(fault="slow-success", params={"seconds": 50}))
    visitor.get(ITEM)
    fields = visitor.fields("/sell", {"quantity": "2"})
    visitor.post(f"{ITEM}/sell", fields)
    address = visitor.page.headers["Location"].removeprefix(visitor.prefix)
    visitor.post(f"{ITEM}/sell", fields)
    visitor.get(address)
    assert "We are working on it" in visitor.text
    assert address in [re.sub(r"%2F", "/", link) for link in visitor.links]
    for _ in range(3):
        visitor.get(address)
    assert "Item 7 was sold; 33 are left." in visitor.text
    assert left(episode) == 33


def test_the_page_of_a_job_is_nobody_else_s(visiting):
    visitor, _ = visiting(Rule(fault="slow-success", params={"seconds": 20}))
    visitor.get(ITEM)
    visitor.post(f"{ITEM}/sell", visitor.fields("/sell", {"quantity": "2"}))
    job = re.search(r"job-[0-9a-f]{12}", visitor.page.headers["Location"])[0]
    assert visitor.get(f"/-/stall/working/{job}?sent={ITEM}/message").status_code == 404
    assert visitor.get(f"/-/stall/working/{job}?sent=/nowhere").status_code == 404
    assert visitor.get("/-/stall/working/job-000000000000?sent=/").status_code == 404


# -- permissions ----------------------------------------------------------------------------------------------------


def test_a_form_follows_a_permission_that_was_taken_away(visiting):
    visitor, _ = visiting(Rule(fault="role-changed", operations=("sell_item",), times=0, params={"after_calls": 0}))
    visitor.get(ITEM)
    assert "Only for" in visitor.text
    assert "/sell" in visitor.form("/sell").action
    assert sell(visitor).status_code == 403


# -- pages that every world has -------------------------------------------------------------------------------------


def write(episode, subject):
    """Put a message about item 7 into the inbox."""
    with episode._fork.lease() as connection, connection.begin():
        driver = bookkeeping.driver_of(connection)
        now = bookkeeping.read(driver).now
        inbox.deliver(
            driver, now, "Dana", "colleague", subject, "Please look.\nThe <b>glass</b> is cracked.", ("item", 7)
        )


def test_the_inbox_shows_messages_once_as_new_and_leads_to_what_they_are_about(visiting):
    visitor, episode = visiting()
    write(episode, "Item 7")
    visitor.get("/-/stall/inbox")
    assert "New Item 7 from Dana , colleague" in visitor.text
    assert "&lt;b&gt;glass" in visitor.page.text
    assert ITEM in visitor.links
    visitor.get("/-/stall/inbox")
    assert "New Item 7" not in visitor.text
    assert episode.diff() == []


def test_stepping_away_says_what_time_it_is_and_that_somebody_wrote(visiting):
    visitor, episode = visiting()
    begun = episode.now
    visitor.get("/-/stall/away")
    write(episode, "Item 7")
    visitor.send("/away/for", {"minutes": "90"})
    assert "1 hour 30 minutes went by." in visitor.text
    assert "The inbox has 1 new message, the latest “Item 7”." in visitor.text
    assert (episode.now - begun).total_seconds() >= 5_400


def test_a_moment_is_read_on_the_world_s_clocks_and_a_wrong_one_is_named_at_its_field(visiting):
    visitor, episode = visiting()
    visitor.get("/-/stall/away")
    local = episode.now.replace(day=episode.now.day + 1, hour=8, minute=0, second=0)
    visitor.send("/away/until", {"until": f"{local:%Y-%m-%dT%H:%M}"})
    assert visitor.page.status_code == 200
    assert f"{local.day} {local:%b %Y, 08:00}" in visitor.text
    visitor.send("/away/until", {"until": "2020-01-01T08:00"})
    assert visitor.page.status_code == 422
    assert 'aria-describedby="until-until-hint until-until-error"' in visitor.page.text
    assert "for-minutes-error" not in visitor.page.text


def test_no_world_may_put_pages_where_those_that_all_have_are(monkeypatch):
    tiny = find("tiny")
    squatter = Pages("squatter", __name__, title="Squatter", url_prefix="/-/own")
    squatter.page("/")(str)
    monkeypatch.setattr(worlds.engine.surfaces.pages, "_apps", lambda _: [squatter])
    with pytest.raises(TypeError, match="are taken"):
        create_pages(tiny)


def test_there_are_no_such_pages_for_an_app_that_there_is_not(visiting):
    visitor, _ = visiting(role="visitor")
    assert visitor.get("/-/nowhere/inbox").status_code == 404
    assert visitor.get("/-/back_room/inbox").status_code == 403
    assert visitor.get("/-/stall/inbox").status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        Rule(fault="timeout-after-commit"),
        Rule(fault="server-error-once"),
        LIMITED,
        Rule(fault="maintenance"),
        Rule(fault="session-expiry"),
        Rule(fault="form-token-expiry"),
        Rule(fault="form-token-expiry", params={"shown": "lost"}),
        Rule(fault="slow-success"),
        Rule(fault="role-changed", times=0, params={"after_calls": 1}),
        Rule(fault="request-limit", times=0, params={"left": 1}),
    ],
    ids=lambda rule: rule.fault,
)
def test_no_page_says_that_something_was_planned_and_all_are_told_alike_twice(visiting, rule):
    told = []
    for _ in range(2):
        visitor, _ = visiting(rule)
        visitor.get(ITEM)
        if visitor.page.status_code == 200:
            visitor.send("/sell", {"quantity": "2"})
        if visitor.page.status_code == 302:
            visitor.get(visitor.page.headers["Location"].removeprefix(visitor.prefix))
        told.append((visitor.page.data, sorted(visitor.page.headers.items())))
        assert not NO_WORDS_OF_OURS.search(visitor.text), visitor.text
    assert told[0] == told[1]
