"""Campaigns: the list, one with its members, and how far it has gone with them."""

from flask import request, url_for

from worlds.crm.operations.campaigns import (
    CampaignDetail,
    add_members,
    get_campaign,
    list_campaign_members,
    list_campaigns,
    remove_member,
    set_member_status,
)
from worlds.crm.pages.relations.app import relations, with_filters
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, form_for, sheet_page
from worlds.crm.pages.relations.bulk import summed_up, ticked
from worlds.crm.pages.relations.choices import campaigns as campaign_options
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.pages.relations.wording import counted, words
from worlds.crm.records.one_by_one import BulkResult
from worlds.engine.surfaces.chrome import AGAIN, Act, Tab, Views, act
from worlds.engine.surfaces.pages import Done, Door

QUICK: Views = (("All campaigns", {}), ("Running", {"state": "running"}), ("Planned", {"state": "planned"}))


@relations.page("/campaigns")
def campaigns(door: Door) -> str:
    """The list, with its filters in the URL."""
    filters = (Ask("query", "Search"), Ask("kind", "Kind", blank="Any"), Ask("state", "State", blank="Any"))
    return list_page(door, list_campaigns, Listed("Campaigns", "campaign", "campaign", "campaigns", filters, QUICK))


def _campaign(campaign_id: int) -> str:
    return url_for("relations.campaign", campaign_id=campaign_id)


@relations.page("/campaigns/<id:campaign_id>")
def campaign(door: Door, campaign_id: int) -> str:
    """One campaign with its members."""
    shown = door.read(get_campaign, campaign_id=campaign_id)
    listed = door.listing(list_campaign_members, campaign_id=campaign_id)
    asked = request.args.get("status", "")
    tabs = [Tab("All", door.here(status=None), not asked)]
    tabs += [
        Tab(f"{words(one.status)} ({one.members})", door.here(status=one.status), asked == one.status)
        for one in shown.statuses
    ]
    action = with_filters(
        url_for("relations.status_set", campaign_id=campaign_id), list_campaign_members, "campaign_id"
    )
    setting = form_for(
        door, set_member_status, action, (Ask("member_ids", "Members"), Ask("status", "Status")), name="status"
    )
    return door.render(
        "relations/campaign.html",
        campaign=shown,
        listed=listed,
        tabs=tabs,
        setting=setting,
        chosen=tuple(setting.sent.typed.raw.get("member_ids", ())) if setting.sent else (),
        removes=door.may(remove_member),
        acts=[
            act(door, "Add members", url_for("relations.joining", campaign_id=campaign_id), add_members),
            Act("Hand over", url_for("relations.new_hand_over", kind="campaign", record_id=campaign_id)),
        ],
    )


@relations.action("/campaigns/<id:campaign_id>", set_member_status, shows=campaign)
def status_set(_door: Door, done: BulkResult | None, campaign_id: int) -> Done:
    """The campaign has gone further with them."""
    back = with_filters(_campaign(campaign_id), list_campaign_members, "campaign_id")
    return Done(summed_up(done, "member", "members", "changed") if done else AGAIN, back)


@relations.page("/campaigns/<id:campaign_id>/members/new")
def joining(door: Door, campaign_id: int) -> str:
    """Adds contacts or leads to a campaign."""
    shown = door.read(get_campaign, campaign_id=campaign_id)
    asks = (
        Ask("kind", "They are", [("contact", "Contacts"), ("lead", "Leads")]),
        *(Ask(f"record_ids.{at}", f"Id {at + 1}", hint="As its page shows it." if not at else "") for at in range(5)),
        Ask("status", "Status"),
    )
    sheet = Sheet(
        f"Add members to {shown.name}", "Add them", _campaign(campaign_id),
        [("Campaigns", url_for("relations.campaigns")), (shown.name, _campaign(campaign_id))], (Part("", asks),),
        follows=("Many at once are ticked in the list of contacts or of leads.",),
    )  # fmt: skip
    return sheet_page(door, add_members, url_for("relations.joined", campaign_id=campaign_id), sheet)


@relations.action("/campaigns/<id:campaign_id>/members/new", add_members, shows=joining)
def joined(_door: Door, done: BulkResult | None, campaign_id: int) -> Done:
    """They are members."""
    return Done(summed_up(done, "member", "members", "added") if done else AGAIN, _campaign(campaign_id))


@relations.page("/campaigns/members/<any(contact,lead):kind>")
def joining_many(door: Door, kind: str) -> str:
    """Adds the ticked rows of a list to a campaign."""
    ids = ticked()
    many = "contacts" if kind == "contact" else "leads"
    asks = (Ask("campaign_id", "Campaign", campaign_options(door)), Ask("status", "Status"))
    sheet = Sheet(
        f"Add {counted(len(ids), kind)} to a campaign", "Add them", url_for(f"relations.{many}"),
        [(many.capitalize(), url_for(f"relations.{many}"))], (Part("", asks),),
    )  # fmt: skip
    return sheet_page(
        door, add_members, url_for("relations.joined_many", kind=kind), sheet, template="relations/ticked.html",
        kind=kind, ids=ids,
    )  # fmt: skip


@relations.action("/campaigns/members/<any(contact,lead):kind>", add_members, shows=joining_many)
def joined_many(_door: Door, done: BulkResult | None, kind: str) -> Done:
    """They are members."""
    back = url_for(f"relations.{kind}s")
    return Done(summed_up(done, "member", "members", "added") if done else AGAIN, back)


@relations.page("/campaigns/<id:campaign_id>/members/<id:member_id>/remove")
def leaving(door: Door, campaign_id: int, member_id: int) -> str:
    """Takes a member out of a campaign."""
    shown = door.read(get_campaign, campaign_id=campaign_id)
    sheet = Sheet(
        f"Take a member out of {shown.name}", "Take them out", _campaign(campaign_id),
        [("Campaigns", url_for("relations.campaigns")), (shown.name, _campaign(campaign_id))],
        follows=(f"The campaign then has {counted(max(shown.members - 1, 0), 'member')}.",), danger=True,
    )  # fmt: skip
    action = url_for("relations.left", campaign_id=campaign_id, member_id=member_id)
    return sheet_page(door, remove_member, action, sheet)


@relations.action("/campaigns/<id:campaign_id>/members/<id:member_id>/remove", remove_member, shows=leaving)
def left(_door: Door, done: CampaignDetail | None, campaign_id: int, member_id: int) -> Done:  # noqa: ARG001 - the address has both
    """They are out."""
    return Done(f"{done.name} has {counted(done.members, 'member')} now." if done else AGAIN, _campaign(campaign_id))
