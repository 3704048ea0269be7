"""The rules of the house that administrators keep: what records must never be, and who gets new leads."""

import json
from typing import Annotated, Any, NamedTuple, TypeAlias

from pydantic import Field

from worlds.crm.models import AssignmentRule, ValidationRule
from worlds.crm.operations.setup import RoleName
from worlds.crm.records import changing, fieldlog, laws
from worlds.crm.records.rule_writing import stored_condition
from worlds.crm.rules import ADMINS, EVERYBODY, KEEPERS
from worlds.crm.texts import Called, ColumnName, Notes, Why
from worlds.crm.views import RecordKind, UpTo50, UpTo500
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert, number, run

Roles: TypeAlias = Annotated[list[RoleName], Field(max_length=10)]
Place: TypeAlias = Annotated[int, Field(ge=1, le=500)]


class ValidationRuleView(Result):
    """What a record must never be: where `condition`, JSON, holds after a change, it is refused with `message`."""

    validation_rule_id: int
    name: str
    record_kind: str
    condition: str
    message: str
    field: str | None
    except_roles: UpTo50[str]
    active: bool


class ValidationRules(Result):
    """The validation rules."""

    rules: UpTo500[ValidationRuleView]


class ValidationRuleDetail(ValidationRuleView):
    """One validation rule, with the version that update_validation_rule can be told."""

    version: int


class AssignmentRuleView(Result):
    """Who gets a new lead where `condition`, JSON, holds: a user, a queue, or with `in_turn` its members in turn."""

    assignment_rule_id: int
    name: str
    position: int
    condition: str
    user_id: int | None
    user_name: str | None
    queue_id: int | None
    queue_name: str | None
    in_turn: bool
    active: bool


class AssignmentRules(Result):
    """The assignment rules in the order in which they are asked; the first whose condition holds decides."""

    rules: UpTo500[AssignmentRuleView]


class AssignmentRuleDetail(AssignmentRuleView):
    """One assignment rule, with the version that update_assignment_rule can be told."""

    version: int


class _Validation(NamedTuple):
    validation_rule_id: int
    name: str
    record_kind: str
    condition: str
    message: str
    field: str | None
    except_roles: str
    active: int


class _Assignment(NamedTuple):
    assignment_rule_id: int
    name: str
    position: int
    condition: str
    user_id: int | None
    user_name: str | None
    queue_id: int | None
    queue_name: str | None
    in_turn: int
    active: int


_VALIDATION = "SELECT id, name, record_kind, condition, message, field, except_roles, active FROM validation_rule"
_VALIDATIONS = Query(_Validation, f"{_VALIDATION} ORDER BY record_kind, id")
_ONE_VALIDATION = Query(_Validation, f"{_VALIDATION} WHERE id = :key")
_ASSIGNMENT = """SELECT r.id, r.name, r.position, r.condition, r.user_id, u.name, r.queue_id, q.name, r.in_turn,
    r.active FROM assignment_rule r LEFT JOIN crm_user u ON u.id = r.user_id LEFT JOIN queue q ON q.id = r.queue_id"""
_ASSIGNMENTS = Query(_Assignment, f"{_ASSIGNMENT} ORDER BY r.position, r.id")
_ONE_ASSIGNMENT = Query(_Assignment, f"{_ASSIGNMENT} WHERE r.id = :key")


@reads(roles=EVERYBODY)
def list_validation_rules(ctx: Context) -> ValidationRules:
    """List the validation rules: what the house says that records must never be."""
    return ValidationRules(rules=[ValidationRuleView(**_validation(one)) for one in _VALIDATIONS.all(ctx)])


@writes(roles=ADMINS)
def create_validation_rule(
    ctx: Context,
    name: Called,
    record_kind: RecordKind,
    condition: Notes,
    message: Why,
    field: ColumnName | None = None,
    except_roles: Roles | None = None,
    active: bool = True,
) -> ValidationRuleDetail:
    """Make a rule on what records of a kind must never be. Records that are so already stay so until they are changed.

    Args:
        name: What it is called; no two have the same name.
        record_kind: What it is about.
        condition: What must not be, as JSON, such as {"all": [{"field": "tier", "is": "key"}, {"field": "phone",
            "empty": true}]}; the looks are is, is_not, in, less, more, contains, starts, empty and changed.
        message: What whoever tries is told: what must not be, and the way out.
        field: The field that the refusal names.
        except_roles: Roles that the rule leaves alone.
        active: Whether it holds from now on.
    """
    stored = stored_condition(record_kind, condition)
    _check_field(record_kind, field)
    _check_name(ctx, "validation_rule", name)
    key = insert(
        ctx, ValidationRule, name=name, record_kind=record_kind, condition=stored, message=message, field=field,
        except_roles=json.dumps(sorted(set(except_roles or ()))), active=int(active),
    )  # fmt: skip
    fieldlog.entry(ctx, "validation_rule", key, "created", None, name)
    return _validation_detail(ctx, key)


@writes(roles=ADMINS, record="validation_rule_id")
def update_validation_rule(
    ctx: Context,
    validation_rule_id: RecordId,
    condition: Notes | None = None,
    message: Why | None = None,
    except_roles: Roles | None = None,
    active: bool | None = None,
) -> ValidationRuleDetail:
    """Change a validation rule, or put it out of use; what is left out stays.

    Args:
        validation_rule_id: The rule.
        condition: What must not be, as JSON; see create_validation_rule.
        message: What whoever tries is told.
        except_roles: Roles that the rule leaves alone, all of them.
        active: Whether it holds.
    """
    rule = _ONE_VALIDATION.first(ctx, key=validation_rule_id)
    if rule is None:
        raise _unknown("validation_rule", validation_rule_id)
    run(
        ctx,
        """UPDATE validation_rule SET condition = :condition, message = :message, except_roles = :roles,
          active = :active WHERE id = :key""",
        condition=rule.condition if condition is None else stored_condition(rule.record_kind, condition),
        message=message or rule.message, active=rule.active if active is None else int(active),
        roles=rule.except_roles if except_roles is None else json.dumps(sorted(set(except_roles))),
        key=validation_rule_id,
    )  # fmt: skip
    _log(ctx, "validation_rule", validation_rule_id, rule, _ONE_VALIDATION.all(ctx, key=validation_rule_id)[0])
    return _validation_detail(ctx, validation_rule_id)


@reads(roles=EVERYBODY)
def list_assignment_rules(ctx: Context) -> AssignmentRules:
    """List the assignment rules, by which new leads find an owner or a queue, in the order in which they are asked."""
    return AssignmentRules(rules=[AssignmentRuleView(**_assignment(one)) for one in _ASSIGNMENTS.all(ctx)])


@writes(roles=KEEPERS)
def create_assignment_rule(
    ctx: Context,
    name: Called,
    condition: Notes,
    position: Place,
    user_id: RecordId | None = None,
    queue_id: RecordId | None = None,
    in_turn: bool = False,
) -> AssignmentRuleDetail:
    """Make a rule on who gets new leads: a colleague or a queue.

    Args:
        name: What it is called; no two have the same name.
        condition: Which leads, as JSON, such as {"field": "country", "in": ["NL", "BE"]}, or {"always": true}.
        position: Its place in the order; those of a lower one are asked first.
        user_id: The colleague who gets them; leave out where a queue does.
        queue_id: The queue that gets them; leave out where a colleague does.
        in_turn: Whether the queue's members get them in turn, rather than the queue itself.
    """
    stored = stored_condition("lead", condition)
    _check_name(ctx, "assignment_rule", name)
    _check_receiver(ctx, user_id, queue_id, in_turn=in_turn)
    key = insert(
        ctx, AssignmentRule, name=name, position=position, condition=stored, user_id=user_id, queue_id=queue_id,
        in_turn=int(in_turn), active=1,
    )  # fmt: skip
    fieldlog.entry(ctx, "assignment_rule", key, "created", None, name)
    return _assignment_detail(ctx, key)


@writes(roles=KEEPERS, record="assignment_rule_id")
def update_assignment_rule(
    ctx: Context,
    assignment_rule_id: RecordId,
    condition: Notes | None = None,
    position: Place | None = None,
    in_turn: bool | None = None,
    active: bool | None = None,
) -> AssignmentRuleDetail:
    """Change an assignment rule, or put it out of use; what is left out stays.

    Args:
        assignment_rule_id: The rule.
        condition: Which leads, as JSON; see create_assignment_rule.
        position: Its place in the order.
        in_turn: Whether the queue's members get them in turn.
        active: Whether it is asked.
    """
    rule = _ONE_ASSIGNMENT.first(ctx, key=assignment_rule_id)
    if rule is None:
        raise _unknown("assignment_rule", assignment_rule_id)
    if in_turn and rule.queue_id is None:
        raise Invalid("one_receiver", f"“{rule.name}” names a colleague, who has no turn.", field="in_turn")
    run(
        ctx,
        """UPDATE assignment_rule SET condition = :condition, position = :position, in_turn = :turn, active = :active
        WHERE id = :key""",
        condition=rule.condition if condition is None else stored_condition("lead", condition),
        position=position or rule.position, turn=rule.in_turn if in_turn is None else int(in_turn),
        active=rule.active if active is None else int(active), key=assignment_rule_id,
    )  # fmt: skip
    _log(ctx, "assignment_rule", assignment_rule_id, rule, _ONE_ASSIGNMENT.all(ctx, key=assignment_rule_id)[0])
    return _assignment_detail(ctx, assignment_rule_id)


def _log(ctx: Context, table: str, key: int, before: NamedTuple, after: NamedTuple) -> None:
    """Write down what of a rule changed: list_setup_history tells of it."""
    fieldlog.write(ctx, table, key, before._asdict(), after._asdict())


def _check_name(ctx: Context, table: str, name: str) -> None:
    if number(ctx, f"SELECT count(*) FROM {table} WHERE name = :name", name=name):  # noqa: S608 - one of two tables
        raise Conflict("name_taken", f"There is a rule “{name}” already; choose another name.", field="name")


def _check_field(kind: str, field: str | None) -> None:
    known = sorted(changing.settable(kind))
    if field is not None and field not in known:
        raise Invalid("field_unknown", f"{field} is no field of it; there are {', '.join(known)}.", field="field")


def _check_receiver(ctx: Context, user_id: int | None, queue_id: int | None, *, in_turn: bool) -> None:
    if (user_id is None) == (queue_id is None) or (in_turn and queue_id is None):
        raise Invalid(
            "one_receiver", "A rule gives leads to one colleague or one queue; only queues take turns.", field="user_id"
        )
    if user_id is not None:
        laws.colleague(ctx, user_id, "user_id")
    if queue_id is not None:
        laws.check_queue(ctx, queue_id)


def _unknown(table: str, key: int) -> NotFound:
    spoken = table.replace("_", " ")
    return NotFound("rule_not_found", f"There is no {spoken} {key}; list_{table}s lists them.", field=f"{table}_id")


def _validation(one: _Validation) -> dict[str, Any]:
    return {**one._asdict(), "except_roles": json.loads(one.except_roles), "active": bool(one.active)}


def _assignment(one: _Assignment) -> dict[str, Any]:
    return {**one._asdict(), "in_turn": bool(one.in_turn), "active": bool(one.active)}


def _validation_detail(ctx: Context, key: int) -> ValidationRuleDetail:
    rule = _validation(_ONE_VALIDATION.all(ctx, key=key)[0])
    return ValidationRuleDetail(**rule, version=ctx.version(ValidationRule, key))


def _assignment_detail(ctx: Context, key: int) -> AssignmentRuleDetail:
    rule = _assignment(_ONE_ASSIGNMENT.all(ctx, key=key)[0])
    return AssignmentRuleDetail(**rule, version=ctx.version(AssignmentRule, key))
