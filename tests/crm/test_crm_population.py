"""Promises of the CRM's population: lawful, in order of time, and as mixed as a CRM's data."""

import json
import re
from datetime import UTC, datetime

import pytest
from crm_cases import CASES, OPEN, START, TODAY, Cases, expect_cases
from populated import populated

from worlds.crm import WORLD
from worlds.crm.days import ZONE
from worlds.crm.operations.views import LISTS
from worlds.seeds.letters import sentences

MINI = {"accounts": 60, "contacts": 150, "leads": 150, "converted_leads": 15, "listed_leads": 20}


def population(seed=77, **sizes):
    """A population with the rates of `small`, in memory, and its sealed truth."""
    return populated(WORLD, seed=seed, sizes={**WORLD.seeds["small"].settings["sizes"], **sizes})


def test_another_seed_gives_other_people(ask):
    other, _ = population(seed=78, **MINI)
    names = {row[0] for row in other.execute("SELECT norm FROM email_address WHERE norm NOT LIKE 'test%'")}
    other.close()
    own = {row[0] for row in ask("SELECT norm FROM email_address WHERE norm NOT LIKE 'test%'")}
    assert len(names & own) <= 2


def test_sizes_are_kept(ask):
    sizes = WORLD.seeds["small"].settings["sizes"]
    for table, least, most in (("account", 0.97, 1.05), ("contact", 0.95, 1.08), ("lead", 0.93, 1.05)):
        count = ask(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - names of this test
        assert least * sizes[f"{table}s"] <= count <= most * sizes[f"{table}s"], table
    planned = sum(count for name, count in sizes.items() if name.startswith("deals_"))
    assert planned * 0.95 <= ask("SELECT count(*) FROM opportunity")[0][0] <= planned * 1.4  # renewals come on top
    assert ask("SELECT count(*) FROM product")[0][0] >= 85
    assert ask("SELECT count(DISTINCT line) FROM product") == [(6,)]
    assert ask("SELECT active, count(*) FROM price_book GROUP BY active ORDER BY active") == [(0, 1), (1, 4)]


def test_nothing_happens_after_episodes_begin(ask):
    moments = (
        ("account", "created_at"), ("account", "updated_at"), ("contact", "created_at"), ("lead", "created_at"),
        ("lead", "first_touch_at"), ("opportunity", "created_at"), ("opportunity", "closed_at"), ("quote",
        "created_at"),
        ("activity", "created_at"), ("activity", "done_at"), ("stage_history", "at"), ("field_history", "at"),
        ("outbox_email", "sent_at"), ("approval_request", "asked_at"), ("merge_record", "merged_at"), ("consent", "at"),
    )  # fmt: skip
    for table, column in moments:
        latest = ask(f"SELECT max({column}) FROM {table}")[0][0]  # noqa: S608 - names of this test
        assert latest, (table, column)
        assert latest < START, (table, column)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("account", "created_at"),
        ("contact", "created_at"),
        ("lead", "created_at"),
        ("opportunity", "created_at"),
        ("activity", "created_at"),
        ("field_history", "at"),
        ("stage_history", "at"),
        ("quote", "created_at"),
    ],
)
def test_ids_follow_time(ask, table, column):
    moments = [row[0] for row in ask(f"SELECT {column} FROM {table} ORDER BY id")]  # noqa: S608 - names of this test
    assert moments == sorted(moments)


def test_leads_deals_and_quotes_are_in_every_state(ask):
    assert {row[0] for row in ask("SELECT DISTINCT status FROM lead")} == {
        "new", "assigned", "working", "qualified", "converted", "recycled", "dead",
    }  # fmt: skip
    kinds = ask("SELECT DISTINCT s.kind FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id")
    assert {row[0] for row in kinds} == {"open", "won", "lost"}
    assert {row[0] for row in ask("SELECT DISTINCT status FROM quote")} >= {
        "draft",
        "in_review",
        "presented",
        "accepted",
    }
    assert {row[0] for row in ask("SELECT DISTINCT state FROM approval_request")} >= {"pending", "approved"}


def test_colleagues_write_in_the_hours_of_the_house(ask):
    moments = [
        datetime.fromisoformat(row[0]).astimezone(ZONE)
        for row in ask("SELECT created_at FROM activity WHERE direction IS NOT 'in' AND created_by <> 'workflow'")
    ]
    assert len(moments) > 300
    assert {moment.hour for moment in moments} <= set(range(8, 19))
    assert not {moment.weekday() for moment in moments} & {5, 6}


def test_no_two_notes_are_the_same(ask):
    bodies = [row[0] for row in ask("SELECT body FROM activity WHERE body IS NOT NULL")]
    assert len(bodies) > 400
    assert len(set(bodies)) == len(bodies)
    notes = [row[0] for row in ask("SELECT notes FROM lead WHERE notes IS NOT NULL AND is_deleted = 0")]
    assert len(set(notes)) >= 0.98 * len(notes)


def test_a_page_seldom_says_the_same_sentence_twice(ask):
    known, again, whole = set(), 0, 0
    rows = ask("SELECT account_id, body FROM activity WHERE account_id IS NOT NULL AND body IS NOT NULL ORDER BY id")
    for account, body in rows:
        for sentence in sentences(body, 6):
            whole += 1
            again += (account, sentence) in known
            known.add((account, sentence))
    assert whole > 300
    assert again <= 0.02 * whole


def test_people_with_two_records_say_yes_on_one_and_no_on_the_other(ask, made):
    said = {(key, channel): state for key, channel, state in ask(
        "SELECT record_id, channel, state FROM consent WHERE kind = 'contact'"
    )}  # fmt: skip
    torn = 0
    for one in made[1]["persons"].values():
        states = {said.get((key, "email")) for key in one["records"].get("contact", [])}
        torn += {"in", "out"} <= states
    assert torn >= 4


def test_no_text_holds_an_unfilled_slot(ask):
    texts = [
        row[0]
        for sql in (
            "SELECT subject FROM activity", "SELECT body FROM activity", "SELECT notes FROM lead",
            "SELECT name FROM opportunity", "SELECT next_step FROM opportunity", "SELECT description FROM opportunity",
            "SELECT loss_note FROM opportunity", "SELECT reason FROM approval_request",
            "SELECT body FROM approval_message",
            "SELECT notes FROM account", "SELECT notes FROM contact", "SELECT answer FROM quote",
            "SELECT body FROM outbox_email",
        )
        for row in ask(sql)
        if row[0]
    ]  # fmt: skip
    assert len(texts) > 1_500
    assert not [one for one in texts if re.search(r"lorem|ipsum|\{|\}|\bNone\b|[\ue000-\uf8ff]", one)]


def test_customers_write_in_four_languages(ask):
    spoken = {row[0] for row in ask("SELECT DISTINCT language FROM lead")}
    assert spoken == {"en", "nl", "de", "fr"}


def test_only_addresses_for_examples_receive_mail(ask):
    rows = [row[0] for row in ask("SELECT norm FROM email_address UNION SELECT to_address FROM outbox_email")]
    assert all(
        re.search(r"@([\w-]+\.)*(example(\.(com|net|org))?|larkfield\.example)$", one, re.IGNORECASE) for one in rows
    )


def test_accounts_belong_to_who_sells_in_their_territory(ask):
    """Apart from those that were placed or given away by hand."""
    right, whole = ask(
        """SELECT sum(m.user_id IS NOT NULL), count(*) FROM account a
        JOIN crm_user u ON u.id = a.owner_id AND u.role = 'rep'
        AND u.active = 1 LEFT JOIN territory_member m ON m.territory_id = a.territory_id AND m.user_id = a.owner_id
        WHERE a.is_deleted = 0 AND a.territory_override = 0"""
    )[0]
    assert right >= 0.7 * whole


def test_the_mess_of_a_crm_is_there(ask):
    opened = ask(f"SELECT count(*) FROM opportunity o WHERE {OPEN}")[0][0]  # noqa: S608 - a text of the tests
    past = ask(f"SELECT count(*) FROM opportunity o WHERE {OPEN} AND o.close_date < ?", TODAY)[0][0]  # noqa: S608
    assert 0.04 * opened <= past <= 0.2 * opened
    assert ask(f"SELECT count(*) FROM opportunity o WHERE {OPEN} AND o.amount = 0")[0][0] >= 2  # noqa: S608
    left = f"SELECT count(*) FROM opportunity o JOIN crm_user u ON u.id = o.owner_id AND u.active = 0 WHERE {OPEN}"  # noqa: S608
    assert ask(left)[0][0] >= 1
    invalid, whole = ask("SELECT sum(invalid), count(*) FROM email_address")[0]
    assert 0.05 * whole <= invalid <= 0.16 * whole
    assert ask("SELECT count(*) FROM contact_account WHERE active = 0")[0][0] >= 2
    assert ask("SELECT count(*) FROM account WHERE merged_into_id IS NOT NULL")[0][0] >= 2
    assert ask("SELECT count(*) FROM import_row WHERE status = 'failed'")[0][0] >= 2
    assert ask("SELECT count(*) FROM web_event WHERE deliveries > 1")[0][0] >= 2


def test_every_case_is_there_in_small_numbers(made):
    cases = Cases(made[0])
    expect_cases(cases, 3)
    assert max(cases.stale().values()) >= 2
    assert len(CASES) >= 12


def test_views_could_have_been_saved_by_their_owners(ask):
    for name, kind, filters, order in ask("SELECT name, record_kind, filters, sort FROM saved_view"):
        assert LISTS[kind].bind_form({**json.loads(filters), "sort": order}), name


def test_the_truth_names_the_records_of_persons(ask, made):
    truth = made[1]
    named = {row for one in truth["persons"].values() for row in one["records"].get("contact", [])}
    contacts = {
        row[0] for row in ask("SELECT id FROM contact WHERE last_name NOT IN ('Test', 'Larkfield', 'Asdf', 'Qwerty')")
    }
    assert len(contacts & named) >= 0.98 * len(contacts)
    several = [one for one in truth["persons"].values() if len(one["records"].get("contact", [])) > 1]
    assert len(several) >= 8
    firms = [keys for keys in truth["firms"].values() if len(keys) > 1]
    assert len(firms) >= 5
    assert set(truth["mess"]) >= {
        "duplicate_account", "look_alike", "father_and_son", "namesake", "lead_mistyped_address", "wrong_quantity",
        "given_wrongly", "objected_by_mail", "link_wrong", "locked_account", "merged_tombstones",
    }  # fmt: skip


def test_moments_are_whole_seconds_in_utc(ask):
    rows = [row[0] for row in ask("SELECT created_at FROM opportunity UNION SELECT at FROM stage_history")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one) for one in rows)
    assert datetime.fromisoformat(START).astimezone(UTC).weekday() == 0
