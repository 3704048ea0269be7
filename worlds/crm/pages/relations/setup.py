"""The set-up: colleagues, queues, stages, and the rules by which the house works."""

from typing import Final

from flask import url_for

from worlds.crm.operations.automation import (
    WorkflowRuleDetail,
    list_duplicate_rules,
    list_workflow_rules,
    switch_workflow_rule,
)
from worlds.crm.operations.history import list_setup_history
from worlds.crm.operations.rule_keeping import (
    AssignmentRuleDetail,
    ValidationRuleDetail,
    create_assignment_rule,
    create_validation_rule,
    list_assignment_rules,
    list_validation_rules,
    update_assignment_rule,
    update_validation_rule,
)
from worlds.crm.operations.setup import get_user, list_queues, list_stages, list_users
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, sheet_page
from worlds.crm.pages.relations.choices import YES_NO, colleagues
from worlds.crm.pages.relations.choices import queues as queue_options
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.pages.relations.wording import words
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN, Views, act
from worlds.engine.surfaces.pages import Done, Door

METHODS: Final = {"email": "E-mail", "name_domain": "Like name at one domain", "phone": "Phone"}
ACTIONS: Final = {"block": "Refuses it", "alert": "Asks first", "report": "Lists it as a duplicate"}
EVENTS: Final = {"create": "It is made", "update": "It is changed"}
_CONDITION = Ask("condition", "Condition", hint='As JSON, such as {"field": "country", "in": ["NL"]}.', rows=4)


relations.add_app_template_filter(lambda code: METHODS.get(code, words(code)), "method_words")
relations.add_app_template_filter(lambda code: ACTIONS.get(code, words(code)), "action_words")
relations.add_app_template_filter(lambda code: EVENTS.get(code, words(code)), "event_words")


@relations.page("/colleagues")
def users(door: Door) -> str:
    """The colleagues."""
    filters = (
        Ask("query", "Search"), Ask("role", "Role", blank="Any"), Ask("team_id", "Team’s id"),
        Ask("active", "Active", YES_NO, "Any"),
    )  # fmt: skip
    quick: Views = (("All colleagues", {}), ("Active", {"active": "true"}), ("Have left", {"active": "false"}))
    return list_page(door, list_users, Listed("Colleagues", "user", "colleague", "colleagues", filters, quick))


@relations.page("/colleagues/<id:user_id>")
def user(door: Door, user_id: int) -> str:
    """One colleague, with what is theirs."""
    return door.render("relations/user.html", user=door.read(get_user, user_id=user_id))


@relations.page("/setup")
def setup(door: Door) -> str:
    """Stages and queues."""
    return door.render("relations/setup.html", pipelines=door.part(list_stages), queues=door.part(list_queues))


@relations.page("/setup/rules")
def rules(door: Door) -> str:
    """The rules by which records are checked, given out, changed and compared."""
    return door.render(
        "relations/rules.html",
        validation=door.part(list_validation_rules),
        assignment=door.part(list_assignment_rules),
        workflow=door.part(list_workflow_rules),
        duplicates=door.part(list_duplicate_rules),
        checks=door.may(update_validation_rule),
        assigns=door.may(update_assignment_rule),
        switches=door.may(switch_workflow_rule),
        acts=[
            act(door, "New validation rule", url_for("relations.new_validation"), create_validation_rule),
            act(door, "New assignment rule", url_for("relations.new_assignment"), create_assignment_rule),
            act(door, "Changes of rules", url_for("relations.rule_history"), list_setup_history),
        ],
    )


def _rules() -> str:
    return url_for("relations.rules")


@relations.page("/setup/rules/validation/new")
def new_validation(door: Door) -> str:
    """A rule that keeps records right."""
    asks = (
        Ask("name", "Name"), Ask("record_kind", "About"), Ask("field", "Field that the refusal names"),
        Ask("active", "It holds from now on"),
    )  # fmt: skip
    sheet = Sheet(
        "New validation rule", "Save the rule", _rules(), [("Rules", _rules())],
        (Part("", asks), Part("", (_CONDITION, Ask("message", "What whoever tries is told")), wide=True)),
        follows=("The condition says what must not be.",),
    )  # fmt: skip
    return sheet_page(door, create_validation_rule, url_for("relations.validation_made"), sheet)


@relations.action("/setup/rules/validation/new", create_validation_rule, shows=new_validation)
def validation_made(_door: Door, done: ValidationRuleDetail | None) -> Done:
    """The rule is there."""
    return Done(f"The rule “{done.name}” was made." if done else AGAIN, _rules())


@relations.page("/setup/rules/validation/<id:validation_rule_id>")
def edit_validation(door: Door, validation_rule_id: int) -> str:
    """Changes a rule that keeps records right."""
    known = {one.validation_rule_id: one for one in door.read(list_validation_rules).rules}
    rule = known.get(validation_rule_id)
    if rule is None:
        raise NotFound("rule_not_found", "There is no such rule; the set-up lists them.")
    asks = (_CONDITION, Ask("message", "What whoever tries is told"), Ask("active", "It holds", YES_NO, "as it is"))
    sheet = Sheet(f"Edit {rule.name}", "Save the rule", _rules(), [("Rules", _rules())], (Part("", asks, wide=True),))
    values = {"condition": rule.condition, "message": rule.message, "active": rule.active}
    action = url_for("relations.validation_saved", validation_rule_id=validation_rule_id)
    return sheet_page(door, update_validation_rule, action, sheet, values)


@relations.action("/setup/rules/validation/<id:validation_rule_id>", update_validation_rule, shows=edit_validation)
def validation_saved(_door: Door, done: ValidationRuleDetail | None, validation_rule_id: int) -> Done:  # noqa: ARG001 - the address has it
    """The rule is another."""
    return Done(f"The rule “{done.name}” was saved." if done else AGAIN, _rules())


@relations.page("/setup/rules/assignment/new")
def new_assignment(door: Door) -> str:
    """A rule that says who gets new leads."""
    asks = (
        Ask("name", "Name"), Ask("position", "Place in the order", hint="Lower ones are asked first."),
        Ask("user_id", "Colleague who gets them", colleagues(door), "nobody; a queue gets them"),
        Ask("queue_id", "Queue that gets them", queue_options(door), "none; a colleague gets them"),
        Ask("in_turn", "The queue’s members get them in turn"),
    )  # fmt: skip
    sheet = Sheet(
        "New assignment rule", "Save the rule", _rules(), [("Rules", _rules())],
        (Part("", asks), Part("", (_CONDITION,), wide=True)), follows=("The condition says which leads.",),
    )  # fmt: skip
    return sheet_page(door, create_assignment_rule, url_for("relations.assignment_made"), sheet)


@relations.action("/setup/rules/assignment/new", create_assignment_rule, shows=new_assignment)
def assignment_made(_door: Door, done: AssignmentRuleDetail | None) -> Done:
    """The rule is there."""
    return Done(f"The rule “{done.name}” was made." if done else AGAIN, _rules())


@relations.page("/setup/rules/assignment/<id:assignment_rule_id>")
def edit_assignment(door: Door, assignment_rule_id: int) -> str:
    """Changes a rule that says who gets new leads."""
    known = {one.assignment_rule_id: one for one in door.read(list_assignment_rules).rules}
    rule = known.get(assignment_rule_id)
    if rule is None:
        raise NotFound("rule_not_found", "There is no such rule; the set-up lists them.")
    asks = (
        Ask("position", "Place in the order", hint="Lower ones are asked first."), _CONDITION,
        Ask("in_turn", "The queue’s members get them in turn", YES_NO, "as it is"),
        Ask("active", "It is asked", YES_NO, "as it is"),
    )  # fmt: skip
    sheet = Sheet(
        f"Edit {rule.name}", "Save the rule", _rules(), [("Rules", _rules())], (Part("", asks, wide=True),),
        note=f"Leads go to {rule.user_name or rule.queue_name}",
    )  # fmt: skip
    values = {name: getattr(rule, name) for name in ("position", "condition", "in_turn", "active")}
    action = url_for("relations.assignment_saved", assignment_rule_id=assignment_rule_id)
    return sheet_page(door, update_assignment_rule, action, sheet, values)


@relations.action("/setup/rules/assignment/<id:assignment_rule_id>", update_assignment_rule, shows=edit_assignment)
def assignment_saved(_door: Door, done: AssignmentRuleDetail | None, assignment_rule_id: int) -> Done:  # noqa: ARG001 - the address has it
    """The rule is another."""
    return Done(f"The rule “{done.name}” was saved." if done else AGAIN, _rules())


@relations.page("/setup/rules/workflow/<id:workflow_rule_id>")
def switching(door: Door, workflow_rule_id: int) -> str:
    """Switches a workflow rule on or off."""
    known = {one.workflow_rule_id: one for one in door.read(list_workflow_rules).rules}
    rule = known.get(workflow_rule_id)
    if rule is None:
        raise NotFound("rule_not_found", "There is no such rule; the set-up lists them.")
    sheet = Sheet(
        f"Switch {rule.name}", "Save", _rules(), [("Rules", _rules())],
        (Part("", (Ask("active", "It acts from now on"),)),), note="It acts now" if rule.active else "It is off",
    )  # fmt: skip
    action = url_for("relations.switched", workflow_rule_id=workflow_rule_id)
    return sheet_page(door, switch_workflow_rule, action, sheet, {"active": rule.active})


@relations.action("/setup/rules/workflow/<id:workflow_rule_id>", switch_workflow_rule, shows=switching)
def switched(_door: Door, done: WorkflowRuleDetail | None, workflow_rule_id: int) -> Done:  # noqa: ARG001 - the address has it
    """The rule acts, or does not."""
    said = f"The rule “{done.name}” {'acts' if done.active else 'is off'} now." if done else AGAIN
    return Done(said, _rules())
