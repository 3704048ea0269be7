"""What happens with leads: forms come in, colleagues turn to them, and some become contacts."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from worlds.crm.operations.converting import convert_lead
from worlds.crm.operations.imports import start_import
from worlds.crm.operations.leads import assign_lead
from worlds.crm.operations.writing_in import web_lead_arrives
from worlds.crm.population.enrolling import fill_contact
from worlds.crm.population.life import Life
from worlds.crm.population.office import QUEUE_OF, worked
from worlds.crm.population.prospects import Prospect
from worlds.crm.records import changing, heads
from worlds.engine.context import Actor

Step = Callable[[datetime], None]
_WEB: Final = Actor("system", None, "Web forms")


def begin(life: Life, prospects: Sequence[Prospect]) -> None:
    """Let every lead come in at its moment, and what becomes of it follow."""
    for one in prospects:
        life.history.at(one.created, _arrival(life, one))


def _arrival(life: Life, one: Prospect) -> Step:
    def step(now: datetime) -> None:
        rng = life.rng("arrival", one.key)
        if one.source == "web":
            _by_form(life, rng, one, now)
        else:
            _by_hand(life, rng, one, now)
        if one.row_id:
            signed(life, one)
            follow(life, rng, one, now)

    return step


def signed(life: Life, one: Prospect) -> None:
    """Write into the sealed truth whose lead it is."""
    if one.person is not None:
        if one.person.pid not in life.truth.persons:
            life.truth.meet(one.person)
        life.truth.record(one.person.pid, "lead", one.row_id)
    for kind in sorted(one.dirt):
        life.truth.dirty(kind, one.row_id)


def _values(one: Prospect) -> dict[str, Any]:
    return {
        "last_name": one.last, "company": one.company, "first_name": one.first, "title": one.title, "email": one.email,
        "phone": one.phone, "country": one.firm.country, "language": one.language,
    }  # fmt: skip


def _by_form(life: Life, rng: random.Random, one: Prospect, now: datetime) -> None:
    given = life.given(rng, now, one.language, record=one.record, firm=one.firm, ware=one.ware, quantity=one.quantity)
    said = life.words.letter(rng, one.purpose, given, one.language, ("lead", one.key))
    campaign = None
    if rng.random() < 0.2:
        campaign = (
            life.office.campaigns[rng.choice(("Spring catalogue 2026", "Terraces 2026"))]
            if now > life.build.start - timedelta(days=21)
            else life.office.campaigns["Bring a neighbour"]
        )
    key = f"form-{20_000 + life.build.rng('form', one.key).randrange(900_000)}-{one.key}"
    made = life.history.perform(
        now, _WEB, web_lead_arrives, external_key=key, message=said, campaign_id=campaign,
        website=one.firm.domain if rng.random() < 0.4 and one.kind != "test" else None,
        employees=one.firm.columns["employees"] if rng.random() < 0.5 else None,
        email_consent=rng.random() < 0.8 if rng.random() < 0.6 else None, **_values(one),
    )  # fmt: skip
    one.row_id = made.lead_id if made else 0
    if made and rng.random() < 0.04:  # the form's server delivers it once more
        life.history.perform(now, _WEB, web_lead_arrives, external_key=key, **_values(one))


def _by_hand(life: Life, rng: random.Random, one: Prospect, now: datetime) -> None:
    """Somebody of the house writes a lead down, and keeps it or gives it to the queue of its region."""
    region = life.office.region(one.firm.country, one.firm.columns["billing_postal_code"])
    actor = life.office.developer(region)
    given = life.given(rng, now, "en", record=one.record, firm=one.firm, ware=one.ware, quantity=one.quantity)
    ctx = life.history.context(now, actor)
    owner = {"queue_id": life.office.queues[QUEUE_OF[region]]} if one.fate == "queued" else {"owner_id": actor.person}
    one.row_id = changing.create(
        ctx, "lead", {
            **_values(one), "source": one.source, "status": "new" if one.fate == "queued" else "assigned",
            "industry": one.firm.columns["industry"], "city": one.firm.postal.city,
            "postal_code": one.firm.postal.postal_code, "street": one.firm.postal.line1 if rng.random() < 0.5 else None,
            "notes": life.note(rng, "lead_note", given, "en", ("lead", one.key)), **owner,
        }, asked=False,
    )  # fmt: skip
    if "owner_id" in owner:
        row: Any = heads.stored(ctx, "lead", one.row_id)
        changing.change(ctx, "lead", row, {"assigned_at": now}, asked=False)


def follow(life: Life, rng: random.Random, one: Prospect, now: datetime) -> None:
    """Let happen what becomes of a lead that is there now."""
    if one.fate == "queued":
        row: Any = heads.stored(life.history.context(now, _WEB), "lead", one.row_id)
        if row.owner_id is not None:
            region = life.office.region(one.firm.country, one.firm.columns["billing_postal_code"])
            boss = life.office.actor("Wout Hermans")
            life.history.perform(now, boss, assign_lead, one.row_id, queue_id=life.office.queues[QUEUE_OF[region]])
        return
    if one.fate == "assigned":
        return
    first = worked(rng, now, rng.uniform(0.02, 0.12))
    life.history.at(first, _touch(life, one))


def _touch(life: Life, one: Prospect) -> Step:
    def step(now: datetime) -> None:
        rng = life.rng("touch", one.key)
        actor = _owner(life, one, now)
        _talk(life, rng, one, actor, now)
        _set(life, one, actor, now, {"status": "working", "rating": rng.choice(("hot", "warm", "warm", "cold", None))})
        if one.fate in ("dead", "recycled"):
            life.history.at(worked(rng, now, rng.uniform(1, 20)), _ending(life, one))
        elif one.fate in ("qualified", "converted"):
            latest = (life.build.start - now).total_seconds() / 86_400 * 0.7
            life.history.at(worked(rng, now, min(rng.uniform(0.3, 9), latest)), _qualify(life, one))
        elif rng.random() < 0.4:
            life.history.at(worked(rng, now, rng.uniform(2, 12)), _again(life, one))

    return step


def _again(life: Life, one: Prospect) -> Step:
    def step(now: datetime) -> None:
        _talk(life, life.rng("again", one.key), one, _owner(life, one, now), now)

    return step


def _owner(life: Life, one: Prospect, now: datetime) -> Actor:
    """Who turns to a lead: its owner, or somebody of the queue who takes it."""
    row: Any = heads.stored(life.history.context(now, _WEB), "lead", one.row_id)
    if row.owner_id is not None:
        return life.office.who(row.owner_id)
    region = life.office.region(one.firm.country, one.firm.columns["billing_postal_code"])
    actor = life.office.developer(region)
    ctx = life.history.context(now, actor)
    changing.change(ctx, "lead", row, {"owner_id": actor.person}, asked=True)
    return actor


def _talk(life: Life, rng: random.Random, one: Prospect, actor: Actor, now: datetime) -> None:
    """A call or a mail with somebody who is a lead."""
    about = {"lead_id": one.row_id}
    page = ("lead", one.key)
    row: Any = heads.stored(life.history.context(now, _WEB), "lead", one.row_id)
    tongue = life.office.language(actor) if rng.random() < 0.35 else "en"
    if one.phone and not row.do_not_call and rng.random() < 0.6:
        given = life.given(rng, now, tongue, record=one.record, firm=one.firm, ware=one.ware, quantity=one.quantity)
        reached = rng.random() < 0.6
        body = life.note(
            rng,
            "call" if reached else "no_answer",
            given if reached else life.given(rng, now, "en", record=one.record, firm=one.firm, ware=one.ware),
            tongue,
            page,
        )
        life.written(
            now, actor, "call", about, subject=f"{one.company.strip()[:60]}: {one.ware.name}", body=body, status="done",
            done_at=now, starts_at=now, direction="out", outcome="reached" if reached else rng.choice(("no_answer",
            "voicemail")),
            duration=rng.randint(2, 24) if reached else 1,
        )  # fmt: skip
        return
    given = life.given(rng, now, one.language, firm=one.firm, ware=one.ware, quantity=one.quantity, rep=actor.name)
    body = life.words.text(rng, "mail_out", given, one.language, page)
    life.written(
        now, actor, "email", about, subject=life.words.title(rng, "subject", given, one.language),
        body=f"{body}\n\n{actor.name}\nLarkfield Supply", status="done", done_at=now, starts_at=now, direction="out",
        outcome="sent",
    )  # fmt: skip


def _set(life: Life, one: Prospect, actor: Actor, now: datetime, values: dict[str, Any]) -> None:
    ctx = life.history.context(now, actor)
    row: Any = heads.stored(ctx, "lead", one.row_id)
    if row.status != "converted" and not row.is_deleted:
        changing.change(ctx, "lead", row, values)


def _ending(life: Life, one: Prospect) -> Step:
    def step(now: datetime) -> None:
        rng = life.rng("ending", one.key)
        actor = _owner(life, one, now)
        given = life.given(rng, now, "en", record=one.record, firm=one.firm, ware=one.ware)
        kind = {"web_job": "dead_job", "web_supplier": "dead_supplier"}.get(one.purpose, "dead")
        why = life.note(rng, kind, given, "en", ("lead", one.key))
        row: Any = heads.stored(life.history.context(now, actor), "lead", one.row_id)
        notes = f"{row.notes}\n\n{why}" if row.notes else why
        _set(life, one, actor, now, {"status": one.fate, "notes": notes})

    return step


def _qualify(life: Life, one: Prospect) -> Step:
    def step(now: datetime) -> None:
        rng = life.rng("qualify", one.key)
        actor = _owner(life, one, now)
        _set(life, one, actor, now, {"status": "qualified", "rating": rng.choice(("hot", "warm"))})
        if one.fate == "converted" and one.becomes is not None:
            at = max(one.becomes.created, worked(rng, now, rng.uniform(0.1, 3)))
            life.history.at(at, _convert(life, one))
        elif one.requeued:
            region = life.office.region(one.firm.country, one.firm.columns["billing_postal_code"])
            queue = life.office.queues[QUEUE_OF[region]]
            life.history.perform(now, actor, assign_lead, one.row_id, queue_id=queue)
        elif rng.random() < 0.45:
            seller = life.office.seller(one.firm.country, one.firm.columns["billing_postal_code"], None)
            life.history.perform(now, actor, assign_lead, one.row_id, owner_id=seller.person)

    return step


def _convert(life: Life, one: Prospect) -> Step:
    """A representative takes a qualified lead over and makes a contact of it."""

    def step(now: datetime) -> None:
        record = one.becomes
        if record is None or not record.firm.row_id:
            return
        rng = life.rng("convert", one.key)
        boss = life.office.actor("Wout Hermans")
        account: Any = heads.stored(life.history.context(now, boss), "account", record.firm.row_id)
        seller = life.office.who(account.owner_id)
        life.history.perform(now, boss, assign_lead, one.row_id, owner_id=seller.person)
        made = life.history.perform(now, seller, convert_lead, one.row_id, account_id=account.id, allow_save=True)
        if made is None:
            return
        record.row_id = made.contact_id
        ctx = life.history.context(now, seller)
        row: Any = heads.stored(ctx, "contact", record.row_id)
        values = {
            "zone": record.zone,
            "birthday": record.birthday,
            "salutation": record.salutation,
            "title": record.title,
        }
        changing.change(ctx, "contact", row, values, asked=False)
        fill_contact(life, record, ctx, rng)

    return step


def bring_lists(life: Life, prospects: Sequence[Prospect], campaign: str, now: datetime) -> None:
    """Let marketing read a list of a fair in, of which some rows fail, some are known, and one comes twice."""
    life.history.at(now, _read_in(life, prospects, campaign))


def _read_in(life: Life, prospects: Sequence[Prospect], campaign: str) -> Step:
    def step(now: datetime) -> None:
        rng = life.rng("list", campaign)
        actor = life.office.actor("Nadia Cherif")
        content = "\n".join(_list_of(rng, prospects, now))
        made = life.history.perform(
            now, actor, start_import, "lead", content, "email", "skip",
            file_name=f"{campaign.lower().replace(' ', '-')}.csv", campaign_id=life.office.campaigns[campaign],
        )  # fmt: skip
        if made is None:
            return
        ctx = life.history.context(now, actor)
        rows = ctx.driver.execute(
            "SELECT line, record_id FROM import_row WHERE job_id = ? AND status = 'created'", (made.import_id,)
        ).fetchall()
        for line, key in rows:
            one = prospects[line - 2]
            one.row_id = key
            signed(life, one)
            follow(life, rng, one, now)

    return step


def _list_of(rng: random.Random, prospects: Sequence[Prospect], now: datetime) -> list[str]:
    """The lines of a file, in which whoever stood at the stand wrote the time as their clock and habit have it."""
    lines = ["first_name;last_name;company;email;phone;country;title;notes"]
    for at, one in enumerate(prospects):
        cells = [
            one.first or "",
            one.last,
            one.company.strip(),
            one.email or "",
            one.phone or "",
            one.firm.country,
            one.title or "",
        ]
        _spoil(rng, cells, at)
        met = worked(rng, now - timedelta(days=6))
        when = (
            f"{met:%Y-%m-%d %H:%M}",
            f"{met:%d.%m.%Y %H:%M} CET",
            f"{met:%Y-%m-%dT%H:%MZ}",
            f"{met:%d/%m/%Y %I:%M %p} GMT",
        )[at % 4]
        lines.append(
            ";".join([*(cell.replace(";", ",") for cell in cells), f"Met {when}, {one.quantity} {one.ware.name}"])
        )
    return lines


def _spoil(rng: random.Random, cells: list[str], at: int) -> None:
    """Every few rows have a slip, or lack what has to be there."""
    if at % 17 == 4 and cells[3]:
        cells[3] = cells[3].replace("@", " @", 1) if rng.random() < 0.5 else cells[3].replace("@", "")
    elif at % 29 == 6:
        cells[1] = ""
    elif at % 23 == 5:
        cells[5] = rng.choice(("Netherlands", "Deutschland", "nl.", "Holland"))
    elif at % 19 == 7 and cells[4]:
        cells[4] = "see card"
