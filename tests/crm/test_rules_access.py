"""Promises of access: records of others are asked for, their owners decide, and what is granted is shared."""

import pytest
from tiny_crm import Crm
from tiny_records import ANNA, CLAIRE, FRENCH, QUEUED, TILLEULS, ZWAAN
from tiny_staff import ADMIN, LEAVER, MANAGER, OTHER_MANAGER, OTHER_REP, REP

from worlds.crm import models
from worlds.crm.operations.access import decide_access_request, list_access_requests, request_access
from worlds.crm.operations.accounts import get_account, update_account
from worlds.crm.operations.contacts import get_contact
from worlds.crm.records import access

pytestmark = pytest.mark.usefixtures("lawful")


def test_access_is_asked_of_the_owner_who_grants_it(crm: Crm):
    asked = request_access(crm.as_("rep"), "contact", CLAIRE, "A lead of mine is her.")
    assert (asked.state, asked.approver_name, asked.level) == ("pending", "Camille Renard", "read")
    assert [one.request_id for one in list_access_requests(crm.as_("rep", OTHER_REP)).items] == [asked.request_id]
    with crm.refuses("contact_not_found"):
        get_contact(crm.as_("rep"), CLAIRE)
    given = decide_access_request(crm.as_("rep", OTHER_REP), asked.request_id, "granted", "Go ahead.")
    assert (given.state, given.answer, given.decided_at) == ("granted", "Go ahead.", crm.now)
    assert get_contact(crm.as_("rep"), CLAIRE).editable is False


def test_access_to_change_is_more_than_access_to_read(crm: Crm):
    first = request_access(crm.as_("rep"), "account", TILLEULS, "We share a customer.")
    decide_access_request(crm.as_("sales_ops"), first.request_id, "granted")
    assert get_account(crm.as_("rep"), TILLEULS).name == "Les Tilleuls SARL"
    with crm.refuses("edit_not_permitted"):
        update_account(crm.as_("rep"), TILLEULS, tier="key")
    more = request_access(crm.as_("rep"), "account", TILLEULS, "I have to correct it.", level="edit")
    decide_access_request(crm.as_("vp"), more.request_id, "granted")
    assert update_account(crm.as_("rep"), TILLEULS, tier="key").tier == "key"
    assert crm.rows("SELECT user_id, level FROM record_share") == [(REP, "edit")]


def test_what_is_refused_stays_closed(crm: Crm):
    asked = request_access(crm.as_("rep"), "lead", FRENCH, "May I?")
    decide_access_request(crm.as_("sales_manager", OTHER_MANAGER), asked.request_id, "refused", "No.")
    assert not access.may_open(crm.as_("rep"), "lead", FRENCH)
    assert crm.count("record_share") == 0


def test_nobody_asks_for_what_they_have_or_asked_for(crm: Crm):
    with crm.refuses("access_not_needed", field="record_id"):
        request_access(crm.as_("rep"), "account", ZWAAN, "Mine.")
    with crm.refuses("access_not_needed", field="record_id"):
        request_access(crm.as_("vp"), "account", TILLEULS, "All mine.", level="edit")
    with crm.refuses("account_not_found", field="record_id"):
        request_access(crm.as_("rep"), "account", 99, "Is it there?")
    request_access(crm.as_("rep"), "account", TILLEULS, "Please.")
    with crm.refuses("access_pending", field="record_id"):
        request_access(crm.as_("rep"), "account", TILLEULS, "Please!")


@pytest.mark.parametrize(("role", "person"), [("rep", REP), ("sales_manager", MANAGER), ("sdr", None)])
def test_others_do_not_decide(crm: Crm, role, person):
    asked = request_access(crm.as_("rep"), "account", TILLEULS, "Please.")
    with crm.refuses("not_your_decision", field="request_id"):
        decide_access_request(crm.as_(role, person), asked.request_id, "granted")
    if role != "rep":
        assert list_access_requests(crm.as_(role, person)).total == 0


def test_a_request_is_decided_once(crm: Crm):
    asked = request_access(crm.as_("rep"), "account", TILLEULS, "Please.")
    decide_access_request(crm.as_("admin"), asked.request_id, "refused")
    with crm.refuses("access_decided", field="request_id"):
        decide_access_request(crm.as_("admin"), asked.request_id, "granted")
    with crm.refuses("access_request_not_found", field="request_id"):
        decide_access_request(crm.as_("admin"), 99, "granted")
    assert [one.state for one in list_access_requests(crm.as_("admin", ADMIN), state="refused").items] == ["refused"]


def test_for_who_has_left_the_one_above_is_asked(crm: Crm):
    crm.db.execute("UPDATE account SET owner_id = ?, territory_id = NULL WHERE id = ?", (LEAVER, TILLEULS))
    crm.db.execute("DELETE FROM opportunity_line WHERE opportunity_id = 3")
    crm.db.execute("DELETE FROM opportunity WHERE id = 3")
    assert request_access(crm.as_("rep", OTHER_REP), "account", TILLEULS, "Please.").approver_id == MANAGER
    assert request_access(crm.as_("rep"), "lead", QUEUED, "I know them.").approver_id is None


def test_a_contact_is_open_with_any_account_that_is(crm: Crm):
    assert not access.may_open(crm.as_("rep"), "contact", CLAIRE)
    crm.db.execute("INSERT INTO contact_account VALUES (99, ?, ?, 'consultant', 1, NULL, NULL)", (CLAIRE, ZWAAN))
    assert access.may_open(crm.as_("rep"), "contact", CLAIRE)
    assert not access.may_edit(crm.as_("rep"), "contact", CLAIRE)
    assert access.may_edit(crm.as_("rep"), "contact", ANNA)


@pytest.fixture
def tangled(crm: Crm) -> Crm:
    """The CRM with shares, teams and activities across the regions."""
    shared = (
        ("account", TILLEULS, REP),
        ("contact", ANNA, OTHER_REP),
        ("lead", FRENCH, MANAGER),
        ("opportunity", 3, REP),
    )
    for at, (kind, key, user) in enumerate(shared, 1):
        crm.add(models.RecordShare(id=at, kind=kind, record_id=key, user_id=user, level="read", created_at=crm.now))
    crm.add(models.AccountTeam(id=1, account_id=ZWAAN, user_id=OTHER_REP, part="Service", level="edit"))
    crm.add(models.ContactAccount(id=99, contact_id=CLAIRE, account_id=ZWAAN, role="consultant", active=True))
    about = ({"account_id": TILLEULS}, {"contact_id": ANNA}, {"lead_id": QUEUED}, {"opportunity_id": 2}, {})
    for at, one in enumerate(about, 1):
        crm.add(
            models.Activity(
                id=at, kind="note", subject="x", status="open", priority="normal", zone="Europe/Amsterdam",
                owner_id=ADMIN, created_by="x", is_deleted=False, search_text="x", created_at=crm.now,
                updated_at=crm.now, **one,
            )
        )  # fmt: skip
    return crm


@pytest.mark.parametrize("kind", ["account", "contact", "lead", "opportunity", "quote", "contract", "activity"])
def test_lists_hold_exactly_what_can_be_opened_one_by_one(tangled: Crm, kind: str):
    seen = set()
    for who, role in tangled.rows("SELECT id, role FROM crm_user"):
        ctx = tangled.as_(role, who)
        condition = access.opens(ctx, kind, "r")
        rows = tangled.db.execute(f"SELECT id FROM {kind} r WHERE {condition} ORDER BY id", access.me(ctx)).fetchall()  # noqa: S608 - texts of ours
        every = [row[0] for row in tangled.rows(f"SELECT id FROM {kind} ORDER BY id")]  # noqa: S608 - one of ours
        assert [row[0] for row in rows] == [key for key in every if access.may_open(ctx, kind, key)]
        seen.add(len(rows))
    assert len(seen) > 1, "not everybody opens the same"


@pytest.mark.parametrize("kind", ["account", "contact", "lead", "opportunity"])
def test_whoever_may_edit_may_open_and_whoever_may_delete_may_edit(tangled: Crm, kind: str):
    for who, role in tangled.rows("SELECT id, role FROM crm_user"):
        ctx = tangled.as_(role, who)
        for (key,) in tangled.rows(f"SELECT id FROM {kind}"):  # noqa: S608 - one of ours
            rights = [may(ctx, kind, key) for may in (access.may_delete, access.may_edit, access.may_open)]
            assert rights == sorted(rights)
