"""Promises of merging: a preview that does nothing, what stays, what goes over, and who may."""

import json
from datetime import date, timedelta

import pytest
from tiny_crm import Crm
from tiny_deals import EARLY, LAMP, OFFERED
from tiny_records import (
    ANNA,
    ANNA_TWIN,
    BRAM,
    CLAIRE,
    DONE,
    KNOWN,
    QUEUED,
    TILLEULS,
    WEB,
    ZWAAN,
    ZWAAN_GROUP,
    ZWAAN_TWIN,
)
from tiny_staff import OTHER_REP, REP

from worlds.crm import models
from worlds.crm.operations.accounts import get_account, list_accounts
from worlds.crm.operations.consents import set_consent
from worlds.crm.operations.contacts import get_contact, list_contacts
from worlds.crm.operations.duplicates import list_duplicate_sets
from worlds.crm.operations.leads import create_lead, get_lead, update_lead
from worlds.crm.operations.merging import Choice, merge_accounts, merge_contacts, merge_leads, preview_merge

pytestmark = pytest.mark.usefixtures("lawful")


def test_a_preview_proposes_what_was_changed_last_and_does_nothing(crm: Crm):
    before = crm.dump()
    told = preview_merge(crm.as_("rep"), "account", [ZWAAN, ZWAAN_TWIN])
    assert (told.winner_id, told.suggested, told.blocked) == (ZWAAN_TWIN, True, [])
    named = preview_merge(crm.as_("rep"), "account", [ZWAAN, ZWAAN_TWIN], winner_id=ZWAAN)
    assert (named.winner_id, named.suggested) == (ZWAAN, False)
    assert [one.record_id for one in named.records] == [ZWAAN, ZWAAN_TWIN]
    fields = {one.field: one for one in named.fields}
    assert (fields["name"].result, fields["name"].from_id) == ("Hotel De Zwaan B.V.", ZWAAN)
    assert (fields["employees"].result, fields["employees"].from_id) == ("45", ZWAAN_TWIN)
    assert {one.what: one.count for one in named.moved} == {"contacts": 1, "links of contacts": 1}
    assert crm.dump() == before


def test_the_winner_keeps_its_values_and_gets_what_it_lacks(crm: Crm):
    done = merge_accounts(crm.as_("rep"), ZWAAN, [ZWAAN_TWIN])
    shown = get_account(crm.as_("rep"), ZWAAN)
    assert (shown.name, shown.kind, shown.employees, shown.legal_name, shown.notes) == (
        "Hotel De Zwaan B.V.", "customer", 45, "Hotel De Zwaan B.V.", "Met them at the fair.",
    )  # fmt: skip
    assert done.changed_fields == ["employees", "legal_name"]
    assert shown.contacts == 3
    gone = get_account(crm.as_("rep"), ZWAAN_TWIN)
    assert (gone.merged_into_id, gone.is_deleted) == (ZWAAN, True)
    assert ZWAAN_TWIN not in [one.account_id for one in list_accounts(crm.as_("rep")).items]
    assert json.loads(crm.one("SELECT choices FROM merge_record")) == {
        "employees": ZWAAN_TWIN,
        "legal_name": ZWAAN_TWIN,
    }
    assert ("account_id", str(ZWAAN_TWIN), str(ZWAAN), "merge") in crm.history("contact", ANNA_TWIN)
    with crm.refuses("record_merged", field="account_id"):
        merge_accounts(crm.as_("rep"), ZWAAN_TWIN, [ZWAAN_GROUP])


def test_what_is_chosen_from_a_loser_replaces_the_winners(crm: Crm):
    merge_accounts(crm.as_("rep"), ZWAAN, [ZWAAN_TWIN], choices=[Choice(field="name", record_id=ZWAAN_TWIN)])
    assert crm.held("account", ZWAAN, "name, name_norm") == ("De Zwaan Hotel", "de zwaan hotel")
    for field, key in (("search_text", ZWAAN_TWIN), ("name", TILLEULS)):
        with crm.refuses("choice_unknown", field="choices"):
            preview_merge(crm.as_("rep"), "account", [ZWAAN, ZWAAN_GROUP], ZWAAN, [Choice(field=field, record_id=key)])


def test_deals_contracts_and_children_go_over(crm: Crm):
    done = merge_accounts(crm.as_("rep"), ZWAAN_TWIN, [ZWAAN])
    assert {one.what: one.count for one in done.moved} == {
        "contacts": 2, "deals": 4, "converted leads": 1, "links of contacts": 2, "contracts": 1,
    }  # fmt: skip
    assert crm.rows("SELECT DISTINCT account_id FROM opportunity WHERE id IN (1, 2, 5, 6)") == [(ZWAAN_TWIN,)]
    assert crm.held("contract", 1, "account_id") == ZWAAN_TWIN
    assert crm.held("lead", DONE, "converted_account_id") == ZWAAN_TWIN
    assert "de zwaan hotel" in crm.held("opportunity", EARLY, "search_text")
    assert crm.one("SELECT count(*) FROM opportunity_line WHERE product_id = ?", LAMP) == 3


def test_a_hierarchy_stays_without_a_cycle(crm: Crm):
    crm.db.execute("UPDATE account SET parent_id = ? WHERE id = ?", (ZWAAN, ZWAAN_TWIN))
    merge_accounts(crm.as_("rep"), ZWAAN_GROUP, [ZWAAN])
    assert crm.held("account", ZWAAN_GROUP, "parent_id") is None
    assert crm.held("account", ZWAAN_TWIN, "parent_id") == ZWAAN_GROUP
    merge_accounts(crm.as_("rep"), ZWAAN_TWIN, [ZWAAN_GROUP])
    assert crm.held("account", ZWAAN_TWIN, "parent_id") is None


def test_of_two_contacts_addresses_are_joined_and_the_objection_wins(crm: Crm):
    ctx = crm.as_("sales_ops")
    told = preview_merge(ctx, "contact", [ANNA, ANNA_TWIN], ANNA)
    assert [(one.channel, one.result, [v.value for v in one.values]) for one in told.consents] == [
        ("email", "out", ["in", "out"])
    ]
    merge_contacts(ctx, ANNA, [ANNA_TWIN])
    shown = get_contact(ctx, ANNA)
    assert [(one.value, one.is_primary, one.opted_out) for one in shown.emails] == [
        ("anna@dezwaan.example", True, True), ("a.devries@dezwaan.example", False, True),
    ]  # fmt: skip
    assert [one.value for one in shown.phones] == ["+31 6 1234 5678"]
    assert {one.account_id for one in shown.links} == {ZWAAN, ZWAAN_TWIN}
    assert [(one.channel, one.state) for one in shown.consents] == [("email", "out")]
    assert ANNA_TWIN not in [one.contact_id for one in list_contacts(ctx).items]
    assert [one.contact_id for one in list_contacts(ctx, email="a.devries@dezwaan.example").items] == [ANNA]


def test_do_not_call_and_notes_are_put_together(crm: Crm):
    ctx = crm.as_("sales_ops")
    crm.db.execute("UPDATE contact SET notes = 'Prefers mornings.' WHERE id = ?", (ANNA,))
    crm.db.execute("UPDATE contact SET notes = 'Has moved.' WHERE id = ?", (ANNA_TWIN,))
    set_consent(ctx, "contact", ANNA_TWIN, "phone", "out", "phone call")
    assert preview_merge(ctx, "contact", [ANNA, ANNA_TWIN], ANNA).do_not_call
    merge_contacts(ctx, ANNA, [ANNA_TWIN])
    assert crm.held("contact", ANNA, "do_not_call, notes") == (1, "Prefers mornings.\n\nHas moved.")


def test_roles_campaigns_and_leads_are_not_doubled(crm: Crm):
    ctx = crm.as_("sales_ops")
    for at, who in ((1, ANNA), (2, ANNA_TWIN)):
        crm.add(models.CampaignMember(id=at, campaign_id=1, contact_id=who, status="sent", added_at=crm.now))
    crm.add(models.OpportunityContactRole(id=9, opportunity_id=OFFERED, contact_id=ANNA_TWIN, role="user"))
    merge_contacts(ctx, ANNA_TWIN, [ANNA])
    assert crm.rows("SELECT contact_id FROM campaign_member") == [(ANNA_TWIN,)]
    assert crm.rows("SELECT role FROM opportunity_contact_role WHERE opportunity_id = ?", OFFERED) == [("user",)]
    assert crm.held("opportunity", EARLY, "primary_contact_id") == ANNA_TWIN
    assert crm.held("contact", ANNA_TWIN, "personal_id") == "1234.56.789", "a blank is filled though nobody sees it"


def test_leads_are_merged_and_no_address_is_lost(crm: Crm):
    ctx = crm.as_("sdr")
    crm.now += timedelta(minutes=5)
    twin = create_lead(
        ctx, "Bakker", "Camping het Loo", email="info@hetloo.example", phone="0551234567", owner_id=5, city="Apeldoorn"
    )
    set_consent(ctx, "lead", twin.lead_id, "email", "out", "form")
    merge_leads(ctx, WEB, [twin.lead_id])
    shown = get_lead(ctx, WEB)
    assert (shown.email, shown.city, shown.first_name) == ("joost@hetloo.example", "Apeldoorn", "Joost")
    assert "Also email: info@hetloo.example" in (shown.notes or "")
    assert [(one.channel, one.state) for one in shown.consents] == [("email", "out")]
    assert crm.held("lead", twin.lead_id, "merged_into_id, is_deleted") == (WEB, 1)
    with crm.refuses("record_merged", field="lead_id"):
        update_lead(ctx, twin.lead_id, rating="hot")


@pytest.mark.parametrize(
    ("losers", "code"),
    [([ZWAAN], "same_record"), ([ZWAAN_TWIN, ZWAAN_TWIN], "same_record"), ([2, 4, 5], "too_many_records"),
     ([TILLEULS], "account_not_found")],
)  # fmt: skip
def test_what_cannot_be_merged_is_refused(crm: Crm, losers, code):
    with crm.refuses(code, field="loser_ids"):
        merge_accounts(crm.as_("rep"), ZWAAN, losers)


def test_who_may_not_delete_the_loser_does_not_merge(crm: Crm):
    crm.db.execute("UPDATE account SET owner_id = ? WHERE id = ?", (OTHER_REP, ZWAAN_TWIN))
    assert (
        preview_merge(crm.as_("rep"), "account", [ZWAAN, ZWAAN_TWIN], ZWAAN)
        .blocked[0]
        .startswith("The account 5 (De Zwaan Hotel) would be deleted")
    )
    with crm.refuses("delete_not_permitted"):
        merge_accounts(crm.as_("rep"), ZWAAN, [ZWAAN_TWIN])
    with crm.refuses("edit_not_permitted"):
        merge_accounts(crm.as_("marketing"), ZWAAN, [ZWAAN_TWIN])
    assert merge_accounts(crm.as_("vp"), ZWAAN, [ZWAAN_TWIN]).merged_ids == [ZWAAN_TWIN]


def test_locked_accounts_and_converted_leads_are_not_merged(crm: Crm):
    crm.db.execute("UPDATE account SET locked = 1 WHERE id = ?", (ZWAAN_TWIN,))
    with crm.refuses("account_locked"):
        merge_accounts(crm.as_("rep"), ZWAAN, [ZWAAN_TWIN])
    with crm.refuses("lead_converted", field="loser_ids"):
        merge_leads(crm.as_("sales_manager"), KNOWN, [DONE])


def test_different_numbers_and_first_names_are_pointed_out(crm: Crm):
    crm.db.execute("UPDATE account SET registration_number = '99' WHERE id = ?", (ZWAAN_TWIN,))
    told = preview_merge(crm.as_("rep"), "account", [ZWAAN, ZWAAN_TWIN])
    assert told.warnings == ["The records have different registration numbers: 05012345, 99."]
    told = preview_merge(crm.as_("sales_ops"), "contact", [ANNA, BRAM])
    assert told.warnings == ["The records have different first names: Anna, Bram."]


def test_a_set_is_closed_when_nothing_is_left_to_merge(crm: Crm):
    crm.add(models.DuplicateSet(id=1, state="open", created_at=crm.now))
    for at, key in enumerate((ZWAAN, ZWAAN_TWIN, ZWAAN_GROUP), 1):
        crm.add(models.DuplicateItem(id=at, set_id=1, kind="account", record_id=key))
    merge_accounts(crm.as_("rep"), ZWAAN, [ZWAAN_TWIN])
    assert list_duplicate_sets(crm.as_("rep")).total == 1
    merge_accounts(crm.as_("rep"), ZWAAN, [ZWAAN_GROUP])
    assert crm.one("SELECT state, decided_by FROM duplicate_set") == ("merged", "Daan Visser")


def test_shares_and_holds_go_on_with_the_winner(crm: Crm):
    for at, key in ((1, ZWAAN), (2, ZWAAN_TWIN)):
        crm.add(
            models.RecordShare(
                id=at, kind="account", record_id=key, user_id=OTHER_REP, level="read", created_at=crm.now
            )
        )
    crm.add(
        models.LegalHold(
            id=1, kind="account", record_id=ZWAAN_TWIN, reason="Dispute", placed_by="Legal", placed_on=date(2026, 1, 1)
        )
    )
    merge_accounts(crm.as_("rep"), ZWAAN, [ZWAAN_TWIN])
    assert crm.rows("SELECT record_id, user_id FROM record_share") == [(ZWAAN, OTHER_REP)]
    assert crm.held("legal_hold", 1, "record_id") == ZWAAN


def test_a_preview_shows_nobody_what_is_kept_from_them(crm: Crm):
    told = preview_merge(crm.as_("sales_ops"), "contact", [ANNA, ANNA_TWIN], ANNA)
    assert not {one.field for one in told.fields} & {"personal_id", "pay_notes"}
    with crm.refuses("field_not_permitted", field="personal_id"):
        preview_merge(
            crm.as_("sales_ops"), "contact", [ANNA, ANNA_TWIN], ANNA, [Choice(field="personal_id", record_id=ANNA)]
        )
    with crm.refuses("winner_not_among", field="winner_id"):
        preview_merge(crm.as_("sales_ops"), "contact", [ANNA, ANNA_TWIN], CLAIRE)
    with crm.refuses("lead_not_found", field="record_ids"):
        preview_merge(crm.as_("rep", REP), "lead", [DONE, QUEUED], DONE)
