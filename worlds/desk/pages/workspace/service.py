"""What the desk works by: views, service levels, triggers, automations, groups and colleagues; and changing rules."""

from collections.abc import Sized
from typing import Any, Final

from flask import url_for

from worlds.desk.operations.rule_keeping import (
    RuleDetail,
    create_trigger,
    get_trigger,
    list_automations,
    list_triggers,
    reorder_sla,
    update_trigger,
)
from worlds.desk.operations.service import Policies, list_agents, list_groups, list_sla_policies, list_views
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.engine.surfaces.chrome import AGAIN, Act, act
from worlds.engine.surfaces.pages import Done, Door

ROWS: Final = {"all": "field", "any": "field", "set_fields": "field"}
LEAST: Final = {"all": 3, "any": 2, "set_fields": 3}
"""Rows that a form of a rule has at least."""


@workspace.page("/service")
def service(door: Door) -> str:
    """All of it, in words."""
    return door.render(
        "workspace/service.html",
        views=door.part(list_views),
        policies=door.read(list_sla_policies).policies,
        acts=[
            act(door, "Reorder the service levels", url_for("workspace.sla_order"), reorder_sla),
            act(door, "New trigger", url_for("workspace.new_trigger"), create_trigger),
        ],
    )


@workspace.page("/service/triggers")
def rules(door: Door) -> str:
    """The triggers and automations, in the order in which they are tried."""
    acts: list[Act] = [act(door, "New trigger", url_for("workspace.new_trigger"), create_trigger)]
    return door.render(
        "workspace/rules.html",
        triggers=door.read(list_triggers).rules,
        automations=door.read(list_automations).rules,
        acts=acts,
        changes=door.may(update_trigger),
    )


@workspace.page("/service/groups")
def groups(door: Door) -> str:
    """The groups with their hours, and the colleagues in them."""
    return door.render(
        "workspace/groups.html",
        groups=door.read(list_groups).groups,
        agents=door.read(list_agents, page_size=100).items,
    )


@workspace.page("/service/levels/order")
def sla_order(door: Door) -> str:
    """The order in which service levels are tried: a ticket gets the first that fits."""
    known = door.read(list_sla_policies).policies
    values = {f"policy_ids.{at}": one.policy_id for at, one in enumerate(known)}
    form = door.form(reorder_sla, url_for("workspace.sla_ordered"), values)
    options = [(str(one.policy_id), one.name) for one in known]
    return door.render("workspace/sla_order.html", policies=known, form=form, options=options)


@workspace.action("/service/levels/order", reorder_sla, shows=sla_order)
def sla_ordered(_door: Door, done: Policies | None) -> Done:
    """They are tried in this order now."""
    said = f"The first service level is now “{done.policies[0].name}”." if done else AGAIN
    return Done(said, url_for("workspace.service"))


@workspace.page("/service/triggers/new")
def new_trigger(door: Door) -> str:
    """A trigger that is not there yet."""
    form = as_labelled(door.form(create_trigger, url_for("workspace.trigger_made")))
    return door.render("workspace/edit_trigger.html", rule=None, form=form, rows=LEAST, tags=2)


@workspace.action("/service/triggers/new", create_trigger, shows=new_trigger, rows=ROWS)
def trigger_made(_door: Door, done: RuleDetail | None) -> Done:
    """It runs from now on."""
    return Done(f"The trigger “{done.title}” was made." if done else AGAIN, url_for("workspace.rules"))


@workspace.page("/service/triggers/<id:trigger_id>/edit")
def edit_trigger(door: Door, trigger_id: int) -> str:
    """A trigger with its conditions and what it does, to be changed as a whole."""
    shown = door.read(get_trigger, trigger_id=trigger_id)
    values = {**_values(shown), "trigger_id": trigger_id}
    form = as_labelled(door.form(update_trigger, url_for("workspace.trigger_saved", trigger_id=trigger_id), values))
    held: dict[str, Sized] = {"all": shown.all, "any": shown.any, "set_fields": shown.actions.set}
    rows = {name: max(least, len(held[name]) + 1) for name, least in LEAST.items()}
    tags = max(2, len(shown.actions.add_tags) + 1, len(shown.actions.remove_tags) + 1)
    return door.render("workspace/edit_trigger.html", rule=shown, form=form, rows=rows, tags=tags)


def _values(shown: RuleDetail) -> dict[str, Any]:
    does = shown.actions
    values: dict[str, Any] = {"title": shown.title, "position": shown.position, "active": shown.active}
    values |= {"note": does.note, "reply": does.reply, "mail_group": does.mail_group}
    for name, listed in (("all", shown.all), ("any", shown.any)):
        for at, one in enumerate(listed):
            values |= {f"{name}.{at}.{part}": getattr(one, part) for part in ("field", "operator", "value")}
    for at, setting in enumerate(does.set):
        values |= {f"set_fields.{at}.field": setting.field, f"set_fields.{at}.value": setting.value}
    values |= {f"add_tags.{at}": tag for at, tag in enumerate(does.add_tags)}
    return values | {f"remove_tags.{at}": tag for at, tag in enumerate(does.remove_tags)}


@workspace.action("/service/triggers/<id:trigger_id>/edit", update_trigger, shows=edit_trigger, rows=ROWS)
def trigger_saved(_door: Door, done: RuleDetail | None, trigger_id: int) -> Done:  # noqa: ARG001 - the address has it
    """It runs otherwise now."""
    return Done(f"The trigger “{done.title}” was saved." if done else AGAIN, url_for("workspace.rules"))
