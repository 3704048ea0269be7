"""Promises of letters: what is given survives any tone, days are written as languages write them, mails are quoted."""

import random
from datetime import UTC, date, datetime

import pytest

from worlds.seeds.letters import LANGUAGES, Quoted, Stock, euros, long_date, quote, sentences, toned, unsaid, weekday

SLOTS = {"thing": ("tent", "{colour} tent"), "colour": ("<moss|rust>",), "about": ("order {order}",)}


def test_values_that_need_more_than_is_given_are_not_drawn():
    bare = Stock.of(SLOTS, {})
    assert not bare.fits("It is {about}.")
    assert {bare.shown(bare.choose(random.Random(at), ["A {thing}."])) for at in range(40)} == {
        "A tent.", "A moss tent.", "A rust tent.",
    }  # fmt: skip
    with pytest.raises(LookupError, match="about"):
        bare.choose(random.Random(1), ["It is {about}."])


def test_a_slot_with_a_capital_begins_a_sentence():
    stock = Stock.of(SLOTS, {"order": "lk-7"})
    assert stock.shown(stock.choose(random.Random(1), ["{Order} {About}"])) == "Lk-7 Order lk-7"
    assert stock.shown(stock.choose(random.Random(1), ["{Colour}"])) in {"Moss", "Rust"}


def test_a_slot_that_may_stay_empty_does():
    assert Stock.of(SLOTS, {}, {"ref": ("({order})",)}).choose(random.Random(1), ["Hello{ref}"]) == "Hello"


def test_the_same_shape_serves_another_case():
    shape = Stock.of(SLOTS, {"order": ""})
    other = shape.about({"order": "LK-9", "unknown": "x"})
    assert other.shown(other.choose(random.Random(1), ["{about}"])) == "order LK-9"


def test_no_tone_touches_what_is_given():
    stock = Stock.of(SLOTS, {"order": "LK-4242"})
    for at in range(60):
        rng = random.Random(at)
        body = stock.choose(rng, ["Where does my beautiful {thing} from {about} hide itself?"])
        assert "LK-4242" in stock.shown(toned(rng, body, ["Hello"], ["Bye"], "hurried"))


def test_days_and_amounts_are_written_as_the_language_writes_them():
    day = date(2026, 3, 9)
    assert [weekday(one, day) for one in LANGUAGES] == ["Monday", "maandag", "Montag", "lundi"]
    assert [long_date(one, day) for one in LANGUAGES] == ["9 March", "9 maart", "9. März", "9 mars"]
    assert [euros(one, 2405) for one in LANGUAGES] == ["€24.05", "€ 24,05", "24,05 €", "24,05 €"]
    assert long_date("fr", date(2026, 4, 1), year=True) == "1er avril 2026"


def test_a_quoted_mail_keeps_its_first_lines_and_says_whose_it_is():
    mail = Quoted(datetime(2026, 3, 9, 14, 2, tzinfo=UTC), "Desk", "desk@larkfield.example", "\n".join("abcdefghij"))
    for at in range(20):
        text = quote(random.Random(at), "de", mail, lines=4)
        assert "Desk <desk@larkfield.example>" in text
        assert text.endswith("[…]")
        assert "e" not in text.splitlines()[-2:]


def test_what_was_said_is_not_said_again_while_there_is_something_else():
    rng, first, second = random.Random(3), "One two three four five six.", "Six five four three two one."
    assert sentences(f"> {first} Short one.") == {first.casefold()}
    for _ in range(20):
        assert unsaid(lambda: rng.choice((first, second)), sentences(first), tries=40) == second


def test_a_sentence_that_differs_in_its_day_or_a_number_alone_was_said():
    rng, said = random.Random(4), "Your 30 EUR were sent back on Monday."
    texts = ("Your 45 EUR were sent back on Friday.", "We have your parcel here with us now.")
    for _ in range(20):
        assert unsaid(lambda: rng.choice(texts), sentences(said), tries=40) == texts[1]
