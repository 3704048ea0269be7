"""Promises of the sales handbook: every page is readable, says the house's own numbers, and names what there is."""

import re

import pytest

from worlds.crm import WORLD, rules
from worlds.crm.models.leads import LEAD_STATUSES
from worlds.crm.models.records import HAND_OVER_REASONS
from worlds.engine.house_rules import policy_pages
from worlds.engine.surfaces.markdown import render_markdown

PAGES = policy_pages(WORLD.folder / "policy")
TITLES = {page.title for page in PAGES.values()}


def said(slug: str) -> str:
    """A page without emphasis, white space folded."""
    return " ".join(PAGES[slug].text.replace("*", "").split())


def rows(slug: str) -> list[list[str]]:
    """The cells of all tables of a page, without emphasis."""
    lines = [line for line in PAGES[slug].text.splitlines() if line.startswith("|")]
    return [[cell.strip(" *`") for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("slug", sorted(PAGES))
def test_every_page_is_for_staff_short_and_whole(slug: str):
    page = PAGES[slug]
    assert page.audience == "staff"
    assert page.summary.endswith(".")
    assert 80 <= len(page.text.split()) <= 800
    assert str(render_markdown(page.text)).count("<table>") == len(re.findall(r"^\| ?---", page.text, re.MULTILINE))


def test_pages_are_told_apart_by_their_titles():
    assert len(TITLES) == len(PAGES)


@pytest.mark.parametrize("slug", sorted(PAGES))
def test_what_a_page_refers_to_is_there(slug: str):
    named = re.findall(r"see (?:also )?\*([A-Z][^*]+)\*", " ".join(PAGES[slug].text.split()))
    assert set(named) <= TITLES


def test_every_reason_of_handing_over_has_a_role_of_the_house():
    table = [cells for cells in rows("handing-over") if cells[0] in HAND_OVER_REASONS]
    assert {cells[0] for cells in table} == set(HAND_OVER_REASONS)
    assert {cells[1] for cells in table} <= set(WORLD.roles)
    for page in PAGES.values():
        named = re.findall(r"reason `(\w+)`", page.text)
        assert set(named) <= set(HAND_OVER_REASONS), page.slug


def test_numbers_are_those_of_the_house():
    assert f"within {rules.LEAD_PROMISE_HOURS} hours of work" in said("leads")
    assert f"at most {rules.MAX_LOSERS} records beside the one that stays" in said("merging")
    assert f"No more than {rules.MAX_STAGE_SKIP} stages are left out" in said("stages")
    assert f"A quote is good for {rules.QUOTE_LIFE.days} days" in said("quotes")
    assert f"{rules.RENEWAL_LEAD.days} days before a contract ends" in said("renewals")
    assert f"lapse after {rules.APPROVAL_LIFE.days} days" in said("discounts")
    assert f"an activity with it for {rules.STALE_AFTER.days} days" in said("closing")


def test_limits_of_discount_are_those_of_the_house():
    rep, manager = rules.DISCOUNT_REP_BP // 100, rules.DISCOUNT_MANAGER_BP // 100
    decides = {cells[0]: cells[1] for cells in rows("discounts") if len(cells) == 2}
    assert decides[f"up to {rep} %"] == "whoever makes the quote"
    assert decides[f"more than {rep} %, up to {manager} %"] == "a sales manager"
    assert f"more than {manager} %" in decides
    assert f"brought down to {rep} % or less" in said("discounts")


def test_every_status_of_a_lead_is_explained():
    assert {cells[0] for cells in rows("leads")} >= set(LEAD_STATUSES)
