"""What the pages of house rules owe in every world whose pages open with a head: short, whole and told apart."""

import re

import pytest

from worlds.engine.house_rules import policy_pages
from worlds.engine.surfaces.markdown import render_markdown


@pytest.fixture(scope="session")
def pages(world):
    """The pages of a world; one whose pages are of its own making has none of these."""
    folder = world.folder / "policy"
    headed = any(path.read_text("utf-8").startswith("---\n") for path in folder.glob("*.md"))
    return list(policy_pages(folder).values()) if headed else []


def test_every_page_is_short_whole_and_said_in_a_sentence(pages):
    for page in pages:
        assert page.summary.endswith("."), page.slug
        assert 80 <= len(page.text.split()) <= 800, page.slug
        tables = re.findall(r"^\| ?---", page.text, re.MULTILINE)
        assert str(render_markdown(page.text)).count("<table>") == len(tables), page.slug


def test_pages_are_told_apart_by_their_titles(pages):
    titles = [page.title for page in pages]
    assert sorted(set(titles)) == sorted(titles)


def test_every_page_is_for_staff_or_for_those_who_have_a_role(world, pages):
    assert {page.audience for page in pages} <= {"staff"} | {f"{role}s" for role in world.roles}


def test_what_a_page_refers_to_is_there(pages):
    titles = {page.title for page in pages}
    for page in pages:
        own = set(re.findall(r"^#+ (.+)$", page.text, re.MULTILINE))
        named = re.findall(r"[Ss]ee (?:also )?\*([A-Z][^*]+)\*", " ".join(page.text.split()))
        assert set(named) <= titles | own, page.slug
