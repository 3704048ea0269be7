"""Promises of the people that worlds are populated with: whole, unique, fictional, and the same every time."""

import re
import unicodedata

import pytest

from worlds.seeds.addresses import gazetteer, postal_address
from worlds.seeds.names import SHAPES, name_of
from worlds.seeds.people import Census, email_local, firm_host, slug
from worlds.seeds.phones import FORMATS, in_wrong_country, phone_of, with_extension
from worlds.seeds.streams import stream

COUNTRIES = ("NL", "BE", "DE", "FR", "IE", "AT", "LU")
CODES = {
    "NL": r"[1-9]\d{3} [A-Z]{2}",
    "BE": r"\d{4}",
    "DE": r"\d{5}",
    "FR": r"\d{5}",
    "IE": r"[A-Z]\d\d [A-Z0-9]{4}",
    "AT": r"\d{4}",
    "LU": r"\d{4}",
}
RATES = {"apostrophe": 0.02, "sharp_s": 0.02, "right_to_left": 0.02, "two_part": 0.02, "mononym": 0.02, "long": 0.02}


def census(seed=11, count=600, **changes):
    made = Census(seed, RATES, **({"business": 0.05, "namesakes": 0.03, "households": 0.03} | changes))
    for _ in range(count):
        made.next_person()
    return made


@pytest.fixture(scope="module")
def people():
    return census().people


def test_the_same_seed_gives_the_same_people(people):
    assert census(count=50).people == people[:50]


def test_another_seed_gives_other_people(people):
    assert {one.email for one in census(seed=12, count=100).people} != {one.email for one in people[:100]}


def test_a_person_does_not_depend_on_who_comes_later(people):
    assert census(count=7).people[6] == people[6]


def test_no_two_people_share_an_email_address_or_a_phone_number(people):
    assert len({one.email for one in people}) == len(people)
    assert len({one.phone.e164 for one in people}) == len(people)


def test_phone_numbers_stay_unique_for_as_many_people_as_promised():
    for country in COUNTRIES:
        count = 5_000 if country == "DE" else 10_000
        assert len({phone_of(country, serial).e164 for serial in range(count)}) == count


def test_phone_numbers_lie_in_ranges_that_reach_nobody():
    reserved = re.compile(
        r"\+(316 ?0|32400|33639 ?98|35320 ?91|431 ?0|352600|49(3023125|6990009|4066969|2214710|8999998))"
    )
    for country in COUNTRIES:
        assert all(reserved.match(phone_of(country, serial).e164) for serial in range(0, 4_000, 37))


def test_email_addresses_are_made_for_examples_and_derive_from_the_name(people):
    assert all(re.search(r"@([a-z0-9-]+\.)?example\.(com|net|org)$", one.email) for one in people)
    plain = [one for one in people if one.name.shape == "plain"]
    named = [one for one in plain if slug(one.name.given).split("-")[0][:1] == one.email[:1] or one.name.family]
    told = [
        one
        for one in named
        if slug(one.name.family or "").replace("-", "") in one.email or slug(one.name.given.split()[0])[:4] in one.email
    ]
    assert len(told) > 0.98 * len(plain)


def test_postal_codes_belong_to_the_country_and_the_town():
    for country in COUNTRIES:
        for at in range(60):
            rng = stream("addresses", country, at)
            town = gazetteer().town(rng, country)
            address = postal_address(rng, town)
            assert re.fullmatch(CODES[country], address.postal_code)
            assert (address.city, address.province, address.country) == (town.city, town.province, country)
            if not town.prefixes:
                assert town.codes[0] <= int(address.postal_code[:5].split()[0]) <= town.codes[1]


def test_namesakes_share_a_name_and_nothing_else(people):
    by_name = {}
    for one in people:
        by_name.setdefault(one.name.full, []).append(one)
    pairs = [group for group in by_name.values() if len(group) > 1 and len({p.postal.line1 for p in group}) > 1]
    assert len(pairs) >= 5
    assert all(len({one.email for one in group}) == len(group) for group in pairs)


def test_households_share_an_address_and_a_family_name(people):
    by_address = {}
    for one in people:
        by_address.setdefault((one.postal.line1, one.postal.postal_code), []).append(one)
    homes = [group for group in by_address.values() if len(group) > 1]
    assert len(homes) >= 5
    assert all(len({one.name.family for one in group}) == 1 for group in homes)


def test_every_shape_of_name_is_what_it_says():
    def of(shape):
        return [name_of(stream("shape", shape, at), "NL", "nl", shape) for at in range(25)]

    assert all("'" in name.family for name in of("apostrophe"))
    assert all("ß" in name.family for name in of("sharp_s"))
    assert all(unicodedata.bidirectional(name.given[0]) in ("R", "AL") for name in of("right_to_left"))
    assert all(name.family is None for name in of("mononym"))
    assert all("-" in name.family for name in of("two_part"))
    assert all(len(name.full) >= 40 for name in of("long"))
    assert all(not name.full.isascii() for name in of("diacritics"))
    assert {name.shape for shape in SHAPES for name in of(shape)} == set(SHAPES)


def test_names_are_in_nfc_without_brackets_or_titles(people):
    for one in people:
        assert unicodedata.is_normalized("NFC", one.name.full)
        assert not re.search(r"[()\d]|\b(Dr|Prof|Mr|Mrs|Ir)\b\.?", one.name.full)


def test_firms_are_named_after_their_owners_with_the_legal_form_of_their_country(people):
    firms = [one for one in people if one.company]
    assert len(firms) >= 10
    for one in firms:
        assert one.company.endswith(("B.V.", "BV", "GmbH", "SARL", "S.à r.l.", "Ltd"))
        assert one.email.endswith(f"@{firm_host(one.company)}")
        assert not re.search(r"-(b-v|bv|gmbh|sarl|ltd)\.", one.email)


def test_seven_ways_of_writing_a_number_keep_its_digits():
    phone = phone_of("NL", 123)
    shown = {way(phone) for way in FORMATS.values()}
    assert len(FORMATS) == len(shown) == 7
    assert all(re.sub(r"\D", "", one).endswith(phone.area + phone.subscriber) for one in shown)


def test_an_extension_and_a_wrong_country_change_the_number():
    rng, phone = stream("phones"), phone_of("BE", 9)
    assert with_extension(rng, phone.e164).startswith(f"{phone.e164} ")
    assert not in_wrong_country(rng, phone).startswith("+32")


def test_slugs_spell_umlauts_out_and_drop_what_has_no_letters():
    assert slug("Müller & Söhne") == "mueller-soehne"
    assert slug("Łukasz Wójcik") == "lukasz-wojcik"
    assert slug("ليلى") == ""
    assert email_local(stream("x"), name_of(stream("y"), "NL", "nl", "right_to_left")).startswith("user")
