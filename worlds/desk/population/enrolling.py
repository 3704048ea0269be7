"""Writes organisations and requesters into the desk's tables, in the order in which they came about."""

import json
from collections.abc import Sequence

from worlds.desk.models import DeskUser, Organization, UserIdentity
from worlds.desk.population.folk import Firm, Folk, Record
from worlds.engine.context import Context
from worlds.engine.folding import normal_email, phone_digits, search_text
from worlds.engine.rows import insert, run
from worlds.seeds.truth import Truth


def enrol(ctx: Context, folk: Folk, truth: Truth) -> None:
    """Store firms, then people; tombstones point to those they were merged into."""
    for person in folk.people:
        truth.meet(person)
    for firm in sorted(folk.firms, key=lambda one: (one.created, one.name)):
        _found(ctx, firm)
    records = sorted(folk.records, key=lambda one: (one.created, one.email))
    for record in records:
        _write(ctx, record, truth)
    for record in records:
        if record.into is not None:
            run(
                ctx,
                "UPDATE desk_user SET merged_into_id = :into WHERE id = :id",
                into=record.into.row_id,
                id=record.row_id,
            )


def _found(ctx: Context, firm: Firm) -> None:
    firm.row_id = insert(
        ctx, Organization, name=firm.name, domains=json.dumps([firm.domain]), tier=firm.tier,
        shared_tickets=int(firm.shared), notes=firm.notes, search_text=search_text(firm.name, firm.domain),
        created_at=firm.created,
    )  # fmt: skip


def _write(ctx: Context, record: Record, truth: Truth) -> None:
    emails = (record.email, *record.more_emails)
    record.row_id = insert(
        ctx, DeskUser, name=record.name, role="end_user", locale=record.language, zone=record.zone,
        organization_id=record.firm.row_id if record.firm else None, org_manager=int(record.manager),
        vip=int(record.vip), suspended=int(record.suspended), shop_customer=record.shop_customer,
        crm_contact=record.crm_contact, notes=record.note, skills="[]", away_until=None, merged_into_id=None,
        search_text=search_text(record.name, *emails, phone_digits(record.phone)), created_at=record.created,
    )  # fmt: skip
    _reach(ctx, record.row_id, emails, record.phone)
    for kind in sorted(record.dirt):
        truth.dirty(kind, record.row_id)
    if record.person is not None:
        truth.record(record.person.pid, "desk_user", record.row_id)


def _reach(ctx: Context, user_id: int, emails: Sequence[str], phone: str | None) -> None:
    for at, email in enumerate(emails):
        insert(
            ctx, UserIdentity, user_id=user_id, kind="email", value=email, norm=normal_email(email),
            is_primary=int(at == 0), verified=int(at == 0),
        )  # fmt: skip
    if phone is not None:
        insert(
            ctx, UserIdentity, user_id=user_id, kind="phone", value=phone, norm=phone_digits(phone) or "",
            is_primary=0, verified=0,
        )  # fmt: skip
