"""Promises of the one way in which records change: who may, laws, rules of the house, history, what follows."""

import re
from datetime import date

import pytest
from tiny_crm import Crm
from tiny_deals import BARE, EARLY, FRENCH_DEAL, OFFERED
from tiny_records import ANNA, CLAIRE, DONE, FRENCH, HARBOUR, QUEUED, TILLEULS, WEB, WORKED, ZWAAN, ZWAAN_GROUP
from tiny_staff import CLOSED_QUEUE, LEAVER, OTHER_REP, QUEUE, REP, SDR

from worlds.crm import WORLD
from worlds.crm.records import access, changing, heads, withheld
from worlds.engine.errors import Forbidden, NotFound


def test_a_change_is_stored_written_down_and_found(crm: Crm):
    ctx = crm.as_("rep")
    after = changing.change(
        ctx, "account", heads.account(ctx, ZWAAN), {"name": "Grand Hotel Zwaan", "tier": "standard"}
    )
    assert (after.name, after.name_norm) == ("Grand Hotel Zwaan", "grand hotel zwaan")
    assert crm.history("account", ZWAAN) == [("name", "Hotel De Zwaan B.V.", "Grand Hotel Zwaan", "user")]
    assert "grand hotel zwaan" in crm.held("account", ZWAAN, "search_text")
    assert "grand hotel zwaan" in crm.held("contact", ANNA, "search_text")
    assert "grand hotel zwaan" in crm.held("opportunity", EARLY, "search_text")


def test_what_already_is_so_is_no_change(crm: Crm):
    ctx = crm.as_("rep")
    before = crm.dump()
    changing.change(ctx, "account", heads.account(ctx, ZWAAN), {"tier": "standard", "locked": False})
    assert crm.dump() == before


def test_a_new_record_is_filled_normed_and_found(crm: Crm):
    ctx = crm.as_("rep")
    key = changing.create(
        ctx, "account", {
            "name": "Café Nörd GmbH", "website": "https://www.Cafe-Nord.example/de", "kind": "prospect",
            "country": "DE", "industry": "hospitality", "segment": "small_business", "tier": "standard",
            "currency": "EUR", "owner_id": REP, "phone": "040 12 34 56",
        },
    )  # fmt: skip
    assert crm.held("account", key, "name_norm, domain_norm, phone_norm, locked, is_deleted") == (
        "cafe nord", "cafe-nord.example", "4940123456", 0, 0,
    )  # fmt: skip
    assert "cafe nord" in crm.held("account", key, "search_text")
    assert crm.history("account", key) == [("created", None, "user", "user")]


def test_what_every_record_has_cannot_be_emptied(crm: Crm):
    ctx = crm.as_("rep")
    for name, value in (("name", "  "), ("country", None)):
        with crm.refuses("required_field_missing", field=name):
            changing.change(ctx, "account", heads.account(ctx, ZWAAN), {name: value})


@pytest.mark.parametrize(("role", "person"), [("rep", OTHER_REP), ("sdr", None)])
def test_who_may_open_a_deal_but_does_not_own_it_does_not_change_it(crm: Crm, role: str, person: int | None):
    ctx = crm.as_(role, person)
    if person == OTHER_REP:
        with crm.refuses("opportunity_not_found", field="opportunity_id"):
            heads.opportunity(ctx, EARLY)
    else:
        with crm.refuses("edit_not_permitted"):
            changing.change(ctx, "opportunity", heads.opportunity(ctx, EARLY), {"next_step": "Mine"})


def test_those_above_open_what_those_below_own(crm: Crm):
    for role, opens in (("sales_manager", False), ("vp", True), ("finance", True), ("rep", False)):
        assert access.may_open(crm.as_(role), "account", TILLEULS) is opens
    assert access.may_edit(crm.as_("sales_manager"), "opportunity", EARLY)
    assert not access.may_edit(crm.as_("finance"), "opportunity", EARLY)


def test_a_record_of_the_other_region_is_as_if_it_were_not_there(crm: Crm):
    for kind, key in (("account", TILLEULS), ("contact", CLAIRE), ("lead", FRENCH), ("opportunity", FRENCH_DEAL)):
        with pytest.raises(NotFound) as said:
            heads.record(crm.as_("rep"), kind, key)
        assert (said.value.code, said.value.field) == (f"{kind}_not_found", f"{kind}_id")


def test_a_share_opens_one_record_and_its_level_says_what_may_be_done(crm: Crm):
    crm.db.execute(
        "INSERT INTO record_share VALUES (1, 'lead', ?, ?, 'read', NULL, '2026-03-01T00:00:00Z')", (FRENCH, REP)
    )
    ctx = crm.as_("rep")
    assert access.may_open(ctx, "lead", FRENCH)
    assert not access.may_edit(ctx, "lead", FRENCH)
    crm.db.execute("UPDATE record_share SET level = 'edit'")
    assert access.may_edit(ctx, "lead", FRENCH)
    assert not access.may_delete(ctx, "lead", FRENCH)


def test_members_of_a_queue_work_on_its_leads(crm: Crm):
    assert access.may_edit(crm.as_("sdr"), "lead", QUEUED)
    assert not access.may_open(crm.as_("rep"), "lead", QUEUED)


def test_a_locked_account_is_changed_by_administrators_alone(crm: Crm):
    changing.change(crm.as_("admin"), "account", heads.account(crm.as_("admin"), ZWAAN), {"locked": True})
    for role in ("rep", "sales_ops", "vp"):
        with crm.refuses("account_locked"):
            changing.change(crm.as_(role), "account", heads.account(crm.as_(role), ZWAAN), {"notes": "Hello"})
    changing.change(crm.as_("admin"), "account", heads.account(crm.as_("admin"), ZWAAN), {"notes": "Hello"})


def test_a_deal_under_approval_is_changed_by_nobody(crm: Crm):
    crm.db.execute("UPDATE opportunity SET approval_lock = 1 WHERE id = ?", (OFFERED,))
    for role in ("rep", "admin"):
        with crm.refuses("approval_lock"):
            changing.change(crm.as_(role), "opportunity", heads.opportunity(crm.as_(role), OFFERED), {"next_step": "x"})
    row = heads.opportunity(crm.as_("rep"), OFFERED)
    assert changing.change(crm.as_("rep"), "opportunity", row, {"approval_lock": 0}, asked=False).approval_lock == 0


def test_nothing_is_given_to_somebody_who_has_left(crm: Crm):
    ctx = crm.as_("sales_manager")
    with crm.refuses("owner_inactive", field="owner_id"):
        changing.change(ctx, "account", heads.account(ctx, ZWAAN), {"owner_id": LEAVER})
    with crm.refuses("queue_not_found", field="queue_id"):
        changing.change(ctx, "lead", heads.lead(ctx, WEB), {"queue_id": CLOSED_QUEUE})


def test_no_account_stands_above_itself(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("parent_cycle", field="parent_id"):
        changing.change(ctx, "account", heads.account(ctx, ZWAAN_GROUP), {"parent_id": ZWAAN})
    assert changing.change(ctx, "account", heads.account(ctx, HARBOUR), {"parent_id": ZWAAN}).parent_id == ZWAAN


def test_a_converted_lead_is_read_only(crm: Crm):
    with crm.refuses("lead_converted", field="lead_id"):
        changing.change(crm.as_("admin"), "lead", heads.lead(crm.as_("admin"), DONE), {"rating": "hot"})


def test_a_lead_has_an_owner_or_a_queue_and_its_state_follows(crm: Crm):
    ctx = crm.as_("sales_manager")
    taken = changing.change(ctx, "lead", heads.lead(ctx, QUEUED), {"owner_id": SDR})
    assert (taken.owner_id, taken.queue_id, taken.status, taken.assigned_at) == (SDR, None, "assigned", crm.now)
    back = changing.change(ctx, "lead", taken, {"queue_id": QUEUE})
    assert (back.owner_id, back.queue_id, back.status, back.assigned_at) == (None, QUEUE, "new", None)
    with crm.refuses("owner_and_queue", field="queue_id"):
        changing.change(ctx, "lead", back, {"owner_id": SDR, "queue_id": QUEUE + 1})
    assert changing.change(ctx, "lead", taken, {"status": "working"}).first_touch_at == crm.now


def test_rules_of_the_house_are_asked_on_every_change(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("validation_rule", field="segment") as said:
        changing.change(ctx, "account", heads.account(ctx, ZWAAN), {"industry": "public"})
    assert said.value.details["rule"] == "Public accounts have a segment"
    both = {"industry": "public", "segment": "public_sector"}
    assert changing.change(ctx, "account", heads.account(ctx, ZWAAN), both).segment == "public_sector"
    with crm.refuses("validation_rule", field="notes"):
        changing.change(ctx, "lead", heads.lead(ctx, WORKED), {"status": "dead"})


def test_a_workflow_rule_acts_once_when_its_condition_comes_true(crm: Crm):
    ctx = crm.as_("sdr")
    warm = changing.change(ctx, "lead", heads.lead(ctx, WEB), {"rating": "warm"})
    assert crm.count("activity") == 0
    hot = changing.change(ctx, "lead", warm, {"rating": "hot"})
    changing.change(ctx, "lead", hot, {"title": "Owner"})
    assert crm.rows("SELECT kind, subject, lead_id, owner_id, status FROM activity") == [
        ("task", "Call the hot lead", WEB, SDR, "open")
    ]
    assert crm.rows("SELECT record_id, done FROM workflow_run") == [(WEB, "task")]


def test_what_is_kept_from_a_role_is_neither_shown_nor_set(crm: Crm):
    ctx = crm.as_("rep")
    contact = heads.contact(ctx, ANNA)
    assert withheld.names(ctx, "contact") == ["pay_notes", "personal_id"]
    assert withheld.shown(ctx, "contact", contact._asdict())["personal_id"] is None
    with pytest.raises(Forbidden) as said:
        changing.change(ctx, "contact", contact, {"pay_notes": "More"})
    assert (said.value.code, said.value.field) == ("field_not_permitted", "pay_notes")
    assert withheld.names(crm.as_("admin"), "contact") == []


def test_days_are_kept_as_text_and_told_as_they_were(crm: Crm):
    ctx = crm.as_("rep")
    after = changing.change(ctx, "opportunity", heads.opportunity(ctx, BARE), {"close_date": date(2026, 6, 1)})
    assert after.close_date == "2026-06-01"
    assert crm.history("opportunity", BARE) == [("close_date", "2026-04-16", "2026-06-01", "user")]


def test_nothing_else_writes_to_records():
    """Only `changing` does, and `searching`, which works out what finds them."""
    written = re.compile(r"(?:UPDATE|INSERT INTO|DELETE FROM) (?:account|contact|lead|opportunity)\b")
    made = re.compile(r"insert\(\s*ctx,\s*(?:Account|Contact|Lead|Opportunity),")
    own = {"changing.py", "searching.py"}
    sources = [path for path in WORLD.folder.rglob("*.py") if path.name not in own]
    assert len(sources) > 50
    found = [path.name for path in sources if written.search(text := path.read_text()) or made.search(text)]
    assert not found
