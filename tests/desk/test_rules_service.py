"""Promises of what the desk works by: macros, triggers, automations, views, service levels, groups, colleagues."""

import json
from datetime import timedelta
from typing import Any

import pytest
from served import FOR_VIPS, brought, due, night_shift, promise, rule, text_of, works, writes
from tiny_desk import (
    ANNA,
    CARLA,
    CLOSED,
    FRONTLINE,
    LEAD,
    NEW,
    NOOR,
    OPEN,
    PENDING,
    RETURNS,
    SAM,
    SOLVED,
    START,
    Desk,
)

from worlds.desk import models
from worlds.desk.automation.rule_grammar import PLACEHOLDERS
from worlds.desk.automation.rule_inputs import ConditionInput, SettingInput
from worlds.desk.operations.macros import (
    apply_macro,
    create_macro,
    get_macro,
    list_macros,
    preview_macro,
    update_macro,
)
from worlds.desk.operations.rule_keeping import (
    create_trigger,
    get_trigger,
    list_automations,
    list_triggers,
    reorder_sla,
    update_trigger,
)
from worlds.desk.operations.service import (
    list_agents,
    list_groups,
    list_sla_policies,
    list_ticket_fields,
    list_view_tickets,
    list_views,
)
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import filled
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound

APOLOGY = "Hello {{ticket.requester.first_name}},\n\nSorry about {{ticket.subject}}.\n\n{{current_user.first_name}}"


def condition(field: Any, operator: Any, value: str = "") -> ConditionInput:
    return ConditionInput(field=field, operator=operator, value=value)


def setting(field: Any, value: str) -> SettingInput:
    return SettingInput(field=field, value=value)


def macro(desk: Desk, title: str = "Apology", body: str = APOLOGY, **more: Any) -> int:
    """Let the lead make a macro that answers, and sets the ticket pending and the topic; answers its id."""
    fields: dict[str, Any] = {
        "public": True, "language": "en", "add_tags": ["sorry"],
        "set_fields": [setting("status", "pending"), setting("assignee", "current_user")],
    }  # fmt: skip
    return create_macro(desk.as_("team_lead"), title, body, **fields | more).macro_id


def view(
    desk: Desk, at: int, title: str, conditions: Any, *, sort: str = "created_at", group: int | None = None
) -> None:
    desk.add(
        models.TicketView(
            id=at, title=title, position=at, conditions=json.dumps(conditions), sort=sort, group_id=group, active=True
        )
    )


def where(*conditions: tuple[str, str, Any]) -> dict[str, Any]:
    """Conditions that must all hold, as they are stored."""
    return {"all": [{"field": field, operator: value} for field, operator, value in conditions]}


A_TAG = {"add_tags": ["a"]}
TAGGED = [condition("tags", "has", "vip")]


def code_of(refused: pytest.ExceptionInfo[Any]) -> str:
    return str(refused.value.code)


# Macros


def test_a_macro_is_previewed_without_changing_anything_and_applied_in_one_update(desk: Desk) -> None:
    made = macro(desk)
    before = desk.dump()
    shown = preview_macro(desk.as_("agent"), NEW, made)
    assert shown.body == "Hello Anna,\n\nSorry about Where is my parcel?.\n\nSam"
    assert [(one.field, one.after) for one in shown.changes] == [
        ("assignee_id", str(SAM)), ("status", "pending"), ("tags", '["sorry"]'),
    ]  # fmt: skip
    assert desk.dump() == before
    done = apply_macro(desk.as_("agent"), NEW, made)
    assert (done.status, done.assignee_id, done.tags) == ("pending", SAM, ["sorry"])
    assert desk.said(NEW)[-1] == (1, "Sam Okafor", shown.body)
    assert desk.mails()[-1][1] == "anna@example.com"
    assert desk.rows("SELECT via FROM ticket_audit WHERE ticket_id = ?", NEW) == [("macro",)]


def test_what_is_written_can_differ_from_the_macro_which_stays_as_it_is(desk: Desk) -> None:
    made = macro(desk, body="Sending it back costs 4.95 EUR.")
    apply_macro(desk.as_("agent"), NEW, made, body="Sending it back costs 5.95 EUR, {{ticket.requester.first_name}}.")
    assert desk.said(NEW)[-1][2] == "Sending it back costs 5.95 EUR, Anna."
    assert get_macro(desk.as_("agent"), made).body == "Sending it back costs 4.95 EUR."


def test_a_macro_of_a_group_is_for_its_members(desk: Desk) -> None:
    made = macro(desk, group_id=RETURNS)
    before = desk.dump()
    for act in (preview_macro, apply_macro):
        with pytest.raises(Forbidden) as refused:
            act(desk.as_("agent", SAM), OPEN, made)
        assert code_of(refused) == "macro_restricted"
    assert desk.dump() == before
    assert [one.usable for one in list_macros(desk.as_("agent", SAM)).items] == [False]
    assert list_macros(desk.as_("agent", SAM), usable=True).total == 0
    assert list_macros(desk.as_("agent", NOOR), usable=True).total == 1
    assert apply_macro(desk.as_("agent", NOOR), PENDING, made).comment_id is not None


def test_an_internal_macro_mails_nobody_and_a_closed_ticket_takes_none(desk: Desk) -> None:
    made = macro(desk, public=False, set_fields=[setting("priority", "high")])
    mails = desk.mails()
    assert apply_macro(desk.as_("agent"), OPEN, made).priority == "high"
    assert (desk.mails(), desk.said(OPEN)[-1][0]) == (mails, 0)
    with pytest.raises(Conflict) as refused:
        apply_macro(desk.as_("agent"), CLOSED, made)
    assert code_of(refused) == "ticket_closed"


def test_macros_are_found_by_words_and_changed_for_everybody(desk: Desk) -> None:
    made = macro(desk)
    macro(desk, "Entschuldigung", "Es tut uns leid für die Verspätung.", language="de")
    ctx = desk.as_("team_lead")
    assert [one.title for one in list_macros(ctx, query="verspatung").items] == ["Entschuldigung"]
    assert [one.title for one in list_macros(ctx, language="en").items] == ["Apology"]
    changed = update_macro(ctx, made, body="We are sorry.", add_tags=["apology"], group_id=FRONTLINE)
    assert (changed.body, changed.add_tags, changed.group_name) == ("We are sorry.", ["apology"], "Frontline")
    assert [one.field for one in changed.set] == ["status", "assignee"], "what was not named stays"
    assert update_macro(ctx, made, for_everybody=True).group_id is None
    assert not update_macro(ctx, made, active=False).active
    with pytest.raises(Conflict) as refused:
        apply_macro(desk.as_("agent"), OPEN, made)
    assert code_of(refused) == "macro_retired"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"body": "Dear {{ticket.requester.surname}}"}, "placeholder_unknown"),
        ({"body": "Hello {{ticket.number"}, "placeholder_unknown"),
        ({"body": " ", "set_fields": [], "add_tags": []}, "macro_empty"),
        ({"set_fields": [setting("status", "closed")]}, "action_invalid"),
        ({"set_fields": [setting("group", "Nobody's")]}, "action_invalid"),
        ({"set_fields": [setting("priority", "high"), setting("priority", "low")]}, "action_invalid"),
        ({"add_tags": ["a"], "remove_tags": ["a"]}, "action_invalid"),
        ({"group_id": 99}, "group_not_found"),
        ({"title": "Taken"}, "title_taken"),
    ],
)
def test_a_macro_that_makes_no_sense_is_not_saved(desk: Desk, wrong: dict[str, Any], code: str) -> None:
    macro(desk, "Taken")
    before = desk.rows("SELECT * FROM macro")
    with pytest.raises((Invalid, Conflict, NotFound)) as refused:
        macro(desk, **wrong)
    assert code_of(refused) == code
    assert desk.rows("SELECT * FROM macro") == before


def test_every_placeholder_is_filled(desk: Desk) -> None:
    ctx = desk.as_("agent")
    text = filled(ctx, head(ctx, OPEN), " | ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS))
    assert (
        text == "48202 | Invoice for our March order | Carla Rossi | Carla | Frontline | Sam Okafor | Sam Okafor | Sam"
    )


# Triggers


def test_triggers_cascade_and_each_runs_once_an_update(desk: Desk) -> None:
    rule(desk, 1, "Angry ones are high", {"all": [{"field": "tags", "has": "angry"}]}, {"set": {"priority": "high"}})
    rule(desk, 2, "Lawyers are angry", {"all": [{"field": "comment", "has": "LAWYER"}]}, {"add_tags": ["angry"]})
    rule(desk, 3, "Calm down", {"all": [{"field": "priority", "is": "high"}]}, {"set": {"priority": "low"}})
    rule(desk, 4, "Not so calm", {"all": [{"field": "priority", "is": "low"}]}, {"set": {"priority": "high"}})
    ticket = brought(desk, said="My lawyer will hear of it")
    assert (ticket.priority, desk.tags(20)) == ("high", ["angry"])
    names = desk.rows("SELECT actor_name FROM ticket_audit WHERE ticket_id = 20 AND via = 'trigger' ORDER BY id")
    assert [name for (name,) in names] == ["Lawyers are angry", "Angry ones are high", "Calm down", "Not so calm"]


def test_a_trigger_looks_at_what_has_changed(desk: Desk) -> None:
    handed_on = {"all": [{"field": "group_id", "changed": True}, {"field": "group", "is": "Returns & Refunds"}]}
    rule(desk, 1, "Handed on", handed_on, {"note": "Handed on to {{ticket.group}}.", "mail_group": "Returns & Refunds"})
    reopened = {"all": [{"field": "status", "changed_from": "solved"}, {"field": "author", "is": "end_user"}]}
    rule(desk, 2, "Reopened", reopened, {"add_tags": ["reopened"]})
    works(desk, OPEN, topic="other")
    assert desk.said(OPEN)[-1][2] != "Handed on to Returns & Refunds."
    works(desk, OPEN, group_id=RETURNS, assignee_id=NOOR)
    assert desk.said(OPEN)[-1] == (0, "Handed on", "Handed on to Returns & Refunds.")
    assert sorted(mail[1].split("@")[0] for mail in desk.mails()) == ["ines", "milan", "noor"]
    writes(desk, SOLVED, "It is back.")
    assert desk.tags(SOLVED) == ["reopened"]


def test_a_trigger_that_a_law_forbids_does_not_spoil_the_update(desk: Desk) -> None:
    solve = {"set": {"status": "solved"}}
    rule(desk, 1, "Solve all", {"all": [{"field": "event", "is": "create"}]}, solve)
    assert brought(desk).status == "new", "nobody has taken it, so it cannot be solved"
    to_returns = {"set": {"group": "Returns & Refunds"}}
    rule(desk, 2, "To Returns", where(("topic", "changed_to", "damaged")), to_returns)
    works(desk, OPEN, topic="damaged")
    assert desk.ticket(OPEN, "group_id, assignee_id") == (RETURNS, None), "Sam is not in that group"


def test_an_automatic_answer_out_of_hours_is_mailed_but_fulfils_nothing(desk: Desk) -> None:
    promise(desk)
    closed = {"all": [{"field": "event", "is": "create"}, {"field": "in_hours", "is": False}]}
    rule(desk, 1, "Closed now", closed, {"reply": "We open tomorrow."})
    brought(desk)
    assert len(desk.said(20)) == 1
    desk.wait(hours=14)
    brought(desk, 21)
    assert [said[2] for said in desk.said(21)][-1] == "We open tomorrow."
    assert desk.mails()[-1][:2] == ("public_reply", "anna@example.com")
    assert due(desk, 21, "first_reply") == text_of(START + timedelta(hours=25, minutes=30)), "two hours after opening"


def test_a_trigger_is_made_put_in_its_place_changed_and_runs(desk: Desk) -> None:
    rule(desk, 1, "First", {"all": [{"field": "event", "is": "create"}]}, {"add_tags": ["first"]})
    ctx = desk.as_("admin")
    made = create_trigger(
        ctx, "Parcels", all=[condition("topic", "in", "wismo, damaged"), condition("priority", "is")],
        set_fields=[setting("priority", "high"), setting("group", "Returns & Refunds")], add_tags=["parcel"],
        position=1,
    )  # fmt: skip
    assert [(one.title, one.position) for one in list_triggers(ctx).rules] == [("Parcels", 1), ("First", 2)]
    ticket = brought(desk, topic="wismo")
    assert (ticket.priority, ticket.group_id, desk.tags(20)) == ("high", RETURNS, ["first", "parcel"])
    changed = update_trigger(ctx, made.rule_id, add_tags=["box"], position=2)
    assert [one.value for one in changed.all] == ["wismo, damaged", ""], "conditions stay as they were"
    assert (changed.actions.add_tags, changed.actions.set, changed.position) == (["box"], [], 2)
    assert brought(desk, 21, topic="wismo").priority is None
    assert not update_trigger(ctx, made.rule_id, active=False).active
    brought(desk, 22, topic="wismo")
    assert desk.tags(22) == ["first"]
    assert get_trigger(ctx, made.rule_id).title == "Parcels"


@pytest.mark.parametrize(
    ("asks", "does", "says"),
    [
        ([condition("status", "is", "closing")], A_TAG, "status is one of: new, open"),
        ([condition("status", "has", "open")], A_TAG, "has cannot be asked about status"),
        ([condition("updated", "longer_than", "4")], A_TAG, "cannot ask about updated"),
        ([condition("spam", "is", "yes")], A_TAG, "spam is true or false"),
        ([condition("group", "is", "Nobody's")], A_TAG, "There is no group Nobody's"),
        ([condition("assignee_id", "is", "Sam")], A_TAG, "is a whole number"),
        ([condition("tags", "has")], A_TAG, "tags takes a text"),
        ([], A_TAG, "at least one condition"),
        (TAGGED, {}, "at least one action"),
        (TAGGED, {"reply": "Hi {{name}}"}, "Nothing fills {{name}}"),
        (TAGGED, {"mail_group": "All"}, "There is no group All"),
        (TAGGED, {"set_fields": [setting("status", "new")]}, "set to one of"),
    ],
)  # fmt: skip
def test_a_trigger_that_cannot_run_is_refused_when_it_is_saved(
    desk: Desk, asks: list[ConditionInput], does: dict[str, Any], says: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create_trigger(desk.as_("admin"), "Wrong", all=asks, **does)
    assert code_of(refused) == ("condition_invalid" if does is A_TAG else "action_invalid")
    assert says in refused.value.message
    assert desk.count("trigger_rule") == 0


# Views and service levels


def test_views_count_and_list_the_tickets_that_meet_their_conditions_now(desk: Desk) -> None:
    view(desk, 1, "Yours", where(("assignee_id", "is", "current_user"), ("status", "in", ["open", "pending"])))
    view(desk, 2, "Nobody's", {"all": [{"field": "assignee_id", "is": None}]})
    either = where(("requester_vip", "is", True), ("status", "is", "closed"))
    view(desk, 3, "Any", {"any": either["all"]}, sort="-created_at")
    view(desk, 4, "Returns", {"all": [{"field": "group", "is": "Returns & Refunds"}]}, group=RETURNS)
    found = list_views(desk.as_("agent", SAM)).views
    assert [(one.title, one.tickets) for one in found] == [("Yours", 1), ("Nobody's", 1), ("Any", 2)]
    assert [one.tickets for one in list_views(desk.as_("agent", NOOR)).views] == [1, 1, 2, 1]
    assert len(list_views(desk.as_("team_lead")).views) == 4
    assert [one.ticket_id for one in list_view_tickets(desk.as_("agent"), 3).items] == [OPEN, CLOSED]
    assert [one.ticket_id for one in list_view_tickets(desk.as_("agent"), 3, sort="created_at").items] == [CLOSED, OPEN]
    works(desk, NEW, spam=True)
    assert list_view_tickets(desk.as_("agent"), 2).total == 0, "spam is in no view that does not ask for it"
    with pytest.raises(Forbidden) as refused:
        list_view_tickets(desk.as_("agent", SAM), 4)
    assert code_of(refused) == "view_restricted"
    with pytest.raises(NotFound):
        list_view_tickets(desk.as_("agent"), 9)


def test_a_view_shows_what_will_break_its_promise_within_an_hour(desk: Desk) -> None:
    promise(desk)
    view(desk, 1, "In danger", {"all": [{"field": "sla", "sooner_than": 1}]}, sort="due")
    brought(desk)
    assert list_view_tickets(desk.as_("agent"), 1).total == 0
    desk.wait(minutes=61)
    brought(desk, 21, priority="high")
    brought(desk, 22)
    desk.wait(minutes=1)
    assert [one.ticket_id for one in list_view_tickets(desk.as_("agent"), 1).items] == [20, 21]


def test_another_order_of_service_levels_names_each_once(desk: Desk) -> None:
    promise(desk)
    promise(desk, at=FOR_VIPS, share=4, conditions=json.dumps({"all": [{"field": "requester_vip", "is": True}]}))
    ctx = desk.as_("admin")
    for wrong in ([1], [1, 1, 2], [1, 3]):
        with pytest.raises(Invalid) as refused:
            reorder_sla(ctx, wrong)
        assert code_of(refused) == "policies_incomplete"
    assert [one.policy_id for one in reorder_sla(ctx, [FOR_VIPS, 1]).policies] == [FOR_VIPS, 1]
    brought(desk, requester_id=CARLA, submitter_id=CARLA)
    assert due(desk, 20, "first_reply") == text_of(START + timedelta(minutes=30))
    (vips, _) = list_sla_policies(desk.as_("light_agent")).policies
    assert len(vips.targets) == 20
    assert {one.hours for one in vips.targets if one.priority == "urgent"} == {"calendar"}


def test_groups_colleagues_fields_and_rules_are_listed_for_staff(desk: Desk) -> None:
    night_shift(desk)
    rule(desk, 1, "Old ones", {"all": [{"field": "status", "longer_than": 72}]}, {"add_tags": ["old"]}, hourly=True)
    ctx = desk.as_("light_agent")
    front, returns = list_groups(ctx).groups
    assert (front.members, front.unsolved, front.open_now, returns.open_now) == (3, 1, True, False)
    assert (front.hours[0].weekday, front.hours[0].opens, front.hours[0].closes) == (0, 510, 1_080)
    assert [day.isoformat() for day in front.holidays] == ["2026-04-06"]
    agents = {one.name: one for one in list_agents(ctx).items}
    assert (agents["Sam Okafor"].groups, agents["Sam Okafor"].unsolved) == (["Frontline"], 1)
    assert [one.user_id for one in list_agents(ctx, group_id=RETURNS).items] == [LEAD, 5, NOOR]
    number = list_ticket_fields(ctx).fields[0]
    assert (number.name, number.required_to_solve) == ("order_number", True)
    (old,) = list_automations(ctx).rules
    assert (old.all[0].operator, old.all[0].value) == ("longer_than", "72")
    assert ANNA not in [one.user_id for one in list_agents(ctx).items]
