"""What happens in the house beside selling: nights, somebody leaves, campaigns, records that are tidied up."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from worlds.crm.days import local_day
from worlds.crm.models import LegalHold, OrderRef
from worlds.crm.operations.access import request_access
from worlds.crm.operations.campaigns import add_members
from worlds.crm.operations.duplicates import dismiss_duplicate_set
from worlds.crm.operations.merging import merge_contacts, merge_leads
from worlds.crm.operations.opportunities import change_stage, update_opportunity
from worlds.crm.operations.passing_time import look_after, pass_on_leads
from worlds.crm.population import talking
from worlds.crm.population.dealing import renewals_of
from worlds.crm.population.enrolling import move_on
from worlds.crm.population.folk import Record
from worlds.crm.population.house import CAMPAIGNS
from worlds.crm.population.life import Life
from worlds.crm.population.office import LEAVER, SYSTEM, worked
from worlds.crm.records import heads
from worlds.engine.rows import insert, run
from worlds.seeds.calendars import is_working_day

Step = Callable[[datetime], None]
_LEFT_BEFORE: Final = 58
"""Days before episodes begin on which the one who left did so."""


def begin(life: Life) -> None:
    """Let it all happen at its moments."""
    start = life.build.start
    life.history.at(worked(life.rng("leaves"), start - timedelta(days=_LEFT_BEFORE)), lambda _: _leave(life))
    day = life.begin
    while day < start:
        life.history.at(day.replace(hour=1, minute=0), _night(life))
        if is_working_day(day.date()):
            for hour in (11, 14):
                life.history.at(day.replace(hour=hour, minute=0, second=0), _hour(life))
        day += timedelta(days=1)
    _decay(life)
    for at, (name, kind, before, _, _) in enumerate(CAMPAIGNS):
        if kind in ("email", "mailing", "webinar", "event") and before > 0:
            life.history.at(start - timedelta(days=before, hours=-at), _invite(life, name))
    for weeks in range(2, 40, 3):
        life.history.at(worked(life.rng("tend", weeks), start - timedelta(days=weeks * 7)), _tend_renewals(life, weeks))
    life.history.at(start - timedelta(days=9, hours=2), _last_look(life))
    life.history.at(start - timedelta(days=12), _tidy(life))
    life.history.at(start - timedelta(days=8), _orders(life))


def _night(life: Life) -> Step:
    def step(now: datetime) -> None:
        look_after(life.history.context(now, SYSTEM))

    return step


def _hour(life: Life) -> Step:
    def step(now: datetime) -> None:
        pass_on_leads(life.history.context(now, SYSTEM))

    return step


def _leave(life: Life) -> None:
    """Somebody leaves, and what is theirs stays with their name on it."""
    key = life.office.ids[LEAVER]
    ctx = life.history.context(life.build.start - timedelta(days=_LEFT_BEFORE), life.office.actor("Eva Kolar"))
    run(ctx, "UPDATE crm_user SET active = 0 WHERE id = :key", key=key)
    life.office.gone.add(key)


def _decay(life: Life) -> None:
    """People change their jobs."""
    rates, start = life.build.rates, life.build.start
    able = [
        one
        for one in life.folk.records
        if one.kind == "primary" and one.person and one.created < start - timedelta(days=120)
    ]
    firms = [one for one in life.folk.firms if one.kind_of == "primary" and one.created < start - timedelta(days=120)]
    rng = life.rng("job changes")
    for record in rng.sample(able, max(1, round(len(able) * rates["changed_jobs"]))):
        near = [one for one in firms if one.country == record.firm.country and one is not record.firm]
        if near:
            to = rng.choice(near)
            when = worked(rng, start - timedelta(days=rng.uniform(5, 110)))
            life.history.at(when, _moving(life, record, to))


def _moving(life: Life, record: Record, to: Any) -> Step:
    return lambda now: move_on(life, record, to, now)


def _tend_renewals(life: Life, weeks: int) -> Step:
    """Whoever has renewals looks after them now and then: a call, a mail, or the customer has gone."""

    def step(now: datetime) -> None:
        known = {one.row_id: one for one in life.folk.records if one.row_id}
        for key in renewals_of(life, now):
            rng = life.rng("renewal", key, weeks)
            if rng.random() > (0.55 if weeks > 12 else 0.8):
                continue
            ctx = life.history.context(now, life.office.actor("Eva Kolar"))
            row: Any = heads.stored(ctx, "opportunity", key)
            record = known.get(row.primary_contact_id)
            if record is None:
                continue
            actor = life.office.who(row.owner_id)
            if rng.random() < 0.05:
                given = life.given(rng, now, "en", record=record)
                note = life.words.text(rng, "loss", given)
                reason = rng.choice(("no_budget", "timing", "competitor", "price"))
                life.history.perform(
                    now, actor, change_stage, key, life.office.stages["Closed Lost"], loss_reason=reason, loss_note=note
                )
            else:
                talking.once(life, rng, key, record, actor, now, None)
                if rng.random() < 0.25:
                    talking.set_next_step(life, rng, key, record, actor, now)

    return step


def _invite(life: Life, name: str) -> Step:
    """Marketing puts people on the list of a campaign, and some of them answer."""

    def step(now: datetime) -> None:
        rng = life.rng("invites", name)
        actor = life.office.actor("Nadia Cherif")
        able = sorted(one.row_id for one in life.folk.records if one.row_id and one.person and one.kind == "primary")
        size = min(len(able), max(6, round(len(able) * 0.11)))
        chosen = sorted(rng.sample(able, size))
        for at in range(0, len(chosen), 50):
            life.history.perform(
                now, actor, add_members, life.office.campaigns[name], "contact", chosen[at : at + 50], "sent"
            )
        ctx = life.history.context(now, actor)
        for (key,) in ctx.driver.execute(
            "SELECT id FROM campaign_member WHERE campaign_id = ? ORDER BY id", (life.office.campaigns[name],)
        ).fetchall():
            share = rng.random()
            if share < 0.14:
                status = "responded" if share < 0.1 else "unsubscribed"
                run(ctx, "UPDATE campaign_member SET status = :status WHERE id = :key", status=status, key=key)

    return step


def _last_look(life: Life) -> Step:
    """A few owners push the close dates of deals that are due, and ask for access to what they cannot open."""

    def step(now: datetime) -> None:
        rng = life.rng("last look")
        ctx = life.history.context(now, life.office.actor("Eva Kolar"))
        rows = ctx.driver.execute(
            """SELECT o.id, o.owner_id FROM opportunity o WHERE o.closed_at IS NULL AND o.approval_lock = 0
            AND o.close_date < ? ORDER BY o.id""", (local_day(now).isoformat(),)
        ).fetchall()  # fmt: skip
        for deal, user in rows:
            if rng.random() < 0.15:
                day = local_day(now) + timedelta(days=rng.randint(15, 60))
                life.history.perform(now, life.office.who(user), update_opportunity, deal, close_date=day)
        for name in ("Daan Visser", "Camille Renard", "Orla Keane", "Ines Carvalho"):
            other = life.rng("access", name).choice([one for one in life.folk.records if one.row_id and one.person])
            given = life.given(rng, now, "en", record=other)
            reason = f"{life.words.text(rng, 'task', given)}, said {other.given} when we met in {given['fair']}."
            life.history.perform(now, life.office.actor(name), request_access, "contact", other.row_id, reason)

    return step


def _tidy(life: Life) -> Step:
    """Operations merged a few doubles, found others to be none, and a court has put a hold on two accounts."""

    def step(now: datetime) -> None:
        rng = life.rng("tidies")
        boss = life.office.actor("Wout Hermans")
        able = [
            one
            for one in life.folk.records
            if one.kind == "duplicate_dotted"
            and one.row_id
            and one.twin_of
            and one.twin_of.row_id
            and one.firm.kind_of == "primary"
        ]
        for one in rng.sample(able, min(len(able), life.build.sizes["merged_by_hand"])):
            first = one.twin_of
            if (
                life.history.perform(now, boss, merge_contacts, first.row_id, [one.row_id]) is not None
                if first
                else False
            ):
                life.truth.dirty("merged_by_hand", one.row_id)
        for one, before in life.doubles[::4]:
            if one.row_id and before.row_id:
                life.history.perform(now, boss, merge_leads, before.row_id, [one.row_id])
        ctx = life.history.context(now, boss)
        sets = [row[0] for row in ctx.driver.execute("SELECT id FROM duplicate_set WHERE state = 'open' ORDER BY id")]
        for key in rng.sample(sets, len(sets) // 8):
            given = life.given(rng, now, "en")
            reason = f"Two different people, says {given['town2']}: {life.words.text(rng, 'contact_note', given)}"
            life.history.perform(now, boss, dismiss_duplicate_set, key, reason)
        for firm in rng.sample([one for one in life.folk.firms if one.row_id and one.kind_of == "primary"], 2):
            insert(
                ctx, LegalHold, kind="account", record_id=firm.row_id,
                reason="A dispute about a delivery is before the court.",
                placed_by="Eva Kolar", placed_on=now.date().isoformat(),
            )  # fmt: skip

    return step


def _orders(life: Life) -> Step:
    """What the shop has told of orders of accounts that it knows."""

    def step(now: datetime) -> None:
        ctx = life.history.context(now, life.office.actor("Web forms"))
        serial = 0
        for firm in life.folk.firms:
            rng: random.Random = life.rng("orders", firm.entity, firm.kind_of)
            if not firm.row_id or not firm.shop_customer or firm.kind_of != "primary":
                continue
            for _ in range(rng.choice((0, 0, 1, 1, 2))):
                serial += 1
                day = max(firm.created, now - timedelta(days=rng.randint(5, 600))).date()
                insert(
                    ctx, OrderRef, shop_number=f"LK-{30_000 + serial * 3}", account_id=firm.row_id,
                    placed_on=day.isoformat(), total=rng.randint(900, 240_000), currency=firm.columns["currency"],
                )  # fmt: skip

    return step
