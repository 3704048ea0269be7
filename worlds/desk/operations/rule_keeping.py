"""The rules that run by themselves: triggers at every update, automations every hour; and how service levels stand."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import Field

from worlds.desk.automation.rule_inputs import (
    ActionsView,
    ConditionView,
    Settings,
    Some,
    actions_view,
    conditions_view,
    stored_actions,
    stored_conditions,
    stored_settings,
)
from worlds.desk.models import Trigger
from worlds.desk.operations.service import Policies, list_sla_policies
from worlds.desk.rules import ADMINS, STAFF
from worlds.desk.texts import Body, Tags
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import Name, RecordId, Result, UpTo200, line, whole
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert, number, run

if TYPE_CHECKING:
    from typing import TypeAlias

    Title: TypeAlias = str
    Position: TypeAlias = int
else:
    Title = line(120)
    Position = whole(1, 500)

PolicyIds = Annotated[list[RecordId], Field(min_length=1, max_length=200)]


class RuleView(Result):
    """A trigger or an automation: when it runs (`all` must hold and, of `any`, one) and what it does then."""

    rule_id: int
    title: str
    position: int
    active: bool
    all: UpTo200[ConditionView]
    any: UpTo200[ConditionView]
    actions: ActionsView


class RuleDetail(RuleView):
    """One trigger, with the version that update_trigger can be told."""

    version: int


class Rules(Result):
    """Rules in the order in which they are looked at."""

    rules: Annotated[list[RuleView], Field(max_length=500)]


class _Rule(NamedTuple):
    id: int
    title: str
    position: int
    conditions: str
    actions: str
    active: int


_TRIGGERS = Query(_Rule, "SELECT {fields} FROM trigger_rule ORDER BY position, id")
_TRIGGER = Query(_Rule, "SELECT {fields} FROM trigger_rule WHERE id = :rule")
_AUTOMATIONS = Query(_Rule, "SELECT {fields} FROM automation_rule ORDER BY position, id")


@reads(roles=STAFF)
def list_triggers(ctx: Context) -> Rules:
    """List the triggers in their order: rules that run whenever a ticket is made or changed.

    After one that ran all are looked at again from the first; each runs once an update at most.
    """
    return Rules(rules=[_view(one) for one in _TRIGGERS.all(ctx)])


@reads(roles=STAFF)
def get_trigger(ctx: Context, trigger_id: RecordId) -> RuleDetail:
    """Show one trigger, with the version that update_trigger can be told.

    Args:
        trigger_id: The trigger, by its rule_id.
    """
    return _detail(ctx, trigger_id)


@reads(roles=STAFF)
def list_automations(ctx: Context) -> Rules:
    """List the automations in their order: rules that look every hour at how long something has been so.

    An automation runs once on a ticket for as long as the ticket stays in its state.
    """
    return Rules(rules=[_view(one) for one in _AUTOMATIONS.all(ctx)])


@writes(roles=ADMINS)
def create_trigger(  # noqa: PLR0913 - what a rule consists of
    ctx: Context,
    title: Title,
    all: Some | None = None,  # noqa: A002 - what the trade calls them
    any: Some | None = None,  # noqa: A002 - what the trade calls them
    set_fields: Settings | None = None,
    add_tags: Tags | None = None,
    remove_tags: Tags | None = None,
    note: Body | None = None,
    reply: Body | None = None,
    mail_group: Name | None = None,
    position: Position | None = None,
    active: bool = True,
) -> RuleDetail:
    """Make a rule that runs whenever a ticket is made or changed and its conditions hold.

    What it does may set off other triggers. What it writes to requesters is mailed, but fulfils no promise.

    Args:
        title: What it is called; no two triggers have the same title.
        all: Conditions that must all hold.
        any: Conditions of which one must hold.
        set_fields: Properties that it sets.
        add_tags: Tags that it adds.
        remove_tags: Tags that it takes away.
        note: What it writes as an internal note; placeholders such as {{ticket.number}} are filled in.
        reply: What it writes to the requester.
        mail_group: The name of a group whose members it tells by mail.
        position: Its place in the order, from 1; the last if left out.
        active: Whether it runs from now on.
    """
    actions = _actions(set_fields, add_tags, remove_tags, note, reply, mail_group)
    conditions = stored_conditions(ctx, "trigger", all or (), any or ())
    stored = stored_actions(ctx, actions)
    _check_title(ctx, title)
    rule_id = insert(
        ctx, Trigger, title=title, position=0, conditions=conditions, actions=stored, active=active,
    )  # fmt: skip
    _place(ctx, rule_id, position)
    return _detail(ctx, rule_id)


@writes(roles=ADMINS, record="trigger_id")
def update_trigger(  # noqa: PLR0913 - what a rule consists of
    ctx: Context,
    trigger_id: RecordId,
    title: Title | None = None,
    all: Some | None = None,  # noqa: A002 - what the trade calls them
    any: Some | None = None,  # noqa: A002 - what the trade calls them
    set_fields: Settings | None = None,
    add_tags: Tags | None = None,
    remove_tags: Tags | None = None,
    note: Body | None = None,
    reply: Body | None = None,
    mail_group: Name | None = None,
    position: Position | None = None,
    active: bool | None = None,
) -> RuleDetail:
    """Change a trigger. Conditions that are named take the place of all it had, and so do actions; others stay.

    Args:
        trigger_id: The trigger, by its rule_id.
        title: What it is called.
        all: Conditions that must all hold; naming `all` or `any` replaces both.
        any: Conditions of which one must hold.
        set_fields: Properties that it sets; naming any action replaces all of them.
        add_tags: Tags that it adds.
        remove_tags: Tags that it takes away.
        note: What it writes as an internal note.
        reply: What it writes to the requester.
        mail_group: The name of a group whose members it tells by mail.
        position: Its place in the order, from 1.
        active: Whether it runs.
    """
    rule = _found(ctx, trigger_id)
    actions = _actions(set_fields, add_tags, remove_tags, note, reply, mail_group)
    acts = [set_fields, add_tags, remove_tags, note, reply, mail_group]
    conditions = stored_conditions(ctx, "trigger", all or (), any or ()) if [all, any] != [None, None] else None
    stored = stored_actions(ctx, actions) if acts != [None] * len(acts) else None
    if title is not None:
        _check_title(ctx, title, rule.id)
    run(
        ctx, _UPDATE, rule=rule.id, title=title or rule.title, conditions=conditions or rule.conditions,
        actions=stored or rule.actions, active=rule.active if active is None else int(active),
    )  # fmt: skip
    if position is not None:
        _place(ctx, rule.id, position)
    return _detail(ctx, rule.id)


_UPDATE = """UPDATE trigger_rule SET title = :title, conditions = :conditions, actions = :actions, active = :active
    WHERE id = :rule"""


@writes(roles=ADMINS)
def reorder_sla(ctx: Context, policy_ids: PolicyIds) -> Policies:
    """Put the service levels into another order; of those that a ticket meets, the first holds.

    Tickets come under it with their next update.

    Args:
        policy_ids: All service levels, each once, the first to be tried first.
    """
    known = [one.policy_id for one in list_sla_policies(ctx).policies]
    if sorted(policy_ids) != sorted(known):
        raise Invalid(
            "policies_incomplete",
            f"An order names each service level once: {', '.join(map(str, sorted(known)))}.",
            field="policy_ids",
        )
    for position, policy_id in enumerate(policy_ids, 1):
        run(
            ctx, "UPDATE sla_policy SET position = :at WHERE id = :policy AND position <> :at", at=position,
            policy=policy_id,
        )  # fmt: skip
    return list_sla_policies(ctx)


def _actions(
    settings: Settings | None,
    add_tags: Sequence[str] | None,
    remove_tags: Sequence[str] | None,
    note: str | None,
    reply: str | None,
    mail_group: str | None,
) -> dict[str, Any]:
    return {
        "set": stored_settings(settings or ()),
        "add_tags": add_tags,
        "remove_tags": remove_tags,
        "note": note,
        "reply": reply,
        "mail_group": mail_group,
    }


def _check_title(ctx: Context, title: str, rule_id: int = 0) -> None:
    taken = "SELECT count(*) FROM trigger_rule WHERE title = :title AND id <> :rule"
    if number(ctx, taken, title=title, rule=rule_id):
        raise Conflict("title_taken", f"There is a trigger “{title}”; choose another title.", field="title")


def _place(ctx: Context, rule_id: int, position: int | None) -> None:
    """Put a trigger at a place of the order, and those behind it one further."""
    order = [one.id for one in _TRIGGERS.all(ctx) if one.id != rule_id]
    order.insert(len(order) if position is None else position - 1, rule_id)
    moved = """UPDATE trigger_rule SET position = j.key + 1 FROM json_each(:order) j
        WHERE trigger_rule.id = j.value AND trigger_rule.position <> j.key + 1"""
    run(ctx, moved, order=json.dumps(order))


def _found(ctx: Context, rule_id: int) -> _Rule:
    found = _TRIGGER.first(ctx, rule=rule_id)
    if found is None:
        raise NotFound(
            "trigger_not_found", f"There is no trigger {rule_id}; the list of triggers shows all.", field="trigger_id"
        )
    return found


def _detail(ctx: Context, rule_id: int) -> RuleDetail:
    return RuleDetail(**dict(_view(_found(ctx, rule_id))), version=ctx.version(Trigger, rule_id))


def _view(one: _Rule) -> RuleView:
    return RuleView(
        rule_id=one.id, title=one.title, position=one.position, active=bool(one.active),
        **conditions_view(one.conditions), actions=actions_view(one.actions),
    )  # fmt: skip
