"""What only the judge may know reaches nobody: where that alone differs, every answer is the same, byte for byte."""

from dataclasses import replace

import pytest

import worlds
from worlds.engine.episode import Episode
from worlds.engine.proofs.crawl import Visitor, asked
from worlds.engine.proofs.secrets import MARK, differing, expecting_otherwise, reseeded, sealed_otherwise, sights
from worlds.engine.surfaces.pages import create_pages
from worlds.seeds.forks import open_fork

PAGES = 120
"""Pages that a crawl visits at most."""


@pytest.fixture
def one(world, family):
    with worlds.open(f"{world.name}/{family.name}", seed=5) as episode:
        yield episode


@pytest.fixture
def own(one):
    return sights(one.start, one.task, PAGES)


def test_no_answer_page_header_or_picture_tells_what_is_sealed(one, own):
    with sealed_otherwise(one.start) as start:
        other = sights(start, expecting_otherwise(one.task), PAGES)
    assert differing(own, other) == []
    assert MARK not in repr(other)
    assert len([kind for kind, _ in own if kind == "page"]) > 3
    assert len([kind for kind, _ in own if kind == "reply"]) > 3


def test_before_anybody_acts_nothing_tells_the_seed(one, own):
    assert differing(own, sights(one.start, reseeded(one.task), PAGES)) == []


def test_looking_at_everything_breaks_and_changes_nothing(one):
    alone = replace(one.task, instance=replace(one.task.instance, happenings=()))  # what others do is theirs
    with Episode(one.start, open_fork(one.start.snapshot.path), one.actor, alone) as episode:
        pages = list(Visitor(episode, create_pages(episode.world)).crawl(PAGES))
        assert list(asked(episode))
        assert not [page.url for page in pages if page.status >= 500]
        assert episode.diff(of_agent=True) == []
