"""Promises against ways around access and field-level security: lists, counts, guesses, owners, locks (rule CR1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tiny_crm import Crm
from tiny_deals import EARLY, FRENCH_DEAL
from tiny_records import ANNA, ANNA_TWIN, BRAM, CLAIRE, FRENCH, QUEUED, TILLEULS, WEB, ZWAAN, ZWAAN_TWIN
from tiny_staff import LEAVER, OTHER_REP, REP, SDR, SOUTH

from worlds.crm.operations.access import decide_access_request, request_access
from worlds.crm.operations.accounts import get_account, list_accounts, update_account
from worlds.crm.operations.activities import add_note, list_activities, log_call
from worlds.crm.operations.bulk import FieldValue, bulk_update_records
from worlds.crm.operations.campaigns import add_members, list_campaign_members
from worlds.crm.operations.colleagues import colleague_updates
from worlds.crm.operations.consents import list_consents, set_consent
from worlds.crm.operations.contacts import get_contact, list_contacts, update_contact
from worlds.crm.operations.converting import convert_lead
from worlds.crm.operations.hand_over import hand_over, list_hand_overs
from worlds.crm.operations.history import delete_record, list_field_history, restore_record
from worlds.crm.operations.imports import list_import_rows, list_imports, start_import
from worlds.crm.operations.leads import assign_lead, list_leads, take_lead, update_lead
from worlds.crm.operations.merging import Choice, merge_accounts, merge_contacts, preview_merge
from worlds.crm.operations.opportunities import list_opportunities, update_opportunity
from worlds.crm.operations.ownership import transfer_records
from worlds.crm.operations.reports import activities_report, pipeline_report
from worlds.crm.operations.views import FilterValue, get_view, save_view
from worlds.crm.records import access
from worlds.engine import locks

pytestmark = pytest.mark.usefixtures("lawful")


# -- what one cannot open -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "count",
    [
        lambda ctx: list_accounts(ctx, owner_id=OTHER_REP).total,
        lambda ctx: list_accounts(ctx, query="Tilleuls").total,
        lambda ctx: list_accounts(ctx, territory_id=SOUTH).total,
        lambda ctx: list_contacts(ctx, email="claire@lestilleuls.example").total,
        lambda ctx: list_contacts(ctx, account_id=TILLEULS, also_former=True).total,
        lambda ctx: list_leads(ctx, country="FR").total,
        lambda ctx: list_opportunities(ctx, account_id=TILLEULS).total,
        lambda ctx: list_activities(ctx, contact_id=CLAIRE).total,
        lambda ctx: list_activities(ctx, owner_id=OTHER_REP).total,
        lambda ctx: list_field_history(ctx, "contact", actor_id=OTHER_REP).total,
        lambda ctx: pipeline_report(ctx, owner_id=OTHER_REP).deals,
        lambda ctx: sum(one.owner_id == OTHER_REP for one in activities_report(ctx).colleagues),
        lambda ctx: (
            save_view(ctx, "South", "opportunity", [FilterValue(name="territory_id", value=str(SOUTH))]).records
        ),
        lambda ctx: list_campaign_members(ctx, 1, contact_id=CLAIRE).total,
    ],
)
def test_no_list_and_no_count_tells_of_what_one_cannot_open(crm: Crm, count: Callable[[Any], int]):
    camille = crm.as_("rep", OTHER_REP)
    log_call(camille, "Terrasse", "reached", contact_id=CLAIRE)
    update_contact(camille, CLAIRE, title="Directrice")
    add_members(camille, 1, "contact", [CLAIRE])
    assert count(camille) > 0
    assert count(crm.as_("rep")) == 0


@pytest.mark.parametrize(
    "attempt",
    [
        lambda ctx: get_contact(ctx, CLAIRE),
        lambda ctx: list_consents(ctx, "contact", CLAIRE),
        lambda ctx: set_consent(ctx, "contact", CLAIRE, "email", "in", "hearsay"),
        lambda ctx: list_field_history(ctx, "contact", CLAIRE),
        lambda ctx: preview_merge(ctx, "contact", [ANNA, CLAIRE]),
        lambda ctx: merge_contacts(ctx, ANNA, [CLAIRE]),
        lambda ctx: convert_lead(ctx, WEB, contact_id=CLAIRE),
        lambda ctx: add_note(ctx, "Who is she?", "?", contact_id=CLAIRE),
        lambda ctx: delete_record(ctx, "contact", CLAIRE),
    ],
)
def test_no_operation_says_more_of_a_record_than_that_one_cannot_open_it(crm: Crm, attempt: Callable[[Any], object]):
    with crm.refuses("contact_not_found") as said:
        attempt(crm.as_("sdr"))
    assert "Claire" not in said.value.message  # type: ignore[attr-defined]


def test_of_many_records_those_one_cannot_open_are_told_without_their_names(crm: Crm):
    done = bulk_update_records(crm.as_("rep"), "account", [ZWAAN, TILLEULS], [FieldValue(field="tier", value="key")])
    assert [(one.success, one.title) for one in done.items] == [(True, "Hotel De Zwaan B.V."), (False, None)]
    assert "Tilleuls" not in str(done.items[1].message)


def test_rows_of_imports_are_for_those_who_see_everything(crm: Crm):
    assert (list_imports.roles | list_import_rows.roles) <= {"vp", "sales_ops", "marketing", "finance", "admin"}


def test_what_was_handed_over_about_an_import_is_for_both_sides_and_who_sees_everything(crm: Crm):
    ops = crm.as_("sales_ops")
    job = start_import(ops, "lead", "last_name,company,email\nPetit,Mairie,petit@mairie.example", "email", "skip")
    hand_over(ops, "import_job", job.import_id, "unclear_identity", "Is petit@mairie.example ours?", to_role="admin")
    assert [list_hand_overs(crm.as_(role)).total for role in ("sales_ops", "admin", "vp", "rep")] == [1, 1, 1, 0]


def test_a_shared_view_counts_for_each_what_they_may_open(crm: Crm):
    view = save_view(crm.as_("vp"), "All", "account", [], visibility="everybody")
    assert get_view(crm.as_("rep"), view.view_id).records == view.records - 1


# -- whose a record is --------------------------------------------------------------------------------------------


def test_who_works_on_a_record_with_its_owner_does_not_give_it_away(crm: Crm):
    """Timo sells in the hotel's territory, so he changes it; it stays Daan's."""
    sdr = crm.as_("sdr")
    assert update_account(sdr, ZWAAN, tier="key").tier == "key"
    assert transfer_records(sdr, "account", [ZWAAN], SDR).items[0].error == "OWNER_NOT_PERMITTED"
    done = bulk_update_records(sdr, "contact", [ANNA], [FieldValue(field="owner_id", value=str(SDR))])
    assert done.items[0].error == "OWNER_NOT_PERMITTED"
    assert crm.held("account", ZWAAN, "owner_id") == REP


def test_access_to_change_a_record_is_no_access_to_its_owner(crm: Crm):
    asked = request_access(crm.as_("rep"), "opportunity", FRENCH_DEAL, "We share a customer.", level="edit")
    decide_access_request(crm.as_("rep", OTHER_REP), asked.request_id, "granted")
    update_opportunity(crm.as_("rep"), FRENCH_DEAL, next_step="Call Claire on Friday")
    with crm.refuses("owner_not_permitted", field="owner_id"):
        update_opportunity(crm.as_("rep"), FRENCH_DEAL, owner_id=REP)
    with crm.refuses("delete_not_permitted", field="record_id"):
        delete_record(crm.as_("rep"), "opportunity", FRENCH_DEAL)


def test_owners_and_those_above_hand_on_and_members_take_from_their_queue(crm: Crm):
    assert transfer_records(crm.as_("rep"), "account", [ZWAAN], SDR).succeeded == 1
    assert transfer_records(crm.as_("sales_manager"), "account", [ZWAAN], REP).succeeded == 1
    assert take_lead(crm.as_("sdr"), QUEUED).owner_id == SDR
    assert assign_lead(crm.as_("marketing"), FRENCH, owner_id=REP).owner_id == REP
    with crm.refuses("lead_not_found", field="lead_id"):
        assign_lead(crm.as_("sdr"), FRENCH, owner_id=SDR)


# -- fields that are kept from one --------------------------------------------------------------------------------


def test_a_guess_at_a_field_that_is_kept_from_one_is_refused_right_or_wrong(crm: Crm):
    ctx = crm.as_("rep")
    for guess in ("1234.56.789", "1234.56.788"):
        with crm.refuses("field_not_permitted", field="personal_id"):
            update_contact(ctx, ANNA, personal_id=guess)
    for person in (ANNA, BRAM):
        with crm.refuses("field_not_permitted", field="pay_notes"):
            update_contact(ctx, person, empty=["pay_notes"])
    for value in ("1234.56.789", None):
        with crm.refuses("field_not_permitted", field="personal_id"):
            colleague_updates(
                crm.as_system("Daan Visser"), "contact", ANNA, [FieldValue(field="personal_id", value=value)]
            )


def test_what_is_kept_from_one_is_neither_found_nor_told_by_a_merge(crm: Crm):
    crm.db.execute("UPDATE contact SET owner_id = ? WHERE id = ?", (REP, ANNA_TWIN))
    ctx = crm.as_("rep")
    assert list_contacts(ctx, query="1234.56.789").total == 0
    with crm.refuses("field_not_permitted", field="personal_id"):
        preview_merge(ctx, "contact", [ANNA_TWIN, ANNA], ANNA_TWIN, [Choice(field="personal_id", record_id=ANNA)])
    done = merge_contacts(ctx, ANNA_TWIN, [ANNA])
    assert {"personal_id", "pay_notes"}.isdisjoint(done.changed_fields)
    assert crm.held("contact", ANNA_TWIN, "personal_id") == "1234.56.789"
    assert list_field_history(ctx, "contact", ANNA_TWIN, field="personal_id").total == 0
    assert list_field_history(crm.as_("admin"), "contact", ANNA_TWIN, field="personal_id").total == 1


def test_only_administrators_lock_an_account_by_every_way(crm: Crm):
    change = [FieldValue(field="locked", value="true")]
    with crm.refuses("lock_not_permitted", field="locked"):
        update_account(crm.as_("sales_ops"), ZWAAN, locked=True)
    with crm.refuses("lock_not_permitted", field="locked"):
        colleague_updates(crm.as_system("Daan Visser"), "account", ZWAAN, change)
    assert update_account(crm.as_("admin"), ZWAAN, locked=True).locked
    with crm.refuses("account_locked", field="account_id"):
        colleague_updates(crm.as_system("Daan Visser"), "account", ZWAAN, [FieldValue(field="locked", value="false")])


# -- what somebody else has to themselves -------------------------------------------------------------------------


def test_what_somebody_has_to_themselves_nobody_else_changes_by_any_way(crm: Crm):
    until = int((crm.now + timedelta(minutes=15)).timestamp())
    for kind, key in (("account", ZWAAN_TWIN), ("contact", ANNA), ("opportunity", EARLY)):
        locks.lock(crm.db, kind, key, "Marit de Jong", "editing", until)
    ctx = crm.as_("rep")
    for attempt in (
        lambda: delete_record(ctx, "opportunity", EARLY),
        lambda: set_consent(ctx, "contact", ANNA, "post", "out", "letter"),
        lambda: merge_accounts(ctx, ZWAAN, [ZWAAN_TWIN]),
        lambda: merge_contacts(crm.as_("sales_ops"), BRAM, [ANNA]),
    ):
        with crm.refuses("unable_to_lock_row") as said:
            attempt()
        assert "Marit de Jong" in said.value.message  # type: ignore[attr-defined]
    done = bulk_update_records(ctx, "contact", [ANNA, BRAM], [FieldValue(field="title", value="Buyer")])
    assert [one.error for one in done.items] == ["UNABLE_TO_LOCK_ROW", None]
    assert transfer_records(ctx, "opportunity", [EARLY], SDR).items[0].error == "UNABLE_TO_LOCK_ROW"
    assert update_contact(crm.as_("sales_manager"), ANNA, title="Owner").title == "Owner"
    crm.wait(minutes=16)
    assert set_consent(crm.as_("rep"), "contact", ANNA, "post", "out", "letter").items


# -- the bin ------------------------------------------------------------------------------------------------------


def test_a_record_comes_back_only_to_an_account_that_is_in_use(crm: Crm):
    ops = crm.as_("sales_ops")
    gone = [delete_record(ops, "contact", ANNA_TWIN), delete_record(ops, "account", ZWAAN_TWIN)]
    with crm.refuses("record_deleted", field="deleted_id"):
        restore_record(ops, gone[0].deleted_id)
    for one in reversed(gone):
        assert restore_record(ops, one.deleted_id).state == "restored"
    assert get_account(ops, ZWAAN_TWIN).newest_contacts[0].contact_id == ANNA_TWIN


def test_what_was_merged_comes_back_by_no_way(crm: Crm):
    ops = crm.as_("sales_ops")
    merge_accounts(ops, ZWAAN, [ZWAAN_TWIN])
    assert crm.count("deleted_record") == 0
    for attempt in (
        lambda: update_account(ops, ZWAAN_TWIN, notes="Back?"),
        lambda: delete_record(ops, "account", ZWAAN_TWIN),
        lambda: merge_accounts(ops, ZWAAN_TWIN, [ZWAAN]),
        lambda: update_account(ops, ZWAAN, parent_id=ZWAAN_TWIN),
    ):
        with crm.refuses("record_merged"):
            attempt()


def test_nobody_gives_records_to_who_left_or_opens_by_them(crm: Crm):
    assert transfer_records(crm.as_("sales_manager"), "account", [ZWAAN], REP).succeeded == 1
    with crm.refuses("owner_inactive", field="to_user_id"):
        transfer_records(crm.as_("sales_manager"), "account", [ZWAAN], LEAVER)
    assert not access.may_open(crm.as_("rep"), "lead", FRENCH)
    with crm.refuses("lead_not_found"):
        update_lead(crm.as_("rep"), FRENCH, status="working")
