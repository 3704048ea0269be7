"""When a system does not let the work through: how it is handed over, as the page *Handing over* has it.

To `operations`, reason `system_problem`, with the record, and with the status that the system answered.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.engine.resilience.sights import Key, find_object, ids_around
from worlds.engine.resilience.stopping import Stopped, Way
from worlds.graders.effects import Effect
from worlds.graders.predicates import any_value, mentions, one_of
from worlds.graders.typed import Typed, record
from worlds.shop.models import Fulfilment, Payment, Refund, ReturnRequest, SalesOrder, ShippingLabel, Variant

TEAM = "operations"
REASON = "system_problem"
SUBJECTS = ("order_id", "variant_id", "product_id", "customer_id")
"""What a hand-over can be about, the surest first."""
NUMBER = "LK-"
FAILED = 400

_OF_ORDERS: Mapping[str, Any] = {
    "fulfilment": Fulfilment, "payment": Payment, "refund": Refund, "return_request": ReturnRequest,
    "shipping_label": ShippingLabel,
}  # fmt: skip


def hand_over(stop: Stopped, seen: Mapping[tuple[str, str], Any]) -> tuple[str, dict[str, Any]] | None:
    """What somebody who was stopped sends; None where nothing that they saw says what it is about."""
    ids = ids_around(stop.arguments, list(seen.values()))
    subject = next((name for name in SUBJECTS if name in ids), None)
    if subject is None:
        return None
    shown = next((one for body in seen.values() if (one := find_object(body, Key(subject, ids[subject])))), {})
    number = shown.get("number") or shown.get("sku") or shown.get("title") or "this record"
    status = f"status {stop.failure.status}" if stop.failure.status >= FAILED else "a success that was none"
    told = f"{stop.operation} is answered with {status} however long I wait."
    if stop.waited_for is not None:
        told = f"{stop.waited_for.operation} was answered with {status} until it was too late for {stop.operation}."
    message = f"{number}: {told} Please see that it gets done."
    return "escalate", {"team": TEAM, "reason": REASON, "message": message, subject: ids[subject]}


def handed_over(session: Session, target: Mapping[str, Sequence[int]], status: int) -> tuple[Way, ...]:
    """The hand-overs that stopped work may leave behind, by what they are about; none where that is no order or goods.

    Each names its record by its number, where the task is about one of its kind, and the status that was answered.
    """
    told = (record(str(status)),) if status >= FAILED else ()
    return tuple((_escalation(*one, told, status),) for one in _subjects(session, target))


def _escalation(
    subject: str, keys: list[int], named: tuple[Typed, ...], told: tuple[Typed, ...], status: int
) -> Effect:
    said = mentions(*named, *told) if (named or told) else any_value("it is known by what it is about")
    others = {name: any_value("what else it is about") for name in SUBJECTS if name != subject}
    return Effect(
        f"handed-over-{subject}-{status}",
        "escalation",
        "insert",
        where={subject: one_of(*keys)},
        set={"team": TEAM, "reason": REASON, "message": said, **others},
        words=f"The matter is handed over once to {TEAM}, reason {REASON}, naming the record and the failure",
    )


def _subjects(
    session: Session, target: Mapping[str, Sequence[int]]
) -> Iterator[tuple[str, list[int], tuple[Typed, ...]]]:
    """What the task is about: the argument of a hand-over, the keys it may hold, the number that has to be named."""
    orders = list(target.get("sales_order", ()))
    for table, model in _OF_ORDERS.items():
        keys = target.get(table, ())
        orders += session.scalars(select(model.order_id).where(model.id.in_(keys)).order_by(model.id)).all()
    if orders:
        numbers = session.scalars(select(SalesOrder.number).where(SalesOrder.id.in_(orders))).all()
        yield "order_id", [*dict.fromkeys(orders)], tuple(record(one, NUMBER) for one in numbers if len(numbers) == 1)
    if products := list(target.get("product", ())):
        yield "product_id", products, ()
    if variants := list(target.get("variant", ())):
        skus = session.scalars(select(Variant.sku).where(Variant.id.in_(variants))).all()
        yield "variant_id", variants, tuple(record(one) for one in skus if len(skus) == 1)
