"""Promises of saved views: they keep a list, count it rightly, and show each only what they may open."""

from typing import Any

import pytest
from tiny_crm import Crm
from tiny_deals import EARLY, GBP_DEAL, LOST, OFFERED, QUALIFICATION
from tiny_records import FRENCH, WEB
from tiny_staff import OTHER_MANAGER, OTHER_REP, REP, SDR

import worlds
from worlds.crm.operations.bulk import FieldValue, bulk_update_records
from worlds.crm.operations.views import (
    FilterValue,
    ViewDetail,
    delete_view,
    get_view,
    list_view_records,
    list_views,
    save_view,
    update_view,
)
from worlds.crm.population.staffing import STAGES
from worlds.crm.views import OpportunityRow
from worlds.engine.cursors import is_list
from worlds.engine.faults.plan import FaultPlan, Rule


def filters(**values: str) -> list[FilterValue]:
    return [FilterValue(name=name, value=value) for name, value in values.items()]


def open_deals(crm: Crm, **more: Any) -> ViewDetail:
    asked = filters(stage_kind="open", owner_id=str(REP))
    return save_view(crm.as_("rep"), "My open deals", "opportunity", asked, sort="close_date", **more)


def test_a_view_keeps_what_a_list_asks_for_and_its_order(crm: Crm) -> None:
    made = open_deals(crm, columns=["name", "amount"])
    found = list_view_records(crm.as_("rep"), made.view_id)
    assert (made.records, found.total) == (4, 4)
    days = [one.close_date for one in found.items if isinstance(one, OpportunityRow)]
    assert days == sorted(days)
    assert (made.columns, [one.name for one in made.filters]) == (["name", "amount"], ["owner_id", "stage_kind"])


def test_its_count_follows_the_records(crm: Crm) -> None:
    made = open_deals(crm)
    changes = [FieldValue(field="stage", value=STAGES[LOST - 1][0]), FieldValue(field="loss_reason", value="timing")]
    bulk_update_records(crm.as_("rep"), "opportunity", [EARLY, GBP_DEAL], changes)
    assert get_view(crm.as_("rep"), made.view_id).records == 2
    assert {one.opportunity_id for one in list_view_records(crm.as_("rep"), made.view_id).items} >= {OFFERED}  # type: ignore[union-attr]  # they are deals
    lost = save_view(crm.as_("rep"), "Lost", "opportunity", filters(stage_id=str(LOST)))
    assert lost.records == 2


def test_the_count_is_read_from_the_records_and_the_list_is_a_list(crm: Crm) -> None:
    """An index that lags makes lists stale; what is read by its key is not."""
    assert is_list(list_view_records)
    assert not is_list(get_view)
    assert open_deals(crm).records == 4


def test_saving_under_the_same_name_replaces(crm: Crm) -> None:
    made = open_deals(crm)
    again = save_view(crm.as_("rep"), "My open deals", "opportunity", filters(stage_id=str(QUALIFICATION)))
    assert (again.view_id, again.records, again.sort) == (made.view_id, 1, "newest")
    assert crm.count("saved_view") == 1


def test_who_sees_a_view_is_as_its_keeper_says(crm: Crm) -> None:
    made = open_deals(crm)
    team, stranger = crm.as_("sdr"), crm.as_("rep", OTHER_REP)
    for ctx in (team, stranger):
        with crm.refuses("view_not_found", field="view_id"):
            get_view(ctx, made.view_id)
    update_view(crm.as_("rep"), made.view_id, visibility="team")
    assert [one.view_id for one in list_views(team).items] == [made.view_id]
    assert list_views(stranger).total == 0
    update_view(crm.as_("rep"), made.view_id, visibility="everybody")
    assert list_views(stranger, record_kind="opportunity").total == 1


def test_a_shared_view_shows_each_what_they_may_open(crm: Crm) -> None:
    made = save_view(crm.as_("rep"), "Leads", "lead", filters(status="assigned"), visibility="everybody")
    mine = {one.lead_id for one in list_view_records(crm.as_("rep", OTHER_REP), made.view_id).items}  # type: ignore[union-attr]  # they are leads
    assert mine == {FRENCH}
    seen = {one.lead_id for one in list_view_records(crm.as_("sdr", SDR), made.view_id).items}  # type: ignore[union-attr]  # they are leads
    assert WEB in seen
    assert FRENCH not in seen
    assert get_view(crm.as_("sales_manager", OTHER_MANAGER), made.view_id).records == 1


@pytest.mark.parametrize("kind", ["account", "contact", "lead", "opportunity", "activity", "quote"])
def test_every_kind_has_views(crm: Crm, kind: Any) -> None:
    made = save_view(crm.as_("sales_ops"), "All", kind, [])
    assert list_view_records(crm.as_("sales_ops"), made.view_id, page_size=2).total == made.records


@pytest.mark.parametrize(
    ("asked", "more", "code", "field"),
    [
        ({"colour": "red"}, {}, "filter_unknown", "filters"),
        ({"page": "2"}, {}, "filter_unknown", "filters"),
        ({"owner_id": "Daan"}, {}, "filter_invalid", "filters"),
        ({"stage_kind": "half"}, {}, "filter_invalid", "filters"),
        ({}, {"sort": "beauty"}, "filter_invalid", "sort"),
        ({}, {"columns": ["cost"]}, "column_unknown", "columns"),
    ],
)
def test_what_a_list_cannot_be_asked_is_not_kept(
    crm: Crm, asked: dict[str, str], more: dict[str, Any], code: str, field: str
) -> None:
    with crm.refuses(code, field=field):
        save_view(crm.as_("rep"), "Odd", "opportunity", filters(**asked), **more)


def test_views_belong_to_who_keeps_them(crm: Crm) -> None:
    made = open_deals(crm, visibility="everybody")
    with crm.refuses("not_your_view", field="view_id"):
        delete_view(crm.as_("sdr"), made.view_id)
    with crm.refuses("filter_twice", field="filters"):
        save_view(crm.as_("rep"), "Odd", "lead", [*filters(status="new"), *filters(status="dead")])
    second = save_view(crm.as_("rep"), "Second", "opportunity", [])
    with crm.refuses("name_taken", field="name"):
        update_view(crm.as_("rep"), second.view_id, name="My open deals")
    before = crm.count("opportunity")
    assert delete_view(crm.as_("sales_ops"), made.view_id).name == "My open deals"
    assert (crm.count("saved_view"), crm.count("opportunity")) == (1, before)


def test_while_the_index_lags_the_list_is_behind_and_the_count_is_right() -> None:
    lag = FaultPlan(rules=(Rule(fault="F30", times=0, params={"seconds": 600}),))
    with worlds.open("crm", role="sales_ops", faults=lag) as episode:
        asked = [{"name": "query", "value": "zebrafink"}]
        view = episode.call("save_view", {"name": "Zebra", "record_kind": "lead", "filters": asked}).body["view_id"]
        episode.call("wait", {"minutes": 11})
        assert episode.call("create_lead", {"last_name": "Vink", "company": "Zebrafink"}).ok
        assert episode.call("list_view_records", {"view_id": view}).body["totalSize"] == 0
        assert episode.call("get_view", {"view_id": view}).body["records"] == 1
        episode.call("wait", {"minutes": 11})
        assert episode.call("list_view_records", {"view_id": view}).body["totalSize"] == 1
