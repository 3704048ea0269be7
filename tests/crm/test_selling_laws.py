"""Promises of the laws about selling: they hold at every step of a sale, and see what is broken past them."""

from collections.abc import Callable
from datetime import date

import pytest
from tiny_crm import Crm
from tiny_deals import CONTRACT, EARLY, LAMP, NEGOTIATION, OFFERED, QUOTE, WON

from worlds.crm import WORLD
from worlds.crm.invariants import INVARIANTS
from worlds.crm.operations.approvals import approver_asks, approver_decides, recall_approval, submit_quote
from worlds.crm.operations.contracts import create_contract, record_signature
from worlds.crm.operations.lines import add_line
from worlds.crm.operations.opportunities import change_stage, reopen_opportunity
from worlds.crm.operations.quote_lines import add_quote_line, set_discount
from worlds.crm.operations.quotes import create_quote, present_quote, record_answer
from worlds.crm.population.staffing import STAGES
from worlds.engine.build import broken_rows
from worlds.engine.house_rules import policy_pages

WHY = "They order for three years."


def broken(crm: Crm) -> set[str]:
    """The names of the laws that some row breaks."""
    return {law.name for law in INVARIANTS if broken_rows(crm.db, law)}


def test_the_laws_hold_at_every_step_of_a_sale(crm: Crm):
    rep, helena, ruben = crm.as_("rep"), crm.as_system("Helena Brandt"), crm.as_system("Ruben Mulder")
    steps: tuple[Callable[[], object], ...] = (
        lambda: add_line(rep, OFFERED, LAMP, 3, 250),
        lambda: add_quote_line(rep, QUOTE, LAMP, 3),
        lambda: set_discount(rep, QUOTE, 2_200, WHY),
        lambda: submit_quote(rep, QUOTE, WHY),
        lambda: recall_approval(rep, 1),
        lambda: submit_quote(rep, QUOTE, WHY),
        lambda: approver_asks(helena, QUOTE, "Why?"),
        lambda: approver_decides(helena, QUOTE, "approved", "Yes."),
        lambda: approver_decides(ruben, QUOTE, "approved", "Yes."),
        lambda: present_quote(rep, QUOTE),
        lambda: change_stage(rep, OFFERED, NEGOTIATION),
        lambda: create_quote(rep, OFFERED),
        lambda: set_discount(rep, 2, 0, WHY),
        lambda: present_quote(rep, 2),
        lambda: record_answer(rep, 2, "accepted"),
        lambda: record_signature(rep, create_contract(rep, OFFERED, date(2026, 4, 1)).contract_id, "Anna de Vries"),
        lambda: change_stage(rep, OFFERED, WON),
        lambda: change_stage(rep, EARLY, 10, "timing"),
        lambda: reopen_opportunity(crm.as_("sales_manager"), EARLY, 3, date(2026, 5, 1)),
    )
    assert broken(crm) == set()
    for at, step in enumerate(steps):
        step()
        assert broken(crm) == set(), at


@pytest.mark.parametrize(
    ("law", "table", "columns", "key"),
    [
        ("deal_amounts_are_their_lines", "opportunity", "amount = 1", OFFERED),
        ("lost_deals_say_why", "opportunity", "loss_reason = 'price'", OFFERED),
        ("closed_deals_know_when", "opportunity", f"stage_id = {WON}", OFFERED),
        ("deals_are_locked_while_a_quote_is_in_review", "opportunity", "approval_lock = 1", EARLY),
        ("quotes_in_review_wait_for_one_approval", "quote", "status = 'in_review'", QUOTE),
        ("quote_sums_are_their_lines", "quote_line", "net = net + 1", 1),
        ("one_quote_is_before_the_customer", "quote", "status = 'presented'", QUOTE + 1),
        ("a_deal_renews_one_contract", "contract", f"renewal_opportunity_id = {EARLY}", CONTRACT),
    ],
)
def test_what_is_broken_past_them_is_seen(crm: Crm, law: str, table: str, columns: str, key: int):
    rep = crm.as_("rep")
    create_quote(rep, OFFERED)
    present_quote(rep, QUOTE)
    contract = create_contract(rep, OFFERED, date(2026, 4, 1)).contract_id
    crm.db.execute("UPDATE contract SET renewal_opportunity_id = ? WHERE id = ?", (EARLY, contract))
    assert broken(crm) == set()
    crm.db.execute("SAVEPOINT before")
    crm.db.execute(f"UPDATE {table} SET {columns} WHERE id = ?", (key,))  # noqa: S608 - texts of this test
    assert law in broken(crm)
    crm.db.execute("ROLLBACK TO before")


def test_the_handbook_says_of_every_stage_what_it_asks_for():
    pages = policy_pages(WORLD.folder / "policy")
    table = [line.strip("| ").split(" | ") for line in pages["stages"].text.splitlines() if line.startswith("| ")]
    said = {name: asks for names, asks in table[2:] for name in names.split(", ")}
    assert list(said) == [stage[0] for stage in STAGES]
    words = {
        "primary_contact_id": "primary contact", "amount": "amount", "loss_reason": "reason",
        "has_decider": "decision maker", "has_quote": "quote", "quote_presented": "presented",
        "signed_contract": "signed contract",
    }  # fmt: skip
    for name, _, _, _, fields, rules in STAGES:
        assert [one for one in (*fields, *rules) if words[one] not in said[name]] == [], name
