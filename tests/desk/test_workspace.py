"""Promises of the workspace: it does what the operations do, says what came of it, and looking changes nothing."""

import re
from pathlib import Path

import pytest
from chrome import expect_frame, expect_own_names

from worlds.desk import WORLD
from worlds.desk.rules import STAFF

NASTY = "<img src=x onerror=alert(1)> '; DROP TABLE ticket; -- {{ 7 * 7 }} \u202eabc"
STATUS = {"nothing": 404, "a wrong filter": 422}


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


def test_every_page_has_one_heading_its_landmarks_a_way_past_the_navigation_and_names_of_its_own(colleague, cases):
    person = colleague("admin")
    for path in cases.paths.values():
        page = person.get(path).text
        expect_frame(page, 'role="search"')
        expect_own_names(page)


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


def test_staff_alone_are_let_in_and_the_app_says_who(colleague):
    person = colleague("org_manager")
    person.get("/workspace/")
    assert person.status == 403
    titles = [WORLD.roles[role].title for role in STAFF]
    assert all(title in person.text for title in titles[:3])
