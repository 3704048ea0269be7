"""Promises of the desk's population: lawful, in order of time, and as mixed as a desk's data."""

import json
import re
from datetime import UTC, datetime

import pytest
from populated import populated

from worlds.desk import WORLD
from worlds.desk.automation.rule_grammar import actions_problem, conditions_problem
from worlds.desk.population.staffing import ZONE
from worlds.seeds.letters import sentences

MINI = {
    "days": 30, "requesters": 90, "tickets": 110, "merged": 6, "spam": 12, "orders_unasked": 12, "twins": 3, "pairs": 3,
    "problems": 4, "incidents": 3, "linked": 2, "look_alikes": 2, "two_parcels": 4, "order_data": 4, "half_told": 3,
    "questions": 4, "goodwill": 3, "held": 3, "legal": 2, "safety": 2,
}  # fmt: skip


def population(seed=77, **sizes):
    """A small population with the rates of `small`, in memory, and its sealed truth."""
    return populated(WORLD, seed=seed, sizes={**MINI, **sizes})


def test_another_seed_gives_other_people(ask):
    other, _ = population(seed=78, tickets=50)
    names = {row[0] for row in other.execute("SELECT value FROM user_identity WHERE kind = 'email'")}
    other.close()
    own = {row[0] for row in ask("SELECT value FROM user_identity WHERE kind = 'email' AND value NOT LIKE 'test%'")}
    assert not {one for one in own & names if not one.endswith("@larkfieldcare.example")}


def test_sizes_are_kept(ask, made):
    tickets = ask("SELECT count(*) FROM ticket")[0][0]
    assert MINI["tickets"] <= tickets <= MINI["tickets"] * 1.2  # follow-ups and released mail come on top
    assert made[1]["counts"]["tickets"] <= tickets
    assert ask("SELECT count(*) FROM desk_user WHERE role = 'end_user'")[0][0] >= MINI["requesters"]
    assert ask("SELECT count(*) FROM desk_user WHERE role <> 'end_user' AND role <> 'integration'") == [(18,)]


def test_nothing_happens_after_episodes_begin(ask):
    start = WORLD.seeds["small"].settings["start"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    moments = (
        ("ticket", "created_at"), ("ticket", "updated_at"), ("comment", "created_at"), ("ticket_audit", "at"),
        ("outbox_email", "sent_at"), ("sla_timer", "started_at"), ("sla_timer", "breached_at"),
        ("shop_order", "placed_at"), ("shop_parcel", "shipped_at"), ("shop_parcel", "delivered_at"),
        ("desk_user", "created_at"), ("side_message", "sent_at"), ("rating", "offered_at"),
        ("suspended_message", "received_at"), ("kb_article", "updated_at"),
    )  # fmt: skip
    for table, column in moments:
        latest = ask(f"SELECT max({column}) FROM {table}")[0][0]  # noqa: S608 - names of this test
        assert latest is None or latest < start, (table, column)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("ticket", "created_at"),
        ("comment", "created_at"),
        ("ticket_audit", "at"),
        ("outbox_email", "sent_at"),
        ("shop_order", "placed_at"),
        ("suspended_message", "received_at"),
    ],
)
def test_ids_follow_time(ask, table, column):
    moments = [row[0] for row in ask(f"SELECT {column} FROM {table} ORDER BY id")]  # noqa: S608 - names of this test
    assert moments == sorted(moments)


def test_tickets_are_in_every_state(ask):
    known = dict(ask("SELECT status, count(*) FROM ticket GROUP BY status"))
    assert set(known) == {"new", "open", "pending", "hold", "solved", "closed"}


def test_everybody_who_answers_works_in_the_hours_of_their_group(ask):
    """Nobody writes to a customer at night or on a Sunday."""
    rows = ask(
        "SELECT created_at FROM comment WHERE author_role IN ('agent', 'team_lead') AND public = 1 AND automatic = 0"
    )
    assert len(rows) > 40
    hours = {int(row[0][11:13]) for row in rows}
    assert hours <= set(range(6, 20))
    assert ask(
        "SELECT count(*) FROM comment WHERE author_role = 'agent' AND public = 1 AND automatic = 0"
        " AND strftime('%w', created_at) = '0'"
    ) == [(0,)]


def test_colleagues_touch_tickets_in_the_hours_of_the_desk_alone(ask):
    moments = [
        datetime.fromisoformat(row[0]).astimezone(ZONE)
        for row in ask("SELECT at FROM ticket_audit WHERE actor_role IN ('agent', 'team_lead')")
    ]
    assert len(moments) > 100
    assert {moment.hour for moment in moments} <= set(range(7, 21))
    assert 6 not in {moment.weekday() for moment in moments}


def test_rules_could_have_been_saved_by_their_administrator(ask):
    for use, table in (("trigger", "trigger_rule"), ("automation", "automation_rule")):
        for title, when, then in ask(f"SELECT title, conditions, actions FROM {table}"):  # noqa: S608 - names of this test
            assert conditions_problem(json.loads(when), use) is None, title
            assert actions_problem(json.loads(then)) is None, title
    for use, table, name in (("view", "ticket_view", "title"), ("sla", "sla_policy", "name")):
        for title, when in ask(f"SELECT {name}, conditions FROM {table}"):  # noqa: S608 - names of this test
            assert conditions_problem(json.loads(when), use) is None, title
    for title, then in ask("SELECT title, actions FROM macro"):
        assert actions_problem(json.loads(then), prepared=True) is None, title


def test_the_handbook_is_on_the_shelf_for_staff_alone(ask):
    pages = {path.stem for path in (WORLD.folder / "policy").glob("*.md")}
    rows = ask(
        "SELECT a.slug, a.visibility, a.title, a.body FROM kb_article a JOIN kb_category c ON c.id = a.category_id"
        " WHERE c.slug = 'handbook'"
    )
    assert {row[0] for row in rows} == pages
    assert {row[1] for row in rows} == {"internal"}
    assert all(re.match(r"\w", title) and "audience:" not in title + body for _, _, title, body in rows)


def test_who_says_that_photos_come_with_it_has_sent_some(ask):
    said = "(Photos|Pictures) attached|Foto's zitten erbij|Fotos sind dabei|Photos jointes|Op de foto ligt|Auf dem Foto"
    rows = ask(
        "SELECT c.body, EXISTS (SELECT 1 FROM attachment a WHERE a.ticket_id = c.ticket_id AND a.mime LIKE 'image/%')"
        " FROM comment c WHERE c.author_role = 'end_user'"
    )
    assert not [body for body, shown in rows if re.search(said, body, re.IGNORECASE) and not shown]


def test_colleagues_seldom_say_the_same_thing_twice_to_somebody(ask):
    known, again, whole = set(), 0, 0
    sql = "SELECT ticket_id, body FROM comment WHERE public = 1 AND automatic = 0 AND author_role <> 'end_user'"
    for ticket, body in ask(f"{sql} ORDER BY id"):
        for sentence in sentences(body, 8):
            whole += 1
            again += (ticket, sentence) in known
            known.add((ticket, sentence))
    assert whole > 40
    assert again <= 0.04 * whole


def test_parcels_come_by_day_and_never_on_a_sunday(ask):
    moments = [datetime.fromisoformat(row[0]).astimezone(ZONE) for row in ask(
        "SELECT delivered_at FROM shop_parcel WHERE delivered_at IS NOT NULL"
    )]  # fmt: skip
    assert {moment.hour for moment in moments} <= set(range(8, 21))
    assert 6 not in {moment.weekday() for moment in moments}


def test_who_uses_the_form_writes_their_own_language(ask):
    rows = ask(
        "SELECT DISTINCT t.language = u.locale FROM ticket t JOIN desk_user u ON u.id = t.requester_id"
        " WHERE t.channel = 'web' AND t.type IS NOT 'problem'"
    )
    assert rows == [(1,)]


def test_only_addresses_for_examples_receive_mail(ask):
    sql = "SELECT value FROM user_identity WHERE kind = 'email' UNION SELECT to_address FROM outbox_email"
    rows = [row[0] for row in ask(sql)]
    assert all(re.search(r"@([\w-]+\.)*example(\.(com|net|org))?$", one, re.IGNORECASE) for one in rows)


def test_no_text_holds_an_unfilled_slot(ask):
    texts = [
        row[0]
        for sql in (
            "SELECT subject FROM ticket", "SELECT body FROM comment", "SELECT body FROM side_message",
            "SELECT message FROM escalation", "SELECT subject FROM suspended_message", "SELECT comment FROM rating",
        )
        for row in ask(sql)
        if row[0]
    ]  # fmt: skip
    assert len(texts) > 300
    assert not [one for one in texts if re.search(r"lorem|ipsum|\{|\}|\bNone\b", one)]


def test_the_truth_names_the_records_of_persons(ask, made):
    persons = made[1]["persons"]
    assert len(persons) >= 0.85 * MINI["requesters"]
    named = [row for one in persons.values() for row in one["records"].get("ticket", [])]
    requesters = dict(ask("SELECT id, requester_id FROM ticket"))
    users = {row: pid for pid, one in persons.items() for row in one["records"].get("desk_user", [])}
    assert all(users[requesters[ticket]] for ticket in named)
    assert set(made[1]["mess"]) >= {"misgrouped", "link_wrong", "duplicate_new_email", "macro_stale"}
