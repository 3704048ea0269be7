"""Promises of campaigns: who is in them, each for themselves, and who is left out."""

from tiny_crm import Crm
from tiny_records import ANNA, ANNA_TWIN, BRAM, CAMPAIGN, CLAIRE, FRENCH, GARETH, KNOWN, WEB
from tiny_staff import MARKETING

from worlds.crm import models
from worlds.crm.operations.campaigns import (
    add_members,
    get_campaign,
    list_campaign_members,
    list_campaigns,
    remove_member,
    set_member_status,
)

NEWSLETTER, OVER = 2, 3


def campaigns(crm: Crm) -> None:
    """A newsletter beside the fair, and a webinar that is over."""
    for at, name, kind, state in (
        (NEWSLETTER, "Summer news", "email", "running"),
        (OVER, "Tents", "webinar", "finished"),
    ):
        crm.add(models.Campaign(id=at, name=name, kind=kind, state=state, owner_id=MARKETING, created_at=crm.now))


def members(crm: Crm, campaign: int = CAMPAIGN) -> list[tuple[int | None, int | None, str]]:
    sql = "SELECT contact_id, lead_id, status FROM campaign_member WHERE campaign_id = ? ORDER BY id"
    return crm.rows(sql, campaign)


def test_campaigns_are_found_by_what_they_are(crm: Crm):
    campaigns(crm)
    ctx = crm.as_("marketing")
    assert [one.campaign_id for one in list_campaigns(ctx).items] == [OVER, NEWSLETTER, CAMPAIGN]
    assert [one.name for one in list_campaigns(ctx, query="FAIR", kind="trade_show").items] == ["Spring fair 2026"]
    assert [one.campaign_id for one in list_campaigns(ctx, state="finished").items] == [OVER]
    with crm.refuses("campaign_not_found", field="campaign_id"):
        get_campaign(ctx, 99)


def test_everybody_is_added_for_themselves(crm: Crm):
    ctx = crm.as_("marketing")
    done = add_members(ctx, CAMPAIGN, "contact", [ANNA, BRAM, 99, GARETH])
    assert [(one.success, one.error) for one in done.items] == [
        (True, None), (True, None), (False, "CONTACT_NOT_FOUND"), (True, None),
    ]  # fmt: skip
    again = add_members(ctx, CAMPAIGN, "contact", [CLAIRE, ANNA], "attended")
    assert (again.succeeded, again.items[1].error) == (1, "ALREADY_MEMBER")
    add_members(ctx, CAMPAIGN, "lead", [WEB], "registered")
    assert members(crm) == [
        (ANNA, None, "planned"), (BRAM, None, "planned"), (GARETH, None, "planned"), (CLAIRE, None, "attended"),
        (None, WEB, "registered"),
    ]  # fmt: skip
    shown = get_campaign(ctx, CAMPAIGN)
    assert (shown.members, {one.status: one.members for one in shown.statuses}) == (
        5, {"planned": 3, "attended": 1, "registered": 1},
    )  # fmt: skip
    with crm.refuses("record_twice", field="record_ids"):
        add_members(ctx, CAMPAIGN, "contact", [ANNA, ANNA])


def test_who_objected_to_its_channel_is_not_in_a_mailing(crm: Crm):
    campaigns(crm)
    done = add_members(crm.as_("marketing"), NEWSLETTER, "contact", [ANNA, ANNA_TWIN])
    assert [one.error for one in done.items] == [None, "OPTED_OUT"]
    assert members(crm, NEWSLETTER) == [(ANNA, None, "planned")]
    fair = add_members(crm.as_("marketing"), CAMPAIGN, "contact", [ANNA_TWIN], "attended")
    assert fair.succeeded == 1


def test_nobody_is_planned_for_what_is_over(crm: Crm):
    campaigns(crm)
    with crm.refuses("campaign_over", field="status"):
        add_members(crm.as_("marketing"), OVER, "contact", [ANNA])
    assert add_members(crm.as_("marketing"), OVER, "contact", [ANNA], "attended").succeeded == 1


def test_one_sees_and_adds_whom_one_may_open(crm: Crm):
    add_members(crm.as_("marketing"), CAMPAIGN, "contact", [ANNA, CLAIRE])
    add_members(crm.as_("marketing"), CAMPAIGN, "lead", [FRENCH])
    rep = crm.as_("rep")
    (row,) = list_campaign_members(rep, CAMPAIGN).items
    assert (row.name, row.kind, row.company, row.email, row.opted_out) == (
        "Anna de Vries", "contact", "Hotel De Zwaan B.V.", "anna@dezwaan.example", False,
    )  # fmt: skip
    assert add_members(rep, CAMPAIGN, "lead", [KNOWN]).items[0].error == "LEAD_NOT_FOUND"
    everybody = list_campaign_members(crm.as_("finance"), CAMPAIGN)
    assert [one.record_id for one in everybody.items] == [ANNA, CLAIRE, FRENCH]
    assert list_campaign_members(crm.as_("finance"), CAMPAIGN, contact_id=CLAIRE, status="planned").total == 1
    theirs = everybody.items[1].member_id
    with crm.refuses("member_not_found", field="member_id"):
        remove_member(rep, CAMPAIGN, theirs)


def test_a_status_is_set_for_many_and_who_unsubscribed_stays_so(crm: Crm):
    ctx = crm.as_("marketing")
    add_members(ctx, CAMPAIGN, "contact", [ANNA, BRAM, GARETH])
    one, two, three = (row.member_id for row in list_campaign_members(ctx, CAMPAIGN).items)
    set_member_status(ctx, CAMPAIGN, [two], "unsubscribed")
    done = set_member_status(ctx, CAMPAIGN, [one, two, three, 99], "attended")
    assert [item.error for item in done.items] == [None, "MEMBER_UNSUBSCRIBED", None, "MEMBER_NOT_FOUND"]
    assert [status for _, _, status in members(crm)] == ["attended", "unsubscribed", "attended"]
    assert set_member_status(ctx, CAMPAIGN, [one], "attended").items[0].outcome == "unchanged"


def test_a_member_is_taken_out(crm: Crm):
    ctx = crm.as_("marketing")
    add_members(ctx, CAMPAIGN, "contact", [ANNA, BRAM])
    assert remove_member(ctx, CAMPAIGN, list_campaign_members(ctx, CAMPAIGN).items[0].member_id).members == 1
    assert members(crm) == [(BRAM, None, "planned")]
