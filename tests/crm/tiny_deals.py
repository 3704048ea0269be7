"""What is sold in the tiny CRM, and its deals."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tiny_records import ANNA, CLAIRE, GARETH, HARBOUR, TILLEULS, ZWAAN
from tiny_staff import OTHER_REP, REP

from worlds.crm import models
from worlds.crm.population.staffing import APPROVALS, STAGES
from worlds.engine.folding import search_text

Add = Callable[[models.Model], None]
(
    PROSPECTING, QUALIFICATION, ANALYSIS, VALUE, DECISION, PERCEPTION, PROPOSAL, NEGOTIATION, WON, LOST,
) = range(1, 11)  # fmt: skip
"""Stages."""
STANDARD, STERLING, RESELLER, LAST_YEAR = 1, 2, 3, 4
"""Price books: Standard EUR, Standard GBP, Reseller EUR, and that of 2025, which is out of use."""
TENT, LAMP, OLD_STOVE = 1, 2, 3
"""Products; the last one is not sold any more."""
EARLY, OFFERED, FRENCH_DEAL, GBP_DEAL, WON_DEAL, BARE = 1, 2, 3, 4, 5, 6
"""Deals: the hotel's in an early stage and one with a quote, Camille's, one in GBP, a won one, one without lines."""
QUOTE = 1
CONTRACT = 1
PRICES = {
    STANDARD: {TENT: 24_900, LAMP: 3_950, OLD_STOVE: 7_900},
    STERLING: {TENT: 21_900, LAMP: 3_450},
    RESELLER: {TENT: 19_900, LAMP: 3_150},
    LAST_YEAR: {TENT: 22_900, LAMP: 3_650},
}


def open_deals(add: Add, start: datetime) -> None:
    _price(add)
    _stages(add)
    _approvals(add)
    deals = (
        (EARLY, "Lobby lighting", ZWAAN, ANALYSIS, REP, ANNA, "EUR", STANDARD, ((LAMP, 20),)),
        (OFFERED, "Garden furniture 2026", ZWAAN, PROPOSAL, REP, ANNA, "EUR", STANDARD, ((TENT, 10), (LAMP, 4))),
        (FRENCH_DEAL, "Terrasse", TILLEULS, VALUE, OTHER_REP, CLAIRE, "EUR", STANDARD, ((LAMP, 6),)),
        (GBP_DEAL, "Summer range", HARBOUR, QUALIFICATION, REP, GARETH, "GBP", STERLING, ((TENT, 30),)),
        (WON_DEAL, "Opening order", ZWAAN, WON, REP, ANNA, "EUR", STANDARD, ((TENT, 5),)),
        (BARE, "Something with tents", ZWAAN, PROSPECTING, REP, None, "EUR", None, ()),
    )
    at_line = 0
    for at, name, account, stage, owner, contact, currency, book, lines in deals:
        amount = sum(PRICES[book][product] * units for product, units in lines) if book else 0
        made = start - timedelta(days=200 - 20 * at)
        closed = start - timedelta(days=40) if stage == WON else None
        add(
            models.Opportunity(
                id=at, number=f"D-{1040 + at}", name=name, account_id=account, kind="new", pipeline_id=1,
                stage_id=stage, amount=amount, currency=currency, price_book_id=book, probability=STAGES[stage - 1][1],
                forecast_category=STAGES[stage - 1][3],
                close_date=date(2026, 2, 4) if closed else date(2026, 4, 10 + at),
                next_step="Call again" if at == EARLY else None, owner_id=owner, primary_contact_id=contact,
                approval_lock=False, is_deleted=False, search_text=search_text(f"D-{1040 + at}", name),
                stage_since=closed or made, closed_at=closed, created_at=made, updated_at=made,
            )
        )  # fmt: skip
        add(_moved(at, stage, amount, currency, made))
        for position, (product, units) in enumerate(lines, 1):
            at_line += 1
            add(
                models.OpportunityLine(
                    id=at_line, opportunity_id=at, position=position, **_line(book or 0, product, units)
                )
            )
    for at, deal, person in ((1, OFFERED, ANNA), (2, GBP_DEAL, GARETH)):
        add(models.OpportunityContactRole(id=at, opportunity_id=deal, contact_id=person, role="decision_maker"))
    _quote(add, start)
    add(
        models.Contract(
            id=CONTRACT, number="K-2901", account_id=ZWAAN, opportunity_id=WON_DEAL, state="signed",
            starts=date(2026, 2, 10), ends=date(2027, 2, 9), value=124_500, currency="EUR", signed_on=date(2026, 2, 4),
            signed_by="Anna de Vries", created_at=start - timedelta(days=41), updated_at=start - timedelta(days=40),
        )
    )  # fmt: skip


def _moved(deal: int, stage: int, amount: int, currency: str, made: datetime) -> models.StageHistory:
    return models.StageHistory(
        id=deal, opportunity_id=deal, from_stage_id=None, to_stage_id=stage, actor_id=REP, actor_name="Daan Visser",
        amount=amount, currency=currency, close_date=date(2026, 4, 10), at=made,
    )  # fmt: skip


def _line(book: int, product: int, units: int) -> dict[str, Any]:
    price = PRICES[book][product]
    return {
        "product_id": product, "quantity": units, "list_price": price, "discount_bp": 0, "net": price * units,
    }  # fmt: skip


def _quote(add: Add, start: datetime) -> None:
    lines = ((TENT, 10), (LAMP, 4))
    total = sum(PRICES[STANDARD][product] * units for product, units in lines)
    add(
        models.Quote(
            id=QUOTE, number="Q-2031", opportunity_id=OFFERED, contact_id=ANNA, status="draft", price_book_id=STANDARD,
            currency="EUR", expires_on=date(2026, 4, 15), discount_bp=0, subtotal=total, total=total, created_by_id=REP,
            created_at=start - timedelta(days=2), updated_at=start - timedelta(days=2),
        )
    )  # fmt: skip
    for at, (product, units) in enumerate(lines, 1):
        add(models.QuoteLine(id=at, quote_id=QUOTE, position=at, **_line(STANDARD, product, units)))


def _approvals(add: Add) -> None:
    """Discounts above 10 % go to a sales manager, those above 20 % to the VP and then to finance."""
    add(models.ApprovalProcess(id=1, name="Discounts", record_kind="quote", description="Of quotes.", active=True))
    for at, (name, over, up_to, role) in enumerate(APPROVALS, 1):
        add(
            models.ApprovalStep(
                id=at, process_id=1, position=at, name=name, over_bp=over, up_to_bp=up_to, approver_role=role
            )
        )


def _price(add: Add) -> None:
    products = (
        (TENT, "TN-0401", "Bell tent 4 m", "tents", 11_000, 17_500, True),
        (LAMP, "LT-0210", "Garden lantern", "lighting", 1_400, 2_600, True),
        (OLD_STOVE, "CK-0007", "Camp stove (2024)", "cooking", 3_000, 5_000, False),
    )
    for at, sku, name, line, cost, floor, active in products:
        add(
            models.Product(
                id=at, sku=sku, name=name, line=line, cost=cost, floor_price=floor, active=active,
                search_text=search_text(sku, name),
            )
        )  # fmt: skip
    books = (
        (STANDARD, "Standard EUR", "EUR", True), (STERLING, "Standard GBP", "GBP", True),
        (RESELLER, "Reseller EUR", "EUR", True), (LAST_YEAR, "Standard EUR 2025", "EUR", False),
    )  # fmt: skip
    entry = 0
    for at, name, currency, active in books:
        add(models.PriceBook(id=at, name=name, currency=currency, description=name, active=active))
        for product, price in PRICES[at].items():
            entry += 1
            add(
                models.PriceBookEntry(
                    id=entry, price_book_id=at, product_id=product, list_price=price, active=product != OLD_STOVE
                )
            )
    rates = (("GBP", "EUR", 1_170_000, date(2026, 1, 1)), ("GBP", "EUR", 1_190_000, date(2026, 4, 1)))
    for at, (one, other, rate, day) in enumerate(rates, 1):
        add(models.ExchangeRate(id=at, from_currency=one, to_currency=other, rate_millionths=rate, valid_from=day))


def _stages(add: Add) -> None:
    add(models.Pipeline(id=1, name="Sales", is_default=True, active=True))
    for at, (name, probability, kind, forecast, fields, rules) in enumerate(STAGES, 1):
        add(
            models.PipelineStage(
                id=at, pipeline_id=1, name=name, position=at, probability=probability, kind=kind,
                forecast_category=forecast, required_fields=json.dumps(fields), exit_rules=json.dumps(rules),
                description=name,
            )
        )  # fmt: skip
