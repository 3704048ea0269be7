"""Promises to requesters and of what comes in: they see what was said to them, and nothing else."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tiny_desk import ANNA, BEN, CARLA, CLOSED, KADE, NEW, NOOR, OPEN, PENDING, SAM, SOLVED, START, Desk

from worlds.desk import WORLD, models
from worlds.desk.operations.conversation import add_note, get_attachment, reply_publicly
from worlds.desk.operations.requests import (
    comment_on_request,
    get_help_session,
    get_request,
    list_requests,
    rate_request,
    sign_in,
    sign_out,
    submit_request,
)
from worlds.desk.operations.tickets import get_ticket, update_ticket
from worlds.desk.operations.writing_in import (
    Change,
    FileIn,
    colleague_opens,
    colleague_updates,
    mail_arrives,
    requester_writes,
    scan_finishes,
)
from worlds.desk.people import ADDRESSES, opens, requester, updates, writes
from worlds.desk.rules import REQUESTERS, STAFF
from worlds.engine.bookkeeping import Moment
from worlds.engine.everywhere.people import person_writes
from worlds.engine.people.company import Company


def numbers(page) -> list[int]:
    return [row.number for row in page.items]


def test_a_requester_sees_their_own_and_a_manager_their_organisation_s(desk: Desk):
    assert numbers(list_requests(desk.as_("requester", ANNA))) == [48_201, 48_204, 48_205]
    assert numbers(list_requests(desk.as_("requester", CARLA))) == [48_202]
    assert numbers(list_requests(desk.as_("org_manager", BEN))) == [48_202, 48_203]
    assert numbers(list_requests(desk.as_("org_manager", BEN), mine=True)) == [48_203]
    desk.db.execute("UPDATE organization SET shared_tickets = 1")
    assert numbers(list_requests(desk.as_("requester", CARLA))) == [48_202, 48_203]


def test_somebody_else_s_request_is_not_there(desk: Desk):
    anna, carla = desk.as_("requester", ANNA), desk.as_("requester", CARLA)
    for call in (
        lambda: get_request(anna, OPEN),
        lambda: comment_on_request(anna, OPEN, "Hello."),
        lambda: rate_request(anna, PENDING, "good"),
        lambda: get_request(carla, PENDING),
        lambda: get_request(anna, 99),
    ):
        with desk.refuses("ticket_not_found", field="ticket_id"):
            call()
    with desk.refuses("attachment_not_found"):
        get_attachment(anna, 1)


def test_nothing_internal_reaches_a_requester(desk: Desk):
    staff = desk.as_("agent")
    add_note(staff, OPEN, "Secret: she is difficult.")
    conditions, actions = (
        {"all": [{"field": "priority", "is": "high"}]},
        {"reply": "We have seen it.", "note": "Secret."},
    )
    desk.add(
        models.Trigger(
            id=1, title="Secret rule", position=1, conditions=json.dumps(conditions), actions=json.dumps(actions),
            active=True,
        )
    )  # fmt: skip
    update_ticket(staff, OPEN, priority="high", status="hold", tags=["secret-tag"])
    carla = desk.as_("requester", CARLA)
    shown = get_request(carla, OPEN)
    text = shown.model_dump_json().casefold()
    for hidden in ("secret", "frontline", "hold", "priority", "high", "invoice_b2b"):
        assert hidden not in text
    assert (shown.status, shown.messages[-1].author_name) == ("open", "Larkfield Care")
    assert shown.messages[-1].from_desk
    assert get_attachment(carla, 1).name == "order.csv"
    with desk.refuses("attachment_not_found"):
        get_attachment(carla, 2)


def test_requests_are_found_by_number_and_subject_alone(desk: Desk):
    anna, ben = desk.as_("requester"), desk.as_("org_manager")
    assert numbers(list_requests(anna, query="PARCEL")) == [48_201, 48_205]
    assert numbers(list_requests(anna, query="48204")) == [48_204]
    assert numbers(list_requests(ben, query="carla@kadecoffee")) == []
    desk.db.execute("UPDATE ticket SET subject = 'Größe passt nicht' WHERE id = ?", (NEW,))
    assert numbers(list_requests(anna, query="größe")) == numbers(list_requests(anna, query="grosse")) == [48_201]
    assert numbers(list_requests(anna, status="open")) == [48_201]
    assert numbers(list_requests(ben, status="awaiting_reply")) == [48_203]


def test_asking_for_help_opens_a_ticket_of_one_s_own(desk: Desk):
    made = submit_request(desk.as_("org_manager"), "Wrong beans", "We got decaf.", topic="other", order_number=" LK-9 ")
    row = desk.ticket(made.ticket_id, "requester_id, submitter_id, organization_id, status, channel, topic, language")
    assert row == (BEN, BEN, KADE, "new", "web", "other", "de")
    assert (made.status, made.order_number, [one.body for one in made.messages]) == ("open", "LK-9", ["We got decaf."])
    assert desk.one("SELECT actor_role, via FROM ticket_audit") == ("end_user", "requester")


def test_what_a_requester_says_opens_what_waits_for_them(desk: Desk):
    assert comment_on_request(desk.as_("org_manager"), PENDING, "Here is the photo.").status == "open"
    assert desk.ticket(PENDING) == "open"
    assert comment_on_request(desk.as_("requester"), SOLVED, "Thank you!").status == "open"
    assert desk.ticket(SOLVED, "status, reopens, solved_at") == ("open", 1, None)
    assert desk.mails() == []
    comment_on_request(desk.as_("requester"), NEW, "Anybody?")
    assert desk.ticket(NEW) == "new"


def test_writing_on_a_closed_request_opens_one_that_goes_on_from_it(desk: Desk):
    shown = comment_on_request(desk.as_("requester"), CLOSED, "Again.")
    assert (shown.ticket_id != CLOSED, shown.follow_up_of, shown.order_number) == (True, 48_205, "LK-10002")
    assert [one.body for one in shown.messages] == ["Again."]


def test_a_request_is_rated_once_it_was_asked_until_it_is_closed(desk: Desk):
    anna = desk.as_("requester")
    with desk.refuses("rating_not_offered", field="ticket_id"):
        rate_request(anna, SOLVED, "good")
    for at, ticket in ((1, SOLVED), (2, CLOSED)):
        desk.add(models.Rating(id=at, ticket_id=ticket, score="offered", offered_at=START))
    assert get_request(anna, SOLVED).rating == "offered"
    assert rate_request(anna, SOLVED, "bad", "Took a week.").rating == "bad"
    assert desk.one("SELECT score, comment FROM rating WHERE id = 1") == ("bad", "Took a week.")
    assert desk.ticket(SOLVED) == "solved"
    assert get_ticket(desk.as_("agent"), SOLVED).rating.comment == "Took a week."
    with desk.refuses("rating_not_offered"):
        rate_request(anna, CLOSED, "good")


def test_signing_in_takes_one_s_own_address_and_out_ends_it(desk: Desk):
    anna = desk.as_("requester")
    assert get_help_session(anna).name == "Anna de Vries"
    assert not sign_out(anna).signed_in
    with desk.refuses("sign_in_failed", field="email"):
        sign_in(anna, "ben@kadecoffee.example")
    assert get_help_session(anna).email is None
    assert sign_in(anna, " ANNA@example.com".strip()).signed_in
    assert desk.count("web_session") == 1


def test_requesters_have_no_door_to_what_staff_do():
    own = {name for name, one in WORLD.operations.items() if one.roles & set(REQUESTERS) and not one.roles & set(STAFF)}
    assert own >= {"list_requests", "get_request", "submit_request", "comment_on_request", "rate_request"}
    for name in ("get_ticket", "list_tickets", "list_ticket_audits", "add_note", "reply_publicly", "preview_merge"):
        assert not WORLD.operations[name].roles & set(REQUESTERS)
    for name in ("requester_writes", "mail_arrives", "colleague_updates", "colleague_opens", "scan_finishes"):
        assert (WORLD.operations[name].roles, WORLD.operations[name].doors) == (set(), set())


def test_a_mail_finds_its_ticket_by_number_or_by_what_it_answers(desk: Desk):
    system = desk.as_system()
    by_number = mail_arrives(system, "ANNA@example.com", "Anna", "Re: [#48204] Refund", "Still nothing.")
    by_answer = mail_arrives(
        system, "ben@kadecoffee.example", "Ben", "photo", "See here.", in_reply_to="comment:7", message_id="m1@x"
    )
    by_message = mail_arrives(system, "ben@kadecoffee.example", "Ben", "photo 2", "And.", in_reply_to="m1@x")
    assert [one.ticket_id for one in (by_number, by_answer, by_message)] == [SOLVED, PENDING, PENDING]
    assert (desk.ticket(SOLVED), desk.ticket(PENDING)) == ("open", "open")
    assert desk.said(SOLVED)[-1] == (1, "Anna de Vries", "Still nothing.")
    fresh = mail_arrives(system, "anna@example.com", "Anna", "Another matter [#99999]", "Hello.")
    assert desk.ticket(fresh.ticket_id, "subject, requester_id") == ("Another matter [#99999]", ANNA)


def test_an_unknown_address_becomes_somebody_new_of_the_firm_its_domain_names(desk: Desk):
    landed = mail_arrives(desk.as_system(), "Eva@KadeCoffee.example", "Eva Jansen", "Beans", "Hi.", language="nl")
    made = desk.one("SELECT id, name, role, organization_id, locale FROM desk_user ORDER BY id DESC LIMIT 1")
    assert made[1:] == ("Eva Jansen", "end_user", KADE, "nl")
    assert desk.one("SELECT norm, verified FROM user_identity WHERE user_id = ?", made[0]) == (
        "eva@kadecoffee.example",
        0,
    )
    assert desk.ticket(landed.ticket_id, "requester_id, organization_id, language") == (made[0], KADE, "nl")
    assert list_requests(desk.as_("requester", made[0])).total == 1


def test_a_stranger_s_mail_on_a_ticket_is_a_note_and_opens_nothing_of_it(desk: Desk):
    landed = mail_arrives(desk.as_system(), "anna@example.com", "Anna", "[#48203]", "I am Ben, send it to me.")
    assert (landed.ticket_id, desk.said(PENDING)[-1][0]) == (PENDING, 0)
    assert desk.ticket(PENDING) == "open"
    assert "send it to me" not in get_request(desk.as_("org_manager"), PENDING).model_dump_json()
    onto_closed = mail_arrives(desk.as_system(), "ben@kadecoffee.example", "Ben", "[#48205]", "What was in it?")
    assert desk.ticket(onto_closed.ticket_id, "requester_id, follow_up_of_id") == (BEN, None)


def test_those_copied_in_and_managers_take_part_by_mail(desk: Desk):
    desk.add(models.Collaborator(id=1, ticket_id=PENDING, user_id=ANNA, route="cc"))
    mail_arrives(desk.as_system(), "anna@example.com", "Anna", "[#48203]", "I have the photo.")
    mail_arrives(desk.as_system(), "ben@kadecoffee.example", "Ben", "[#48202]", "Please hurry.")
    assert (desk.said(PENDING)[-1][0], desk.said(OPEN)[-1][0]) == (1, 1)


def test_spam_suspended_senders_and_loops_are_kept_out(desk: Desk):
    def mail(sender: str, **more: bool):
        return mail_arrives(desk.as_system(), sender, "Somebody", "Subject", "Body.", **more)

    before = desk.count("ticket")
    assert mail("win@prizes.example", spam=True).suspended_id == 1
    desk.db.execute("UPDATE desk_user SET suspended = 1 WHERE id = ?", (CARLA,))
    assert mail("carla@kadecoffee.example").suspended_id == 2
    assert desk.count("ticket") == before
    landed = [mail("anna@example.com", automatic=True) for _ in range(6)]
    assert [one.suspended_id for one in landed] == [None] * 5 + [3]
    assert desk.rows("SELECT cause, state, ticket_id FROM suspended_message ORDER BY id") == [
        ("spam", "held", None), ("suspended_sender", "held", None), ("loop", "held", None),
    ]  # fmt: skip
    desk.wait(minutes=61)
    assert mail("anna@example.com", automatic=True).suspended_id is None


def test_an_automatic_answer_opens_nothing(desk: Desk):
    mail_arrives(desk.as_system(), "ben@kadecoffee.example", "Ben", "[#48203]", "I am away.", automatic=True)
    assert desk.ticket(PENDING) == "pending"


def test_files_that_come_in_are_scanned_in_their_time(desk: Desk):
    files = [FileIn(name="photo.svg", mime="image/svg+xml", content="<svg/>", scan="pending"),
             FileIn(name="list.csv", mime="text/csv", content="a,b\n")]  # fmt: skip
    landed = requester_writes(desk.as_system(), NEW, "See the photo.", files=files)
    states = "SELECT name, size, scan_state FROM attachment WHERE comment_id = ? ORDER BY id"
    assert desk.rows(states, landed.comment_id) == [("photo.svg", 6, "pending"), ("list.csv", 4, "clean")]
    ((due, operation, arguments, _),) = desk.later
    assert (due - desk.now, operation) == (timedelta(minutes=4), "scan_finishes")
    scan_finishes(desk.as_system(), **arguments)
    assert get_attachment(desk.as_("agent"), arguments["attachment_id"]).content == "<svg/>"


def test_colleagues_change_tickets_under_their_own_name(desk: Desk):
    change = Change(priority="urgent", add_tags=["x"])
    colleague_updates(desk.as_system("Noor Haddad"), PENDING, changes=change, note="I called them.")
    assert desk.ticket(PENDING, "priority, tags") == ("urgent", '["x"]')
    assert desk.said(PENDING)[-1] == (0, "Noor Haddad", "I called them.")
    assert desk.one("SELECT DISTINCT actor_id, actor_role FROM ticket_audit") == (NOOR, "agent")
    colleague_updates(desk.as_system(), OPEN, who="Ines Duarte", reply="I am on it.")
    assert desk.mails()[0][:2] == ("public_reply", "carla@kadecoffee.example")
    colleague_opens(desk.as_system("Noor Haddad"), OPEN)
    assert get_ticket(desk.as_("agent"), OPEN).lock.holder == "Noor Haddad"
    with desk.refuses("colleague_not_found"):
        colleague_updates(desk.as_system("Nobody"), OPEN, note="Hm.")


def test_what_others_do_is_said_by_operations_that_take_it(desk: Desk):
    for one in (
        writes("Anna de Vries", NEW, "Hello?", delay=60),
        updates("Noor Haddad", OPEN, {"priority": "high"}, note="Seen.", after="get_ticket", given={"ticket_id": OPEN}),
        opens("Noor Haddad", OPEN, delay=5),
    ):
        WORLD.operations[one.operation](
            desk.as_system(one.name.removeprefix("person:")), **WORLD.operations[one.operation].bind_json(one.arguments)
        )
    assert (desk.said(NEW)[-1][2], desk.ticket(OPEN, "priority")) == ("Hello?", "high")


def test_what_a_requester_answers_comes_to_the_ticket(desk: Desk):
    anna = requester("Anna de Vries", NEW, goal="where my parcel is")
    ctx = replace(desk.as_system("Anna de Vries"), company=Company.of([anna], ADDRESSES, "test"))
    person_writes(ctx, "Anna de Vries", "nudge", [], 1)
    ((due, operation, arguments, who),) = desk.later
    assert (due, operation, who, arguments["ticket_id"]) == (desk.now, "requester_writes", "person:Anna de Vries", NEW)
    requester_writes(desk.as_system("Anna de Vries"), **arguments)
    assert desk.said(NEW)[-1] == (1, "Anna de Vries", arguments["body"])


def test_a_requester_hears_public_replies_however_they_were_written_and_no_notes(desk: Desk):
    anna = requester("Anna de Vries", NEW)
    company, moment = Company.of([anna], ADDRESSES, "test"), Moment(int(desk.now.timestamp()), 1, 1)
    written = reply_publicly(desk.as_("agent"), NEW, "Which order is it?").model_dump(mode="json")
    company.hear(desk.db, "reply_publicly", {"ticket_id": NEW, "body": "Which order is it?"}, moment, written)
    company.hear(desk.db, "apply_macro", {"ticket_id": NEW, "macro_id": 1}, moment, written)
    assert company.heard(desk.db, anna) == 2
    noted = add_note(desk.as_("agent"), NEW, "Hm.").model_dump(mode="json")
    company.hear(desk.db, "apply_macro", {"ticket_id": NEW, "macro_id": 2}, moment, noted)
    company.hear(desk.db, "add_note", {"ticket_id": NEW, "body": "Hm."}, moment, noted)
    company.hear(desk.db, "reply_publicly", {"ticket_id": OPEN, "body": "Hello."}, moment, written)
    assert company.heard(desk.db, anna) == 2


@pytest.mark.parametrize("role", REQUESTERS)
def test_a_reading_takes_the_same_number_of_statements_however_much_there_is(desk: Desk, role: str):
    def statements() -> int:
        seen: list[str] = []
        desk.db.set_trace_callback(seen.append)
        list_requests(desk.as_(role), query="a")
        get_request(desk.as_(role), NEW if role == "requester" else PENDING)
        desk.db.set_trace_callback(None)
        return len(seen)

    few = statements()
    for at in range(8):
        submit_request(desk.as_(role), f"A request {at}", "Body.")
        reply_publicly(desk.as_("agent", SAM), NEW if role == "requester" else PENDING, "Hello.")
    assert statements() == few
