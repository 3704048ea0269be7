"""Promises of the family relabel-parcel: what may be undone is redone by the rules, what has left is left alone."""

import re

import pytest
from families import of_each_branch

from worlds.engine.drawing import draw, rule
from worlds.shop import WORLD
from worlds.shop.tasks.relabel_parcel import COUNTRIES, carrier_of

FAMILY = WORLD.families["relabel-parcel"]
BRANCHES = ("solvable", "hand_over")


@pytest.fixture(scope="module")
def cases(start):
    """Of each branch the instances of two seeds."""
    return of_each_branch(start, FAMILY)


def tables(play) -> set[str]:
    """Tables of business that the agent changed in a play; the bank lets go of authorizations in its own time."""
    trace = {"timeline_event", "audit_event"}
    return {entry.table for entry in play.record.entries if entry.root.startswith("agent:")} - trace


def test_200_seeds_give_200_instances_of_both_branches(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    shares = [sum(one.branch == branch for one in drawn) / 200 for branch in BRANCHES]
    assert all(0.3 <= share <= 0.7 for share in shares)


def test_twins_are_worded_alike_and_differ_in_what_the_carrier_did(start):
    for seed in range(8):
        one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
        assert {one.branch, other.branch} == set(BRANCHES)
        assert without_facts(one) == without_facts(other)
        assert one.facts.keys() - {"apartment"} == other.facts.keys() - {"apartment"}


def without_facts(one) -> str:
    words = one.instruction
    for value in sorted(one.facts.values(), key=len, reverse=True):
        words = words.replace(f"{value}, ", "").replace(value, "")
    return re.sub(r"\s+", " ", words)


def test_the_ruling_says_the_same_some_hours_later(start, cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        assert rule(start, one.task) == one.task.instance.decision


def test_every_right_way_earns_everything(cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        assert one.solution.earned, one.label
        assert all(play.earned for play in one.alternatives.values()), one.label


def test_what_has_left_is_handed_over_and_nothing_else_is_touched(cases):
    for one in cases["hand_over"]:
        assert tables(one.solution) == {"escalation"}


def test_a_label_is_given_back_and_bought_anew_where_it_was_not_scanned(cases):
    for one in cases["solvable"]:
        assert {"shipping_label", "carrier_event", "sales_order", "outbox_email"} == tables(one.solution)


def test_each_mistake_commits_something_and_earns_nothing(cases):
    for one in (*cases["solvable"], *cases["hand_over"]):
        for name, play in one.mistakes.items():
            assert play.committed, (one.label, name)
            assert not play.stopped, (one.label, name)
            assert (play.grade.reward, play.grade.passed) == (0.0, False), (one.label, name)


@pytest.mark.parametrize(
    ("kilos", "company", "country", "express", "carrier"),
    [
        (15.1, "Studio Kompass", "IE", True, "GLS"), (15.0, "Studio Kompass", "NL", True, "UPS"),
        (1.0, None, "IE", False, "UPS"), (1.0, None, "FR", True, "DHL"), (1.0, None, "NL", False, "PostNL"),
        (1.0, None, "BE", False, "PostNL"), (1.0, None, "AT", False, "DHL"), (1.0, None, "LU", False, "DPD"),
    ],
)  # fmt: skip
def test_the_first_row_of_the_written_table_that_fits_names_the_carrier(kilos, company, country, express, carrier):
    text = (WORLD.folder / "policy" / "labels.md").read_text("utf-8")
    rows = re.findall(r"^\| ((?:weighs|goes)[^|]+) \| (\w+) \|$", text, re.MULTILINE)
    assert carrier_of(rows, kilos, {"company": company, "country": country}, express=express) == carrier


def test_every_country_that_the_shop_ships_to_has_a_carrier():
    text = (WORLD.folder / "policy" / "labels.md").read_text("utf-8")
    rows = re.findall(r"^\| ((?:weighs|goes)[^|]+) \| (\w+) \|$", text, re.MULTILINE)
    for country in COUNTRIES.values():
        assert carrier_of(rows, 1.0, {"company": None, "country": country}, express=False)
