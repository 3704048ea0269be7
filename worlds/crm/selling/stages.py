"""Stages of deals, and what has to hold before a deal enters one.

A deal goes forward leaving out at most two open stages, back as far as it likes, and is lost from any. A stage names
the columns that have to be filled (`required_fields`) and rules that have to hold (`exit_rules`): `has_decider`,
`has_quote`, `quote_presented` and `signed_contract`. What is closed is opened again by managers only.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from worlds.crm.records.heads import Opportunity
from worlds.crm.rules import MANAGERS, MAX_STAGE_SKIP
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.engine.rows import Query, number


class Stage(NamedTuple):
    """A stage of a pipeline. `required_fields` and `exit_rules` are JSON arrays."""

    id: int
    pipeline_id: int
    name: str
    position: int
    probability: int
    kind: str
    forecast_category: str
    required_fields: str
    exit_rules: str


_STAGE = Query(Stage, "SELECT {fields} FROM pipeline_stage WHERE id = :key")
_FIRST = Query(
    Stage,
    """SELECT {fields} FROM pipeline_stage WHERE kind = 'open' AND pipeline_id = coalesce(:pipeline,
    (SELECT id FROM pipeline WHERE active = 1 ORDER BY is_default DESC, id LIMIT 1)) ORDER BY position LIMIT 1""",
)
_LEFT_OUT = """SELECT count(*) FROM pipeline_stage WHERE pipeline_id = :pipeline AND kind = 'open'
  AND position > :after AND position < :before"""
_HELD = {
    "has_decider": """SELECT count(*) FROM opportunity_contact_role WHERE opportunity_id = :deal
      AND role IN ('decision_maker', 'economic_buyer')""",
    "has_quote": """SELECT count(*) FROM quote q WHERE q.opportunity_id = :deal
      AND q.status IN ('draft', 'in_review', 'approved', 'presented', 'accepted')
      AND EXISTS (SELECT 1 FROM quote_line l WHERE l.quote_id = q.id)""",
    "quote_presented": """SELECT count(*) FROM quote WHERE opportunity_id = :deal
      AND status IN ('presented', 'accepted')""",
    "signed_contract": "SELECT count(*) FROM contract WHERE opportunity_id = :deal AND state = 'signed'",
}
"""What a rule of a stage counts; it holds where there is any."""


def stage(ctx: Context, stage_id: int) -> Stage:
    """A stage by its id.

    Raises:
        NotFound: when there is none.
    """
    found = _STAGE.first(ctx, key=stage_id)
    if found is None:
        raise NotFound(
            "stage_not_found",
            f"There is no stage with id {stage_id}; see the stages of the pipeline.",
            field="stage_id",
        )
    return found


def first(ctx: Context, pipeline_id: int | None) -> Stage | None:
    """The first stage of a pipeline, or of the house's default one."""
    return _FIRST.first(ctx, pipeline=pipeline_id)


def check_move(ctx: Context, deal: Opportunity, now: Stage, to: Stage) -> None:
    """Refuse a way from one stage to another that no deal goes, whatever it holds.

    Raises:
        Conflict, Forbidden, Invalid: saying which way it goes.
    """
    if to.pipeline_id != now.pipeline_id:
        raise Invalid(
            "stage_of_other_pipeline",
            f"{to.name} is a stage of another pipeline than that of deal {deal.number}; see the stages of its own.",
            field="stage_id",
        )
    if now.kind != "open":
        if to.kind != "open":
            raise Conflict(
                "deal_closed",
                f"Deal {deal.number} is closed ({now.name}); a manager has to open it again first.",
                field="stage_id",
            )
        if ctx.actor.role not in (*MANAGERS, "system"):
            raise Forbidden(
                "reopen_not_permitted",
                f"Deal {deal.number} is closed ({now.name}); only managers and sales operations open it again; hand "
                "the wish over to one of them.",
                field="opportunity_id",
            )
    elif to.kind != "lost":
        check_skip(ctx, f"Deal {deal.number}", now.position, to)


def check_skip(ctx: Context, who: str, position: int, to: Stage) -> None:
    """Refuse to leave out too many open stages on the way from a position to a stage.

    Raises:
        Conflict: saying how many may be left out.
    """
    skipped = number(ctx, _LEFT_OUT, pipeline=to.pipeline_id, after=position, before=to.position)
    if skipped > MAX_STAGE_SKIP:
        raise Conflict(
            "stage_skipped",
            f"{who} would leave out {skipped} stages on its way to {to.name}; at most {MAX_STAGE_SKIP} may be left "
            "out, so move it to one between first.",
            field="stage_id",
        )


def check_entry(ctx: Context, who: str, deal_id: int | None, to: Stage, values: Mapping[str, Any]) -> None:
    """Refuse a deal that lacks what a stage asks for.

    Args:
        ctx: the call's context.
        who: how the deal is called in sentences.
        deal_id: its id, None where it is only being made and so has neither quotes nor contracts.
        to: the stage that it is to enter.
        values: its columns as they are to be.

    Raises:
        Conflict, Invalid: naming what is missing.
    """
    missing = [name for name in json.loads(to.required_fields) if not values.get(name)]
    if missing:
        spoken = " and ".join(name.removesuffix("_id").replace("_", " ") for name in missing)
        way = "; its amount comes from its lines, so add some" if "amount" in missing else ""
        raise Invalid(
            "required_for_stage",
            f"{who} cannot be {to.name} without {spoken}{way}.",
            field=missing[0],
            details={"missing": missing},
        )
    lacking = {rule for rule in json.loads(to.exit_rules) if not _holds(ctx, rule, deal_id)}
    before = f"before it is {to.name}"
    if "has_decider" in lacking:
        raise Conflict(
            "decider_required",
            f"{who} names nobody who decides; give it a contact role of decision maker or economic buyer {before}.",
            field="stage_id",
        )
    if "has_quote" in lacking:
        raise Conflict("quote_required", f"{who} has no quote; make one {before}.", field="stage_id")
    if "quote_presented" in lacking:
        raise Conflict(
            "presented_quote_required",
            f"No quote of {who[:1].lower()}{who[1:]} was presented; present one {before}.",
            field="stage_id",
        )
    if "signed_contract" in lacking:
        raise Conflict(
            "contract_unsigned",
            f"{who} has no signed contract; draw one up and record its signature {before}.",
            field="stage_id",
        )


def _holds(ctx: Context, rule: str, deal_id: int | None) -> bool:
    """Whether a rule of a stage holds; a deal that is only being made has nothing yet."""
    return deal_id is not None and number(ctx, _HELD[rule], deal=deal_id) > 0
