"""Promises of the workspace: it does what the operations do, says what came of it, and looking changes nothing."""

import re
from pathlib import Path

import pytest
from workspace_cases import Cases, Colleague

import worlds
from worlds.desk import WORLD
from worlds.desk.rules import STAFF
from worlds.engine.surfaces.pages import create_pages

NASTY = "<img src=x onerror=alert(1)> '; DROP TABLE ticket; -- {{ 7 * 7 }} ‮abc"
STATUS = {"nothing": 404, "a wrong filter": 422}


@pytest.fixture(scope="module")
def app():
    return create_pages(WORLD)


@pytest.fixture(scope="module")
def cases():
    with worlds.open("desk", role="admin") as episode:
        found = Cases(episode)
        assert found.paths
        yield found


@pytest.fixture
def colleague(app):
    opened = []

    def sit(role: str) -> Colleague:
        opened.append(Colleague(app, role))
        return opened[-1]

    yield sit
    for one in opened:
        one.episode.close()


# -- looking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["light_agent", "agent", "team_lead", "admin"])
def test_looking_at_every_page_changes_nothing_in_any_role(colleague, cases, role):
    person = colleague(role)
    restricted = {"merge preview", "merge others", "use a macro"}  # reads that workers alone, or a group, may do
    for name, path in cases.paths.items():
        status = person.get(path).status_code
        refused = (role == "light_agent" or name == "use a macro") and name in restricted
        assert status == STATUS.get(name, 200) or (refused and status == 403), (name, person.text)
    assert person.did == []
    assert all(not WORLD.operations[entry.operation].writing for entry in person.episode.journal)


def test_every_link_leads_somewhere_and_looking_changes_nothing(colleague):
    person = colleague("agent")
    for path, answer in person.visitor.crawl("/workspace/", limit=150):
        assert answer.status_code == 200, path
    assert person.did == []


def test_requesters_do_not_come_in(colleague, cases):
    person = colleague("requester")
    for name in ("home", "tickets", "a ticket", "reports"):
        assert person.get(cases.paths[name]).status_code == 403
    assert len(person.episode.journal) == 0


def test_every_page_has_one_heading_its_landmarks_and_a_way_past_the_navigation(colleague, cases):
    person = colleague("admin")
    for name, path in cases.paths.items():
        page = person.get(path).text
        assert len(re.findall(r"<h1[ >]", page)) == 1, name
        assert page.count("<main ") == page.count('aria-label="Main"') == page.count('role="search"') == 1, name
        assert '<a class="skip" href="#main">' in page, name


def test_no_two_controls_or_links_with_a_name_of_their_own_share_it(colleague, cases):
    person = colleague("admin")
    for name, path in cases.paths.items():
        page = person.get(path).text
        labels = re.findall(r'<(?:a|input|select)[^>]*aria-label="([^"]+)"', page)
        assert len(labels) == len(set(labels)), name
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), name


def test_a_ticket_shows_all_three_panes_and_what_was_said_with_its_kind_in_words(colleague, cases):
    person = colleague("agent")
    ticket = cases.ticket(lambda one: {said["public"] for said in one["comments"]} == {True, False}, status="open")
    page = person.get(f"/workspace/tickets/{ticket['ticket_id']}").text
    for label in ("Views", "Properties and what belongs to the ticket"):
        assert page.count(f'aria-label="{label}"') == 1
    notes = sum(not said["public"] for said in ticket["comments"])
    assert len(re.findall(r'class="said said-note', page)) == notes
    assert len(re.findall(r'class="said-kind">Internal note', page)) == notes


def test_a_clock_says_in_words_how_long_is_left_or_how_late_it_is(colleague, cases):
    person = colleague("agent")
    late = cases.ticket(lambda one: any((t["minutes_left"] or 0) < 0 for t in one["timers"]), sort="due")
    person.get(f"/workspace/tickets/{late['ticket_id']}")
    assert re.search(r"(First reply|Next reply|Requester’s wait|Agents’ work|Resolution) (\d+ \w+ ?)+late", person.text)


def test_the_pane_of_views_counts_the_tickets_that_its_lists_show(colleague):
    person = colleague("agent")
    views = person.episode.call("list_views", {}).body["views"]
    for view in views[:3]:
        person.get(f"/workspace/views/{view['view_id']}")
        assert f"{view['tickets']:,} ticket" in person.text or (view["tickets"], "No tickets" in person.text) == (
            0,
            True,
        )


def test_what_the_role_lacks_is_said_on_the_ticket_and_disabled_on_its_page(colleague, cases):
    person = colleague("light_agent")
    page = person.get(cases.paths["a ticket"]).text
    assert re.search(r"<button[^>]*disabled[^>]*>Send the reply", page)
    assert "Escalate : only for Agent, Team lead, Administrator, Integration." in person.text
    person.send("/reply", {"body": "Hello"})
    assert person.status == 403
    assert person.did == []


def test_another_ticket_s_comment_or_file_is_not_shown(colleague, cases):
    person = colleague("admin")
    other = cases.closed["ticket_id"]
    for name in ("redact", "a file"):
        assert person.get(re.sub(r"tickets/\d+", f"tickets/{other}", cases.paths[name])).status_code == 404


def test_templates_reach_no_further_than_what_their_views_give_them():
    folder = Path(WORLD.folder) / "pages" / "workspace" / "templates"
    for template in sorted(folder.rglob("*.html")):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\b(environ|episode|config|session|truth|seed)\b", text), template.name
        assert not re.search(r"<script(?! src=)| style=|\son\w+=|\|\s*safe|https?://", text), template.name


# -- answering --------------------------------------------------------------------------------------------------------


def test_a_reply_is_sent_with_the_status_and_shown_as_public(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a ticket"])
    person.send("/reply", {"body": "Dear customer, it is on its way.", "status": "pending"})
    assert f"The reply on #{cases.busy['number']} was sent; it is pending now." in person.text
    (said,) = person.rows("comment")
    assert (said["public"], said["body"]) == (1, "Dear customer, it is on its way.")
    assert [mail["kind"] for mail in person.rows("outbox_email")] == ["public_reply"]


def test_a_note_stays_inside_the_house_and_what_it_says_is_shown_as_text(colleague, cases):
    person = colleague("light_agent")
    person.get(cases.paths["a ticket"])
    person.send("/note", {"body": NASTY})
    assert "The note was added" in person.text
    assert NASTY.split(" abc", maxsplit=1)[0][:20] in person.text
    assert "<img src=x" not in person.visitor.page.text
    assert "outbox_email" not in person.changed


def test_an_empty_reply_is_refused_at_its_field_and_the_status_is_kept(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a ticket"])
    person.send("/reply", {"body": "", "status": "pending"})
    assert person.status == 422
    assert re.search(r'id="reply-body-error"', person.visitor.page.text)
    assert dict(person.visitor.form("/reply").fields)["status"] == "pending"
    assert person.did == []


def test_a_note_that_is_refused_leaves_its_own_place_open_and_its_text_there(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a ticket"])
    person.send("/note", {"body": "x" * 12_001})
    assert person.status == 422
    assert re.search(r'<details class="aside" name="composer" open', person.visitor.page.text)
    assert dict(person.visitor.form("/note").fields)["body"] == "x" * 12_001


def test_a_form_without_the_token_of_its_page_does_nothing(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a ticket"])
    fields = [pair for pair in person.visitor.fields("/note", {"body": "Hello"}) if pair[0] != "csrf_token"]
    assert person.post(f"{cases.paths['a ticket']}/note", fields).status_code == 400
    assert person.did == []


def test_a_reply_sent_twice_goes_out_once(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a ticket"])
    fields = person.visitor.fields("/reply", {"body": "Once only."})
    for _ in range(2):
        assert person.post(f"{cases.paths['a ticket']}/reply", fields).status_code == 303
    assert len(person.rows("comment")) == 1


# -- properties -------------------------------------------------------------------------------------------------------


def test_properties_are_saved_and_what_was_not_touched_stays(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a ticket"])
    was = cases.busy
    wanted = "urgent" if was["priority"] != "urgent" else "high"
    person.send("/properties", {"priority": wanted})
    assert f"The properties of #{was['number']} were saved." in person.text
    (ticket,) = [change for change in person.did if change.table == "ticket"]
    assert ticket.after["priority"] == wanted
    assert {"status", "topic", "group_id", "assignee_id", "tags"}.isdisjoint(ticket.columns)


def test_a_property_that_is_refused_says_so_at_its_field_and_keeps_what_was_typed(colleague, cases):
    person = colleague("agent")
    path = cases.paths["a new ticket"]
    person.get(path)
    person.send("/properties", {"status": "solved", "subject": "Something else", "assignee_id": ""})
    assert person.status in {409, 422}
    assert "assignee_required" in person.text
    assert re.search(r'id="p-assignee-id-error"', person.visitor.page.text)
    assert dict(person.visitor.form("/properties").fields)["subject"] == "Something else"
    assert person.did == []


def test_a_ticket_that_changed_meanwhile_is_not_overwritten(colleague, cases):
    person = colleague("agent")
    path, ticket = cases.paths["a ticket"], cases.busy
    person.get(path)
    fields = person.visitor.fields("/properties", {"subject": "Mine"})
    person.episode.call("update_ticket", {"ticket_id": ticket["ticket_id"], "subject": "Theirs"})
    person.post(f"{path}/properties", fields)
    assert person.status in {409, 412}
    assert person.rows("ticket")[0]["subject"] == "Theirs"


def test_tags_are_added_to_those_there_are_and_ticked_ones_taken_off(colleague, cases):
    person = colleague("agent")
    ticket = cases.ticket(lambda one: one["tags"], status="open")
    person.get(f"/workspace/tickets/{ticket['ticket_id']}")
    person.send("/tags", {"tags.0": "zz-added"})
    assert set(ticket["tags"]) | {"zz-added"} == set(_tags(person))
    person.send("/tags/remove", {"tags": ticket["tags"][0]})
    assert set(_tags(person)) == (set(ticket["tags"]) | {"zz-added"}) - {ticket["tags"][0]}


def _tags(person):
    return re.findall(r'name="tags" value="([^"]+)"', person.visitor.page.text)


def test_a_tag_with_a_space_is_refused_at_its_field(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a ticket"])
    person.send("/tags", {"tags.0": "two words"})
    assert person.status == 422
    assert re.search(r'id="tag-tags-0-error"', person.visitor.page.text)
    assert dict(person.visitor.form("/tags").fields)["tags.0"] == "two words"


def test_a_ticket_is_taken_and_kept_to_oneself(colleague, cases):
    person = colleague("agent")
    person.get(cases.paths["a new ticket"])
    person.send("/take")
    assert f"#{cases.new['number']} is yours now." in person.text
    person.send("/reserve")
    assert "has this ticket to themselves until" in person.text
    person.send("/release")
    assert "has this ticket to themselves until" not in person.text


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
    person.send("/link", {"other_id": str(newer["ticket_id"])})
    assert "The tickets are linked." in person.text
    person.send(f"/links/{newer['ticket_id']}/remove")
    assert "The link was taken off." in person.text
    assert "ticket_link" not in person.changed


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
    action = re.search(r'action="[^"]*(/incidents/\d+)\?', person.visitor.page.text + '"?')
    found = action[1] if action else re.search(r'action="[^"]*?(/incidents/\d+)"', person.visitor.page.text)[1]
    person.send(found)
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
            "escalate", "/escalate", {"group": "Trust & privacy", "reason": "legal_threat", "message": "They name a lawyer."},
            "Escalation ES-", "escalation",
        ),
        (
            "start a side conversation", "/side", {"party": "carrier", "subject": "Where is it", "body": "Please scan."},
            "The question to carrier was sent", "side_conversation",
        ),
        ("give credit", "/credit", {"amount": "10.00"}, "Credit GC-", "goodwill_credit"),
    ],
)  # fmt: skip
def test_what_belongs_to_a_ticket_is_begun_from_it(colleague, cases, page, action, typed, said, table):
    person = colleague("agent")
    person.get(cases.paths[page])
    if "group_id" in typed:
        groups = person.episode.call("list_groups", {}).body["groups"]
        typed = {**typed, "group_id": str(groups[0]["group_id"])}
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


def test_staff_alone_are_let_in_and_the_app_says_who(colleague):
    person = colleague("org_manager")
    person.get("/workspace/")
    assert person.status == 403
    titles = [WORLD.roles[role].title for role in STAFF]
    assert all(title in person.text for title in titles[:3])
