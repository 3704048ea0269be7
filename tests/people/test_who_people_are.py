"""Promises of people: they answer what was asked, in their own time and words, the same way each time."""

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

import worlds
from worlds.engine.bookkeeping import driver_of
from worlds.engine.episode import Episode
from worlds.engine.events import Event, queue
from worlds.engine.people import intents, voice
from worlds.engine.people.approvers import Policy, decide
from worlds.engine.people.facts import Fact, asked_for
from worlds.engine.people.intents import WRITTEN, Memory, on_message
from worlds.engine.people.lending import lend_voice
from worlds.engine.people.persona import ALWAYS, Hours, Person
from worlds.engine.people.traffic import Handover, edit, traffic
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.seeds.forks import open_fork

SHEET = (
    Fact("order_number", "LK-4711", ("order number", "Bestellnummer", "bestelnummer"), wrong="LK-4117"),
    Fact("colour", "moss green", ("colour", "color", "Farbe", "kleur")),
)
QUESTION = "Could you tell us your order number? And which colour did you order?"


@pytest.fixture(scope="module")
def opened():
    with worlds.open("shop/refund-partial", seed=1) as episode:
        yield episode


def among(opened, *people, happenings=()):
    """An episode of the same task with these people in it."""
    order_id = opened.task.instance.target["sales_order"][0]
    placed = [replace(one, about=("sales_order", order_id)) for one in people]
    instance = replace(opened.task.instance, people=placed, happenings=happenings)
    fork = open_fork(opened.start.snapshot.path)
    return Episode(opened.start, fork, opened.actor, replace(opened.task, instance=instance))


def mailed(episode, text):
    order_id = episode.task.instance.target["sales_order"][0]
    assert episode.call("mail_customer", {"order_id": order_id, "message": text}).ok


def answers(episode, days=30):
    episode.call("wait", {"minutes": days * 24 * 60})
    return list(reversed(episode.call("read_inbox", {"page_size": 100}).body["items"]))


def test_only_what_is_asked_for_is_asked_for():
    assert asked_for(QUESTION, SHEET) == ["order_number", "colour"]
    assert asked_for("Wie lautet Ihre Bestellnummer?", SHEET) == ["order_number"]
    assert asked_for("Welke kleur had u besteld?", SHEET) == ["colour"]
    assert asked_for("Your order number is in our books. We refund you.", SHEET) == []


def test_a_customer_answers_what_was_asked_and_nothing_else(opened):
    with among(opened, Person(name="Ida", facts=SHEET)) as episode:
        mailed(episode, "Please tell us your order number.")
        (answer,) = answers(episode)
        assert "LK-4711" in answer["body"]
        assert "green" not in answer["body"]
        assert (answer["sender"], answer["sender_role"]) == ("Ida", "customer")
        assert answer["about_table"] == "sales_order"


def test_a_careless_customer_gives_a_wrong_number_once(opened):
    with among(opened, Person(name="Ida", facts=SHEET, honesty=0.0)) as episode:
        mailed(episode, "Please tell us your order number.")
        (first,) = answers(episode)
        assert "LK-4117" in first["body"]
        mailed(episode, "That number is not ours. What is your order number?")
        assert "LK-4711" in answers(episode)[-1]["body"]


def test_a_hasty_customer_answers_one_of_two_questions(opened):
    with among(opened, Person(name="Ida", facts=SHEET, thoroughness=0.0)) as episode:
        mailed(episode, QUESTION)
        (answer,) = answers(episode)
        assert ("LK-4711" in answer["body"], "green" in answer["body"]) == (True, False)


def test_a_silent_customer_stays_silent(opened):
    with among(opened, Person(name="Ida", facts=SHEET, silence=1.0)) as episode:
        mailed(episode, QUESTION)
        assert answers(episode) == []


def test_an_impatient_customer_asks_again_until_somebody_writes(opened):
    waits = Person(name="Ida", goal="my refund", patience=timedelta(days=2))
    with among(opened, waits) as episode:
        assert len(answers(episode)) == intents.MOST_NUDGES
    with among(opened, waits) as episode:
        mailed(episode, "We are looking into it.")
        assert not any("heard nothing" in one["body"] for one in answers(episode))


def test_a_customer_changes_their_mind_then_comes_up_with_something_else():
    person = Person(name="Ida", change="a voucher", second_issue="the mug has a crack")
    memory, rng = Memory(), random.Random(3)
    assert on_message(person, memory, [], rng).intent == "change_mind"
    memory.changed = True
    assert on_message(person, memory, [], rng).intent == "second_issue"
    memory.raised = True
    assert {on_message(person, memory, [], rng).intent for _ in range(30)} == {"thanks", "question"}


@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_nobody_says_the_same_sentence_twice_in_an_episode(language):
    fill = {"facts": "order number LK-4711", "goal": "my refund", "issue": "a crack", "change": "a voucher"}
    for intent in WRITTEN:
        said = []
        for number in range(60):
            said.append(voice.compose(language, intent, fill, said, random.Random(number)))
        assert len(set(said)) == 60


def test_typos_spare_facts_and_quotes_follow_the_answer(opened):
    sloppy = Person(name="Ida", facts=SHEET, typos=1.0, quotes=True)
    with among(opened, sloppy) as episode:
        mailed(episode, QUESTION)
        (answer,) = answers(episode)
        assert "LK-4711" in answer["body"]
        assert "moss green" in answer["body"]
        assert f"> {QUESTION}" in answer["body"]


def test_reply_delays_are_skewed_as_people_s_are():
    person = Person(name="Ida", hours=ALWAYS)
    now = datetime(2026, 3, 16, 8, tzinfo=UTC)
    hours = sorted((person.answers_at(now, person.rng("x", n)) - now).total_seconds() / 3600 for n in range(4000))
    assert 2.7 < hours[2000] < 3.3
    assert 25 < hours[3800] < 36


def test_people_write_in_their_hours():
    office = Hours(time(9), time(17), weekends=False)
    friday_evening = datetime(2026, 3, 20, 19, 30, tzinfo=UTC)
    assert office.next_open(friday_evening) == datetime(2026, 3, 23, 8, 30, tzinfo=UTC)
    monday_noon = datetime(2026, 3, 23, 11, tzinfo=UTC)
    assert office.next_open(monday_noon) == monday_noon


def test_another_person_more_shifts_nobody_else(opened):
    ida, bo = Person(name="Ida", facts=SHEET, typos=0.3), Person(name="Bo", facts=SHEET, language="nl")

    def told(*people):
        with among(opened, *people) as episode:
            mailed(episode, QUESTION)
            return [(one["received_at"], one["body"]) for one in answers(episode) if one["sender"] == "Ida"]

    assert told(ida) == told(bo, ida) == told(ida, bo)


def test_what_people_do_because_the_agent_asked_is_rooted_in_the_agent(opened):
    with among(opened, Person(name="Ida", facts=SHEET, patience=timedelta(days=1))) as episode:
        mailed(episode, QUESTION)
        with episode._fork.lease() as connection, connection.begin():
            rows = connection.exec_driver_sql(
                "SELECT operation, actor, root FROM engine_event WHERE actor GLOB 'pers*'"
            )
            assert sorted(rows.fetchall()) == [
                ("person_waits", "person:Ida", "world:person:Ida"),
                ("person_writes", "person:Ida", "agent:1"),
            ]


def test_what_a_person_changed_is_by_that_person_and_their_role_for_a_grader(opened):
    order_id = opened.task.instance.target["sales_order"][0]
    line_id = opened.task.instance.target["order_line"][0]
    asked = edit("Sanne", "ask_approval", delay=1, order_id=order_id, line_id=line_id, units=1, approver="Ruben")
    people = (Person(name="Sanne", role="lead"),)
    noted = Effect("noted", "order_note", "insert", where={"order_id": order_id})
    by_lead = Effect("asked", "approval_request", "insert", where={"order_id": order_id}, by="person:lead")
    for effect, passes in ((by_lead, True), (replace(by_lead, by="person:customer"), False)):
        with among(opened, *people, happenings=(asked,)) as episode:
            wanted = Expectation(any_of=[Bundle(required=[effect, noted])])
            task = replace(episode.task, instance=replace(episode.task.instance, expectation=wanted))
            with Episode(episode.start, open_fork(episode.start.snapshot.path), episode.actor, task) as judged:
                judged.call("wait", {"minutes": 1})
                assert judged.call("add_order_note", {"order_id": order_id, "text": "Seen."}).ok
                assert judged.grade({"status": "done"}).passed is passes
                assert judged.record.people == {"Sanne": "lead"}


def test_the_first_cause_passes_through_a_chain_of_events_at_any_depth(opened):
    with among(opened, Person(name="Ida")) as episode:
        with episode._fork.lease() as connection, connection.begin():
            first = Event.of(int(episode.now.timestamp()) + 60, "nightly_jobs", {}, "person:Ida", "agent:7")
            queue(driver_of(connection), first)
        episode.call("wait", {"minutes": 7 * 24 * 60})
        episode.grade({"status": "done"})
        chain = [one for one in episode.record.entries if one.operation == "nightly_jobs" and one.root == "agent:7"]
        assert len(chain) >= 7
        assert {one.actor for one in chain[1:]} == {"system"}
        assert chain[0].actor == "person:Ida"


def test_a_lent_voice_may_change_words_but_no_facts(opened):
    with among(opened, Person(name="Ida", facts=SHEET)) as episode:
        lend_voice(episode, lambda text: f"Ahoy! {text}")
        mailed(episode, QUESTION)
        assert answers(episode)[0]["body"].startswith("Ahoy!")
    with among(opened, Person(name="Ida", facts=SHEET)) as episode:
        lend_voice(episode, lambda _: "It is LK-9999, in red.")
        mailed(episode, QUESTION)
        (answer,) = answers(episode)
        assert "LK-4711" in answer["body"]
        assert "LK-9999" not in answer["body"]


def test_an_approver_decides_by_policy_and_a_delegate_does_where_they_are_away():
    office = Hours(time(9), time(17), weekends=False)
    boss, second = Person(name="Ruben", hours=office), Person(name="Petra", hours=office)
    now = datetime(2026, 3, 16, 8, tzinfo=UTC)
    rulings = [
        decide(Policy({"approve": 1, "deny": 1}, away=0.3), boss, second, now, boss.rng("x", n)) for n in range(300)
    ]
    assert {one.outcome for one in rulings} == {"approve", "deny"}
    away = [one for one in rulings if one.away_at]
    assert 50 < len(away) < 130
    assert {one.by.name for one in away} == {"Petra"}
    assert all(one.at >= one.away_at for one in away)
    assert {one.by.name for one in rulings if not one.away_at} == {"Ruben"}


def test_traffic_comes_at_random_moments_of_its_own_chance():
    sale = {"variant_id": 1, "location_id": 1, "quantity": 1}
    first = list(traffic("trade", "sells_elsewhere", [sale], random.Random(5), a_day=20, days=10))
    again = list(traffic("trade", "sells_elsewhere", [sale], random.Random(5), a_day=20, days=10))
    assert first == again
    assert 150 < len(first) < 250
    assert all(1 <= one.delay <= 10 * 86_400 for one in first)


def test_a_note_that_hands_over_holds_its_error():
    note = Handover("Order {order} waits for {units} units.", {"order": "LK-1", "units": "3"}, {"units": "2"})
    assert note.words == "Order LK-1 waits for 2 units."
    with pytest.raises(LookupError, match="colour"):
        Handover("Order {order}.", {"order": "LK-1"}, {"colour": "red"}).words  # noqa: B018 - the property refuses
