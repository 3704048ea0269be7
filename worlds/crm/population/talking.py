"""What is said between the house and its customers: calls, mails, meetings, notes and tasks as written down."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from worlds.crm.operations.planning import complete_task
from worlds.crm.population.folk import Record
from worlds.crm.population.goods import Ware
from worlds.crm.population.life import Life
from worlds.crm.population.office import worked
from worlds.crm.records import changing, consenting, heads
from worlds.engine.context import Actor
from worlds.seeds.streams import Weighted

_WAYS = Weighted({"call": 34.0, "mail_in": 24.0, "mail_out": 18.0, "meeting": 13.0, "note": 11.0})


def say(
    life: Life, rng: random.Random, deal_id: int, record: Record, actor: Actor, now: datetime, ware: Ware | None
) -> None:
    """One or two activities about a deal."""
    once(life, rng, deal_id, record, actor, now, ware)
    if rng.random() < 0.33:
        more, later = life.rng("more", deal_id, now), now + timedelta(minutes=rng.randint(25, 55))
        life.history.at(later, lambda then: once(life, more, deal_id, record, actor, then, ware))
    if rng.random() < 0.16:
        plan_task(life, rng, deal_id, record, actor, now, ware)


def once(
    life: Life, rng: random.Random, deal_id: int | None, record: Record, actor: Actor, now: datetime, ware: Ware | None,
    way: str = "",
) -> None:  # fmt: skip
    """An activity with somebody, about a deal or not: in their language if they write, else in a colleague's."""
    way = way or _WAYS.draw(rng)
    ctx = life.history.context(now, actor)
    if way == "call" and consenting.objected(ctx, "contact", record.row_id, "phone"):
        way = "mail_in"
    if way == "mail_out" and consenting.objected(ctx, "contact", record.row_id, "email"):
        way = "note"
    own = life.office.language(actor)
    tongue = record.language if way.startswith("mail") else own if rng.random() < 0.4 and way != "meeting" else "en"
    given = life.given(rng, now, tongue, record=record, ware=ware, rep=actor.name)
    if way == "call" and rng.random() < 0.2:
        way, given = "no_answer", given if tongue == "en" else life.given(rng, now, "en", record=record, ware=ware)
    about = {"account_id": record.firm.row_id, "contact_id": record.row_id, "opportunity_id": deal_id}
    said = _WRITTEN[way](life, rng, given, tongue, ("account", record.firm.entity))
    if way == "mail_out":
        said["body"] = f"{said['body']}\n\n{actor.name}, Larkfield Supply"
    started: dict[str, Any] = {} if way == "note" else {"starts_at": now}
    kind = {"mail_in": "email", "mail_out": "email", "no_answer": "call"}.get(way, way)
    life.written(now, actor, kind, about, zone=record.zone, status="done", done_at=now, **started, **said)


Said = dict[str, Any]


def _call(life: Life, rng: random.Random, given: Mapping[str, str], tongue: str, page: object) -> Said:
    return {
        "subject": life.words.title(rng, "subject", given, tongue), "direction": "out", "outcome": "reached",
        "body": life.note(rng, "call", given, tongue, page), "duration": rng.randint(3, 40),
    }  # fmt: skip


def _no_answer(life: Life, rng: random.Random, given: Mapping[str, str], _: str, page: object) -> Said:
    return {
        "subject": life.words.title(rng, "subject", given), "direction": "out", "outcome": "no_answer",
        "body": life.note(rng, "no_answer", given, "en", page), "duration": 1,
    }  # fmt: skip


def _meeting(life: Life, rng: random.Random, given: Mapping[str, str], _: str, page: object) -> Said:
    return {
        "subject": life.words.title(rng, "meeting", given), "outcome": "held",
        "body": life.note(rng, "meeting_note", given, "en", page), "duration": rng.choice((30, 45, 60, 90)),
    }  # fmt: skip


def _note(life: Life, rng: random.Random, given: Mapping[str, str], tongue: str, page: object) -> Said:
    subject = life.words.title(rng, "subject", given, tongue)
    return {"subject": subject, "body": life.note(rng, "note", given, tongue, page)}


def _mail_in(life: Life, rng: random.Random, given: Mapping[str, str], tongue: str, page: object) -> Said:
    return {
        "subject": life.words.title(rng, "subject", given, tongue), "direction": "in", "outcome": "received",
        "body": life.words.letter(rng, "mail_in", given, tongue, page),
    }  # fmt: skip


def _mail_out(life: Life, rng: random.Random, given: Mapping[str, str], tongue: str, page: object) -> Said:
    return {
        "subject": life.words.title(rng, "subject", given, tongue), "direction": "out", "outcome": "sent",
        "body": life.words.text(rng, "mail_out", given, tongue, page),
    }  # fmt: skip


_WRITTEN: Final = {
    "call": _call, "no_answer": _no_answer, "meeting": _meeting, "note": _note, "mail_in": _mail_in,
    "mail_out": _mail_out,
}  # fmt: skip


def plan_task(
    life: Life, rng: random.Random, deal_id: int | None, record: Record, actor: Actor, now: datetime, ware: Ware | None
) -> None:
    """A task for somebody, most of which are done in time."""
    given = life.given(rng, now, "en", record=record, ware=ware)
    subject = life.words.text(rng, "task", given)
    due = worked(rng, now, rng.uniform(2, 12))
    done = due < life.build.start and rng.random() < 0.85
    about = {"account_id": record.firm.row_id, "contact_id": record.row_id, "opportunity_id": deal_id}
    priority = rng.choice(("normal", "normal", "high", "low"))
    key = life.written(now, actor, "task", about, subject=subject[:190], due_at=due, priority=priority)
    if done:
        life.history.at(due, lambda at: _finish(life, key, at))


def _finish(life: Life, key: int, now: datetime) -> None:
    life.history.perform(now, life.office.actor("Wout Hermans"), complete_task, key)


def plan_meeting(
    life: Life, rng: random.Random, deal_id: int, record: Record, actor: Actor, now: datetime, after: datetime
) -> None:
    """A meeting or a call that is planned for some day after a moment."""
    given = life.given(rng, now, "en", record=record)
    at = worked(rng, after, rng.uniform(1, 20))
    about = {"account_id": record.firm.row_id, "contact_id": record.row_id, "opportunity_id": deal_id}
    ctx = life.history.context(now, actor)
    called = rng.random() < 0.35 and not consenting.objected(ctx, "contact", record.row_id, "phone")
    kind, title = ("call", "subject") if called else ("meeting", "meeting")
    life.written(
        now, actor, kind, about, subject=life.words.title(rng, title, given), starts_at=at, zone=record.zone,
        duration=rng.choice((30, 45, 60)), direction="out" if called else None,
    )  # fmt: skip


def set_next_step(life: Life, rng: random.Random, deal_id: int, record: Record, actor: Actor, now: datetime) -> None:
    """The owner writes down what is done next."""
    ctx = life.history.context(now, actor)
    row: Any = heads.stored(ctx, "opportunity", deal_id)
    if row is None or row.closed_at is not None or row.approval_lock:
        return
    said = life.words.text(rng, "next_step", life.given(rng, now, "en", record=record))
    changing.change(ctx, "opportunity", row, {"next_step": said})
