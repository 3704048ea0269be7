"""Promises of contacts: made once, reached by their addresses, at several accounts, and asked for their consent."""

from datetime import date

import pytest
from tiny_crm import Crm
from tiny_deals import EARLY, OFFERED
from tiny_records import ANNA, ANNA_TWIN, BRAM, CLAIRE, DONE, GARETH, HARBOUR, WEB, ZWAAN, ZWAAN_TWIN
from tiny_staff import OTHER_REP, REP

from worlds.crm.operations.addresses import add_address, change_address, end_link, link_account
from worlds.crm.operations.consents import list_consents, set_consent
from worlds.crm.operations.contacts import create_contact, get_contact, list_contacts, update_contact
from worlds.crm.records import consenting

pytestmark = pytest.mark.usefixtures("lawful")


def ids(page):
    return [one.contact_id for one in page.items]


def test_contacts_are_found_by_name_firm_address_and_phone(crm: Crm):
    ctx = crm.as_("rep")
    assert ids(list_contacts(ctx, query="vries")) == [ANNA_TWIN, ANNA]
    assert ids(list_contacts(ctx, email="ANNA@dezwaan.example")) == [ANNA]
    assert ids(list_contacts(ctx, account_id=ZWAAN)) == [ANNA, BRAM]
    assert ids(list_contacts(ctx, email_opted_out=True)) == [ANNA_TWIN]
    assert CLAIRE not in ids(list_contacts(ctx))
    assert ids(list_contacts(crm.as_("rep", OTHER_REP))) == [CLAIRE]
    add_address(ctx, BRAM, "phone", "06-8765 4321 ext. 12")
    assert ids(list_contacts(ctx, query="+31 6 87654321")) == [BRAM]


def test_a_contact_is_shown_with_addresses_links_consents_and_deals(crm: Crm):
    shown = get_contact(crm.as_("rep"), ANNA)
    assert [(one.value, one.is_primary) for one in shown.emails] == [("anna@dezwaan.example", True)]
    assert [(one.account_name, one.active) for one in shown.links] == [("Hotel De Zwaan B.V.", True)]
    assert [(one.channel, one.state) for one in shown.consents] == [("email", "in")]
    assert {(one.number, one.role) for one in shown.deals} >= {("D-1041", None), ("D-1042", "decision_maker")}
    assert {one.opportunity_id for one in shown.deals if one.is_primary_contact} >= {EARLY, OFFERED}


def test_what_is_kept_from_a_role_is_named_and_not_shown(crm: Crm):
    shown = get_contact(crm.as_("rep"), ANNA)
    assert (shown.withheld, shown.personal_id, shown.pay_notes) == (["pay_notes", "personal_id"], None, None)
    assert get_contact(crm.as_("vp"), ANNA).withheld == ["pay_notes", "personal_id"]
    assert get_contact(crm.as_("admin"), ANNA).pay_notes == "Fair pay."
    assert get_contact(crm.as_("admin"), ANNA).personal_id == "1234.56.789"
    with crm.refuses("field_not_permitted", field="personal_id"):
        update_contact(crm.as_("rep"), ANNA, personal_id="1")


def test_a_contact_is_made_with_address_number_and_link(crm: Crm):
    made = create_contact(
        crm.as_("rep"), "Zoë O’Neill", account_id=HARBOUR, email=" Zoe@HarbourOutdoor.example ", phone="01752 555 011"
    )
    assert made.owner_id == REP
    assert [one.value for one in made.emails] == ["Zoe@HarbourOutdoor.example"]
    assert crm.one("SELECT norm FROM phone_number WHERE contact_id = ?", made.contact_id) == "441752555011"
    assert [(one.account_id, one.role, one.since) for one in made.links] == [(HARBOUR, "employee", date(2026, 3, 16))]
    assert ids(list_contacts(crm.as_("rep"), query="zoe o'neill")) == [made.contact_id]


def test_an_address_belongs_to_one_contact(crm: Crm):
    ctx = crm.as_("rep")
    for call in (
        lambda: create_contact(ctx, "Vries", email="Anna@DeZwaan.example"),
        lambda: add_address(ctx, BRAM, "email", "anna@dezwaan.example"),
        lambda: change_address(ctx, BRAM, "email", BRAM, value="anna@dezwaan.example"),
    ):
        with crm.refuses("email_taken") as said:
            call()
        assert said.value.details["contact_id"] == ANNA
    with crm.refuses("email_taken") as said:
        create_contact(ctx, "Moreau", email="claire@lestilleuls.example")
    assert said.value.details == {"contact_id": CLAIRE, "owner": "Camille Renard"}
    assert "Claire" not in said.value.message


def test_the_same_number_is_only_reported_and_only_among_what_one_may_open(crm: Crm):
    made = create_contact(crm.as_("rep"), "Koster", first_name="Bea", account_id=ZWAAN, phone="0031 6 12345678")
    assert sorted(crm.rows("SELECT record_id FROM duplicate_item")) == [(ANNA,), (ANNA_TWIN,), (made.contact_id,)]
    create_contact(crm.as_("rep", OTHER_REP), "Blanc", phone="+31612345678")
    assert crm.count("duplicate_item") == 3


def test_an_address_becomes_primary_and_another_stays(crm: Crm):
    shown = add_address(crm.as_("rep"), ANNA, "email", "anna.private@example.net", label="private", primary=True)
    assert [(one.value, one.is_primary) for one in shown.emails] == [
        ("anna.private@example.net", True), ("anna@dezwaan.example", False),
    ]  # fmt: skip
    shown = change_address(crm.as_("rep"), ANNA, "email", ANNA, primary=True, invalid=False)
    assert shown.emails[0].value == "anna@dezwaan.example"
    with crm.refuses("primary_stays", field="primary"):
        change_address(crm.as_("rep"), ANNA, "email", ANNA, primary=False)
    with crm.refuses("address_known", field="value"):
        add_address(crm.as_("rep"), ANNA, "email", "ANNA@dezwaan.example")
    with crm.refuses("address_malformed", field="value"):
        add_address(crm.as_("rep"), ANNA, "phone", "12")
    with crm.refuses("label_unfit", field="label"):
        add_address(crm.as_("rep"), ANNA, "phone", "0612345679", label="shared")
    with crm.refuses("address_not_found", field="address_id"):
        change_address(crm.as_("rep"), ANNA, "phone", 99, invalid=True)


def test_a_wrong_address_is_put_right_and_its_history_told(crm: Crm):
    change_address(crm.as_("rep"), GARETH, "email", GARETH, value="g.lloyd@harbouroutdoor.example")
    assert crm.held("email_address", GARETH, "norm") == "g.lloyd@harbouroutdoor.example"
    assert crm.history("contact", GARETH) == [
        ("email", "gareth@harbouroutdoor.example", "g.lloyd@harbouroutdoor.example", "user")
    ]
    assert ids(list_contacts(crm.as_("rep"), query="g.lloyd")) == [GARETH]


def test_who_changes_firms_keeps_the_history_of_the_old_one(crm: Crm):
    ctx = crm.as_("rep")
    link_account(ctx, BRAM, HARBOUR, role="employee", since=date(2026, 3, 1), primary=True)
    shown = end_link(ctx, BRAM, BRAM, until=date(2026, 2, 28))
    assert shown.account_id == HARBOUR
    assert [(one.account_id, one.active, one.until) for one in shown.links] == [
        (HARBOUR, True, None), (ZWAAN, False, date(2026, 2, 28)),
    ]  # fmt: skip
    assert ids(list_contacts(ctx, account_id=ZWAAN)) == [ANNA]
    assert ids(list_contacts(ctx, account_id=ZWAAN, also_former=True)) == [ANNA, BRAM]


def test_links_are_not_doubled_nor_ended_twice(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("link_known", field="account_id"):
        link_account(ctx, ANNA, ZWAAN)
    with crm.refuses("link_ends_early", field="until"):
        end_link(ctx, ANNA, ANNA, until=date(2024, 1, 1))
    assert end_link(ctx, ANNA, ANNA).account_id is None
    with crm.refuses("link_ended", field="link_id"):
        end_link(ctx, ANNA, ANNA)
    with crm.refuses("link_not_found", field="link_id"):
        end_link(ctx, ANNA, BRAM)


def test_who_reports_to_whom(crm: Crm):
    ctx = crm.as_("rep")
    assert update_contact(ctx, BRAM, reports_to_id=ANNA).reports_to_name == "Anna de Vries"
    with crm.refuses("parent_cycle", field="reports_to_id"):
        update_contact(ctx, BRAM, reports_to_id=BRAM)
    assert update_contact(ctx, BRAM, empty=["reports_to_id"]).reports_to_id is None


def test_an_objection_opts_addresses_out_and_agreeing_takes_it_back(crm: Crm):
    ctx = crm.as_("marketing")
    add_address(crm.as_("rep"), ANNA, "email", "anna@example.net")
    said = set_consent(ctx, "contact", ANNA, "email", "out", "e-mail of 16 March")
    assert [(one.channel, one.state, one.source) for one in said.items] == [("email", "out", "e-mail of 16 March")]
    assert crm.rows("SELECT opted_out FROM email_address WHERE contact_id = ?", ANNA) == [(1,), (1,)]
    assert ("consent.email", "in", "out", "user") in crm.history("contact", ANNA)
    assert consenting.objected(ctx, "contact", ANNA, "email")
    shown = add_address(crm.as_("rep"), ANNA, "email", "a@example.org")
    assert {one.opted_out for one in shown.emails} == {True}
    set_consent(ctx, "contact", ANNA, "email", "in", "phone call")
    assert not consenting.objected(ctx, "contact", ANNA, "email")


@pytest.mark.parametrize(("kind", "key"), [("contact", BRAM), ("lead", WEB)])
def test_an_objection_to_calls_is_do_not_call(crm: Crm, kind, key):
    ctx = crm.as_("marketing")
    assert set_consent(ctx, kind, key, "phone", "out", "phone call").do_not_call
    assert crm.held(kind, key, "do_not_call") == 1
    assert consenting.objected(ctx, kind, key, "phone")
    assert not set_consent(ctx, kind, key, "phone", "in", "phone call").do_not_call


def test_consent_is_set_where_it_belongs(crm: Crm):
    with crm.refuses("lead_converted", field="record_id"):
        set_consent(crm.as_("admin"), "lead", DONE, "email", "out", "e-mail")
    with crm.refuses("contact_not_found", field="record_id"):
        set_consent(crm.as_("rep"), "contact", CLAIRE, "email", "out", "e-mail")
    set_consent(crm.as_("rep"), "contact", ANNA_TWIN, "post", "out", "letter")
    assert [(one.channel, one.state) for one in list_consents(crm.as_("rep"), "contact", ANNA_TWIN).items] == [
        ("email", "out"), ("post", "out"),
    ]  # fmt: skip
    assert [one.channel for one in list_consents(crm.as_("rep"), "contact", ANNA).items] == ["email"]
    assert crm.held("contact", ANNA_TWIN, "account_id") == ZWAAN_TWIN
