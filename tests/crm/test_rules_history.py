"""Promises of what happened to records: their fields' history, and the recycle bin."""

from datetime import timedelta

import pytest
from tiny_crm import Crm
from tiny_deals import BARE, OFFERED, WON_DEAL
from tiny_records import ANNA, ANNA_TWIN, BRAM, CLAIRE, DONE, FRENCH, GARETH, HARBOUR, QUEUED, TILLEULS, WEB, ZWAAN
from tiny_staff import OTHER_REP, REP, SDR

from worlds.crm import models
from worlds.crm.operations.accounts import get_account, list_accounts, update_account
from worlds.crm.operations.addresses import add_address
from worlds.crm.operations.contacts import create_contact, get_contact, list_contacts, update_contact
from worlds.crm.operations.history import delete_record, list_deleted, list_field_history, restore_record
from worlds.crm.operations.leads import assign_lead, list_leads, update_lead

pytestmark = pytest.mark.usefixtures("lawful")


def test_every_change_is_told_the_latest_first(crm: Crm):
    update_account(crm.as_("rep"), ZWAAN, tier="key")
    crm.now += timedelta(hours=1)
    update_account(crm.as_("vp"), ZWAAN, tier="strategic")
    rows = list_field_history(crm.as_("rep"), "account", ZWAAN).items
    assert [(one.field, one.before, one.after, one.actor_name) for one in rows] == [
        ("tier", "key", "strategic", "Helena Brandt"), ("tier", "standard", "key", "Daan Visser"),
    ]  # fmt: skip


def test_histories_are_narrowed_and_hold_what_one_may_open(crm: Crm):
    update_account(crm.as_("rep"), ZWAAN, tier="key", notes="New")
    update_account(crm.as_("rep", OTHER_REP), TILLEULS, tier="key")
    assign_lead(crm.as_("sdr"), QUEUED, owner_id=SDR)
    mine = list_field_history(crm.as_("rep"), "account").items
    assert {(one.record_id, one.field) for one in mine} == {(ZWAAN, "tier"), (ZWAAN, "notes")}
    assert [one.record_id for one in list_field_history(crm.as_("vp"), "account", field="tier").items] == [
        TILLEULS,
        ZWAAN,
    ]
    assert list_field_history(crm.as_("vp"), "account", actor_id=REP).total == 2
    assert list_field_history(crm.as_("vp"), "lead", field="owner_id").items[0].after == str(SDR)
    assert list_field_history(crm.as_("vp"), "account", changed_to=(crm.now - timedelta(days=1)).date()).total == 0
    with crm.refuses("account_not_found", field="record_id"):
        list_field_history(crm.as_("rep"), "account", TILLEULS)


def test_what_is_kept_from_a_role_is_kept_out_of_histories(crm: Crm):
    update_contact(crm.as_("admin"), ANNA, personal_id="9", title="Director")
    assert [one.field for one in list_field_history(crm.as_("rep"), "contact", ANNA).items] == ["title"]
    assert {one.field for one in list_field_history(crm.as_("admin"), "contact", ANNA).items} == {
        "title",
        "personal_id",
    }


def test_a_deleted_record_is_gone_and_comes_back_whole(crm: Crm):
    ctx = crm.as_("rep")
    place = delete_record(ctx, "contact", BRAM)
    assert (place.title, place.deleted_by, place.purge_at) == (
        "Bram Koster",
        "Daan Visser",
        crm.now + timedelta(days=15),
    )
    assert BRAM not in [one.contact_id for one in list_contacts(ctx).items]
    assert get_contact(ctx, BRAM).is_deleted
    with crm.refuses("record_deleted", field="contact_id"):
        update_contact(ctx, BRAM, title="Chef")
    assert [one.deleted_id for one in list_deleted(ctx).items] == [place.deleted_id]
    assert restore_record(ctx, place.deleted_id).state == "restored"
    shown = get_contact(ctx, BRAM)
    assert (shown.is_deleted, shown.emails[0].value) == (False, "bram@dezwaan.example")
    assert [one[3] for one in crm.history("contact", BRAM)] == ["delete", "restore"]
    with crm.refuses("not_in_bin", field="deleted_id"):
        restore_record(ctx, place.deleted_id)


@pytest.mark.parametrize(
    ("kind", "key", "code"),
    [("account", HARBOUR, "record_needed"), ("contact", ANNA, "record_needed"), ("lead", DONE, "lead_converted"),
     ("opportunity", WON_DEAL, "record_needed"), ("lead", FRENCH, "lead_not_found")],
)  # fmt: skip
def test_what_something_belongs_to_is_not_deleted(crm: Crm, kind, key, code):
    with crm.refuses(code):
        delete_record(crm.as_("rep"), kind, key)


def test_who_owns_a_record_deletes_it_and_nobody_else(crm: Crm):
    with crm.refuses("delete_not_permitted", field="record_id"):
        delete_record(crm.as_("rep"), "contact", ANNA_TWIN)
    with crm.refuses("delete_not_permitted", field="record_id"):
        delete_record(crm.as_("marketing"), "lead", WEB)
    delete_record(crm.as_("sales_manager"), "contact", ANNA_TWIN)
    assert delete_record(crm.as_("rep"), "opportunity", BARE).title == "D-1046 Something with tents"


def test_a_locked_record_is_not_deleted(crm: Crm):
    crm.db.execute("UPDATE opportunity SET approval_lock = 1 WHERE id = ?", (OFFERED,))
    with crm.refuses("approval_lock"):
        delete_record(crm.as_("rep"), "opportunity", OFFERED)
    crm.db.execute("UPDATE opportunity SET approval_lock = 0 WHERE id = ?", (OFFERED,))


def test_an_address_that_somebody_else_has_by_now_keeps_a_contact_in_the_bin(crm: Crm):
    ctx = crm.as_("rep")
    place = delete_record(ctx, "contact", BRAM)
    create_contact(ctx, "Koster", email="bram@dezwaan.example")
    with crm.refuses("email_taken", field="deleted_id"):
        restore_record(ctx, place.deleted_id)


def test_the_bin_shows_what_one_has_deleted(crm: Crm):
    delete_record(crm.as_("rep"), "contact", BRAM)
    delete_record(crm.as_("sdr"), "lead", WEB)
    assert [one.kind for one in list_deleted(crm.as_("rep")).items] == ["contact"]
    assert {one.kind for one in list_deleted(crm.as_("admin")).items} == {"contact", "lead"}
    assert list_deleted(crm.as_("admin"), kind="lead").total == 1
    place = list_deleted(crm.as_("sdr")).items[0]
    with crm.refuses("restore_not_permitted", field="deleted_id"):
        restore_record(crm.as_("rep"), place.deleted_id)
    restore_record(crm.as_("sales_ops"), place.deleted_id)
    assert WEB in [one.lead_id for one in list_leads(crm.as_("sdr")).items]
    with crm.refuses("deleted_record_not_found", field="deleted_id"):
        restore_record(crm.as_("rep"), 99)


def test_an_activity_goes_into_the_bin_as_well(crm: Crm):
    for at, owner in ((1, REP), (2, OTHER_REP)):
        crm.add(
            models.Activity(
                id=at, kind="note", subject="Noted", account_id=ZWAAN, status="open", priority="normal",
                zone="Europe/Amsterdam", owner_id=owner, created_by="x", is_deleted=False, search_text="noted",
                created_at=crm.now, updated_at=crm.now,
            )
        )  # fmt: skip
    place = delete_record(crm.as_("rep"), "activity", 1)
    assert crm.held("activity", 1, "is_deleted") == 1
    restore_record(crm.as_("rep"), place.deleted_id)
    assert crm.held("activity", 1, "is_deleted") == 0
    with crm.refuses("delete_not_permitted", field="record_id"):
        delete_record(crm.as_("rep"), "activity", 2)
    with crm.refuses("activity_not_found", field="record_id"):
        delete_record(crm.as_("rep"), "activity", 9)


def test_addresses_and_links_stand_in_a_contact_s_history(crm: Crm):
    add_address(crm.as_("rep"), GARETH, "phone", "01752 555 012", label="work")
    assert list_field_history(crm.as_("rep"), "contact", GARETH).items[0].after == "01752 555 012"
    update_lead(crm.as_("sdr"), WEB, rating="warm")
    assert list_field_history(crm.as_("sdr"), "lead", WEB).total == 1
    assert get_account(crm.as_("rep"), HARBOUR).version == 1
    assert CLAIRE not in [one.record_id for one in list_field_history(crm.as_("rep"), "contact").items]
    assert list_accounts(crm.as_("rep")).total == 4
