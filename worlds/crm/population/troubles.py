"""What is left undone at the end: people object, numbers are corrected, deals lie about, books were given wrongly."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from worlds.crm.days import local_day
from worlds.crm.operations.ownership import transfer_records
from worlds.crm.operations.quotes import present_quote, update_quote
from worlds.crm.operations.writing_in import contact_writes
from worlds.crm.population import talking
from worlds.crm.population.dealing import owner
from worlds.crm.population.deals import Deal
from worlds.crm.population.folk import Record
from worlds.crm.population.life import Life
from worlds.crm.population.office import SYSTEM, worked
from worlds.engine.rows import run

Step = Callable[[datetime], None]


def begin(life: Life, deals: Sequence[Deal]) -> None:
    """Let it all happen at its moments; nobody has done anything about it when episodes begin."""
    _objections(life)
    _corrections(life, deals)
    _stale(life, deals)
    _mistakes(life)
    life.history.at(life.build.start - timedelta(days=3, hours=1), lambda now: _away(life, now))


def _away(life: Life, now: datetime) -> None:
    """Somebody goes on holiday, and will be away when episodes begin."""
    ctx = life.history.context(now, life.office.actor("Eva Kolar"))
    back = (life.build.start + timedelta(days=11)).date()
    run(
        ctx, "UPDATE crm_user SET away_until = :day WHERE id = :key", day=back.isoformat(),
        key=life.office.ids["Chiara Bellini"],
    )  # fmt: skip


def _done(_: object) -> None:
    """Steps answer nothing."""


def _objections(life: Life) -> None:
    """People of whom there is more than one record write that they want no more of it; nobody has done anything yet."""
    start = life.build.start
    pairs = [(one.twin_of, one) for one in life.folk.records if one.twin_of and one.kind.startswith("duplicate")]
    doubled = {first for first, _ in pairs}
    plain = {one for pair in pairs if _is_told(*pair) for one in pair}
    able = [
        one for one in life.folk.records
        if one.person and one.created < start - timedelta(days=7) and one.consents.get("email") != "out"
        and (one in doubled or one.kind.startswith("duplicate"))
    ]  # fmt: skip
    rng = life.rng("objections")
    count = life.build.sizes["objectors"]
    chosen: dict[int, Record] = {}
    for record in sorted(rng.sample(able, len(able)), key=lambda one: one not in plain):
        if record.person and len(chosen) < (count * 3 // 4 if record in plain else count):
            chosen.setdefault(record.person.pid, record)
    for record in chosen.values():
        life.history.at(_lately(rng, start), _object(life, record, "objection"))
    alone = [one for one in life.folk.records if one.person and one.kind == "primary" and one not in doubled]
    for record in rng.sample(alone, max(1, count // 5)):
        if record.created < start - timedelta(days=20):
            life.history.at(_lately(rng, start), _object(life, record, "erasure"))


def _is_told(first: Record, again: Record) -> bool:
    """Whether two records say themselves that they are one person's: one name and one number."""
    return bool(first.phone and again.phone and (first.first, first.last) == (again.first, again.last))


def _lately(rng: random.Random, start: datetime) -> datetime:
    """A moment of the last days at which somebody sits down and writes."""
    return (start - timedelta(days=rng.randint(1, 5), hours=rng.uniform(0.5, 8))).replace(microsecond=0)


def _object(life: Life, record: Record, wish: str) -> Step:
    def step(now: datetime) -> None:
        if not record.row_id:
            return
        rng = life.rng("objects", record.emails[0])
        given = life.given(rng, now, record.language, record=record)
        said = life.words.letter(rng, wish, given, record.language, ("account", record.firm.entity))
        life.history.perform(
            now,
            SYSTEM,
            contact_writes,
            record.row_id,
            said,
            subject=life.words.title(rng, "subject", given, record.language),
        )
        life.truth.dirty("objected_by_mail" if wish == "objection" else "asked_for_erasure", record.row_id)

    return step


def _corrections(life: Life, deals: Sequence[Deal]) -> None:
    """Customers write that they want another number of something than their deal says."""
    rng = life.rng("corrections")
    for one in deals:
        if one.fate == "wrong_quantity":
            at = worked(
                rng, max(one.moments[-1] + timedelta(hours=4), life.build.start - timedelta(days=rng.uniform(0.7, 6)))
            )
            life.history.at(min(at, life.build.start - timedelta(minutes=rng.randint(70, 900))), _correct(life, one))


def _correct(life: Life, one: Deal) -> Step:
    def step(now: datetime) -> None:
        if not one.row_id:
            return
        rng = life.rng("corrects", one.key)
        tongue = one.contact.language
        given = life.given(
            rng,
            now,
            tongue,
            record=one.contact,
            ware=one.first.ware,
            right=str(one.right),
            wrong=str(one.first.quantity),
        )
        said = life.words.letter(rng, "mail_quantity", given, tongue, ("account", one.firm.entity))
        subject = f"{one.first.ware.name}, {one.number}" if rng.random() < 0.5 else one.first.ware.name
        life.history.perform(
            now, SYSTEM, contact_writes, one.contact.row_id, said, subject=subject, opportunity_id=one.row_id
        )
        life.truth.dirty("wrong_quantity", one.row_id)

    return step


def _stale(life: Life, deals: Sequence[Deal]) -> None:
    """Some deals that have gone quiet have a meeting still to come, or an offer that has just been sent.

    Of some meetings nobody has written down what became of them.
    """
    rng = life.rng("stale")
    for one in deals:
        if one.fate == "stale" and one.last == "quote":
            life.history.at(worked(rng, life.build.start - timedelta(days=rng.uniform(4, 21))), _send_late(life, one))
        chance = rng.random() if one.fate == "stale" else 1.0
        if chance < 0.36:
            life.history.at(one.moments[-1] + timedelta(hours=2), _meet(life, one, missed=chance >= 0.22))


def _meet(life: Life, one: Deal, *, missed: bool) -> Step:
    def step(now: datetime) -> None:
        if one.row_id:
            rng = life.rng("meets", one.key)
            after = worked(rng, now, rng.uniform(6, 20)) if missed else life.build.start + timedelta(days=1)
            talking.plan_meeting(life, rng, one.row_id, one.contact, owner(life, one.row_id, now), now, after)

    return step


def _send_late(life: Life, one: Deal) -> Step:
    """Somebody sends an offer that had lain about for months."""

    def step(now: datetime) -> None:
        if one.quote_id:
            actor = owner(life, one.row_id, now)
            life.history.perform(now, actor, update_quote, one.quote_id, expires_on=local_day(now) + timedelta(days=30))
            life.history.perform(now, actor, present_quote, one.quote_id)

    return step


def _mistakes(life: Life) -> None:
    """Lately operations gave books to somebody who should not have them; some records were moved on since."""
    names = ("Aksel Nygaard", "Camille Renard", "Orla Keane", "Jonas Aigner", "Daan Visser", "Silke Brügger")
    for at in range(life.build.sizes["wrong_transfers"]):
        rng = life.rng("mistake", at)
        when = worked(rng, life.build.start - timedelta(days=4 + at))
        life.history.at(when, _give_wrongly(life, at, names[at % len(names)]))


def _give_wrongly(life: Life, at: int, to: str) -> Step:
    """Accounts of two colleagues go to a third one; some move on, and with some their new owner speaks at once."""

    def step(now: datetime) -> None:
        rng = life.rng("gives wrongly", at)
        boss, new = life.office.actor("Wout Hermans"), life.office.ids[to]
        books = _books(life, now, new)
        chosen = []
        for before in rng.sample(sorted(books), min(2, len(books))):
            chosen += rng.sample(books[before], min(max(1, len(books[before]) // 2), rng.randint(6, 9)))
        chosen.sort()
        life.history.perform(now, boss, transfer_records, "account", chosen, new, with_open_deals=rng.random() < 0.6)
        for key in chosen:
            life.truth.dirty("given_wrongly", key)
        moved = chosen[:: max(2, len(chosen) // 3)]
        for key in moved:
            third = rng.choice([one for one in sorted(books) if key not in books[one]] or [new])
            life.history.at(worked(rng, now, rng.uniform(0.4, 1.6)), _give(life, key, third))
        kept = [one for one in chosen if one not in moved]
        for key in rng.sample(kept, min(3, len(kept))):
            life.history.at(worked(rng, now, rng.uniform(0.4, 2.0)), _speak(life, key, to))

    return step


def _books(life: Life, now: datetime, new: int) -> dict[int, list[int]]:
    """What those have who are there, but for somebody: accounts that have not changed hands yet, by owner."""
    ctx = life.history.context(now, life.office.actor("Wout Hermans"))
    rows = ctx.driver.execute(
        """SELECT a.owner_id, a.id FROM account a JOIN crm_user u ON u.id = a.owner_id AND u.active = 1
        AND u.role = 'rep' AND u.name <> 'Chiara Bellini' WHERE a.is_deleted = 0 AND a.locked = 0 AND a.owner_id <> ?
        AND NOT EXISTS (SELECT 1 FROM field_history h WHERE h.kind = 'account' AND h.record_id = a.id
          AND h.field = 'owner_id') ORDER BY a.id""", (new,)
    ).fetchall()  # fmt: skip
    books: dict[int, list[int]] = {}
    for owner_id, key in rows:
        books.setdefault(owner_id, []).append(key)
    large = {owner_id: keys for owner_id, keys in books.items() if len(keys) >= 22}
    return large or books


def _speak(life: Life, account: int, who: str) -> Step:
    """Whoever has an account now meets or calls somebody there."""

    def step(now: datetime) -> None:
        people = [one for one in life.folk.records if one.row_id and one.person and one.firm.row_id == account]
        if people:
            rng = life.rng("speaks", account)
            way = rng.choice(("meeting", "meeting", "call"))
            talking.once(life, rng, None, rng.choice(people), life.office.actor(who), now, None, way)

    return step


def _give(life: Life, account: int, to: int) -> Step:
    """A manager gives an account to somebody on purpose."""
    return lambda now: _done(
        life.history.perform(
            now, life.office.actor("Helena Brandt"), transfer_records, "account", [account], to, with_open_deals=True
        )
    )
