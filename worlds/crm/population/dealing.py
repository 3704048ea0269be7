"""How deals go on: opened, worked on, offered, signed or lost, each step by the operation that does it."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from worlds.crm.days import local_day
from worlds.crm.operations.approvals import answer_question, ask_about_approval, decide_approval, submit_quote
from worlds.crm.operations.contact_roles import add_contact_role
from worlds.crm.operations.contracts import create_contract, record_signature
from worlds.crm.operations.lines import add_line
from worlds.crm.operations.opportunities import change_stage, create_opportunity
from worlds.crm.operations.quote_lines import set_discount
from worlds.crm.operations.quotes import create_quote, present_quote, record_answer
from worlds.crm.population.deals import STEPS, Deal
from worlds.crm.population.life import Life
from worlds.crm.population.office import worked
from worlds.crm.population.talking import say, set_next_step
from worlds.crm.records import heads
from worlds.engine.context import Actor
from worlds.engine.rows import number

Step = Callable[[datetime], None]
_LOST: Final = ("price", "competitor", "no_budget", "no_decision", "no_response", "timing", "product_gap")
_PEOPLE: Final = ("Needs Analysis", "Qualification", "Needs Analysis")
_LATER: Final = ("Value Proposition", "Id. Decision Makers", "Perception Analysis", "Value Proposition")


def begin(life: Life, deals: Sequence[Deal]) -> None:
    """Let every deal be opened at its moment, and go on from there."""
    for one in deals:
        life.history.at(one.moments[0], _step(life, one, 0))


def _step(life: Life, one: Deal, at: int) -> Step:
    def step(now: datetime) -> None:
        rng = life.rng("step", one.key, at)
        if at and (not one.row_id or not _is_open(life, one, now)):
            return
        _WAYS[STEPS[at]](life, rng, one, now)
        if not one.row_id:
            return
        if at + 1 < len(one.moments):
            life.history.at(max(one.moments[at + 1], now + timedelta(minutes=20)), _step(life, one, at + 1))
        else:
            _rest(life, rng, one, now)

    return step


def owner(life: Life, deal_id: int, now: datetime) -> Actor:
    """Who works on a deal."""
    row: Any = heads.stored(life.history.context(now, life.office.actor("Wout Hermans")), "opportunity", deal_id)
    return life.office.who(row.owner_id)


def _is_open(life: Life, one: Deal, now: datetime) -> bool:
    row: Any = heads.stored(life.history.context(now, life.office.actor("Wout Hermans")), "opportunity", one.row_id)
    return row.closed_at is None and not row.approval_lock


def _open(life: Life, rng: random.Random, one: Deal, now: datetime) -> None:
    if not one.firm.row_id or not one.contact.row_id:
        return
    boss = life.office.actor("Wout Hermans")
    account: Any = heads.stored(life.history.context(now, boss), "account", one.firm.row_id)
    actor = life.office.who(account.owner_id)
    given = life.given(
        rng,
        now,
        "en",
        record=one.contact,
        ware=one.first.ware if one.pieces else None,
        quantity=one.first.quantity if one.pieces else None,
    )
    about = life.words.text(rng, "deal_about", given)
    made = life.history.perform(
        now, actor, create_opportunity, f"{one.firm.name.strip()[:60]}: {about}"[:150], one.firm.row_id, one.closes,
        kind="expansion" if rng.random() < 0.18 else "new",
        primary_contact_id=one.contact.row_id if rng.random() < 0.85 else None,
        currency="EUR" if account.currency == "CHF" else None, price_book_id=_slipped(life, one, account),
        owner_id=actor.person,
        description=life.note(rng, "description", given, "en", ("account",
        one.firm.entity)) if rng.random() < 0.4 else None,
        lead_source=rng.choice(("web", "trade_show", "referral", "partner", None)),
        campaign_id=life.office.campaigns["Summer terraces 2025"] if rng.random() < 0.06 else None,
    )  # fmt: skip
    if made is None:
        return
    one.row_id, one.number = made.opportunity_id, made.number
    for piece in one.pieces:
        life.history.perform(
            now, actor, add_line, one.row_id, piece.ware.id, piece.quantity, discount=piece.off or None
        )
    for kind in sorted(one.dirt):
        life.truth.dirty(kind, one.row_id)
    say(life, rng, one.row_id, one.contact, actor, now, one.first.ware if one.pieces else None)


def _slipped(life: Life, one: Deal, account: Any) -> int | None:
    """The price book that whoever opens a deal picks by mistake, or None where they leave it to the account."""
    books, at = life.office.books, life.rng("book", one.key).random()
    if one.fate not in ("early", "wrong_quantity") or account.currency != "EUR":
        return None
    if account.kind == "reseller" or account.segment == "public_sector":
        return books["Standard EUR"] if at < 0.5 else None
    return books["Reseller EUR"] if at < 0.08 else None


def _people(life: Life, rng: random.Random, one: Deal, now: datetime) -> None:
    actor = owner(life, one.row_id, now)
    role = rng.choice(("decision_maker", "economic_buyer"))
    life.history.perform(now, actor, add_contact_role, one.row_id, one.contact.row_id, role, primary=True)
    for other in one.others[: rng.randint(0, 2)]:
        if other.row_id:
            life.history.perform(
                now, actor, add_contact_role, one.row_id, other.row_id, rng.choice(("evaluator", "influencer", "user"))
            )
    _move(life, actor, one, now, rng.choice(_PEOPLE))
    say(life, rng, one.row_id, one.contact, actor, now, one.first.ware if one.pieces else None)


def _value(life: Life, rng: random.Random, one: Deal, now: datetime) -> None:
    actor = owner(life, one.row_id, now)
    if not _move(life, actor, one, now, rng.choice(_LATER)):
        _move(life, actor, one, now, "Value Proposition")
    say(life, rng, one.row_id, one.contact, actor, now, one.first.ware if one.pieces else None)
    if rng.random() < 0.6:
        set_next_step(life, rng, one.row_id, one.contact, actor, now)


def _quote(life: Life, rng: random.Random, one: Deal, now: datetime) -> None:
    actor = owner(life, one.row_id, now)
    made = life.history.perform(now, actor, create_quote, one.row_id)
    if made is None:
        return
    one.quote_id = made.quote_id
    given = life.given(rng, now, "en", record=one.contact, ware=one.first.ware, quantity=one.first.quantity)
    if one.discount or any(piece.off for piece in one.pieces):
        reason = life.words.text(rng, "reason", given)
        life.history.perform(now, actor, set_discount, one.quote_id, one.discount, reason=reason)
    _move(life, actor, one, now, "Proposal/Price Quote")
    if one.fate in ("draft_mid", "draft_big"):
        set_next_step(life, rng, one.row_id, one.contact, actor, now)
        return
    if one.fate == "pending":
        life.history.perform(now, actor, submit_quote, one.quote_id, life.words.text(rng, "reason", given))
        if rng.random() < 0.3:
            _ask(life, rng, one, now, answer=rng.random() < 0.4)
        return
    say(life, rng, one.row_id, one.contact, actor, now, one.first.ware)
    if one.discount > 1_000 and one.last != "quote":
        life.history.perform(now, actor, submit_quote, one.quote_id, life.words.text(rng, "reason", given))
        life.history.at(worked(rng, now, 0.03), _decide(life, one, 0))


def _pending(life: Life, one: Deal, now: datetime) -> tuple[int, Actor] | None:
    """The request that waits about a deal's quote, and who decides it."""
    ctx = life.history.context(now, life.office.actor("Eva Kolar"))
    key = number(
        ctx, "SELECT max(id) FROM approval_request WHERE quote_id = :quote AND state = 'pending'", quote=one.quote_id
    )
    if not key:
        return None
    return key, life.office.who(number(ctx, "SELECT approver_id FROM approval_request WHERE id = :key", key=key))


def _ask(life: Life, rng: random.Random, one: Deal, now: datetime, *, answer: bool) -> None:
    found = _pending(life, one, now)
    if found is None:
        return
    given = life.given(rng, now, "en", record=one.contact, ware=one.first.ware, quantity=one.first.quantity)
    then = now + timedelta(minutes=rng.randint(20, 90))
    life.history.at(
        then,
        lambda at: _discard(
            life.history.perform(at, found[1], ask_about_approval, found[0], life.words.text(rng, "asked", given))
        ),
    )
    if answer:
        actor = owner(life, one.row_id, now)
        life.history.at(
            then + timedelta(minutes=40),
            lambda at: _discard(
                life.history.perform(at, actor, answer_question, found[0], life.words.text(rng, "answered", given))
            ),
        )


def _discard(_: object) -> None:
    """Steps answer nothing."""


def _decide(life: Life, one: Deal, level: int) -> Step:
    """An approver decides; what is approved at one level may go on to the next."""

    def step(now: datetime) -> None:
        rng = life.rng("decides", one.key, level)
        found = _pending(life, one, now)
        if found is None or level > 2:
            return
        key, approver = found
        given = life.given(rng, now, "en", record=one.contact, ware=one.first.ware, quantity=one.first.quantity)
        good = rng.random() < (0.95 if one.fate == "won" else 0.7)
        said = life.words.text(rng, "decided" if good else "refused", given)
        life.history.perform(now, approver, decide_approval, key, "approved" if good else "rejected", said)
        if good:
            life.history.at(worked(rng, now, 0.02), _decide(life, one, level + 1))
        else:
            actor = owner(life, one.row_id, now)
            life.history.perform(
                now,
                actor,
                set_discount,
                one.quote_id,
                1_000 if not any(piece.off for piece in one.pieces) else 200,
                reason=life.words.text(rng, "reason", given),
            )

    return step


def _present(life: Life, rng: random.Random, one: Deal, now: datetime) -> None:
    actor = owner(life, one.row_id, now)
    if life.history.perform(now, actor, present_quote, one.quote_id) is None:
        return
    say(life, rng, one.row_id, one.contact, actor, now, one.first.ware)
    if one.fate != "presented" or rng.random() < 0.5:
        _move(life, actor, one, now, "Negotiation/Review")
    if rng.random() < 0.5:
        set_next_step(life, rng, one.row_id, one.contact, actor, now)


def _contract(life: Life, rng: random.Random, one: Deal, now: datetime) -> None:
    actor = owner(life, one.row_id, now)
    accepted = one.fate == "won" or rng.random() < 0.6
    given = life.given(rng, now, "en", record=one.contact, ware=one.first.ware, quantity=one.first.quantity)
    if accepted:
        answer = life.words.text(rng, "customer_answer", given)
        accepted = life.history.perform(now, actor, record_answer, one.quote_id, "accepted", answer) is not None
    starts = local_day(now) + timedelta(days=rng.randint(3, 30))
    life.history.perform(now, actor, create_contract, one.row_id, starts, quote_id=one.quote_id if accepted else None)
    say(life, rng, one.row_id, one.contact, actor, now, one.first.ware)


def _sign(life: Life, rng: random.Random, one: Deal, now: datetime) -> None:
    actor = owner(life, one.row_id, now)
    ctx = life.history.context(now, actor)
    contract = number(ctx, "SELECT max(id) FROM contract WHERE opportunity_id = :deal", deal=one.row_id)
    day = local_day(now) - timedelta(days=rng.randint(0, 2))
    if contract:
        life.history.perform(now, actor, record_signature, contract, one.contact.full, day)
    _move(life, actor, one, now, "Closed Won")


def _move(life: Life, actor: Actor, one: Deal, now: datetime, stage: str, **more: Any) -> bool:
    return life.history.perform(now, actor, change_stage, one.row_id, life.office.stages[stage], **more) is not None


def _rest(life: Life, rng: random.Random, one: Deal, now: datetime) -> None:
    """What happens after the last step of deals of some fates."""
    if one.fate == "lost":
        life.history.at(worked(rng, now, rng.uniform(0.4, 1.8)), _lose(life, one))
    elif one.fate in ("early", "presented") and rng.random() < 0.5:
        later = worked(rng, now, rng.uniform(0.5, 8))
        life.history.at(later, _tended(life, one))
    if one.fate not in ("lost", "won", "stale") and rng.random() < 0.45:
        actor = owner(life, one.row_id, now)
        set_next_step(life, rng, one.row_id, one.contact, actor, now)


def _tended(life: Life, one: Deal) -> Step:
    def step(now: datetime) -> None:
        if _is_open(life, one, now):
            rng = life.rng("tended", one.key)
            say(life, rng, one.row_id, one.contact, owner(life, one.row_id, now), now, None)

    return step


def _lose(life: Life, one: Deal) -> Step:
    def step(now: datetime) -> None:
        if not _is_open(life, one, now):
            return
        rng = life.rng("lost", one.key)
        given = life.given(rng, now, "en", record=one.contact, ware=one.first.ware if one.pieces else None)
        note = life.words.text(rng, "loss", given) if rng.random() < 0.7 else None
        actor = owner(life, one.row_id, now)
        _move(life, actor, one, now, "Closed Lost", loss_reason=rng.choice(_LOST), loss_note=note)

    return step


def renewals_of(life: Life, now: datetime) -> list[int]:
    """Renewals that are open at a moment."""
    ctx = life.history.context(now, life.office.actor("Eva Kolar"))
    sql = "SELECT id FROM opportunity WHERE kind = 'renewal' AND closed_at IS NULL AND is_deleted = 0 ORDER BY id"
    return [row[0] for row in ctx.driver.execute(sql)]


_WAYS: Final = {
    "open": _open, "people": _people, "value": _value, "quote": _quote, "present": _present, "contract": _contract,
    "sign": _sign,
}  # fmt: skip
