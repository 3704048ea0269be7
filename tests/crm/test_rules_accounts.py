"""Promises of accounts: how they are found, made once, kept right, and who may do so."""

import pytest
from tiny_crm import Crm
from tiny_deals import LAST_YEAR, RESELLER, STERLING
from tiny_records import ANNA, HARBOUR, TILLEULS, ZWAAN, ZWAAN_GROUP, ZWAAN_TWIN
from tiny_staff import LEAVER, OTHER_REP, REP

from worlds.crm.operations.accounts import Address, create_account, get_account, list_accounts, update_account

pytestmark = pytest.mark.usefixtures("lawful")


def names(page):
    return [one.name for one in page.items]


def test_a_list_holds_what_one_may_open(crm: Crm):
    assert names(list_accounts(crm.as_("rep"))) == [
        "De Zwaan Hotel", "Harbour Outdoor Ltd", "Hotel De Zwaan B.V.", "Zwaan Hotels N.V.",
    ]  # fmt: skip
    assert names(list_accounts(crm.as_("rep", OTHER_REP))) == ["Les Tilleuls SARL"]
    assert list_accounts(crm.as_("vp")).total == 5


def test_accounts_are_found_by_words_town_and_phone(crm: Crm):
    ctx = crm.as_("vp")
    assert names(list_accounts(ctx, query="zwaan zwolle")) == ["Hotel De Zwaan B.V."]
    assert names(list_accounts(ctx, query="(038) 421 00 00")) == ["Hotel De Zwaan B.V."]
    assert names(list_accounts(ctx, query="0033 450123456")) == ["Les Tilleuls SARL"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"country": "GB"}, [HARBOUR]), ({"kind": "partner"}, [ZWAAN_GROUP]), ({"parent_id": ZWAAN_GROUP}, [ZWAAN]),
        ({"owner_id": OTHER_REP}, [TILLEULS]), ({"locked": True}, []), ({"sort": "newest", "kind": "customer"}, None),
    ],
)  # fmt: skip
def test_lists_are_narrowed(crm: Crm, filters, found):
    rows = [one.account_id for one in list_accounts(crm.as_("vp"), **filters).items]
    assert rows == ([TILLEULS, ZWAAN] if found is None else found)


def test_an_account_is_shown_with_what_belongs_to_it(crm: Crm):
    shown = get_account(crm.as_("rep"), ZWAAN)
    assert (shown.owner_name, shown.parent_name, shown.territory_name, shown.price_book_name) == (
        "Daan Visser", "Zwaan Hotels N.V.", "Netherlands", "Standard EUR",
    )  # fmt: skip
    assert [one.account_id for one in shown.above] == [ZWAAN_GROUP]
    assert [one.account_id for one in get_account(crm.as_("rep"), ZWAAN_GROUP).children] == [ZWAAN]
    assert (shown.contacts, shown.open_deals, shown.won_deals) == (2, 3, 1)
    assert ANNA in [one.contact_id for one in shown.newest_contacts]
    assert {one.number for one in shown.deals} == {"D-1041", "D-1042", "D-1045", "D-1046"}
    assert (shown.version, shown.editable, shown.locked) == (1, True, False)


def test_an_account_is_made_by_its_owner(crm: Crm):
    made = create_account(
        crm.as_("rep"), name=" Strandpaviljoen Noord ", country="NL", website="noord.example", phone="0222 123456",
        billing=Address(city="Den Burg"), price_book_id=RESELLER,
    )  # fmt: skip
    assert (made.name, made.owner_id, made.kind, made.billing_city) == (
        "Strandpaviljoen Noord", REP, "prospect", "Den Burg",
    )  # fmt: skip
    assert crm.held("account", made.account_id, "domain_norm, phone_norm") == ("noord.example", "31222123456")
    assert names(list_accounts(crm.as_("rep"), query="noord")) == ["Strandpaviljoen Noord"]


def test_a_like_account_is_told_and_made_only_when_somebody_insists(crm: Crm):
    ctx = crm.as_("rep")
    given = {"name": "Hotel de Zwaan", "country": "NL", "website": "www.dezwaan.example"}
    with crm.refuses("duplicates_detected") as said:
        create_account(ctx, **given)
    assert [one["id"] for one in said.value.details["matches"]] == [ZWAAN, ZWAAN_TWIN]
    assert said.value.override == "allow_save"
    made = create_account(ctx, **given, allow_save=True)
    assert crm.rows("SELECT kind, record_id FROM duplicate_item ORDER BY record_id") == [
        ("account", ZWAAN), ("account", ZWAAN_TWIN), ("account", made.account_id),
    ]  # fmt: skip
    assert crm.one("SELECT state, rule_id FROM duplicate_set") == ("open", 2)


def test_a_like_account_that_one_cannot_open_tells_only_whose_it_is(crm: Crm):
    with crm.refuses("duplicates_detected") as said:
        create_account(crm.as_("rep"), name="Les Tilleuls", country="FR", website="lestilleuls.example")
    assert said.value.details["matches"] == [
        {
            "record": "account", "id": TILLEULS, "label": "An account that you cannot open", "owner": "Camille Renard",
            "openable": False,
        },
    ]  # fmt: skip
    assert "a record you cannot open, owned by Camille Renard" in said.value.message
    assert "SARL" not in said.value.message


def test_a_change_leaves_what_it_does_not_name(crm: Crm):
    shown = update_account(crm.as_("rep"), ZWAAN, tier="key", billing=Address(street="Kade 6"), empty=["phone"])
    assert (shown.tier, shown.billing_street, shown.billing_city, shown.phone) == ("key", "Kade 6", "Zwolle", None)
    assert [one[0] for one in crm.history("account", ZWAAN)] == ["billing_street", "phone", "tier"]
    assert crm.held("account", ZWAAN, "phone_norm") is None


def test_what_cannot_be_is_refused(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("nothing_to_change"):
        update_account(ctx, ZWAAN)
    with crm.refuses("set_and_emptied", field="empty"):
        update_account(ctx, ZWAAN, phone="038 1234567", empty=["phone"])
    with crm.refuses("lock_not_permitted", field="locked"):
        update_account(ctx, ZWAAN, locked=True)
    with crm.refuses("price_book_currency", field="price_book_id"):
        update_account(ctx, ZWAAN, price_book_id=STERLING)
    with crm.refuses("price_book_inactive", field="price_book_id"):
        update_account(ctx, ZWAAN, price_book_id=LAST_YEAR)
    with crm.refuses("parent_cycle", field="parent_id"):
        update_account(ctx, ZWAAN_GROUP, parent_id=ZWAAN)
    with crm.refuses("owner_inactive", field="owner_id"):
        create_account(ctx, name="Nowhere", country="NL", owner_id=LEAVER)


def test_finance_and_the_other_region_change_nothing(crm: Crm):
    with crm.refuses("account_not_found", field="account_id"):
        update_account(crm.as_("rep", OTHER_REP), ZWAAN, tier="key")
    with crm.refuses("edit_not_permitted", field="account_id"):
        update_account(crm.as_("marketing"), ZWAAN, tier="key")
