"""Promises of leads: found, made once, worked off, given to somebody."""

from datetime import timedelta

import pytest
from tiny_crm import Crm
from tiny_records import ANNA, CAMPAIGN, DONE, FRENCH, KNOWN, QUEUED, WEB, WORKED
from tiny_staff import CLOSED_QUEUE, LEAVER, MANAGER, OTHER_REP, QUEUE, REP, SDR

from worlds.crm.operations.leads import assign_lead, create_lead, get_lead, list_leads, take_lead, update_lead

pytestmark = pytest.mark.usefixtures("lawful")


def ids(page):
    return [one.lead_id for one in page.items]


def test_a_list_holds_what_one_owns_or_may_take(crm: Crm):
    assert sorted(ids(list_leads(crm.as_("sdr")))) == [WEB, QUEUED, KNOWN]
    assert sorted(ids(list_leads(crm.as_("rep")))) == [WORKED, DONE]
    assert sorted(ids(list_leads(crm.as_("sales_manager")))) == [WEB, QUEUED, KNOWN, WORKED, DONE]
    assert list_leads(crm.as_("finance")).total == 6


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"query": "loo joost"}, [WEB]), ({"query": "055-1234567"}, [WEB]),
        ({"email": "anna@dezwaan.example"}, [KNOWN]),
        ({"status": "open", "country": "FR"}, [FRENCH]), ({"status": "converted"}, [DONE]),
        ({"rating": "hot"}, [WORKED]),
        ({"queue_id": QUEUE}, [QUEUED]), ({"owner_id": OTHER_REP}, [FRENCH]), ({"source": "referral"}, [WORKED]),
        ({"campaign_id": CAMPAIGN}, [WEB]), ({"untouched": False}, []),
    ],
)  # fmt: skip
def test_lists_are_narrowed(crm: Crm, filters, found):
    assert ids(list_leads(crm.as_("vp"), **filters)) == found


def test_those_that_wait_longest_come_first(crm: Crm):
    update_lead(crm.as_("sdr"), KNOWN, status="working")
    waiting = ids(list_leads(crm.as_("sdr"), sort="waiting"))
    assert waiting == [QUEUED, WEB, KNOWN]


def test_a_lead_is_shown_with_whose_it_is(crm: Crm):
    shown = get_lead(crm.as_("sdr"), WEB)
    assert (shown.owner_name, shown.campaign_name, shown.version, shown.editable) == (
        "Timo Saarinen", "Spring fair 2026", 1, True,
    )  # fmt: skip
    assert get_lead(crm.as_("sdr"), QUEUED).queue_name == "New leads North"
    assert not get_lead(crm.as_("rep"), DONE).editable


def test_a_lead_is_made_and_goes_to_whoever_is_named(crm: Crm):
    made = create_lead(crm.as_("sdr"), "Jansen", "Kampeerhuis", email=" Jansen@Kampeerhuis.example ", owner_id=SDR)
    assert (made.status, made.owner_id, made.assigned_at, made.first_touch_at) == ("assigned", SDR, crm.now, None)
    assert crm.held("lead", made.lead_id, "email_norm, company_norm") == ("jansen@kampeerhuis.example", "kampeerhuis")
    waiting = create_lead(crm.as_("marketing"), "Mulder", "Festivalbureau", queue_id=QUEUE)
    assert (waiting.status, waiting.owner_id, waiting.queue_id) == ("new", None, QUEUE)
    ruled = create_lead(crm.as_("marketing"), "Bos", "Kanoclub")
    assert (ruled.owner_id, ruled.queue_id) == (None, QUEUE)


def test_a_lead_that_is_like_a_contact_is_told_first(crm: Crm):
    with crm.refuses("duplicates_detected") as said:
        create_lead(crm.as_("sdr"), "Vries", "Hotel", email="ANNA@dezwaan.example", owner_id=SDR)
    assert [one["id"] for one in said.value.details["matches"]] == [ANNA]
    made = create_lead(crm.as_("sdr"), "Vries", "Hotel", email="ANNA@dezwaan.example", owner_id=SDR, allow_save=True)
    assert crm.rows("SELECT kind, record_id FROM duplicate_item ORDER BY kind") == [
        ("contact", ANNA), ("lead", made.lead_id),
    ]  # fmt: skip


def test_what_reaches_nobody_is_refused(crm: Crm):
    ctx = crm.as_("sdr")
    with crm.refuses("address_malformed", field="email"):
        create_lead(ctx, "Bos", "Kanoclub", email="bos at kanoclub", owner_id=SDR)
    with crm.refuses("address_malformed", field="phone"):
        update_lead(ctx, WEB, phone="12")
    with crm.refuses("campaign_not_found", field="campaign_id"):
        update_lead(ctx, WEB, campaign_id=99)
    with crm.refuses("owner_inactive", field="owner_id"):
        create_lead(ctx, "Bos", "Kanoclub", owner_id=LEAVER)


def test_turning_to_a_lead_is_written_down_once(crm: Crm):
    first = crm.now
    update_lead(crm.as_("sdr"), WEB, status="working")
    crm.now += timedelta(hours=3)
    shown = update_lead(crm.as_("sdr"), WEB, status="qualified", rating="warm")
    assert (shown.status, shown.first_touch_at) == ("qualified", first)


def test_a_lead_goes_from_hand_to_hand(crm: Crm):
    taken = take_lead(crm.as_("sdr"), QUEUED)
    assert (taken.owner_id, taken.queue_id, taken.status) == (SDR, None, "assigned")
    with crm.refuses("not_in_queue"):
        take_lead(crm.as_("sales_manager"), QUEUED)
    given = assign_lead(crm.as_("sdr"), QUEUED, owner_id=REP)
    assert (given.owner_id, given.status) == (REP, "assigned")
    back = assign_lead(crm.as_("rep"), QUEUED, queue_id=QUEUE)
    assert (back.owner_id, back.queue_id, back.status) == (None, QUEUE, "new")
    assert [one[:3] for one in crm.history("lead", QUEUED) if one[0] == "owner_id"] == [
        ("owner_id", None, str(SDR)), ("owner_id", str(SDR), str(REP)), ("owner_id", str(REP), None),
    ]  # fmt: skip


def test_a_lead_is_given_to_one_who_is_there(crm: Crm):
    ctx = crm.as_("sdr")
    with crm.refuses("owner_or_queue", field="owner_id"):
        assign_lead(ctx, WEB)
    with crm.refuses("owner_or_queue", field="owner_id"):
        assign_lead(ctx, WEB, owner_id=REP, queue_id=QUEUE)
    with crm.refuses("owner_inactive", field="owner_id"):
        assign_lead(ctx, WEB, owner_id=LEAVER)
    with crm.refuses("queue_not_found", field="queue_id"):
        assign_lead(ctx, WEB, queue_id=CLOSED_QUEUE)
    with crm.refuses("lead_not_found", field="lead_id"):
        take_lead(crm.as_("rep"), QUEUED)
    with crm.refuses("lead_converted", field="lead_id"):
        assign_lead(crm.as_("rep"), DONE, owner_id=MANAGER)
