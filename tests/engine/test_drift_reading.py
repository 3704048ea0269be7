"""Promises of reading pages back: whatever stands in the holes of a wording, a page means what the plain page says."""

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import worlds
from worlds.engine import bookkeeping
from worlds.engine.surfaces.drift.lexicon import BAR, Entry, Lexicon, lexicon_of, said
from worlds.engine.surfaces.drift.variant import variant_of

FACES = [variant_of(next(n for n in range(1, 99) if variant_of(n).language == language)) for language in ("de", "nl")]
SMALL = Lexicon(
    [
        Entry("Move {goods} to {place}", {"de": ("{goods} nach {place} bringen",), "nl": ("{place}: {goods} to",)}),
        Entry("Talk about {goods}", {"de": ("Über {goods} reden",), "nl": ("{goods} over",)}),
        Entry(
            "Lift {goods} over {place}", {"de": ("{goods} über {place} heben",), "nl": ("{goods} over {place} tillen",)}
        ),
        Entry("Remove| {goods}", {"de": ("Entfernen| – {goods}",), "nl": ("{goods}| weg",)}),
        Entry("{wordclock} over", {"de": ("{wordclock} vorbei",), "nl": ("Over: {wordclock}",)}),
        Entry("Sun", {"de": ("Sonne",), "nl": ("Zon",)}),
        Entry("Ice", {"de": ("Eis",), "nl": ("IJs",)}),
    ]
)
KINDS = {"number": "LK-7", "order": "LK-8", "reference": "pay_1a", "code": "AB", "amount": "€4.00", "day": "2 Mar 2026"}
RECORDED = {
    "shop": (("customer", "last_name"), ("product", "title")),
    "desk": (("ticket", "subject"), ("macro", "title")),
    "crm": (("account", "name"), ("contact", "last_name"), ("opportunity", "name"), ("activity", "subject")),
}


def named(holes):
    return [name for name in holes if not name.startswith("word")]


@st.composite
def filled(draw, lexicon):
    """What a plain page says by an entry with holes, full of words of its own wordings; and the free values in it."""
    entry = draw(st.sampled_from([one for one in lexicon.entries if "{" in one.plain]))
    wordings = [entry.plain, *(wording for words in entry.wordings.values() for wording in words)]
    own = re.findall(r"[^\s{}\x1f]+", " ".join(re.sub(r"\{\w+\}", " ", wording) for wording in wordings))
    known = sorted(one.plain for one in lexicon.entries if "{" not in one.plain and BAR not in one.plain)
    values = {}
    for name in re.findall(r"\{(\w+)\}", entry.plain):
        free = st.lists(st.sampled_from([*own, "Sun", "Ice", "|"]), min_size=1, max_size=4).map(" ".join)
        fixed = "7" if len(name) == 1 else KINDS.get(name)
        values[name] = draw(st.sampled_from(known) if name.startswith("word") else st.just(fixed) if fixed else free)
    return re.sub(r"\{(\w+)\}", lambda hole: values[hole[1]], entry.plain), [values[name] for name in named(values)]


def check(lexicon, key, values):
    """What a page shows for a text is read as that text, and shows all that stood in it."""
    exact = {said(wording) for entry in lexicon.entries for words in entry.wordings.values() for wording in words}
    assume(said(key) not in exact)
    for face in FACES:
        worded = lexicon.render(key, face)
        shown = said(key if worded is None else worded)
        assert lexicon.meaning(shown) == said(key), (face.language, shown)
        assert all(value in shown for value in values), (face.language, shown)


@settings(max_examples=400, deadline=None)
@given(filled(SMALL))
@example(("Move Sun over Ice to Almere", ["Sun over Ice", "Almere"]))
@example(("Move Sun to Ice to Almere", ["Sun to Ice", "Almere"]))
@example(("Lift Sun over Ice over Almere", ["Sun over Ice", "Almere"]))
@example(("Talk about Sun | Ice", ["Sun | Ice"]))
@example((f"Remove{BAR} Sun | Ice", ["Sun | Ice"]))
@example(("Talk about Zon over", ["Zon over"]))
def test_what_stands_in_a_hole_may_hold_the_words_around_it(one):
    check(SMALL, *one)


@pytest.mark.parametrize("world", ["shop", "desk", "crm"])
def test_no_wording_of_a_world_is_misread_whatever_stands_in_it(world):
    lexicon = lexicon_of(worlds.discover()[world])

    @settings(max_examples=150, deadline=None)
    @given(filled(lexicon))
    def holds(one):
        check(lexicon, *one)

    holds()


def test_a_title_with_words_of_the_wording_or_a_bar_is_reworded_where_that_is_beyond_doubt():
    german, dutch = FACES
    assert SMALL.render("Move Sun over Ice to Almere", german) == "Sun over Ice nach Almere bringen"
    assert SMALL.render("Talk about Sun | Ice", german) == "Über Sun | Ice reden"
    assert SMALL.render(f"Remove{BAR} Sun | Ice", dutch) == f"Sun | Ice{BAR} weg"
    assert SMALL.render("Move Sun to Ice to Almere", german) is None, "either may be the place"
    assert SMALL.render("Lift Sun over Ice over Almere", german) is None
    assert SMALL.render("Lift Sun over Ice over Almere", dutch) == "Sun over Ice over Almere tillen", "both ways alike"
    assert SMALL.render("Sun over", dutch) == "Over: Zon"
    assert SMALL.meaning("Haring over") == "Talk about Haring"


@pytest.mark.parametrize("world", sorted(RECORDED))
def test_a_record_is_read_as_it_stands_unless_the_whole_of_it_is_a_wording(world):
    lexicon = lexicon_of(worlds.discover()[world])
    exact = {said(wording) for entry in lexicon.entries for words in entry.wordings.values() for wording in words}
    with worlds.open(world) as episode, episode._fork.lease() as connection:
        driver = bookkeeping.driver_of(connection)
        texts = {
            " ".join((row[0] or "").split())
            for table, column in RECORDED[world]
            for row in driver.execute(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608 - names of this test
        }
    assert len(texts) > 100
    assert {text: lexicon.meaning(text) for text in texts - exact if lexicon.meaning(text) != text} == {}
