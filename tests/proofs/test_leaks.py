"""Promises of the leak proof: what pictures and sources say of targets alone is named, honest words are not."""

from dataclasses import replace

import pytest

from worlds.engine.proofs import leaks, markup
from worlds.engine.proofs.addresses import Addresses, neighbours
from worlds.engine.proofs.crawl import PREFIX, look_at_all
from worlds.engine.proofs.leaks import PROOF, Looked, Sightings, expected
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.engine.surfaces.pages import Door, Pages, create_pages
from worlds.graders.answers import Answer
from worlds.graders.typed import enum, money, record

PAGE = """
<html><head><title>Lamps</title></head><body>
<ul><li><a href="/a/1">One</a><img alt="a broken lamp" src="x.svg"><br></li>
<li data-kind="tall"><a href="/a/2">Two</a><!-- second hand --><input type="hidden" name="place" value="cellar">
<input type="hidden" name="csrf_token" value="abc def"><input name="q" value="green"></li></ul></body></html>
"""


@pytest.fixture
def case(tiny):
    return Case.of(tiny.start, tiny.task.family, 0)


def fixed(family, ids):
    """The family, drawing only items of these numbers."""

    def instance(draw):
        drawn = family.instance(replace(draw, seed=draw.seed))
        item = ids[draw.seed % len(ids)]
        return replace(drawn, target={"item": [item]})

    return replace(family, name="fixed", instance=instance)


def concluded(case, found):
    return PROOF.conclude(View(case.start, case.family, [0]), found)


def test_the_seen_and_the_unseen_words_of_a_page_are_told_apart():
    tree = markup.read(PAGE)
    assert markup.seen(tree) == {"lamps", "one", "two", "green"}
    assert markup.unseen(tree) == {"broken", "lamp", "second", "hand", "cellar", "data-kind", "data-kind=tall"}


def test_a_link_lies_in_its_item_of_a_list():
    links = [one for one in markup.read(PAGE).walk() if one.tag == "a"]
    assert [sorted(markup.unseen(link.within(leaks.CONTAINERS)))[:1] for link in links] == [["broken"], ["cellar"]]


def test_broken_markup_is_read_as_far_as_it_goes():
    assert markup.seen(markup.read("<ul><li>one<li>two</ul></p>three <b")) >= {"one", "two", "three"}


def test_addresses_lead_to_rows_and_back(case):
    addresses = Addresses(create_pages(case.start.world), case.start)
    found = addresses.of(("item", 7))
    assert f"{PREFIX}/stall/items/7" in found
    assert addresses.row_at(f"{PREFIX}/stall/", "items/7", {"item"}) == ("item", 7)
    assert addresses.row_at(f"{PREFIX}/stall/", "items/7", {"message"}) is None
    assert addresses.row_at(f"{PREFIX}/stall/", "/elsewhere/7", {"item"}) is None


def test_neighbours_are_no_targets(case):
    targets = {("item", 6), ("item", 7), ("item", 8)}
    assert neighbours(case.start, ("item", 7), targets, 2) == [("item", 5), ("item", 9)]


def looked(case, monkeypatch, answer, ids=(3, 9, 12, 21, 30)):
    """What is told by a world with one more app, at which work begins, when only these items are asked about."""
    pages = Pages("a_first", __name__, title="First", url_prefix="/first")
    pages.page("/")(answer)
    world = case.start.world
    monkeypatch.setattr(world.part("pages"), "a_first", pages, raising=False)
    monkeypatch.setitem(world.__dict__, "families", {"fixed": fixed(case.family, ids)})
    words = Sightings()
    leaks.look(case.start, world.families["fixed"], words, look_at_all(case.start, case.task).pages)
    assert len(words.of_targets) >= 5
    assert len(words.of_others) >= 8
    return words.telling()


def listed(item, said):
    return f'<li><a href="/episodes/KEY/stall/items/{item}">Lantern</a>{said}</li>'


@pytest.mark.parametrize(
    ("said", "leak"),
    [
        ('<img alt="crooked" src="x">', ("crooked",)),
        ("<!-- look here -->", ("here", "look")),
        ('<span data-mark="1"></span>', ("data-mark", "data-mark=1")),
        ('<input type="hidden" name="state" value="wanted">', ("wanted",)),
        ('<svg><title>lantern</title></svg><i aria-label="wanted"></i>', ("wanted",)),
        ('<img alt="crooked" src="x"> crooked', ()),
    ],
)
def test_what_is_said_of_targets_alone_and_not_seen_is_a_leak(case, monkeypatch, said, leak):
    def page(door: Door) -> str:
        return "".join(
            listed(item, said if item % 3 == 0 and item in (3, 9, 12, 21, 30) else "") for item in range(1, 40)
        )

    assert looked(case, monkeypatch, page) == leak


def test_what_is_said_of_others_too_is_no_leak(case, monkeypatch):
    def page(door: Door) -> str:
        return "".join(listed(item, '<img alt="crooked" src="x">' if item % 3 == 0 else "") for item in range(1, 40))

    assert looked(case, monkeypatch, page) == ()


def test_few_rows_prove_nothing():
    words = Sightings({("item", 1): {"crooked"}, ("item", 2): {"crooked"}}, {("item", n): set() for n in range(3, 20)})
    assert words.telling() == ()
    words.of_targets |= {("item", 30): {"crooked"}, ("item", 31): {"crooked"}}
    assert words.telling() == ("crooked",)
    words.of_others[("item", 3)].add("crooked")
    assert words.telling() == ()


def test_an_answer_counts_where_it_is_no_word_of_a_known_list_and_no_part_of_the_request(case):
    slots = {"price": money(123_450, "EUR"), "number": record("LK-1002"), "kind": enum("a1234", {"a1234": "A 1234"})}
    instance = case.task.instance
    task = replace(
        case.task,
        instance=replace(
            instance,
            instruction=f"{instance.instruction} LK-1002",
            expectation=replace(instance.expectation, answer=Answer("done", slots)),
        ),
    )
    assert "1234.50" in expected(task)
    assert not {"LK-1002", "a1234"} & expected(task)


def test_an_answer_in_a_tool_is_a_hole_unless_it_is_one_chance_in_many(case):
    told, other = Looked("tiny/recount seed 0", "x", ("18.40",)), Looked("tiny/recount seed 1", "x", ())
    assert "answer in a tool description" in concluded(case, [told, other]).holes[0]
    assert concluded(case, [told, *[other] * 9]).holes == []


def test_tools_that_depend_on_the_task_are_a_hole(case):
    found = [Looked("tiny/recount seed 0", "x", ()), Looked("tiny/recount seed 1", "y", ())]
    assert concluded(case, found).holes == [
        "tools that depend on the task: tiny/recount: the tools of two seeds differ"
    ]


def test_an_honest_family_has_no_leaks(case):
    assert concluded(case, [PROOF.examine(case)]).holes == []
