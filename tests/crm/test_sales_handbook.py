"""Promises of the sales handbook: its pages say the house's own numbers and name what there is."""

import re

from handbook import Handbook

from worlds.crm import WORLD, rules
from worlds.crm.models.leads import LEAD_STATUSES
from worlds.crm.models.records import HAND_OVER_REASONS

BOOK = Handbook(WORLD)
PAGES = BOOK.pages
said, rows = BOOK.said, BOOK.rows


def test_every_page_is_for_staff():
    assert {page.audience for page in PAGES.values()} == {"staff"}


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
