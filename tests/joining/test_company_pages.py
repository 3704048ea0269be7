"""Promises of a company's pages: one page before the apps, and behind it each app's own, with its own changes."""

import pytest

import worlds
from worlds.engine.surfaces.visitor import Visitor


@pytest.fixture
def visit(pages, owner):
    return Visitor(pages, owner)


def test_the_first_page_leads_into_every_app_and_says_who_one_is_there(visit):
    visit.get("/")
    assert visit.page.status_code == 200
    assert {"/north/", "/south/"} <= set(visit.links)
    assert "Tiny Stall (north)" in visit.text
    assert "Keeper. Counts the items" in visit.text


def test_an_app_without_its_slash_is_found(visit):
    visit.get("/north")
    assert (visit.page.status_code, visit.page.request.path) == (200, "/north/back/")


def test_a_form_of_an_app_changes_that_app(visit, owner):
    visit.get("/south/stall/items/3")
    visit.send("/items/3/change", {"quantity": "7"})
    assert visit.page.status_code == 200
    assert "was changed" in visit.text
    assert {(one.table, one.key) for one in owner.diff()} == {("south_item", 3)}
    assert owner.journal.last.surface == "pages"


def test_pages_of_an_app_link_to_nothing_of_another(visit):
    for path, page in list(visit.crawl("/south/stall/", 12)):
        assert page.status_code == 200, path
        assert path.startswith("/south/")


def test_whoever_has_no_seat_in_an_app_finds_no_pages_of_it(pages):
    with worlds.open("arcade", role="passer") as episode:
        visit = Visitor(pages, episode)
        visit.get("/")
        assert "You do not work here." in visit.text
        assert "/south/" not in visit.links
        assert visit.get("/south/stall/").status_code == 404
        assert visit.get("/north/stall/").status_code == 200


def test_no_page_is_there_for_an_app_that_the_company_lacks(visit):
    assert visit.get("/west/").status_code == 404
