"""Promises that an objection stays, and that merges, conversions and files break nothing (rules CR4, CR5 and CR19)."""

from typing import Any

import pytest
from tiny_crm import Crm
from tiny_records import (
    ANNA,
    ANNA_TWIN,
    BRAM,
    CAMPAIGN,
    DONE,
    KNOWN,
    WEB,
    WORKED,
    ZWAAN,
    ZWAAN_GROUP,
    ZWAAN_TWIN,
)
from tiny_staff import REP

from worlds.crm import models
from worlds.crm.operations.access import decide_access_request, request_access
from worlds.crm.operations.accounts import create_account
from worlds.crm.operations.activities import log_call, send_email
from worlds.crm.operations.addresses import add_address
from worlds.crm.operations.bulk import FieldValue, bulk_update_records
from worlds.crm.operations.campaigns import add_members, list_campaign_members, remove_member, set_member_status
from worlds.crm.operations.colleagues import colleague_updates
from worlds.crm.operations.consents import set_consent
from worlds.crm.operations.contacts import get_contact
from worlds.crm.operations.converting import convert_lead
from worlds.crm.operations.history import delete_record
from worlds.crm.operations.imports import start_import
from worlds.crm.operations.leads import assign_lead, create_lead, update_lead
from worlds.crm.operations.merging import merge_accounts, merge_contacts, merge_leads, preview_merge
from worlds.crm.operations.ownership import transfer_records
from worlds.crm.operations.writing_in import web_lead_arrives
from worlds.crm.rules import MAX_IMPORT_ROWS

pytestmark = pytest.mark.usefixtures("lawful")


def agrees(crm: Crm, kind: str, key: int, channel: str) -> None:
    """Write down past all operations that somebody agreed, as an old record may say."""
    crm.add(models.Consent(kind=kind, record_id=key, channel=channel, state="in", source="fair", at=crm.now))


def objecting(crm: Crm, contact: int) -> None:
    """Let a contact not want calls or mails without any consent that says so, as records of old do."""
    crm.db.execute("DELETE FROM consent WHERE kind = 'contact' AND record_id = ?", (contact,))
    crm.db.execute("UPDATE contact SET do_not_call = 1 WHERE id = ?", (contact,))
    for table in ("phone_number", "email_address"):
        crm.db.execute(f"UPDATE {table} SET opted_out = 1 WHERE contact_id = ?", (contact,))  # noqa: S608 - two of our tables


def opted_out(crm: Crm, contact: int) -> list[int]:
    """Of the addresses and numbers of a contact, which are opted out."""
    sql = "SELECT opted_out FROM {0} WHERE contact_id = ? ORDER BY id"
    return [row[0] for table in ("email_address", "phone_number") for row in crm.rows(sql.format(table), contact)]


# -- objections ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("winner", "loser"), [(ANNA, ANNA_TWIN), (ANNA_TWIN, ANNA)])
def test_no_merge_lets_an_objection_come_back(crm: Crm, winner: int, loser: int):
    """One record says no without a consent, the other agreed: whichever stays, nobody is called."""
    objecting(crm, winner)
    agrees(crm, "contact", loser, "phone")
    ops = crm.as_("sales_ops")
    shown = preview_merge(ops, "contact", [winner, loser], winner)
    assert {one.channel: one.result for one in shown.consents}["phone"] == "out"
    merge_contacts(ops, winner, [loser])
    assert crm.held("contact", winner, "do_not_call") == 1
    assert crm.rows("SELECT state FROM consent WHERE channel = 'phone' AND record_id = ?", winner) == []
    with crm.refuses("do_not_call", field="contact_id"):
        log_call(crm.as_("sales_ops"), "Hello", "reached", contact_id=winner)


def test_an_address_that_was_opted_out_stays_so_in_a_merge(crm: Crm):
    objecting(crm, BRAM)
    crm.db.execute("DELETE FROM consent")
    agrees(crm, "contact", ANNA, "email")
    merge_contacts(crm.as_("sales_ops"), BRAM, [ANNA])
    assert opted_out(crm, BRAM) == [0, 1, 0]  # Anna's own address and number came with what she said of them
    assert crm.rows("SELECT value FROM email_address WHERE contact_id = ? AND opted_out = 1", BRAM) == [
        ("bram@dezwaan.example",)
    ]


def test_no_conversion_lets_an_objection_come_back(crm: Crm):
    objecting(crm, ANNA)
    agrees(crm, "lead", KNOWN, "phone")
    convert_lead(crm.as_("sdr"), KNOWN, ZWAAN, ANNA)
    assert crm.held("contact", ANNA, "do_not_call") == 1
    assert set(opted_out(crm, ANNA)) == {1}


def test_an_objection_of_a_lead_reaches_the_contact_that_it_becomes(crm: Crm):
    agrees(crm, "contact", ANNA, "phone")
    for channel in ("phone", "email", "post"):
        set_consent(crm.as_("sdr"), "lead", KNOWN, channel, "out", "e-mail")
    convert_lead(crm.as_("sdr"), KNOWN, ZWAAN, ANNA)
    said = {one.channel: one.state for one in get_contact(crm.as_("rep"), ANNA).consents}
    assert said == {"email": "out", "phone": "out", "post": "out"}
    assert set(opted_out(crm, ANNA)) == {1}
    add_address(crm.as_("rep"), ANNA, "email", "anna.privat@post.example.net", "private")
    with crm.refuses("opted_out", field="contact_id"):
        send_email(crm.as_("rep"), "Our spring range", "Dear Anna", contact_id=ANNA)


def test_no_file_lets_an_objection_come_back_that_stands_at_an_address(crm: Crm):
    objecting(crm, ANNA)
    file = "last_name,email,email_consent,phone_consent\nde Vries,anna@dezwaan.example,in,in\n"
    assert start_import(crm.as_("marketing"), "contact", file, "email", "update").updated == 1
    assert (crm.held("contact", ANNA, "do_not_call"), set(opted_out(crm, ANNA))) == (1, {1})


def test_only_what_they_say_themselves_takes_an_objection_back(crm: Crm):
    objecting(crm, ANNA)
    set_consent(crm.as_("rep"), "contact", ANNA, "phone", "in", "letter of 16 March")
    assert crm.held("contact", ANNA, "do_not_call") == 0


def members(crm: Crm) -> list[tuple[Any, ...]]:
    return crm.rows("SELECT contact_id, lead_id, status FROM campaign_member ORDER BY id")


def test_who_has_unsubscribed_stays_so_through_merges_and_conversions(crm: Crm):
    ops = crm.as_("sales_ops")
    add_members(ops, CAMPAIGN, "contact", [ANNA])
    add_members(ops, CAMPAIGN, "contact", [ANNA_TWIN], "unsubscribed")
    merge_contacts(ops, ANNA, [ANNA_TWIN])
    assert members(crm) == [(ANNA, None, "unsubscribed")]
    add_members(ops, CAMPAIGN, "contact", [BRAM])
    add_members(ops, CAMPAIGN, "lead", [KNOWN], "unsubscribed")
    convert_lead(crm.as_("sdr"), KNOWN, ZWAAN, BRAM)
    assert (BRAM, None, "unsubscribed") in members(crm)


def test_who_has_unsubscribed_is_not_taken_out_and_added_again(crm: Crm):
    ctx = crm.as_("marketing")
    add_members(ctx, CAMPAIGN, "contact", [ANNA], "unsubscribed")
    member = list_campaign_members(ctx, CAMPAIGN, contact_id=ANNA).items[0].member_id
    with crm.refuses("member_unsubscribed", field="member_id"):
        remove_member(ctx, CAMPAIGN, member)
    done = set_member_status(ctx, CAMPAIGN, [member], "planned")
    assert done.items[0].error == "MEMBER_UNSUBSCRIBED"
    assert add_members(ctx, CAMPAIGN, "contact", [ANNA]).items[0].error == "ALREADY_MEMBER"


# -- merges -------------------------------------------------------------------------------------------------------


def above(crm: Crm, account: int) -> int | None:
    return crm.held("account", account, "parent_id")  # type: ignore[no-any-return]


def test_an_account_does_not_come_to_stand_above_itself_by_a_merge(crm: Crm):
    """Shop < house < chain < holding: the chain goes into the shop, which takes its place above the house."""
    ops = crm.as_("sales_ops")
    holding = create_account(ops, "Holding", "NL", website="one.example").account_id
    chain = create_account(ops, "Chain", "NL", website="two.example", parent_id=holding).account_id
    house = create_account(ops, "House", "NL", website="three.example", parent_id=chain).account_id
    shop = create_account(ops, "Shop", "NL", website="four.example", parent_id=house).account_id
    assert {one.field: one.result for one in preview_merge(ops, "account", [shop, chain], shop).fields}[
        "parent_id"
    ] == str(holding)
    merge_accounts(ops, shop, [chain])
    assert (above(crm, shop), above(crm, house)) == (holding, shop)
    merge_accounts(ops, shop, [holding])
    assert (above(crm, shop), above(crm, house)) == (None, shop)


def test_the_account_above_may_take_in_the_one_below(crm: Crm):
    ops = crm.as_("sales_ops")
    crm.db.execute("UPDATE account SET parent_id = ? WHERE id = ?", (ZWAAN, ZWAAN_TWIN))
    merge_accounts(ops, ZWAAN_TWIN, [ZWAAN, ZWAAN_GROUP])
    assert above(crm, ZWAAN_TWIN) is None


def test_requests_and_wishes_go_on_with_the_winner(crm: Crm):
    wish = models.GdprRequest(kind="contact", record_id=ANNA_TWIN, wish="erasure", state="open", received_at=crm.now)
    crm.add(wish)
    crm.db.execute("UPDATE contact SET account_id = NULL WHERE id = ?", (ANNA_TWIN,))
    crm.db.execute("DELETE FROM contact_account WHERE contact_id = ?", (ANNA_TWIN,))
    asked = request_access(crm.as_("rep"), "contact", ANNA_TWIN, "Is it Anna?", level="edit").request_id
    merge_contacts(crm.as_("sales_ops"), ANNA, [ANNA_TWIN])
    assert crm.held("gdpr_request", 1, "record_id") == ANNA
    decide_access_request(crm.as_("sales_manager"), asked, "granted")
    assert crm.rows("SELECT record_id, user_id FROM record_share") == [(ANNA, REP)]


# -- leads --------------------------------------------------------------------------------------------------------


def test_a_converted_lead_is_overwritten_by_no_way(crm: Crm):
    ops = crm.as_("sales_ops")
    notes = [FieldValue(field="notes", value="Not so.")]
    for attempt in (
        lambda: update_lead(ops, DONE, notes="Not so."),
        lambda: update_lead(ops, DONE, status="working"),
        lambda: assign_lead(ops, DONE, owner_id=REP),
        lambda: set_consent(ops, "lead", DONE, "email", "in", "hearsay"),
        lambda: convert_lead(ops, DONE, ZWAAN, BRAM),
        lambda: merge_leads(ops, WORKED, [DONE]),
        lambda: merge_leads(ops, DONE, [WORKED]),
        lambda: delete_record(ops, "lead", DONE),
        lambda: colleague_updates(crm.as_system("Wout Hermans"), "lead", DONE, notes),
    ):
        with crm.refuses("lead_converted"):
            attempt()
    before = crm.rows("SELECT * FROM lead WHERE id = ?", DONE)
    assert bulk_update_records(ops, "lead", [DONE], notes).items[0].error == "LEAD_CONVERTED"
    assert transfer_records(ops, "lead", [DONE], 5).items[0].error == "LEAD_CONVERTED"
    log_call(ops, "About the order", "reached", lead_id=DONE)
    assert crm.rows("SELECT * FROM lead WHERE id = ?", DONE) == before


def test_a_form_of_a_lead_that_was_merged_is_the_lead_that_stayed(crm: Crm):
    """The form's first delivery is older than the house's log of deliveries."""
    ops = crm.as_("sales_ops")
    twin = create_lead(ops, "Bakker", "Camping het Loo", email="info@hetloo.example", owner_id=5).lead_id
    merge_leads(ops, twin, [WEB])
    again = web_lead_arrives(crm.as_system("Web forms"), "form-771", "Bakker", "Camping Het Loo")
    assert (again.lead_id, again.made) == (twin, False)


# -- files --------------------------------------------------------------------------------------------------------


def test_a_file_of_too_many_rows_is_not_taken_in_at_all(crm: Crm):
    rows = [f"Jansen{at},Club {at},j{at}@club.example" for at in range(MAX_IMPORT_ROWS + 1)]
    head = "last_name,company,email"
    with crm.refuses("import_too_long", field="csv"):
        start_import(crm.as_("sales_ops"), "lead", "\n".join([head, *rows]), "email", "skip")
