"""What only the judge may know reaches nobody: where that alone differs, every answer is the same, byte for byte.

Looking at everything takes long, so it is done for one family of each world, once for all of its promises. `worlds
check` proves the same of every family that there is.
"""

import pytest

import worlds
from worlds.engine.proofs.crawl import look_at_all
from worlds.engine.proofs.secrets import (
    MARK,
    differing,
    expecting_otherwise,
    reseeded,
    sealed_otherwise,
    sights,
    sights_of,
)

PAGES = 120
"""Pages that a crawl visits at most."""


@pytest.fixture(scope="module")
def one(world, any_family):
    with worlds.open(f"{world.name}/{any_family.name}", seed=5) as episode:
        yield episode


@pytest.fixture(scope="module")
def own(one):
    """What the instance shows as it is, and what looking at all of it has changed."""
    return look_at_all(one.start, one.task, PAGES)


def test_no_answer_page_header_or_picture_tells_what_is_sealed_nor_the_seed(one, own):
    with sealed_otherwise(one.start) as start:
        other = sights(start, reseeded(expecting_otherwise(one.task)), PAGES)
    assert differing(sights_of(own), other) == []
    assert MARK not in repr(other)
    assert len([kind for kind, _ in other if kind == "page"]) > 3
    assert len([kind for kind, _ in other if kind == "reply"]) > 3


def test_looking_at_everything_breaks_and_changes_nothing(own):
    assert own.replies
    assert len(own.pages) > 3
    assert not [page.url for page in own.pages if page.status >= 500]
    assert own.changes == ()
