"""Promises of what comes in: forms once however often they are delivered, mails where they belong, colleagues' work."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tiny_crm import Crm
from tiny_deals import ANALYSIS, EARLY, FRENCH_DEAL, QUALIFICATION, QUOTE
from tiny_records import ANNA, ANNA_TWIN, BRAM, DONE, QUEUED, WEB, ZWAAN
from tiny_staff import OTHER_REP, QUEUE, REP, SDR

from worlds.crm import WORLD, models, people
from worlds.crm.operations.bulk import FieldValue
from worlds.crm.operations.colleagues import colleague_logs, colleague_plans, colleague_updates
from worlds.crm.operations.writing_in import WebLead, contact_writes, lead_writes, web_lead_arrives
from worlds.crm.population.staffing import STAGES


def form(crm: Crm, key: str = "form-900", **more: Any) -> WebLead:
    given = {"last_name": "Vink", "company": "Camping Vink", "country": "NL", "email": "vink@vink.example"} | more
    return web_lead_arrives(crm.as_system("Web forms"), key, **given)


def rule(crm: Crm, at: int, condition: Any, **to: Any) -> None:
    columns = {"user_id": None, "queue_id": None, "in_turn": False} | to
    crm.add(
        models.AssignmentRule(
            id=at, name=f"Rule {at}", position=at, condition=json.dumps(condition), active=True, **columns
        )
    )


# Forms of the website


def test_a_form_that_is_delivered_twice_is_one_lead(crm: Crm) -> None:
    before = crm.count("lead")
    first, second = form(crm), form(crm)
    assert (first.made, second.made, second.deliveries) == (True, False, 2)
    assert first.lead_id == second.lead_id
    assert crm.count("lead") == before + 1
    assert crm.rows("SELECT deliveries, lead_id FROM web_event") == [(2, first.lead_id)]


def test_a_form_whose_lead_is_known_by_its_key_makes_none(crm: Crm) -> None:
    again = form(crm, "form-771", last_name="Bakker", company="Camping Het Loo")
    assert (again.lead_id, again.made) == (WEB, False)
    assert form(crm, "form-771").deliveries == 2


def test_a_form_becomes_a_lead_that_waits_where_rules_say(crm: Crm) -> None:
    made = form(crm, message="Forty tents, please.", email_consent=True)
    columns = "source, status, queue_id, owner_id, notes, external_key, email_norm"
    assert crm.held("lead", made.lead_id, columns) == (
        "web", "new", QUEUE, None, "Forty tents, please.", "form-900", "vink@vink.example",
    )  # fmt: skip
    assert crm.rows("SELECT channel, state FROM consent WHERE kind = 'lead'") == [("email", "in")]
    assert crm.history("lead", made.lead_id)[0][3] == "web"
    rule(crm, 1, {"field": "country", "is": "FR"}, user_id=OTHER_REP)
    other = form(crm, "form-901", country="FR", email="pin@pin.example")
    assert crm.held("lead", other.lead_id, "owner_id, status") == (OTHER_REP, "assigned")
    assert ("lead", "camille@larkfield.example") in crm.rows("SELECT kind, to_address FROM outbox_email")


def test_rules_give_leads_to_members_of_a_queue_in_turn(crm: Crm) -> None:
    rule(crm, 1, {"always": True}, queue_id=QUEUE, in_turn=True)
    owners = [crm.held("lead", form(crm, f"form-{at}").lead_id, "owner_id") for at in range(910, 913)]
    members = [one[0] for one in crm.rows("SELECT user_id FROM queue_member WHERE queue_id = ? ORDER BY 1", QUEUE)]
    assert owners == [members[0], members[1], members[0]]
    crm.db.execute("UPDATE crm_user SET away_until = '2026-03-20' WHERE id = ?", (members[1],))
    assert crm.held("lead", form(crm, "form-920").lead_id, "owner_id") == members[0]


def test_what_a_form_is_like_is_written_down_and_keeps_nothing_out(crm: Crm) -> None:
    made = form(crm, email="anna@dezwaan.example", last_name="de Vries")
    assert made.made
    items = crm.rows("SELECT kind, record_id FROM duplicate_item ORDER BY kind, record_id")
    assert ("contact", ANNA) in items
    assert ("lead", made.lead_id) in items


# Mails


def test_a_contacts_mail_is_an_activity_and_its_owner_is_told(crm: Crm) -> None:
    done = contact_writes(crm.as_system(), ANNA, "We take the other lamps.", "Lamps", EARLY)
    columns = "kind, direction, status, subject, contact_id, account_id, opportunity_id, owner_id, created_by"
    assert crm.held("activity", done.activity_id, columns) == (
        "email", "in", "done", "Lamps", ANNA, ZWAAN, EARLY, REP, "Anna de Vries",
    )  # fmt: skip
    assert crm.rows("SELECT kind, to_address, contact_id, subject FROM outbox_email") == [
        ("mail_in", "daan@larkfield.example", ANNA, "Lamps"),
    ]
    assert crm.held("opportunity", EARLY, "last_activity_on") == "2026-03-16"


def test_a_mail_to_a_record_that_was_merged_reaches_the_one_that_stayed(crm: Crm) -> None:
    crm.db.execute("UPDATE contact SET merged_into_id = ?, is_deleted = 1 WHERE id = ?", (ANNA, ANNA_TWIN))
    done = contact_writes(crm.as_system(), ANNA_TWIN, "Hello again.")
    assert crm.held("activity", done.activity_id, "contact_id, subject") == (ANNA, "Mail from Anna de Vries")


def test_a_leads_mail_is_no_first_touch_and_a_converted_ones_comes_from_the_contact(crm: Crm) -> None:
    done = lead_writes(crm.as_system(), WEB, "Any news?")
    assert crm.held("activity", done.activity_id, "lead_id, owner_id, created_by") == (WEB, SDR, "Joost Bakker")
    assert crm.held("lead", WEB, "first_touch_at, status") == (None, "assigned")
    waiting = lead_writes(crm.as_system(), QUEUED, "Hello?")
    assert crm.held("activity", waiting.activity_id, "owner_id") == min(
        one[0] for one in crm.rows("SELECT user_id FROM queue_member WHERE queue_id = ?", QUEUE)
    )
    became = lead_writes(crm.as_system(), DONE, "Thanks!")
    assert crm.held("activity", became.activity_id, "lead_id, contact_id") == (None, BRAM)


# Colleagues


def said(**values: str | None) -> list[FieldValue]:
    return [FieldValue(field=name, value=value) for name, value in values.items()]


def test_a_colleague_changes_a_record_under_their_own_name(crm: Crm) -> None:
    done = colleague_updates(
        crm.as_system("person:Marit de Jong"), "opportunity", EARLY, said(next_step="Send drawings"), "Marit de Jong"
    )
    assert done.by == "Marit de Jong"
    assert crm.held("opportunity", EARLY, "next_step") == "Send drawings"
    assert crm.rows("SELECT actor_name FROM field_history WHERE kind = 'opportunity'") == [("Marit de Jong",)]


def test_a_colleague_keeps_to_the_same_rules(crm: Crm) -> None:
    who = crm.as_system("Daan Visser")
    colleague_updates(who, "opportunity", EARLY, said(stage=STAGES[QUALIFICATION - 1][0]))
    assert crm.held("opportunity", EARLY, "stage_id, last_stage_id") == (QUALIFICATION, ANALYSIS)
    with crm.refuses("opportunity_not_found", field="record_id"):
        colleague_updates(who, "opportunity", FRENCH_DEAL, said(next_step="Mine"))
    with crm.refuses("field_unknown", field="changes.0.field"):
        colleague_updates(who, "opportunity", EARLY, said(amount="5"))
    with crm.refuses("colleague_not_found", field="who"):
        colleague_updates(who, "opportunity", EARLY, said(next_step="x"), "Nobody Here")


def test_a_colleague_plans_and_writes_down(crm: Crm) -> None:
    who = crm.as_system("Daan Visser")
    planned = colleague_plans(who, "meeting", "Tasting", crm.now + timedelta(days=9), opportunity_id=EARLY)
    columns = "kind, status, owner_id, account_id"
    assert crm.held("activity", planned.record_id, columns) == ("meeting", "open", REP, ZWAAN)
    logged = colleague_logs(who, "call", "Lamps", "They want two more.", contact_id=ANNA)
    assert crm.held("activity", logged.record_id, "status, direction, outcome") == ("done", "out", "reached")
    assert crm.held("contact", ANNA, "last_activity_on") == "2026-03-16"


@pytest.mark.parametrize(
    "name", ["web_lead_arrives", "contact_writes", "lead_writes", "colleague_updates", "colleague_plans"]
)
def test_no_surface_offers_events(name: str) -> None:
    assert not WORLD.operations[name].doors
    assert not WORLD.operations[name].roles


def test_what_people_do_is_what_events_take() -> None:
    happenings = [
        people.mails("Anna de Vries", ANNA, "Hello.", opportunity_id=EARLY, delay=60),
        people.fills_in("form-1", delay=1, last_name="Vink", company="Camping Vink", email_consent=True),
        people.updates("Daan Visser", "opportunity", EARLY, {"next_step": "Call", "description": None}),
        people.plans("Daan Visser", "meeting", "Tasting", "2026-03-20T09:00:00Z", opportunity_id=EARLY),
        people.asks("Marit de Jong", QUOTE, "Why so much?", delay=3_600),
        people.decides("Marit de Jong", QUOTE, "approved", "All right.", delay=3_600, after="answer_question"),
    ]
    for one in happenings:
        operation = WORLD.operations[one.operation]
        assert operation.bind_json(dict(one.arguments))
        assert not operation.doors
        assert one.name.startswith("person:")
    assert happenings[4].given == {"quote_id": QUOTE}
    for name, address in people.ADDRESSES.items():
        fields = WORLD.operations[name].arguments.model_fields
        assert {address.text, address.record} <= fields.keys()
        if address.answers:
            assert {address.record, "body"} <= WORLD.operations[address.answers].arguments.model_fields.keys()
