"""Promises of what requesters do in the help centre: sign in, ask, answer, rate; a refusal keeps what was typed."""

import re

import pytest
from help_cases import HelpCases

import worlds
from worlds.desk import WORLD

NASTY = "<img src=x onerror=alert(1)> '; DROP TABLE ticket; -- {{ 7 * 7 }}"


@pytest.fixture(scope="module")
def centre():
    with worlds.open("desk", role="requester") as episode:
        yield HelpCases(episode)


# -- signing in -------------------------------------------------------------------------------------------------------


def test_a_guest_reads_articles_and_is_sent_to_sign_in_for_the_rest(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/")
    one.send("/sign-out")
    assert "You are signed out." in one.text
    assert one.get(f"/help/articles/{centre.article}").status_code == 200
    for path in ("/help/requests", "/help/requests/new", "/help/account", "/help/organization"):
        one.get(path)
        assert one.visitor.page.request.path == "/help/sign-in"
        assert one.typed("/sign-in")["next"] == f"{one.visitor.prefix}{path}"
    assert {change.table for change in one.did} == {"web_session"}


def test_a_guest_s_form_sends_nothing_and_leads_to_sign_in(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/requests/new")
    fields = one.visitor.fields("/requests/new", {"subject": "A lantern", "body": "It is dark."})
    one.send("/sign-out")
    one.post("/help/requests/new", fields)
    assert (one.status, "/sign-in" in one.visitor.page.headers["Location"]) == (303, True)
    assert one.rows("ticket") == []


def test_signing_in_with_one_s_own_address_leads_where_one_wanted_to_go(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/")
    one.send("/sign-out")
    one.get("/help/account")
    one.send("/sign-in", {"email": f" {centre.address(one.person).upper()} "})
    assert one.visitor.page.request.path == "/help/account"
    assert "Welcome back" in one.text


def test_another_address_is_refused_at_its_field_and_the_way_on_is_kept(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/")
    one.send("/sign-out")
    one.get("/help/requests/new")
    one.send("/sign-in", {"email": "somebody@example.net"})
    assert one.status == 401
    assert re.search(r'id="sign-in-email-error"', one.source)
    assert "does not belong to that address" in one.text
    assert (one.typed("/sign-in")["email"], one.typed("/sign-in")["next"][-17:]) == (
        "somebody@example.net",
        "help/requests/new",
    )
    one.send("/sign-in", {"email": centre.address(one.person)})
    assert one.visitor.page.request.path == "/help/requests/new"


@pytest.mark.parametrize("onward", ["//elsewhere.example", "https://elsewhere.example", "/../up", "/a\\b"])
def test_signing_in_leads_nowhere_else(requester, centre, onward):
    one = requester(centre.busiest)
    one.get("/help/")
    one.send("/sign-out")
    one.get("/help/sign-in", query_string={"return_to": onward})
    assert "next" not in one.typed("/sign-in")


# -- asking -----------------------------------------------------------------------------------------------------------


def test_asking_opens_a_ticket_in_one_s_own_name_and_shows_it(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/requests/new")
    asked = {"topic": "wismo", "order_number": "LK-10001", "subject": "Where is it?", "body": "It should be here."}
    one.send("/requests/new", asked)
    (ticket,) = one.rows("ticket")
    assert (ticket["requester_id"], ticket["topic"], ticket["channel"]) == (one.person, "wismo", "web")
    assert f"Your request #{ticket['number']} is with us" in one.text
    assert all(words in one.text for words in ("Where is it?", "It should be here.", "LK-10001", "Open"))
    assert ("It should be here.", 1) in [(said["body"], said["public"]) for said in one.rows("comment")]


def test_a_request_that_says_nothing_is_refused_at_its_fields_and_keeps_the_rest(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/requests/new")
    one.send("/requests/new", {"topic": "damaged", "order_number": "LK-10001", "subject": " ", "body": ""})
    assert one.status == 422
    assert re.search(r'id="ask-subject-error"', one.source)
    assert re.search(r'id="ask-body-error"', one.source)
    assert "What it is about: must hold more than spaces." in one.text
    assert "Your message: fill this in." in one.text
    assert (one.typed("/requests/new")["topic"], one.typed("/requests/new")["order_number"]) == ("damaged", "LK-10001")
    assert one.did == []


def test_a_request_that_is_too_long_is_refused_and_all_of_it_stays(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/requests/new")
    long = {"subject": "s" * 201, "body": "b" * 12_001, "order_number": "o" * 41}
    one.send("/requests/new", long)
    assert one.status == 422
    for name, typed in long.items():
        assert re.search(rf'id="ask-{name.replace("_", "-")}-error"', one.source)
        assert one.typed("/requests/new")[name] == typed
    assert one.did == []


def test_what_is_asked_is_shown_as_text(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/requests/new")
    one.send("/requests/new", {"subject": NASTY, "body": NASTY})
    assert one.text.count("{{ 7 * 7 }}") >= 2
    assert "<img src=x" not in one.source


def test_a_form_sent_twice_asks_once(requester, centre):
    one = requester(centre.busiest)
    one.get("/help/requests/new")
    fields = one.visitor.fields("/requests/new", {"subject": "Once", "body": "Only once."})
    for _ in range(2):
        assert one.post("/help/requests/new", fields).status_code == 303
    assert len(one.rows("ticket")) == 1


def test_a_form_without_the_token_of_its_page_does_nothing(requester, centre):
    one = requester(centre.pending.person)
    path = f"/help/requests/{centre.pending.ticket_id}"
    one.get(path)
    fields = [pair for pair in one.visitor.fields("/answer", {"body": "Hello"}) if pair[0] != "csrf_token"]
    assert one.post(f"{path}/answer", fields).status_code == 400
    assert one.did == []


# -- answering --------------------------------------------------------------------------------------------------------


def answer(requester, asked, body="Here is what you asked for."):
    """Somebody who has just written on one of their requests."""
    one = requester(asked.person)
    one.get(f"/help/requests/{asked.ticket_id}")
    one.send("/answer", {"body": body})
    return one


@pytest.mark.parametrize("kind", ["pending", "offered"])
def test_an_answer_opens_what_waited_or_was_solved(requester, centre, kind):
    asked = getattr(centre, kind)
    one = answer(requester, asked)
    assert f"Your message is on request #{asked.number}." in one.text
    (ticket,) = one.rows("ticket")
    assert (ticket["id"], ticket["status"]) == (asked.ticket_id, "open")
    (said,) = one.rows("comment")
    assert (said["public"], said["body"], said["author_role"]) == (1, "Here is what you asked for.", "end_user")


def test_an_answer_on_a_closed_request_opens_one_that_goes_on_from_it(requester, centre):
    asked = centre.closed
    one = requester(asked.person)
    one.get(f"/help/requests/{asked.ticket_id}")
    assert "This request is closed and stays so." in one.text
    one.send("/answer", {"body": "It broke again."})
    (ticket,) = one.rows("ticket")
    assert (ticket["follow_up_of_id"], ticket["requester_id"]) == (asked.ticket_id, one.person)
    assert f"Your message opened request #{ticket['number']}, which goes on from #{asked.number}." in one.text
    assert one.visitor.page.request.path == f"/help/requests/{ticket['id']}"
    assert re.search(rf"Goes on from\s+Request #{asked.number}", one.text)


def test_an_answer_on_a_joined_request_goes_where_it_was_joined(requester, centre):
    asked = centre.merged
    one = requester(asked.person)
    one.get(f"/help/requests/{asked.ticket_id}")
    assert "What you write here goes there." in one.text
    one.send("/answer", {"body": "One thing more."})
    (said,) = one.rows("comment")
    (ticket,) = one.rows("ticket")
    assert said["ticket_id"] == ticket["id"] != asked.ticket_id
    assert asked.other_id in {ticket["id"], ticket["follow_up_of_id"]}
    assert f"#{ticket['number']}" in one.text


def test_an_empty_answer_is_refused_at_its_field(requester, centre):
    one = answer(requester, centre.pending, body="  ")
    assert one.status == 422
    assert re.search(r'id="reply-body-error"', one.source)
    assert "Your message was not sent" in one.text
    assert one.did == []


def test_an_answer_that_is_too_long_is_refused_and_stays(requester, centre):
    one = answer(requester, centre.pending, body="x" * 12_001)
    assert one.status == 422
    assert one.typed("/answer")["body"] == "x" * 12_001
    assert one.did == []


# -- rating -----------------------------------------------------------------------------------------------------------


def test_help_is_rated_and_the_rating_can_be_changed(requester, centre):
    one = requester(centre.offered.person)
    one.get(f"/help/requests/{centre.offered.ticket_id}")
    for score, why in (("good", "Quick and kind."), ("bad", "It broke after all.")):
        one.send("/rating", {"score": score, "comment": why})
        assert f"Your rating of request #{centre.offered.number} was saved." in one.text
        (rating,) = one.rows("rating")
        assert (rating["score"], rating["comment"]) == (score, why)
    assert "You said: Bad" in one.text
    assert one.typed("/rating")["comment"] == ""


def test_a_rating_without_a_choice_is_refused_and_keeps_what_was_said(requester, centre):
    one = requester(centre.offered.person)
    one.get(f"/help/requests/{centre.offered.ticket_id}")
    one.send("/rating", {"comment": "I cannot decide."})
    assert one.status == 422
    assert re.search(r'id="rate-score-error"', one.source)
    assert one.typed("/rating")["comment"] == "I cannot decide."
    assert one.did == []


def test_nothing_can_be_rated_that_was_not_solved(requester, centre):
    asked = centre.pending
    one = requester(asked.person)
    one.get(f"/help/requests/{asked.ticket_id}")
    assert "How content are you" not in one.text
    token = one.typed("/answer")["csrf_token"]
    one.post(f"/help/requests/{asked.ticket_id}/rating", [("score", "good"), ("csrf_token", token)])
    assert one.status == 409
    assert one.did == []


def test_requesters_call_no_operation_of_the_staff(requester, centre):
    one = answer(requester, centre.pending)
    assert all("requester" in WORLD.operations[entry.operation].roles for entry in one.episode.journal)
