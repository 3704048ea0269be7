"""Promises of duplicates: how likes are found, what is told of them, and sets that are looked through."""

import pytest
from tiny_crm import Crm
from tiny_records import ANNA, ANNA_TWIN, BRAM, CLAIRE, FRENCH, HARBOUR, KNOWN, TILLEULS, WEB, ZWAAN, ZWAAN_TWIN
from tiny_staff import OTHER_REP, SDR

from worlds.crm.matching.finding import likeness
from worlds.crm.matching.norms import domain_norm, email_domain, extension_of, name_norm, phone_norm
from worlds.crm.operations.accounts import create_account, update_account
from worlds.crm.operations.duplicates import dismiss_duplicate_set, find_duplicates, list_duplicate_sets
from worlds.crm.operations.leads import create_lead, update_lead

pytestmark = pytest.mark.usefixtures("lawful")


def test_a_record_s_likes_are_found_among_all_kinds(crm: Crm):
    found = find_duplicates(crm.as_("sdr"), "lead", KNOWN)
    assert [(one.kind, one.record_id, one.rules) for one in found.items] == [
        ("contact", ANNA, ["E-mail", "Name"]), ("contact", ANNA_TWIN, ["Name"]), ("account", ZWAAN, ["Name"]),
        ("account", ZWAAN_TWIN, ["Name"]),
    ]  # fmt: skip
    twins = find_duplicates(crm.as_("rep"), "contact", ANNA)
    assert [(one.record_id, one.rules) for one in twins.items if one.kind == "contact"] == [
        (ANNA_TWIN, ["Name", "Phone"])
    ]
    assert find_duplicates(crm.as_("rep"), "contact", BRAM).items == []


def test_a_like_of_the_other_region_is_told_without_its_data(crm: Crm):
    lead = create_lead(
        crm.as_("sdr"), "Moreau", "Tilleuls", email="claire@lestilleuls.example", owner_id=SDR, allow_save=True
    )
    found = find_duplicates(crm.as_("sdr"), "lead", lead.lead_id).items
    assert [(one.kind, one.record_id, one.openable, one.title, one.owner_name) for one in found] == [
        ("contact", CLAIRE, False, None, "Camille Renard"), ("account", TILLEULS, False, None, "Camille Renard"),
    ]  # fmt: skip
    assert [one.created_at for one in found] == [None, None]


def test_a_lead_with_a_private_address_is_known_by_the_website_of_its_firm(crm: Crm):
    update_lead(crm.as_("sdr"), WEB, company="De Zwaan Hotel", website="http://dezwaan.example/contact")
    found = find_duplicates(crm.as_("sdr"), "lead", WEB)
    assert [(one.kind, one.record_id) for one in found.items] == [("account", ZWAAN), ("account", ZWAAN_TWIN)]


def test_merged_deleted_and_converted_records_are_no_likes(crm: Crm):
    crm.db.execute("UPDATE account SET is_deleted = 1 WHERE id = ?", (ZWAAN_TWIN,))
    crm.db.execute("UPDATE contact SET is_deleted = 1 WHERE id = ?", (ANNA,))
    found = find_duplicates(crm.as_("sdr"), "lead", KNOWN)
    assert [(one.kind, one.record_id) for one in found.items] == [("contact", ANNA_TWIN), ("account", ZWAAN)]


def test_sets_are_listed_for_whoever_may_open_one_of_them(crm: Crm):
    create_account(crm.as_("rep"), name="Tilleuls", country="GB", website="lestilleuls.example", allow_save=True)
    mine = list_duplicate_sets(crm.as_("rep")).items
    assert [[(one.record_id, one.openable) for one in row.members] for row in mine] == [[(TILLEULS, False), (6, True)]]
    assert mine[0].rule == "Account name and domain"
    assert [len(row.members) for row in list_duplicate_sets(crm.as_("rep", OTHER_REP)).items] == [2]
    assert list_duplicate_sets(crm.as_("sdr")).total == 0
    assert list_duplicate_sets(crm.as_("vp"), kind="lead").total == 0


def test_a_set_is_dismissed_once_and_with_a_reason(crm: Crm):
    create_account(crm.as_("rep"), name="Hotel de Zwaan", country="NL", website="dezwaan.example", allow_save=True)
    place = list_duplicate_sets(crm.as_("rep")).items[0].set_id
    shown = dismiss_duplicate_set(crm.as_("rep"), place, "Two houses of one chain.")
    assert (shown.state, shown.reason, shown.decided_by) == ("dismissed", "Two houses of one chain.", "Daan Visser")
    with crm.refuses("set_decided", field="set_id"):
        dismiss_duplicate_set(crm.as_("rep"), place, "Again.")
    for role, key in (("rep", 99), ("rep", place)):
        person = OTHER_REP if key == place else None
        with crm.refuses("set_not_found", field="set_id"):
            dismiss_duplicate_set(crm.as_(role, person), key, "Not mine.")


def test_a_third_like_comes_into_the_set_that_is_open(crm: Crm):
    for name in ("Hotel de Zwaan", "Zwaan Hotel"):
        create_account(crm.as_("rep"), name=name, country="NL", website="dezwaan.example", allow_save=True)
    assert crm.count("duplicate_set") == 1
    assert crm.count("duplicate_item") == 4


def test_a_rule_out_of_use_says_nothing(crm: Crm):
    crm.db.execute("UPDATE matching_rule SET active = 0 WHERE method = 'name_domain'")
    made = create_account(crm.as_("rep"), name="Hotel de Zwaan", country="NL", website="dezwaan.example")
    assert crm.count("duplicate_set") == 0
    assert find_duplicates(crm.as_("rep"), "account", made.account_id).items == []


@pytest.mark.parametrize(("action", "insisted"), [("block", False), ("block", True), ("alert", False)])
def test_a_change_is_looked_at_where_a_rule_asks_for_it(crm: Crm, action, insisted):
    crm.db.execute("UPDATE duplicate_rule SET on_update = 1, action = ? WHERE record_kind = 'account'", (action,))
    with crm.refuses("duplicates_detected"):
        update_account(crm.as_("rep"), HARBOUR, name="Hotel Zwaan de", website="dezwaan.example", allow_save=insisted)
    assert update_account(crm.as_("rep"), HARBOUR, tier="key").tier == "key"


def test_who_insists_on_a_like_change_gets_it_and_it_is_written_down(crm: Crm):
    crm.db.execute("UPDATE duplicate_rule SET on_update = 1 WHERE record_kind = 'account'")
    update_account(crm.as_("rep"), HARBOUR, name="Hotel Zwaan de", website="dezwaan.example", allow_save=True)
    assert crm.rows("SELECT record_id FROM duplicate_item ORDER BY record_id") == [(ZWAAN,), (HARBOUR,), (ZWAAN_TWIN,)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hotel De Zwaan B.V.", "hotel de zwaan"), ("Café Nörd GmbH & Co. KG", "Cafe Nord"),
        ("L’Étoile S.à r.l.", "L'Etoile"), ("Harbour Outdoor Ltd.", "HARBOUR  OUTDOOR"),
    ],
)  # fmt: skip
def test_names_are_compared_without_accents_and_legal_forms(one, other):
    assert name_norm(one) == name_norm(other)


@pytest.mark.parametrize(
    ("phone", "country", "norm"),
    [
        ("06-1234 5678", "NL", "31612345678"), ("+31 (0)6 12345678", None, "31612345678"),
        ("0031 6 12 34 56 78", "DE", "31612345678"), ("040 / 123456 ext. 7", "DE", "4940123456"), ("12", "NL", None),
        ("31612345678", "NL", "31612345678"), ("(055) 123 45 67", "NL", "31551234567"),
    ],
)  # fmt: skip
def test_phone_numbers_are_compared_with_their_country(phone, country, norm):
    assert phone_norm(phone, country) == norm


def test_domains_and_extensions_are_read_out_of_what_was_typed():
    assert domain_norm("https://www.Berghof.example/de?x=1") == "berghof.example"
    assert (email_domain("a@Firm.example"), email_domain("a@example.com"), email_domain("a@gmail.com")) == (
        "firm.example", None, None,
    )  # fmt: skip
    assert (extension_of("038 421 0000 tst. 12"), extension_of("038 421 0000")) == ("12", None)


def test_likeness_looks_past_the_order_of_words():
    assert likeness("hotel de zwaan", "de zwaan hotel") == 100
    assert likeness("jon smith", "john smith") > 90
    assert likeness("hotel de zwaan", "camping het loo") < 60
    assert likeness("", "x") == 0


def test_looking_leaves_everything_as_it_is(crm: Crm):
    before = crm.dump()
    for kind, key in (("lead", WEB), ("contact", ANNA), ("account", ZWAAN)):
        find_duplicates(crm.as_("vp"), kind, key)
    with crm.refuses("lead_not_found", field="record_id"):
        find_duplicates(crm.as_("rep"), "lead", FRENCH)
    assert crm.dump() == before
