"""Promises of territories: which account belongs where, who gets it, and what the override keeps (rule CR2)."""

import pytest
from tiny_crm import Crm
from tiny_deals import EARLY, OFFERED, QUOTE, WON_DEAL
from tiny_records import ANNA, HARBOUR, TILLEULS, ZWAAN, ZWAAN_GROUP
from tiny_staff import LEAVER, NORTH, OTHER_MANAGER, OTHER_REP, REP, SDR, SOUTH

from worlds.crm import models
from worlds.crm.operations.approvals import submit_quote
from worlds.crm.operations.quote_lines import set_discount
from worlds.crm.operations.territories import (
    list_territories,
    preview_territories,
    run_territory_rules,
    set_territory,
)
from worlds.crm.records import changing, heads, placing


def moves_to_france(crm: Crm, at: int = ZWAAN) -> None:
    """The firm's seat is in France from now on; nobody has run the rules yet."""
    ctx = crm.as_("sales_ops")
    changing.change(ctx, "account", heads.account(ctx, at), {"country": "FR"})


def test_territories_are_listed_with_their_rules_and_who_sells_there(crm: Crm) -> None:
    north, south = list_territories(crm.as_("rep")).territories
    assert (north.name, north.primary_seller and north.primary_seller.user_id) == ("Netherlands", REP)
    assert {one.user_id for one in north.sellers} == {REP, SDR}
    assert (north.rules[0].countries, south.rules[0].countries) == (["NL"], ["FR"])
    assert north.accounts == len(crm.rows("SELECT id FROM account WHERE territory_id = ?", NORTH))


def test_an_account_that_moved_goes_with_its_contacts_and_open_deals_to_the_seller_there(crm: Crm) -> None:
    moves_to_france(crm)
    done = run_territory_rules(crm.as_("sales_ops"), [ZWAAN])
    assert (done.moved, done.items[0].outcome, done.items[0].to_owner) == (1, "moved", "Camille Renard")
    assert crm.held("account", ZWAAN, "territory_id, owner_id") == (SOUTH, OTHER_REP)
    assert crm.held("opportunity", EARLY, "owner_id") == OTHER_REP
    assert crm.held("contact", ANNA, "owner_id") == OTHER_REP
    assert crm.held("opportunity", WON_DEAL, "owner_id") == REP, "a closed deal stays with whoever closed it"
    assert ("owner_id", str(REP), str(OTHER_REP), "territory_rules") in crm.history("account", ZWAAN)


def test_the_override_keeps_rules_off(crm: Crm) -> None:
    set_territory(crm.as_("sales_ops"), ZWAAN, NORTH)
    moves_to_france(crm)
    done = run_territory_rules(crm.as_("sales_ops"), [ZWAAN, TILLEULS])
    assert [one.outcome for one in done.items] == ["kept_by_override", "unchanged"]
    assert crm.held("account", ZWAAN, "territory_id, owner_id") == (NORTH, REP)
    set_territory(crm.as_("sales_ops"), ZWAAN, NORTH, override=False)
    assert run_territory_rules(crm.as_("sales_ops"), [ZWAAN]).moved == 1


def test_a_run_tells_of_each_account_and_stops_at_none(crm: Crm) -> None:
    crm.db.execute("UPDATE account SET locked = 1, country = 'FR' WHERE id = ?", (ZWAAN_GROUP,))
    moves_to_france(crm)
    done = run_territory_rules(crm.as_("sales_ops"), [99, ZWAAN_GROUP, HARBOUR, ZWAAN])
    assert [one.error for one in done.items] == ["ACCOUNT_NOT_FOUND", "ACCOUNT_LOCKED", None, None]
    assert [one.outcome for one in done.items] == ["failed", "failed", "no_rule_fits", "moved"]
    assert crm.held("account", ZWAAN_GROUP, "territory_id") == NORTH


def test_a_preview_tells_what_a_run_does_and_does_nothing(crm: Crm) -> None:
    moves_to_france(crm)
    before = crm.dump()
    told = preview_territories(crm.as_("rep"), [ZWAAN])
    assert (told.items[0].outcome, told.items[0].from_territory, told.items[0].to_territory) == (
        "moved", "Netherlands", "France",
    )  # fmt: skip
    assert crm.dump() == before


def test_an_owner_who_sells_there_keeps_the_account(crm: Crm) -> None:
    crm.add(models.TerritoryMember(id=9, territory_id=SOUTH, user_id=REP, is_primary=False))
    moves_to_france(crm)
    run_territory_rules(crm.as_("sales_ops"), [ZWAAN])
    assert crm.held("account", ZWAAN, "territory_id, owner_id") == (SOUTH, REP)


def test_the_territory_of_the_lowest_priority_whose_rule_fits_gets_an_account(crm: Crm) -> None:
    crm.add(models.Territory(id=3, name="Big", region="North", description="Big", priority=0, active=True))
    crm.add(
        models.TerritoryRule(
            id=3, territory_id=3, countries='["NL"]', segments='["enterprise"]', postal_prefixes='["80", "81"]',
            employees_from=200, employees_to=None,
        )
    )  # fmt: skip
    big = {"country": "NL", "segment": "enterprise", "billing_postal_code": "8011 AB", "employees": 300}
    ctx = crm.as_("sales_ops")
    assert placing.territory_of(ctx, big) == (3, "Big")
    for column, other in (
        ("segment", "small_business"),
        ("billing_postal_code", "1011 AB"),
        ("employees", 199),
        ("employees", None),
    ):
        assert placing.territory_of(ctx, big | {column: other}) == (NORTH, "Netherlands"), column
    assert placing.territory_of(ctx, big | {"country": "SE"}) is None


def test_a_new_account_is_in_the_territory_that_rules_find(crm: Crm) -> None:
    columns = {
        "name": "Le Lac", "country": "FR", "kind": "prospect", "industry": "other", "segment": "small_business",
        "tier": "standard", "currency": "EUR", "owner_id": REP,
    }  # fmt: skip
    key = changing.create(crm.as_("rep"), "account", columns)
    assert crm.held("account", key, "territory_id") == SOUTH


def test_who_left_is_given_nothing_by_rules(crm: Crm) -> None:
    crm.db.execute("UPDATE territory_member SET user_id = ? WHERE territory_id = ?", (LEAVER, SOUTH))
    moves_to_france(crm)
    run_territory_rules(crm.as_("sales_ops"), [ZWAAN])
    assert crm.held("account", ZWAAN, "territory_id, owner_id") == (SOUTH, REP)


def test_a_territory_that_is_not_there_or_would_be_undone_is_refused(crm: Crm) -> None:
    with crm.refuses("territory_not_found", field="territory_id"):
        set_territory(crm.as_("sales_ops"), ZWAAN, 99)
    with crm.refuses("override_needed", field="override"):
        set_territory(crm.as_("sales_ops"), ZWAAN, None, override=False)
    with crm.refuses("record_twice", field="account_ids"):
        run_territory_rules(crm.as_("sales_ops"), [ZWAAN, ZWAAN])


@pytest.mark.parametrize("at", [ZWAAN, HARBOUR])
def test_an_account_may_be_kept_in_no_territory(crm: Crm, at: int) -> None:
    shown = set_territory(crm.as_("admin"), at, None)
    assert (shown.territory_id, shown.territory_override, shown.territory_name) == (None, True, None)


def test_while_the_seller_is_away_their_manager_gets_what_moves(crm: Crm) -> None:
    crm.db.execute("UPDATE crm_user SET away_until = '2026-03-16' WHERE id = ?", (OTHER_REP,))
    moves_to_france(crm)
    run_territory_rules(crm.as_("sales_ops"), [ZWAAN])
    assert crm.held("account", ZWAAN, "territory_id, owner_id") == (SOUTH, OTHER_MANAGER)


def test_a_deal_that_waits_for_approval_stays_until_that_is_decided(crm: Crm) -> None:
    set_discount(crm.as_("rep"), QUOTE, 2_000, "They order for three years.")
    submit_quote(crm.as_("rep"), QUOTE, "They order for three years.")
    moves_to_france(crm)
    assert run_territory_rules(crm.as_("sales_ops"), [ZWAAN]).items[0].deals_moved == 2
    assert [crm.held("opportunity", one, "owner_id") for one in (OFFERED, EARLY)] == [REP, OTHER_REP]
