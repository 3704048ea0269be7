"""Promises of dirt: each kind changes the value in its own way, and leaves a trace that can be undone in mind."""

import unicodedata

import pytest

from worlds.seeds import mess
from worlds.seeds.addresses import Postal
from worlds.seeds.streams import stream

HOME = Postal("Dorpsstraat 12", "2 hoog", "Utrecht", "Utrecht (provincie)", "3511 AB", "NL")


def rng(at=0):
    return stream("mess", at)


def test_decomposed_names_look_alike_and_compare_unequal():
    dirty = mess.decomposed("Zoë Brontë")
    assert dirty != "Zoë Brontë"
    assert unicodedata.normalize("NFC", dirty) == "Zoë Brontë"


@pytest.mark.parametrize("name", ["Müller", "Jansen", "de Vries", "Li", "Ng"])
def test_a_misspelt_name_differs_by_one_slip(name):
    for at in range(40):
        dirty = mess.misspelt(rng(at), name)
        assert dirty != name
        assert abs(len(dirty) - len(name)) <= 1


def test_email_variants_lead_to_the_same_mailbox():
    for at in range(60):
        other = mess.email_in_other_case(rng(at), "eva.de.boer@example.com")
        assert other != "eva.de.boer@example.com"
        assert other.casefold() == "eva.de.boer@example.com"
        dotted = mess.email_with_dots(rng(at), "evadeboer@example.com")
        local, host = dotted.split("@")
        assert host == "example.com"
        assert dotted != "evadeboer@example.com"
        assert local.split("+")[0].replace(".", "") == "evadeboer"


def test_an_apartment_moves_into_the_first_line():
    dirty = mess.apartment_in_street(rng(), HOME)
    assert dirty.line2 is None
    assert dirty.line1.startswith("Dorpsstraat 12")
    assert dirty.line1.endswith("2 hoog")


def test_town_and_province_change_places():
    dirty = mess.swapped_town(HOME)
    assert (dirty.city, dirty.province) == (HOME.province, HOME.city)


def test_a_respaced_postal_code_keeps_its_letters_and_digits():
    for at in range(30):
        dirty = mess.respaced_postal_code(rng(at), HOME).postal_code
        assert dirty != HOME.postal_code
        assert dirty.replace(" ", "").upper() == "3511AB"


def test_markup_escapes_what_would_break_it():
    assert "&amp;" in mess.with_markup(rng(), "Fig & walnut")
    assert mess.with_markup(rng(), "a\nb").count("<br>") == 1


def test_emoji_and_blanks_stand_at_the_ends():
    assert mess.with_emoji(rng(), "Thanks").startswith("Thanks ")
    for at in range(10):
        dirty = mess.trailing_space(rng(at), "Jansen")
        assert dirty != "Jansen"
        assert dirty.strip() == "Jansen"
