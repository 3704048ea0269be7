"""Promises of what goes wrong at the desk: whose hand it is, what is told, what stays undone, and what helps."""

import pytest
from troubled import a_ticket, base, tickets, under
from troubles import by_agent, done, roots, stored, turned_away

import worlds
from worlds.desk.faults.concurrency import told

NOTE = "The parcel was found."


# -- limits and transport ---------------------------------------------------------------------------------------------


def test_updates_have_a_limit_of_their_own_and_reading_goes_on():
    plenty = {"limit": 700, "others": 0, "updates": 100, "other_updates": 98}
    with under("rate-limit", times=0, params=plenty) as episode:
        ticket = a_ticket(episode)
        for priority in ("high", "normal"):
            done(episode, "update_ticket", ticket_id=ticket["ticket_id"], priority=priority)
        status, headers, body = turned_away(episode, "update_ticket", ticket_id=ticket["ticket_id"], priority="low")
        assert (status, body["error"]) == (429, "APIRateLimitExceeded")
        assert body["description"] == "Number of allowed updates per minute exceeded"
        assert 0 < int(headers["Retry-After"]) <= 60
        assert headers["X-Rate-Limit"] == "700"
        assert done(episode, "get_ticket", ticket_id=ticket["ticket_id"])["priority"] == "normal"
        episode.call("wait", {"minutes": 1})
        assert done(episode, "update_ticket", ticket_id=ticket["ticket_id"], priority="low")["priority"] == "low"


def test_a_failure_is_told_in_the_words_of_the_vendor():
    with under("F11") as episode:
        ticket = a_ticket(episode)
        status, _, body = turned_away(episode, "add_note", ticket_id=ticket["ticket_id"], body=NOTE)
        assert (status, body["error"]) == (401, "Unauthorized")
        done(episode, "renew_session")
        done(episode, "add_note", ticket_id=ticket["ticket_id"], body=NOTE)


# -- others at the same records ---------------------------------------------------------------------------------------


def test_a_change_that_comes_too_late_is_an_update_conflict_and_both_changes_can_stay():
    with under("F16") as episode:
        ticket = a_ticket(episode)
        change = {"ticket_id": ticket["ticket_id"], "priority": "urgent"}
        status, headers, body = turned_away(episode, "update_ticket", **change, safe_version=ticket["version"])
        assert (status, body["error"]) == (409, "UpdateConflict")
        said = base(body)
        (edit,) = said["changes"]
        assert (edit["field"], edit["was"]) == ("due_at", None)
        assert edit["by"] in body["description"]
        assert headers["ETag"] == f'"{said["version"]}"'
        assert "ticket" not in by_agent(episode)
        after = done(episode, "update_ticket", **change, safe_version=said["version"])
        assert (after["priority"], after["due_at"]) == ("urgent", edit["now"])


def test_a_colleague_may_see_the_very_same_field_otherwise():
    with under("F16", params={"field": "same"}) as episode:
        ticket = a_ticket(episode)
        change = {"ticket_id": ticket["ticket_id"], "urgency": "high"}
        _, _, body = turned_away(episode, "update_ticket", **change, safe_version=ticket["version"])
        (edit,) = base(body)["changes"]
        assert edit["field"] == "urgency"
        assert edit["now"] not in ("high", ticket["urgency"])


def test_what_was_read_may_be_older_than_it_looks():
    with under("F17") as episode:
        ticket = a_ticket(episode)
        assert done(episode, "get_ticket", ticket_id=ticket["ticket_id"])["version"] > ticket["version"]
        change = {"ticket_id": ticket["ticket_id"], "priority": "urgent", "safe_version": ticket["version"]}
        assert turned_away(episode, "update_ticket", **change)[0] == 409


@pytest.mark.parametrize(
    ("operation", "argument", "listed", "change"),
    [
        ("update_user", "user_id", "list_users", {"locale": "fr"}),
        ("update_article", "article_id", "search_articles", {"state": "archived"}),
        ("update_macro", "macro_id", "list_macros", {"active": False}),
    ],
)
def test_people_articles_and_macros_are_edited_by_colleagues_too(operation, argument, listed, change):
    with under("F16", role="admin") as episode:
        rows = done(episode, listed, page_size=50)["items"]
        row = next(
            one for one in rows if one.get("category") != "handbook" and one.get("role", "end_user") == "end_user"
        )
        named = {argument: row[argument], **change}
        status, _, body = turned_away(episode, operation, **named, safe_version=1)
        assert (status, body["error"]) == (409, "UpdateConflict")
        assert done(episode, operation, **named, safe_version=base(body)["version"])


def test_a_ticket_that_a_colleague_has_open_is_locked_and_a_note_goes_through():
    with under("F18", params={"seconds": 300}) as episode:
        ticket = a_ticket(episode)
        status, headers, body = turned_away(episode, "update_ticket", ticket_id=ticket["ticket_id"], priority="urgent")
        assert (status, body["error"]) == (423, "RecordLocked")
        shown = done(episode, "get_ticket", ticket_id=ticket["ticket_id"])["lock"]
        assert (shown["holder"], shown["why"]) == (base(body)["holder"], "editing")
        assert (shown["holder"],) in stored(episode, "SELECT name FROM desk_user WHERE role <> 'end_user'")
        done(episode, "add_note", ticket_id=ticket["ticket_id"], body=NOTE)
        episode.call("wait", {"minutes": 1 + int(headers["Retry-After"]) // 60})
        done(episode, "update_ticket", ticket_id=ticket["ticket_id"], priority="urgent")


def two_of_one(episode):
    """Two tickets of one requester that can be merged."""
    known = {}
    for row in tickets(episode, status="unsolved"):
        if row["requester_id"] in known:
            return {"target_id": known[row["requester_id"]], "source_ids": [row["ticket_id"]]}
        known[row["requester_id"]] = row["ticket_id"]
    raise LookupError("no requester has two")


@pytest.mark.parametrize(("fault", "params"), [("F23", {"how": "ran"}), ("F27", {})])
def test_a_colleague_merges_first_and_what_is_merged_stays_so(fault, params):
    with under(fault, params=params) as episode:
        both = two_of_one(episode)
        reply = episode.call("merge_tickets", both)
        assert (reply.status, reply.body["details"]["source_ids.0"][0]["error"]) == (409, "already_merged")
        query = "SELECT target_id, actor_name FROM merge_record WHERE source_id = ?"
        ((target, who),) = stored(episode, query, both["source_ids"][0])
        assert target == both["target_id"]
        assert who != episode.actor.name
        assert by_agent(episode) == set()
        change = {"ticket_id": both["source_ids"][0], "priority": "urgent", "safe_version": 1}
        _, _, body = turned_away(episode, "update_ticket", **change)
        assert f"it was changed by {who} since" in body["description"]


def test_a_step_that_crosses_another_is_turned_away_and_may_be_taken_again():
    with under("F23") as episode:
        ticket = a_ticket(episode)
        reply = {"ticket_id": ticket["ticket_id"], "body": "We are looking into it.", "status": "hold"}
        status, _, body = turned_away(episode, "reply_publicly", **reply)
        assert (status, body["error"]) == (409, "TransitionInProgress")
        assert by_agent(episode) == set()
        assert done(episode, "reply_publicly", **reply)["status"] == "hold"


@pytest.mark.parametrize("operation", ["release_suspended_message", "delete_suspended_message"])
def test_a_suspended_message_is_decided_once_whoever_is_first(operation):
    with under("F23", role="team_lead", params={"how": "ran"}) as episode:
        row = done(episode, "list_suspended_messages", cause="spam")["items"][0]
        reply = episode.call(operation, {"message_id": row["message_id"]})
        assert reply.status == 409
        assert reply.body["details"]["message_id"][0]["error"] == "message_decided"
        ((actor, root),) = roots(episode, "suspended_message")
        assert root == "world"
        assert actor != "agent"


def test_a_suspended_message_has_a_version_that_binds():
    with worlds.open("desk", role="team_lead") as episode:
        row = done(episode, "list_suspended_messages", cause="spam")["items"][0]
        named = {"message_id": row["message_id"]}
        assert turned_away(episode, "delete_suspended_message", **named, safe_version=2)[0] == 409
        assert done(episode, "delete_suspended_message", **named, safe_version=1)["state"] == "deleted"


def test_what_a_conflict_shows_is_in_the_form_that_the_tools_have():
    assert told("ticket", "tags", '["a", "b"]') == ("tags", ["a", "b"])
    assert told("ticket", "spam", 1) == ("spam", True)
    assert told("field_value", "value", "LK-10001") == ("fields.value", "LK-10001")
    assert told("macro", "actions", "{}") is None


# -- rules, duplicates, races -----------------------------------------------------------------------------------------


def test_a_rule_of_the_house_names_the_field_and_takes_the_real_value():
    with under("F24", times=0) as episode:
        ticket = a_ticket(episode)
        for text in (NOTE, f"{NOTE} See #1."):
            status, _, body = turned_away(episode, "add_note", ticket_id=ticket["ticket_id"], body=text)
            assert (status, body["error"]) == (422, "RecordInvalid")
            assert base(body, "body")["description"] == "Internal note must contain the number of the ticket."
        assert by_agent(episode) == set()
        done(episode, "add_note", ticket_id=ticket["ticket_id"], body=f"#{ticket['number']}: {NOTE}")


def test_what_was_brought_already_is_listed_and_saved_only_by_whoever_says_so():
    with under("F25", times=0) as episode:
        ticket = a_ticket(episode, topic="wismo")
        again = {"requester_id": ticket["requester"]["user_id"], "subject": ticket["subject"], "body": "Called again."}
        status, _, body = turned_away(episode, "create_ticket", **again)
        assert (status, body["error"]) == (409, "DuplicatesDetected")
        said = base(body, "subject")
        assert {"record": "ticket", "id": ticket["ticket_id"], "label": f"ticket {ticket['number']}"} in said["matches"]
        assert said["allow_save"] is True
        assert by_agent(episode) == set()
        assert done(episode, "create_ticket", **again, allow_duplicate=True)["number"] != ticket["number"]


def test_work_that_is_on_the_checklist_already_is_found():
    with under("F25", times=0) as episode:
        ticket = a_ticket(episode)
        item = {"ticket_id": ticket["ticket_id"], "title": "Call the carrier"}
        done(episode, "add_item", **item)
        assert turned_away(episode, "add_item", **item)[2]["error"] == "DuplicatesDetected"


def test_goodwill_that_a_colleague_gives_first_counts_towards_the_limit():
    with under("F27") as episode:
        ticket = a_ticket(episode)
        reply = episode.call("give_credit", {"ticket_id": ticket["ticket_id"], "amount": "20.00"})
        assert (reply.status, reply.body["details"]["amount"][0]["error"]) == (403, "approval_needed")
        assert "20.00 EUR of it given before" in reply.body["description"]
        ((amount, who),) = stored(
            episode, "SELECT amount, given_by FROM goodwill_credit WHERE id = (SELECT max(id) FROM goodwill_credit)"
        )
        assert amount == 2_000
        assert who != episode.actor.name


def test_goodwill_that_could_be_given_twice_is_left_alone():
    with under("F27") as episode:
        ticket = a_ticket(episode)
        done(episode, "give_credit", ticket_id=ticket["ticket_id"], amount="5.00")
        assert not [entry for entry in episode.journal if entry.faults]


def test_a_bulk_job_is_completed_and_holds_tickets_that_failed():
    with under("F29", nth=2) as episode:
        ids = [row["ticket_id"] for row in tickets(episode, page_size=4)]
        job = done(episode, "bulk_update_tickets", ticket_ids=ids, add_tags=["audit"])
        episode.call("wait", {"minutes": 5})
        told_of = done(episode, "get_job", job_id=job["job_id"])
        assert (told_of["status"], told_of["failed"]) == ("completed", 1)
        (failed,) = [one for one in told_of["items"] if not one["success"]]
        assert "audit" not in done(episode, "get_ticket", ticket_id=failed["record_id"])["tags"]


def test_a_closed_ticket_fails_in_a_job_for_its_own_reason():
    with under("F29", times=0) as episode:
        ids = [tickets(episode)[0]["ticket_id"], tickets(episode, status="closed")[0]["ticket_id"]]
        job = done(episode, "bulk_update_tickets", ticket_ids=ids, add_tags=["audit"])
        episode.call("wait", {"minutes": 5})
        items = done(episode, "get_job", job_id=job["job_id"])["items"]
        assert {one["record_id"]: one["error"] for one in items} == {ids[0]: "record_busy", ids[1]: "ticket_closed"}


# -- lists, rules that act beside, requesters -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("list_tickets", {"page_size": 2}),
        ("list_view_tickets", {"view_id": 3, "page_size": 2}),
        ("list_suspended_messages", {"page_size": 2}),
    ],
)
def test_a_list_grows_while_somebody_pages_through_it_and_its_cursor_is_lost(operation, arguments):
    with under("F32") as episode:
        first = done(episode, operation, **arguments)
        status, _, body = turned_away(episode, operation, after_cursor=first["after_cursor"])
        assert (status, body["error"]) == (400, "CursorInvalid")
        again = done(episode, operation, **arguments)
        assert again["count"] == first["count"] + 1
        assert again["items"][0] != first["items"][0]


def test_a_rule_leaves_a_note_beside_a_change_and_nobody_is_blamed_for_it():
    with under("F34") as episode:
        ticket = a_ticket(episode)
        done(episode, "update_ticket", ticket_id=ticket["ticket_id"], priority="urgent")
        now = done(episode, "get_ticket", ticket_id=ticket["ticket_id"])
        note = now["comments"][-1]
        assert (note["author_name"], note["via"], note["public"]) == ("Changes by hand", "trigger", False)
        assert ("Changes by hand", "world") in roots(episode, "comment")
        assert "comment" not in by_agent(episode)


def test_a_requester_asks_again_while_their_ticket_is_read():
    with under("T1") as episode:
        ticket = a_ticket(episode, status="pending")
        now = done(episode, "get_ticket", ticket_id=ticket["ticket_id"])
        assert (ticket["status"], now["status"]) == ("pending", "open")
        assert now["comments_total"] == ticket["comments_total"] + 1
        assert now["comments"][-1]["author_name"] == ticket["requester"]["name"]
        assert by_agent(episode) == set()


def test_nobody_asks_again_on_what_is_solved():
    with under("T1") as episode:
        ticket = a_ticket(episode, status="solved")
        now = done(episode, "get_ticket", ticket_id=ticket["ticket_id"])
        assert (now["status"], now["comments_total"]) == ("solved", ticket["comments_total"])
