"""Writing accounts and contacts down at the moments at which the house came to know them."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from worlds.crm.matching import norms, sets
from worlds.crm.models import EmailAddress, MergeRecord, PhoneNumber
from worlds.crm.population import firms
from worlds.crm.population.firms import Firm
from worlds.crm.population.folk import Record
from worlds.crm.population.life import Life
from worlds.crm.records import addresses, changing, consenting, heads, searching
from worlds.engine.context import Context
from worlds.engine.rows import insert, number, run

_TAKEN: Final = """SELECT count(*) FROM email_address e JOIN contact c ON c.id = e.contact_id AND c.is_deleted = 0
  WHERE e.norm = :norm AND e.contact_id <> :but"""
_NOTED: Final = 0.22
_SOURCES: Final = {"email": ("web form", "fair", "e-mail", "phone", "paper form")}


def enrol(life: Life) -> None:
    """Let every account and contact come in at its moment; contacts of an account never before it."""
    for firm in life.folk.firms:
        life.history.at(firm.created, _account(life, firm))
    for record in life.folk.records:
        if not record.by_lead:
            life.history.at(max(record.created, record.firm.created), _contact(life, record))


def _account(life: Life, firm: Firm) -> Any:
    def step(now: datetime) -> None:
        if firm.row_id == 0:
            enter_account(life, firm, now)

    return step


def enter_account(life: Life, firm: Firm, now: datetime) -> int:
    """Store an account; answers its id."""
    rng = life.rng("account", firm.name, firm.entity, firm.kind_of)
    seller = life.office.seller(firm.country, firm.columns["billing_postal_code"], firm.owner)
    if seller.person in life.office.gone:
        seller = life.office.seller(firm.country, firm.columns["billing_postal_code"], None)
    writer = life.office.actor("Wout Hermans") if "above" in firm.columns or rng.random() < 0.1 else seller
    ctx = life.history.context(now, writer)
    firm.owner_id = int(seller.person or 0)
    columns = account_columns(life, firm, rng, now)
    told = firm.kind_of in ("double", "look_alike") and rng.random() < 0.6
    likes = sets.looked_at(ctx, "account", columns, allow_save=True) if told else []
    firm.row_id = changing.create(ctx, "account", columns, asked=False)
    sets.report(ctx, "account", firm.row_id, likes)
    _finish_account(life, firm, ctx)
    return firm.row_id


def account_columns(life: Life, firm: Firm, rng: random.Random, now: datetime) -> dict[str, Any]:
    """The columns of an account's record."""
    above = firm.columns.get("above")
    columns = {name: value for name, value in firm.columns.items() if name != "above"}
    book = firms.book_of(firm)
    notes = None
    if rng.random() < _NOTED and firm.kind_of in ("primary", "double"):
        given = life.given(rng, now, "en", firm=firm)
        notes = life.note(rng, "account_note", given, "en", ("account", firm.entity))
    columns |= {
        "name": firm.name, "website": _website(rng, firm.domain), "country": firm.country, "notes": notes,
        "owner_id": firm.owner_id, "shop_customer": firm.shop_customer,
        "price_book_id": life.office.books[book] if book and rng.random() < 0.93 else None,
        "parent_id": above.row_id if above is not None and above.row_id else None,
    }  # fmt: skip
    if firm.by_hand:
        columns |= {"territory_id": life.office.territories[firm.by_hand], "territory_override": 1}
    return columns


def _finish_account(life: Life, firm: Firm, ctx: Context) -> None:
    life.firms.setdefault(firm.entity, []).append(firm.row_id)
    for kind in sorted(firm.dirt):
        life.truth.dirty(kind, firm.row_id)
    if firm.locked:
        life.history.at(ctx.now + timedelta(days=2), lambda now: _lock(life, firm, now))
    if firm.by_hand:
        life.truth.dirty("territory_by_hand", firm.row_id)
    if firm.kind_of == "tombstone" and firm.twin_of and firm.twin_of.row_id:
        bury(ctx, "account", firm.row_id, firm.twin_of.row_id)


def _lock(life: Life, firm: Firm, now: datetime) -> None:
    """An administrator locks an account, over which there is a dispute."""
    ctx = life.history.context(now, life.office.actor("Eva Kolar"))
    row: Any = heads.stored(ctx, "account", firm.row_id)
    changing.change(ctx, "account", row, {"locked": 1})
    life.truth.dirty("locked_account", firm.row_id)


def bury(ctx: Context, kind: str, loser: int, winner: int) -> None:
    """Leave a record as one that was merged into another one by the system before this one, where nobody can ask."""
    row: Any = heads.stored(ctx, kind, loser)
    changing.change(ctx, kind, row, {"merged_into_id": winner, "is_deleted": 1}, via="merge", asked=False)
    insert(
        ctx, MergeRecord, kind=kind, winner_id=winner, loser_id=loser, choices="{}", actor_id=ctx.actor.person,
        actor_name=ctx.actor.name, merged_at=ctx.now,
    )  # fmt: skip


def _website(rng: random.Random, domain: str | None) -> str | None:
    if domain is None:
        return None
    return rng.choice((f"https://www.{domain}", f"www.{domain}", domain, f"http://{domain}/", f"https://{domain}"))


def _contact(life: Life, record: Record) -> Any:
    def step(now: datetime) -> None:
        if record.row_id == 0 and record.firm.row_id:
            enter_contact(life, record, now)

    return step


def enter_contact(life: Life, record: Record, now: datetime) -> int:
    """Store a contact with addresses, consent and account; answers its id."""
    rng = life.rng("entered", record.emails[0])
    owner = life.office.who(record.firm.owner_id)
    if rng.random() < 0.04:
        owner = life.office.actor("Petra Lindqvist")
    ctx = life.history.context(now, owner)
    notes = None
    if record.person and rng.random() < 0.16:
        notes = life.note(
            rng, "contact_note", life.given(rng, now, "en", record=record), "en", ("account", record.firm.entity)
        )
    record.row_id = changing.create(
        ctx, "contact", {
            "first_name": record.first, "last_name": record.last, "title": record.title,
            "salutation": record.salutation,
            "account_id": record.firm.row_id, "owner_id": owner.person, "language": record.language,
            "zone": record.zone, "birthday": record.birthday, "notes": notes,
            "lead_source": rng.choice(("web", "trade_show", "referral", "shop", "partner", None)),
            "shop_customer": record.firm.shop_customer if rng.random() < 0.4 else None,
            "personal_id": _secret(rng),
        }, asked=False,
    )  # fmt: skip
    fill_contact(life, record, ctx, rng)
    if record.into is not None and record.into.row_id:
        bury(ctx, "contact", record.row_id, record.into.row_id)
    return record.row_id


def _free(ctx: Context, record: Record, email: str) -> str:
    """An address that no other contact in use has."""
    norm = norms.email_norm(email)
    if not number(ctx, _TAKEN, norm=norm, but=record.row_id):
        return email
    local, host = email.split("@")
    return f"{local}.{record.row_id}@{host}"


def _secret(rng: random.Random) -> str | None:
    """A personal number that somebody should not have written down, in one record of fifty."""
    number = f"{rng.randint(100, 999)}.{rng.randint(10, 99)}.{rng.randint(100, 999)}"
    return number if rng.random() < 0.02 else None


def fill_contact(life: Life, record: Record, ctx: Context, rng: random.Random) -> None:
    """Addresses, link and consent of a contact that has just been made; what is there already stays."""
    known = {one.norm for one in addresses.EMAILS.all(ctx, contact=record.row_id)}
    silent = consenting.objected(ctx, "contact", record.row_id, "email")
    for at, typed in enumerate(record.emails):
        email = _free(ctx, record, typed)
        if norms.email_norm(email) not in known:
            insert(
                ctx, EmailAddress, contact_id=record.row_id, label="private" if "@example" in email else "work",
                value=email,
                norm=norms.email_norm(email), is_primary=int(at == 0 and not known),
                invalid=int(record.invalid and at == 0), opted_out=int(silent),
            )  # fmt: skip
    if record.phone and not addresses.PHONES.all(ctx, contact=record.row_id):
        norm = norms.phone_norm(record.phone, record.firm.country)
        insert(
            ctx, PhoneNumber, contact_id=record.row_id, label=rng.choice(("work", "mobile")), value=record.phone,
            norm=norm or "0", extension=norms.extension_of(record.phone), is_primary=1, invalid=0, opted_out=0,
        )  # fmt: skip
    if not addresses.LINKS.all(ctx, contact=record.row_id):
        addresses.link(ctx, record.row_id, record.firm.row_id, record.role, ctx.now.date().isoformat())
    _agree(record.consents, ctx, record.row_id, rng)
    sign(life, record)
    searching.index(ctx, "contact", record.row_id)


def _agree(consents: Mapping[str, str], ctx: Context, key: int, rng: random.Random) -> None:
    for channel in sorted(consents):
        source = rng.choice(_SOURCES["email"])
        consenting.say(
            ctx, "contact", key, channel, consents[channel], source, via="import" if source == "fair" else "user"
        )


def sign(life: Life, record: Record) -> None:
    """Write into the sealed truth whose record it is and what is wrong with it."""
    if record.person is not None:
        if record.person.pid not in life.truth.persons:
            life.truth.meet(record.person)
        life.truth.record(record.person.pid, "contact", record.row_id)
    for kind in sorted(record.dirt):
        life.truth.dirty(kind, record.row_id)


def move_on(life: Life, record: Record, to: Firm, now: datetime) -> None:
    """Somebody changes their job: the link to the firm they leave ends, one to the other begins."""
    if not record.row_id or not to.row_id:
        return
    ctx = life.history.context(now, life.office.actor("Wout Hermans"))
    today = now.date().isoformat()
    run(
        ctx, "UPDATE contact_account SET active = 0, until = :day WHERE contact_id = :key AND active = 1",
        day=today, key=record.row_id,
    )  # fmt: skip
    addresses.link(ctx, record.row_id, to.row_id, "employee", today)
    row: Any = heads.stored(ctx, "contact", record.row_id)
    changing.change(ctx, "contact", row, {"account_id": to.row_id}, asked=False)
    life.truth.dirty("changed_jobs", record.row_id)
