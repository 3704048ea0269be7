"""Promises of converting leads: only blanks are filled, nothing is made twice, and what is converted stays so."""

from datetime import date

import pytest
from tiny_crm import Crm
from tiny_deals import STANDARD
from tiny_records import (
    ANNA,
    ANNA_TWIN,
    CLAIRE,
    DONE,
    FRENCH,
    GARETH,
    HARBOUR,
    KNOWN,
    QUEUED,
    WEB,
    WORKED,
    ZWAAN,
    ZWAAN_TWIN,
)
from tiny_staff import LEAVER, OTHER_REP, REP, SDR

from worlds.crm import models
from worlds.crm.operations.consents import set_consent
from worlds.crm.operations.contacts import get_contact
from worlds.crm.operations.converting import convert_lead, preview_conversion
from worlds.crm.operations.leads import get_lead, update_lead
from worlds.crm.records.conversion import quarter_end

pytestmark = pytest.mark.usefixtures("lawful")


def test_a_lead_becomes_an_account_a_contact_and_a_deal(crm: Crm):
    done = convert_lead(crm.as_("sdr"), WEB, opportunity_name="Forty tents")
    assert [one.kind for one in done.made] == ["account", "contact", "opportunity"]
    assert crm.held("account", done.account_id, "name, kind, country, phone, employees, owner_id") == (
        "Camping Het Loo", "prospect", "NL", "055 123 4567", 12, SDR,
    )  # fmt: skip
    contact = get_contact(crm.as_("sdr"), done.contact_id)
    assert (contact.name, contact.account_id, contact.emails[0].value, contact.lead_source) == (
        "Joost Bakker", done.account_id, "joost@hetloo.example", "web",
    )  # fmt: skip
    assert crm.held("opportunity", done.opportunity_id, "name, account_id, primary_contact_id, close_date, amount") == (
        "Forty tents", done.account_id, done.contact_id, "2026-03-31", 0,
    )  # fmt: skip
    assert crm.held("opportunity", done.opportunity_id, "price_book_id, campaign_id") == (STANDARD, 1)
    lead = get_lead(crm.as_("sdr"), WEB)
    assert (lead.status, lead.converted_contact_id, lead.first_touch_at) == ("converted", done.contact_id, crm.now)
    with crm.refuses("lead_converted"):
        update_lead(crm.as_("admin"), WEB, rating="hot")


def test_of_an_existing_record_only_blanks_are_filled(crm: Crm):
    done = convert_lead(crm.as_("sdr"), KNOWN, account_id=ZWAAN, contact_id=ANNA)
    assert done.made == []
    shown = get_contact(crm.as_("sdr"), ANNA)
    assert (shown.title, shown.lead_source) == ("Manager", "web")
    assert [one.value for one in shown.phones] == ["+31 6 1234 5678"]
    assert crm.held("account", ZWAAN, "phone, name") == ("+31 38 421 0000", "Hotel De Zwaan B.V.")
    assert [(one.record, one.field) for one in done.filled] == [("contact", "lead_source")]
    assert crm.history("contact", ANNA) == [("lead_source", None, "web", "conversion")]


def test_the_source_is_overwritten_only_when_somebody_says_so(crm: Crm):
    crm.db.execute("UPDATE contact SET lead_source = 'referral' WHERE id = ?", (ANNA,))
    plan = {one.field: one for one in preview_conversion(crm.as_("sdr"), KNOWN, contact_id=ANNA).fields}
    assert (plan["lead_source"].kept, plan["lead_source"].there) == (True, "referral")
    convert_lead(crm.as_("sdr"), KNOWN, contact_id=ANNA, overwrite_source=True)
    assert crm.held("contact", ANNA, "lead_source") == "web"


def test_a_preview_tells_what_would_be_done_and_does_nothing(crm: Crm):
    before = crm.dump()
    told = preview_conversion(crm.as_("sdr"), KNOWN, account_id=ZWAAN, contact_id=ANNA)
    assert {(one.field, one.kept) for one in told.fields if one.record == "contact"} == {
        ("title", True), ("lead_source", False), ("phone", True),
    }  # fmt: skip
    assert (told.account and told.account.record_id, told.missing) == (ZWAAN, [])
    assert [(one.kind, one.record_id) for one in told.likes] == [
        ("contact", ANNA), ("contact", ANNA_TWIN), ("account", ZWAAN), ("account", ZWAAN_TWIN),
    ]  # fmt: skip
    assert crm.dump() == before


def test_no_second_contact_is_made_for_an_address(crm: Crm):
    told = preview_conversion(crm.as_("sdr"), KNOWN)
    assert "Anna@DeZwaan.example is the address of contact 1" in told.missing[0]
    with crm.refuses("email_taken"):
        convert_lead(crm.as_("sdr"), KNOWN, account_id=ZWAAN)


def test_no_second_account_is_made_unless_somebody_insists(crm: Crm):
    update_lead(crm.as_("sdr"), KNOWN, email="info@dezwaan.example", website="dezwaan.example")
    with crm.refuses("duplicates_detected"):
        convert_lead(crm.as_("sdr"), KNOWN)
    done = convert_lead(crm.as_("sdr"), KNOWN, allow_save=True)
    assert [one.kind for one in done.made] == ["account", "contact"]
    assert crm.one("SELECT count(*) FROM duplicate_item WHERE kind = 'account'") == 3


def test_a_lead_in_a_queue_needs_an_owner(crm: Crm):
    ctx = crm.as_("sdr")
    assert preview_conversion(ctx, QUEUED).missing == ["The lead waits in a queue: name an owner for what it becomes."]
    with crm.refuses("owner_required", field="owner_id"):
        convert_lead(ctx, QUEUED)
    with crm.refuses("owner_inactive", field="owner_id"):
        convert_lead(ctx, QUEUED, owner_id=LEAVER)
    done = convert_lead(ctx, QUEUED, owner_id=REP)
    assert crm.held("account", done.account_id, "owner_id") == REP
    assert crm.held("lead", QUEUED, "owner_id, queue_id, status") == (REP, None, "converted")


def test_targets_have_to_fit_and_to_be_editable(crm: Crm):
    with crm.refuses("contact_of_another_account", field="contact_id"):
        convert_lead(crm.as_("sdr"), WEB, account_id=ZWAAN, contact_id=ANNA_TWIN)
    with crm.refuses("contact_not_found", field="contact_id"):
        convert_lead(crm.as_("sdr"), WEB, contact_id=CLAIRE)
    with crm.refuses("account_not_found", field="account_id"):
        convert_lead(crm.as_("sdr"), WEB, account_id=HARBOUR)
    with crm.refuses("lead_not_found", field="lead_id"):
        convert_lead(crm.as_("rep"), FRENCH)


@pytest.mark.parametrize(("status", "code"), [("dead", "lead_not_open"), ("recycled", "lead_not_open")])
def test_a_lead_that_is_over_is_not_converted(crm: Crm, status, code):
    update_lead(crm.as_("sdr"), WEB, status=status)
    with crm.refuses(code, field="lead_id"):
        convert_lead(crm.as_("sdr"), WEB)


def test_a_converted_lead_is_not_converted_again(crm: Crm):
    with crm.refuses("lead_converted", field="lead_id"):
        convert_lead(crm.as_("rep"), DONE)
    with crm.refuses("lead_converted", field="lead_id"):
        preview_conversion(crm.as_("rep"), DONE)


def test_a_lead_without_country_makes_no_account(crm: Crm):
    update_lead(crm.as_("rep"), WORKED, empty=["country"])
    with crm.refuses("country_required", field="lead_id"):
        convert_lead(crm.as_("rep"), WORKED)


def test_objections_activities_and_campaigns_go_over(crm: Crm):
    ctx = crm.as_("rep")
    set_consent(ctx, "lead", WORKED, "phone", "out", "phone call")
    crm.add(
        models.Activity(
            id=1, kind="call", subject="First call", lead_id=WORKED, status="open", priority="normal",
            zone="Europe/Amsterdam", owner_id=REP, created_by="Daan Visser", is_deleted=False, search_text="first call",
            created_at=crm.now, updated_at=crm.now,
        )
    )  # fmt: skip
    for at, who in ((1, {"lead_id": WORKED}), (2, {"contact_id": GARETH})):
        crm.add(models.CampaignMember(id=at, campaign_id=1, status="attended", added_at=crm.now, **who))
    done = convert_lead(ctx, WORKED)
    shown = get_contact(ctx, done.contact_id)
    assert (shown.do_not_call, [(one.channel, one.state) for one in shown.consents]) == (True, [("phone", "out")])
    assert crm.held("activity", 1, "lead_id, contact_id, account_id") == (WORKED, done.contact_id, done.account_id)
    assert crm.held("campaign_member", 1, "lead_id, contact_id") == (None, done.contact_id)


def test_a_contact_who_objected_still_objects_afterwards(crm: Crm):
    crm.db.execute(
        "INSERT INTO consent VALUES (9, 'lead', ?, 'email', 'in', 'form', NULL, '2026-03-16T07:00:00Z')", (KNOWN,)
    )
    set_consent(crm.as_("rep"), "contact", ANNA, "email", "out", "e-mail")
    convert_lead(crm.as_("sdr"), KNOWN, contact_id=ANNA)
    assert crm.one("SELECT state FROM consent WHERE kind = 'contact' AND record_id = ?", ANNA) == "out"


@pytest.mark.parametrize(
    ("today", "end"),
    [
        (date(2026, 3, 16), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 9, 30), date(2026, 9, 30)), (date(2026, 12, 31), date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_a_quarter_ends_on_its_last_day(today, end):
    assert quarter_end(today) == end


def test_who_does_not_sell_there_converts_nothing_there(crm: Crm):
    with crm.refuses("account_not_found", field="account_id"):
        convert_lead(crm.as_("rep", OTHER_REP), FRENCH, account_id=ZWAAN)
