"""The laws of deals: what the system itself does with a change of one, what it refuses, and what follows.

A new deal gets its number, the first stage, and currency and price book of its account. Entering a stage sets
probability and forecast category; closing sets the close date to that day. The amount comes from lines alone (rule
CR7). While a discount waits for approval the deal is locked, for everybody.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from worlds.crm.days import local_day
from worlds.crm.models import StageHistory
from worlds.crm.records import heads
from worlds.crm.records.heads import Opportunity
from worlds.crm.records.laws import colleague
from worlds.crm.selling import price_books, renewals, stages
from worlds.crm.selling.stages import Stage
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.rows import insert, number

FIXED_ONCE_CLOSED: Final = frozenset(
    {
        "close_date", "forecast_category", "probability", "currency", "price_book_id", "account_id", "kind", "owner_id",
    }
)  # fmt: skip
"""Columns that stay as they are while a deal is closed; commission hangs on its owner."""
_HAS_LINES = "SELECT count(*) FROM opportunity_line WHERE opportunity_id = :deal"


def settled(ctx: Context, before: Opportunity | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a deal that are stored when some are asked for.

    Raises:
        Conflict, Forbidden, Invalid, NotFound: where a law forbids it.
    """
    if before is None:
        return _opened(ctx, asked)
    check_unlocked(before)
    _check_named(ctx, asked)
    _check_kept(ctx, before, asked)
    now = stages.stage(ctx, before.stage_id)
    wanted = dict(asked)
    if "stage_id" in wanted:
        wanted = _moved(ctx, before, now, wanted)
        now = stages.stage(ctx, wanted["stage_id"])
    elif now.kind != "open":
        fixed = sorted(FIXED_ONCE_CLOSED & wanted.keys())
        if fixed == ["owner_id"]:
            raise Conflict(
                "deal_closed",
                f"Deal {before.number} is closed ({now.name}) and stays with its owner, whose result it is.",
                field="owner_id",
            )
        if fixed:
            raise _closed(before, now.name, fixed[0])
    _check_loss(before, now, wanted)
    if now.kind == "open":
        _check_open(ctx, {**before._asdict(), **wanted}, wanted)
    return wanted


def check_unlocked(deal: Opportunity) -> None:
    """Refuse a deal that is locked while a discount of its quote waits for approval.

    Raises:
        Conflict: then.
    """
    if deal.approval_lock:
        raise Conflict(
            "approval_lock",
            f"A discount of deal {deal.number} waits for approval, which locks it; recalling the request unlocks it.",
            field="opportunity_id",
        )


def check_open(ctx: Context, deal: Opportunity) -> None:
    """Refuse a deal that is closed, where what it sells would change.

    Raises:
        Conflict: then.
    """
    now = stages.stage(ctx, deal.stage_id)
    if now.kind != "open":
        raise _closed(deal, now.name, "opportunity_id")


def followed(
    ctx: Context, key: int, before: Mapping[str, Any] | None, after: Mapping[str, Any], make: Callable[..., int]
) -> None:
    """Do what follows from a change of a deal: its stages are written down, and a won deal is to be renewed.

    Args:
        ctx: the call's context.
        key: the deal.
        before: its columns as they were, None for a new one.
        after: its columns as they are now.
        make: `changing.create`, by which a renewal comes about.
    """
    was = None if before is None else before["stage_id"]
    if after["stage_id"] == was:
        return
    insert(
        ctx, StageHistory, opportunity_id=key, from_stage_id=was, to_stage_id=after["stage_id"],
        actor_id=ctx.actor.person, actor_name=ctx.actor.name or ctx.actor.role, amount=after["amount"],
        currency=after["currency"], close_date=str(after["close_date"]), at=ctx.now,
    )  # fmt: skip
    if stages.stage(ctx, after["stage_id"]).kind == "won":
        renewals.renew_won(ctx, key, make)


def _opened(ctx: Context, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A new deal's columns."""
    _check_named(ctx, asked)
    wanted: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    account_id = wanted.get("account_id")
    account = None if account_id is None else heads.account(ctx, account_id)
    start = stages.first(ctx, wanted.get("pipeline_id"))
    to = stages.stage(ctx, wanted["stage_id"]) if "stage_id" in wanted else start
    wanted = {"kind": "new", "owner_id": ctx.actor.person, "amount": 0, "approval_lock": 0} | wanted
    if account is not None:
        wanted.setdefault("currency", account.currency)
        wanted["price_book_id"] = price_books.chosen(ctx, account, wanted["currency"], wanted.get("price_book_id"))
    if to is not None and account is not None:
        called = f"The deal {wanted.get('name', '')}"
        if to.kind != "open":
            raise Invalid(
                "deal_starts_open", f"{called} cannot begin as {to.name}; it is closed later.", field="stage_id"
            )
        stages.check_skip(ctx, called, 0, to)
        stages.check_entry(ctx, called, None, to, wanted)
        wanted = {"probability": to.probability, "forecast_category": to.forecast_category} | wanted
        wanted |= {"stage_id": to.id, "pipeline_id": to.pipeline_id, "stage_since": ctx.now}
        _check_open(ctx, wanted, {"close_date": wanted.get("close_date"), **asked})
        _check_no_loss(wanted)
    return {**wanted, "number": f"D-{1000 + ctx.number('opportunity_number')}"}


def _moved(ctx: Context, before: Opportunity, now: Stage, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that go with a deal that enters another stage."""
    to = stages.stage(ctx, asked["stage_id"])
    stages.check_move(ctx, before, now, to)
    wanted = {"probability": to.probability, "forecast_category": to.forecast_category} | dict(asked)
    wanted |= {"last_stage_id": before.stage_id, "stage_since": ctx.now, "closed_at": None}
    if to.kind != "open":
        wanted |= {
            "closed_at": ctx.now, "close_date": local_day(ctx.now).isoformat(), "probability": to.probability,
            "forecast_category": to.forecast_category,
        }  # fmt: skip
    elif now.kind == "lost":
        wanted |= {"loss_reason": None, "loss_note": None}
    stages.check_entry(ctx, f"Deal {before.number}", before.id, to, {**before._asdict(), **wanted})
    return wanted


def _check_named(ctx: Context, asked: Mapping[str, Any]) -> None:
    """Who and what a deal refers to is there, and the acting person may open it."""
    if asked.get("owner_id") is not None:
        colleague(ctx, asked["owner_id"])
    if asked.get("account_id") is not None:
        heads.account(ctx, asked["account_id"])
    if asked.get("primary_contact_id") is not None:
        heads.contact(ctx, asked["primary_contact_id"], "primary_contact_id")


def _check_kept(ctx: Context, before: Opportunity, asked: Mapping[str, Any]) -> None:
    """What is worked out from other things, or what others were worked out from, stays."""
    if "amount" in asked:
        raise Invalid(
            "amount_rolls_up",
            f"The amount of deal {before.number} is the sum of its lines; add, change or remove lines.",
            field="amount",
        )
    if "pipeline_id" in asked:
        raise Invalid("field_not_changeable", f"Deal {before.number} stays in its pipeline.", field="pipeline_id")
    if "kind" in asked and "renewal" in (before.kind, asked["kind"]):
        raise Invalid(
            "field_not_changeable",
            "A deal is a renewal by the contract that it renews, from its beginning; make a new one.",
            field="kind",
        )
    priced = sorted({"currency", "price_book_id"} & asked.keys())
    if priced and number(ctx, _HAS_LINES, deal=before.id):
        raise Conflict(
            "lines_are_priced",
            f"Deal {before.number} has lines that are priced in {before.currency} by its price book; remove them "
            "before you change either. A quote may use another price book.",
            field=priced[0],
        )
    if priced:
        currency = asked.get("currency", before.currency)
        price_books.check(ctx, asked.get("price_book_id", before.price_book_id), currency, priced[0])


def _check_loss(before: Opportunity, now: Stage, wanted: Mapping[str, Any]) -> None:
    if now.kind != "lost":
        _check_no_loss(wanted)
    elif not wanted.keys() & {"stage_id", "loss_reason", "loss_note"}:
        return
    elif wanted.get("loss_reason", before.loss_reason) is None:
        raise Invalid("loss_reason_required", f"Deal {before.number} is lost, and says why.", field="loss_reason")
    elif wanted.get("loss_reason", before.loss_reason) == "other" and not wanted.get("loss_note", before.loss_note):
        raise Invalid(
            "loss_note_required", f"Deal {before.number} is lost for another reason; say which.", field="loss_note"
        )


def _check_no_loss(wanted: Mapping[str, Any]) -> None:
    given = [name for name in ("loss_reason", "loss_note") if wanted.get(name) is not None]
    if given:
        raise Invalid(
            "deal_not_lost", "Only a deal that is lost says why; close it as lost by its stage.", field=given[0]
        )


def _check_open(ctx: Context, values: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """An open deal closes today or later, and its forecast is not that of a closed one."""
    closes = values.get("close_date")
    today = local_day(ctx.now).isoformat()
    if closes is not None and changed.keys() & {"close_date", "stage_id"} and str(closes) < today:
        raise Invalid(
            "close_date_past",
            f"An open deal closes today ({today}) or later, not on {closes}; give it a new close date.",
            field="close_date",
        )
    if values.get("forecast_category") == "closed":
        raise Invalid(
            "forecast_of_stage",
            "Only closed deals count as closed in the forecast; choose pipeline, best_case, commit or omitted.",
            field="forecast_category",
        )


def _closed(deal: Opportunity, stage: str, field: str) -> Conflict:
    return Conflict(
        "deal_closed",
        f"Deal {deal.number} is closed ({stage}), so that stays as it is; only a manager opens it again.",
        field=field,
    )
