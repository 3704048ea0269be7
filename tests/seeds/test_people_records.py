"""Promises of the records that a company keeps of people: as many as asked for, nobody with three, dirt as stated."""

from collections import Counter

from worlds.seeds import mess
from worlds.seeds.phones import FORMATS, phone_of, written
from worlds.seeds.records import TWICE, Spread, census_of
from worlds.seeds.streams import stream

SHARES = dict.fromkeys((*TWICE, "test_records"), 0.01) | {"duplicate_new_email": 0.05, "merged_tombstones": 0.0}
NAMES = {
    f"name_{shape}": 0.0
    for shape in ("apostrophe", "sharp_s", "right_to_left", "two_part", "mononym", "long", "diacritics")
}
PHONES = {"missing_phone": 0.2, "phone_wrong_country": 0.2, "phone_extension": 0.2}


def test_records_are_as_many_as_asked_for_and_of_each_kind_there_is_one_at_least():
    spread = Spread.of(400, SHARES)
    assert spread.people + sum(spread.seconds.values()) + spread.tests == 400
    assert spread.seconds == {**dict.fromkeys(TWICE, 4), "duplicate_new_email": 20, "merged_tombstones": 1}


def test_nobody_has_three_records_and_the_same_seed_chooses_the_same_people():
    spread = Spread.of(400, SHARES)
    chosen = list(spread.who_has_two(stream(5, "two")))
    assert Counter(kind for kind, _ in chosen) == spread.seconds
    places = [place for _, place in chosen]
    assert len(set(places)) == len(places)
    assert set(places) <= set(range(spread.people))
    assert chosen == list(spread.who_has_two(stream(5, "two")))
    assert chosen != list(spread.who_has_two(stream(6, "two")))


def test_a_census_has_the_shares_of_a_population():
    made = census_of(11, NAMES | {"namesakes": 0.0, "households": 0.0}, business=1.0)
    people = [made.next_person() for _ in range(20)]
    assert all(one.company for one in people)
    assert {one.name.shape for one in people} == {"plain"}


def test_numbers_are_written_in_the_seven_ways_and_dirtied_as_often_as_stated():
    rng, phone = stream(7, "phone"), phone_of("NL", 3)
    ways = {one(phone) for one in FORMATS.values()}
    assert {written(rng, phone) for _ in range(400)} == ways
    kinds = Counter(mess.dirtied_phone(rng, phone, phone.e164, PHONES)[1] for _ in range(2_000))
    assert set(kinds) == {None, *PHONES}
    assert 300 < kinds["missing_phone"] < 500
    assert mess.dirtied_phone(rng, phone, phone.e164, dict.fromkeys(PHONES, 0.0)) == (phone.e164, None)
    assert mess.dirtied_phone(rng, phone, phone.e164, PHONES | {"missing_phone": 1.0}) == (None, "missing_phone")


def test_every_way_with_names_shows_the_kind_of_mess_that_it_is_called_by():
    ways = dict(mess.ways_with_names(stream(7, "name")))
    assert ways["names_shouted"]("Anna O'Hara") == "ANNA O'HARA"
    assert ways["names_curly_apostrophe"]("O'Hara") == "O’Hara"
    assert ways["names_trailing_space"]("Anna").strip() == "Anna" != ways["names_trailing_space"]("Anna")
