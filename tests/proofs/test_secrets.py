"""Promises of the proof by non-interference: whatever tells what is sealed, or the seed, is named."""

import pytest
from flask import Response, request

from worlds.engine.context import Context
from worlds.engine.fields import Result
from worlds.engine.operation import reads
from worlds.engine.proofs.crawl import PAGES, Visitor
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.engine.proofs.secrets import PROOF, differing, reseeded, sights
from worlds.engine.surfaces.pages import Door, Pages, create_pages


class Told(Result):
    """What an operation tells."""

    text: str


@pytest.fixture
def case(tiny):
    return Case.of(tiny.start, tiny.task.family, 0)


def proven(case):
    return PROOF.conclude(View(case.start, case.family, [0]), [PROOF.examine(case)])


def with_page(case, monkeypatch, answer):
    """The tiny world with one more app, at which work begins; `answer` makes its only page."""
    pages = Pages("a_first", __name__, title="First", url_prefix="/first")
    pages.page("/")(answer)
    monkeypatch.setattr(case.start.world.part("pages"), "a_first", pages, raising=False)


def with_operation(case, monkeypatch, operation):
    world = case.start.world
    monkeypatch.setitem(world.__dict__, "operations", {**world.operations, operation.name: operation})


def test_a_world_that_keeps_its_secrets_has_no_holes(case):
    verdict = proven(case)
    assert verdict.holes == []
    assert verdict.figures["pages"] > 20
    assert verdict.figures["places"] > verdict.figures["pages"]


def test_only_the_first_instance_is_looked_at(case):
    assert PROOF.examine(Case.of(case.start, case.family, 1)) is None
    assert PROOF.examine(Case.of(case.start, case.family, 0, flip=1)) is None


def test_a_page_that_shows_the_sealed_truth_is_a_hole(case, monkeypatch):
    def page(door: Door) -> str:
        return f"<p>{door._episode.start.snapshot.truth()}</p>"

    with_page(case, monkeypatch, page)
    assert proven(case).holes == ["sealed truth in a page: tiny/recount: /episodes/KEY/first/"]


def test_a_page_that_shows_what_is_expected_is_a_hole(case, monkeypatch):
    def page(door: Door) -> str:
        return f"<!-- {len(door._episode.task.instance.expectation.any_of[0].required[0].words)} -->"

    with_page(case, monkeypatch, page)
    assert proven(case).holes == ["sealed truth in a page: tiny/recount: /episodes/KEY/first/"]


def test_a_seed_in_a_header_a_cookie_or_a_page_is_a_hole_of_that_name(case, monkeypatch):
    def page(door: Door) -> Response:
        seed = str(request.environ["worlds.episode"].task.seed)
        answer = Response(f"<p>{seed}</p>", content_type="text/html", headers={"X-Trace": f"0-{seed}"})
        answer.set_cookie("batch", seed)
        return answer

    with_page(case, monkeypatch, page)
    kinds = [hole.split(": /")[0] for hole in proven(case).holes]
    assert kinds[-1] == "seed in a page: tiny/recount"
    headers = [hole for hole in proven(case).holes if hole.startswith("seed in a header: tiny/recount: ")]
    assert [hole.split()[5] for hole in headers] == ["Set-Cookie", "X-Trace"]


def test_an_operation_that_answers_by_chance_before_anybody_acts_is_a_hole(case, monkeypatch):
    def look_around(ctx: Context) -> Told:
        """Look around."""
        return Told(text=str(ctx.rng("look").randrange(10**6)))

    with_operation(case, monkeypatch, reads(roles=("keeper",))(look_around))
    holes = proven(case).holes
    assert [hole.split(",")[0] for hole in holes] == ["seed in a reply: tiny/recount: look_around"] * 3


def test_a_page_that_breaks_is_a_hole(case, monkeypatch):
    def page(door: Door) -> str:
        raise ZeroDivisionError("a defect of this page")

    with_page(case, monkeypatch, page)
    assert "broken page: tiny/recount: /episodes/KEY/first/" in proven(case).holes


def test_a_crawl_ends(tiny):
    pages = list(Visitor(tiny, create_pages(tiny.world)).crawl(7))
    assert len(pages) == 7
    assert len({page.url for page in pages}) == 7
    assert len(list(Visitor(tiny, create_pages(tiny.world)).crawl())) <= PAGES


def test_what_only_one_of_two_shows_differs(tiny):
    own = sights(tiny.start, tiny.task, 5)
    assert differing(own, sights(tiny.start, reseeded(tiny.task), 5)) == []
    assert differing(own, {**own, ("page", "/more"): b""}) == [("page", "/more")]
