"""Promises of what the resilient agent reads from answers: what a refusal finds fault with, what an answer made."""

import pytest

from worlds.engine.errors import Failure
from worlds.engine.faults.styles import STYLES
from worlds.engine.reply import Reply
from worlds.engine.resilience.courier import is_answer
from worlds.engine.resilience.merging import mended
from worlds.engine.resilience.sights import Atlas, Key, Look, is_anothers, is_behind, shows, told_of
from worlds.engine.resilience.signs import Sign, complaints, sign_of
from worlds.engine.world import find

SENTENCE = "Message must contain the number of the ticket."
SEEN = {("get_ticket", ""): {"ticket_id": 7, "number": 48_211, "description": "A lamp.", "spam": False}}
ASKED = {"ticket_id": 7, "group": "Team leads", "reason": "other", "message": "Please look."}


@pytest.fixture(scope="module")
def desk():
    return find("desk")


def refused(style, field=None, **details):
    failure = Failure("validation_rule", SENTENCE, status=422)
    failure.field, failure.details = field, details
    return Sign("refused", 422, None, STYLES[style](failure), wrapped=True)


@pytest.mark.parametrize("style", ["plain", "shopify-rest", "stripe", "salesforce", "zendesk", "jira"])
def test_the_argument_at_fault_is_found_wherever_a_vendor_names_it(desk, style):
    sign = refused(style, "message")
    assert ("message", SENTENCE) in list(complaints(sign.body))
    better = mended(desk.operations["escalate"], ASKED, sign, SEEN)
    assert better == {**ASKED, "message": "Please look. 48211"}


@pytest.mark.parametrize("style", ["plain", "shopify-rest", "stripe", "salesforce", "zendesk", "hubspot"])
def test_what_is_only_alike_is_saved_all_the_same_in_every_vendors_words(desk, style):
    sign = refused(style, "ticket_id", allow_save=True, matches=[])
    tool = desk.operations["create_follow_up"]
    assert mended(tool, {"ticket_id": 7, "body": "On."}, sign, SEEN) == {
        "ticket_id": 7,
        "body": "On.",
        "allow_duplicate": True,
    }


def test_a_rule_whose_real_value_nothing_shows_is_no_reason_to_make_one_up(desk):
    assert mended(desk.operations["escalate"], ASKED, refused("zendesk", "message"), {}) is None
    assert mended(desk.operations["escalate"], ASKED, refused("zendesk"), SEEN) is None


def test_an_answer_tells_of_itself_or_of_the_records_that_it_holds():
    ticket, source = {"ticket_id": 7, "tags": []}, {"ticket_id": 9, "status": "closed"}
    assert told_of({"ticket_id": 7, "links": [source]}) == [{"ticket_id": 7, "links": [source]}]
    assert told_of({"target": ticket, "sources": [source]}) == [ticket, source]


def test_what_an_answer_has_made_is_looked_for_where_all_of_its_kind_are_shown(desk):
    atlas = Atlas({name: desk.operations[name] for name in ("get_ticket", "list_tickets")})
    shown = {"ticket_id": 7, "comments": [{"comment_id": 1, "body": "Hello."}]}
    whole, part = Look(("get_ticket", ""), shown, whole=True), Look(("list_tickets", ""), {"items": []}, whole=True)
    assert not atlas.lacks(whole, Key("comment_id", 1))
    assert atlas.lacks(whole, Key("comment_id", 2))
    assert not atlas.lacks(whole, Key("assignee_id", 2)), "nobody is an object of the ticket"
    assert not atlas.lacks(part, Key("comment_id", 2)), "a list shows no comments"


def test_what_took_over_the_id_of_something_undone_is_not_taken_for_it():
    made, told = Key("comment_id", 2), {"ticket_id": 7, "comment_id": 2, "replied": "It is on its way."}
    shown = {"ticket_id": 7, "comments": [{"comment_id": 2, "body": "Hello? Anybody there?"}]}
    look = Look(("get_ticket", ""), shown, whole=True)
    assert is_anothers(look, made, told, {"ticket_id": 7, "body": "It is on its way."})
    assert not is_anothers(look, made, told, {"ticket_id": 7, "body": "Hello? Anybody there?"})
    assert not is_anothers(look, made, {**told, "replied": None}, {"ticket_id": 7, "body": "It is on its way."})


def test_a_record_that_is_older_than_a_write_was_answered_with_does_not_bear_it_out():
    own, told = Key("ticket_id", 7), {"ticket_id": 7, "version": 4, "status": "solved"}

    def behind(shown):
        return is_behind(Look(("get_ticket", ""), shown, whole=True), own, told)

    assert behind({"ticket_id": 7, "version": 3})
    assert not behind({"ticket_id": 7, "version": 4})
    assert not behind({"ticket_id": 7, "version": 9}), "somebody else has changed it since"
    assert not behind({"ticket_id": 8, "version": 1}), "that is another one"
    assert not behind({"ticket_id": 7}), "nothing tells"


def test_what_a_colleague_changed_meanwhile_does_not_bear_out_what_was_asked_for():
    place, own = ("get_ticket", ""), Key("ticket_id", 7)
    before = {place: {"ticket_id": 7, "priority": "low", "tags": []}}
    told = {"ticket_id": 7, "priority": "high", "tags": ["called"]}
    theirs = Look(place, {"ticket_id": 7, "priority": "high", "tags": []}, whole=True)
    assert not shows([theirs], own, told, before, named=True, asked={"tags"})
    assert shows([Look(place, told, whole=True)], own, told, before, named=True, asked={"tags"})


def test_a_record_is_named_by_its_key_or_by_a_name_that_no_key_has(desk):
    atlas = Atlas({name: one for name, one in desk.operations.items() if not one.writing})
    merge = {"target_id": 7, "source_ids": [8, 9]}
    assert atlas.names(merge, Key("ticket_id", 7))
    assert atlas.names(merge, Key("ticket_id", 9))
    assert not atlas.names({"user_id": 7}, Key("ticket_id", 7)), "somebody else's number"


def test_a_job_is_an_answer_where_it_was_asked_for_and_a_promise_of_one_elsewhere(desk):
    bulk, note = desk.operations["bulk_update_tickets"], desk.operations["add_note"]
    assert is_answer(bulk, {"job_id": "job-1", "total": 3})
    assert not is_answer(bulk, {"job_id": "job-1", "status": "queued"})
    assert not is_answer(note, {"job_id": "job-1", "status": "queued"})


def test_an_answer_that_tells_of_errors_in_what_was_asked_for_is_an_answer():
    told = {"import_id": 4, "failed": 2, "errors": [{"error": "VALUE_INVALID", "rows": 2}]}
    assert sign_of(Reply(ok=True, status=200, body=told), ("import_id", "errors")).kind == "done"
    assert (
        sign_of(Reply(ok=True, status=200, body={"errors": [{"message": "Throttled"}]}), ("import_id",)).kind != "done"
    )
