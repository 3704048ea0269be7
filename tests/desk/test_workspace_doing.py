"""Promises of the workspace's other doings: tickets put together, macros, many at once, people, rules."""

import re

import pytest

# -- putting tickets together -----------------------------------------------------------------------------------------


def test_a_merge_shows_who_sees_what_before_it_is_done_for_good(colleague, cases):
    person = colleague("agent")
    older, newer = cases.twins
    person.get(cases.paths["merge preview"])
    assert "A merge cannot be undone." in person.text
    assert f"Only {older['requester_name']} , whose tickets all of these are, sees the public replies." in person.text
    assert person.did == []
    person.send("/merge/preview", {"note": "The same parcel."})
    assert f"#{newer['number']} was merged into #{older['number']}." in person.text
    assert [row["source_id"] for row in person.rows("merge_record")] == [newer["ticket_id"]]


def test_a_merge_of_different_people_names_them_and_needs_their_consent(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["merge others"])
    stranger = cases.stranger["requester_name"]
    assert f"{stranger} will be copied in on #{cases.twins[0]['number']}" in person.text
    person.send("/merge/preview", {"note": "Both want it."})
    assert person.status == 409
    assert "different_requesters" in person.text
    assert dict(person.visitor.form("/merge/preview").fields)["note"] == "Both want it."
    assert person.did == []


def test_tickets_are_linked_and_the_link_is_taken_off(colleague, cases):
    person = colleague("agent")
    older, newer = cases.twins
    person.get(f"/workspace/tickets/{older['ticket_id']}/link")
    person.send("/links", {"other_id": str(newer["ticket_id"])})
    assert "The tickets are linked." in person.text
    person.send(f"/links/{newer['ticket_id']}/remove")
    assert "The link was taken off." in person.text
    assert "ticket_link" not in person.changed


def test_somebody_is_copied_in_and_a_ticket_becomes_an_incident(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["add somebody"])
    ids = re.findall(r'name="user_id" value="(\d+)"', person.visitor.page.text)
    person.send(
        "/collaborators?query=a",
        {"user_id": next(one for one in ids if int(one) != cases.busy["requester"]["user_id"])},
    )
    assert len(person.rows("collaborator")) == 1
    person.get(cases.paths["make an incident"])
    person.send("/incident", {"problem_id": re.search(r'name="problem_id" value="(\d+)"', person.visitor.page.text)[1]})
    assert f"#{cases.busy['number']} is an incident of the problem now." in person.text


def test_comments_are_split_off_and_at_least_one_public_one_stays(colleague, cases):
    person = colleague("agent")
    said = [str(one["comment_id"]) for one in cases.busy["comments"]]
    person.get(cases.paths["split"])
    fields = person.visitor.fields("/split", {"subject": "Another matter"})
    person.post(cases.paths["split"], [*fields, *(("comment_ids", one) for one in said)])
    assert person.status == 409
    assert "nothing_left" in person.text
    assert person.visitor.page.text.count(" checked") == len(said)
    person.post(cases.paths["split"], [*person.visitor.fields("/split", {"comment_ids": said[-1]})])
    assert person.status == 303
    assert "Another matter" in {row["subject"] for row in person.rows("ticket")}


def test_a_closed_ticket_goes_on_in_a_follow_up(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a closed ticket"])
    assert "This ticket is closed for good." in person.text
    person.get(cases.paths["follow up"])
    person.send("/follow-up", {"body": "They wrote again."})
    assert re.search(r"The follow-up is ticket #\d+\.", person.text)
    (made,) = person.rows("ticket")
    assert made["follow_up_of_id"] == cases.closed["ticket_id"]


def test_an_incident_is_added_to_a_problem(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["incidents"])
    person.send(re.search(r'action="[^"]*?(/incidents/\d+\?query=parcel)"', person.visitor.page.text)[1])
    assert "is an incident of this problem now." in person.text
    (ticket,) = person.rows("ticket")
    assert ticket["problem_id"] == cases.problem["ticket_id"]


# -- macros and the rest ----------------------------------------------------------------------------------------------


def test_a_macro_is_previewed_corrected_and_applied(colleague, cases):
    person = colleague("agent")
    macros = person.episode.call("list_macros", {"usable": True, "page_size": 100}).body["items"]
    macro = next(one for one in macros if one["public"] and one["body"])
    path = f"/workspace/tickets/{cases.busy['ticket_id']}/macros/{macro['macro_id']}"
    person.get(path)
    assert "Its text is mailed to" in person.text
    assert person.did == []
    text = dict(person.visitor.form(path).fields)["body"]
    person.send(path, {"body": f"{text}\n\nCorrected."})
    assert f"The macro was applied to #{cases.busy['number']}" in person.text
    assert person.rows("comment")[0]["body"].endswith("Corrected.")


def test_many_tickets_are_changed_at_once_and_the_job_tells_of_each(colleague, cases):
    person = colleague("agent")
    person.get("/workspace/tickets?status=closed")
    closed = re.findall(r'name="ticket_ids" value="(\d+)"', person.visitor.page.text)[:1]
    person.get("/workspace/tickets?status=open")
    chosen = re.findall(r'name="ticket_ids" value="(\d+)"', person.visitor.page.text)[:2] + closed
    fields = person.visitor.fields("/tickets/bulk?status=open", {"add_tags.0": "checked"})
    person.post("/workspace/tickets/bulk?status=open", [*fields, *(("ticket_ids", one) for one in chosen)])
    assert person.status == 303
    person.get(person.visitor.page.headers["Location"].removeprefix(person.visitor.prefix))
    assert "It is not finished yet." in person.text
    person.episode.call("wait", {"minutes": 5})
    person.get(person.visitor.page.request.path)
    assert re.search(r"Changed 2 Not changed 1", person.text)


def test_bulk_without_a_ticket_is_refused_and_the_list_keeps_its_filters(colleague):
    person = colleague("agent")
    person.get("/workspace/tickets?status=pending")
    person.send("/tickets/bulk?status=pending", {"priority": "high"})
    assert person.status == 422
    assert dict(person.visitor.form("/tickets/bulk?status=pending").fields)["priority"] == "high"
    assert person.did == []


def test_a_ticket_is_opened_on_behalf_of_a_caller(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["new ticket for somebody"])
    assert cases.busy["requester"]["name"] in person.text
    person.send("/tickets/new", {"subject": "Called about the tent", "body": "Wants to know when it ships."})
    assert re.search(r"Ticket #\d+ was opened\.", person.text)
    (ticket,) = person.rows("ticket")
    assert (ticket["requester_id"], ticket["channel"]) == (cases.busy["requester"]["user_id"], "phone")


@pytest.mark.parametrize(
    ("page", "action", "typed", "said", "table"),
    [
        (
            "escalate", "/escalate", {"group": "Trust & privacy", "reason": "legal_threat", "message": "A lawyer."},
            "Escalation ES-", "escalation",
        ),
        (
            "start a side conversation", "/side", {"party": "carrier", "subject": "Parcel", "body": "Please scan."},
            "The question to carrier was sent", "side_conversation",
        ),
        ("give credit", "/credit", {"amount": "10.00"}, "Credit GC-", "goodwill_credit"),
    ],
)  # fmt: skip
def test_what_belongs_to_a_ticket_is_begun_from_it(colleague, cases, page, action, typed, said, table):
    person = colleague("agent")
    person.get(cases.paths[page])
    person.send(action, typed)
    assert said in person.text
    assert len(person.rows(table)) == 1


def test_credit_above_the_limit_is_refused_at_the_amount_which_stays(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["give credit"])
    person.send("/credit", {"amount": "60.00"})
    assert person.status == 403
    assert "approval_needed" in person.text
    assert dict(person.visitor.form("/credit").fields)["amount"] == "60.00"
    assert person.did == []


def test_suspended_messages_are_let_in_or_deleted_after_one_was_asked(colleague, cases):
    for page, action, state in (("let it in", "/release", "released"), ("delete it", "/delete", "deleted")):
        person = colleague("team_lead")
        person.get(cases.paths[page])
        person.send(action)
        assert person.rows("suspended_message")[0]["state"] == state


def test_a_person_is_corrected_and_suspended(colleague, cases):
    person = colleague("team_lead")
    person.get(cases.paths["edit a person"])
    person.send("/edit", {"notes": "Prefers the phone."})
    assert "Prefers the phone." in person.text
    person.get(cases.paths["suspend a person"])
    person.send("/suspend")
    assert "is suspended." in person.text
    assert person.rows("desk_user")[0]["suspended"] == 1


def test_a_trigger_and_a_macro_are_made_with_what_was_chosen(colleague):
    person = colleague("admin")
    person.get("/workspace/service/triggers/new")
    condition = {"all.0.field": "status", "all.0.operator": "is", "all.0.value": "open"}
    person.send("/triggers/new", {"title": "Mark angry ones", **condition, "add_tags.0": "angry"})
    assert "The trigger “Mark angry ones” was made." in person.text
    person.get("/workspace/macros/new")
    macro = {"title": "Say thanks", "body": "Thank you.", "public": "true", "language": "en", "add_tags.0": "thanked"}
    person.send("/macros/new", {**macro, "set_fields.0.field": "status", "set_fields.0.value": "solved"})
    assert "The macro “Say thanks” was made." in person.text
    assert "Status: solved" in person.text


def test_a_trigger_that_makes_no_sense_is_refused_and_kept(colleague):
    person = colleague("admin")
    person.get("/workspace/service/triggers/new")
    person.send("/triggers/new", {"title": "Odd", "all.0.field": "status", "all.0.operator": "is", "all.0.value": "x"})
    assert person.status == 422
    assert "condition_invalid" in person.text
    assert dict(person.visitor.form("/triggers/new").fields)["all.0.value"] == "x"
    assert person.did == []


def test_service_levels_are_tried_in_the_order_that_was_saved(colleague, cases):
    person = colleague("admin")
    levels = person.episode.call("list_sla_policies", {}).body["policies"]
    person.get(cases.paths["reorder levels"])
    order = {f"policy_ids.{at}": str(one["policy_id"]) for at, one in enumerate(reversed(levels))}
    person.send("/levels/order", order)
    assert f"The first service level is now “{levels[-1]['name']}”." in person.text
