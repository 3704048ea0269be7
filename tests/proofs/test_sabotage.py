"""The fifteen planted holes: `worlds check` names each where it was planted, and finds none in a sound family."""

import json
import os
import re
from pathlib import Path

import pytest

from worlds.cli import main
from worlds.engine.proofs.check import check_family
from worlds.engine.world import PATH_VARIABLE, find

FIXTURE = Path(__file__).parent.parent / "fixtures" / "sabotage"

HOLES = {
    "empty gate": ("empty-gate", "empty gate: .* holds before anybody acts"),
    "wide allowance": ("wide-allowance", "wide allowance: .* lets 1000 rows through"),
    "id made in the episode inside an expectation": (
        "made-id",
        "id made in the episode inside an expectation: .* names note 1, which is not in the start state",
    ),
    "volatile money column": ("volatile-money", "volatile money column: .*: item.takings is volatile"),
    "refuse-only family": (
        "refuse-only",
        "refuse-only family: .* none of 200 instances can be done, so refusing always is right",
    ),
    "leaking picture text": ("leaking-picture", "leaking picture text: .*: down, upside stands"),
    "newest-is-target": (
        "newest-is-target",
        "newest-is-target: .*newest arrived of item.* gives the target away: 200 of 200",
    ),
    "`None` on crash": (
        "none-on-crash",
        "`None` on crash: .* the mistake “gets away by a crash” ends without a reward",
    ),
    "prefix match": ("prefix-match", "prefix match: .*: Beginning is no part of the language"),
    "REPLACE": ("replace-behind-the-log", r"REPLACE: .* changes item \d+ behind the change log"),
    "unsettled job": ("unsettled-job", "unsettled job: .* leaves arrive to happen after the horizon"),
    "criterion that nothing exercises": (
        "unexercised-criterion",
        "criterion that nothing exercises: .* unused allowance “a-double”: no right play",
    ),
    "seed in a header": ("seed-in-a-header", "seed in a header: .*: X-Batch of /episodes/KEY/watch/"),
    "answer in a tool description": ("answer-in-a-tool", "answer in a tool description: .*: the tools say '7316-B'"),
    "mistake that only crashes": (
        "crashing-mistake",
        "mistake that only crashes: .* the mistake “an item that is not there” does nothing: 404",
    ),
}
"""By hole: the family in which it is planted, and what the sentence says that names it."""


@pytest.fixture(scope="module")
def world():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PATH_VARIABLE, os.pathsep.join([os.environ.get(PATH_VARIABLE, ""), str(FIXTURE)]))
        yield find("sabotage")


@pytest.fixture(scope="module")
def holes(world):
    """The holes of each family, by name."""
    families = world.families.items()
    return {name: check_family(world, family, seeds=1, browser_seeds=0).holes for name, family in families}


def test_every_family_but_the_sound_one_has_a_hole_planted(world):
    assert len(HOLES) == 15
    assert sorted([*(family for family, _ in HOLES.values()), "clean"]) == list(world.families)


@pytest.mark.parametrize("hole", HOLES)
def test_a_planted_hole_is_named(holes, hole):
    family, sentence = HOLES[hole]
    assert any(re.search(sentence, one) for one in holes[family]), holes[family]


@pytest.mark.parametrize("hole", HOLES)
def test_a_planted_hole_is_found_in_its_own_family_alone(holes, hole):
    family, sentence = HOLES[hole]
    found = {name for name, sentences in holes.items() if any(re.search(sentence, one) for one in sentences)}
    assert found == {family}


def test_a_sound_family_of_the_same_world_has_no_holes(world):
    report = check_family(world, world.families["clean"], seeds=3, browser_seeds=1)
    assert report.holes == []
    assert report.quality.q == 1.0


def test_the_command_fails_and_names_the_hole(world, capfd):
    with pytest.raises(SystemExit) as ended:
        main(["check", "sabotage/wide-allowance", "--seeds", "1", "--browser-seeds", "0", "--jobs", "1", "--json"])
    (report,) = json.loads(capfd.readouterr().out)["families"]
    assert ended.value.code == 1
    assert any(one.startswith("wide allowance: sabotage/wide-allowance seed 0: ") for one in report["holes"])
