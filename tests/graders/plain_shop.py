"""A shop in plain data for tests of the grader: its schema, some rows, a change log that writes itself, one task."""

from __future__ import annotations

import copy
from typing import Any

from worlds.graders.changes import Entry
from worlds.graders.expectation import Answer, Bundle, Effect, Expectation
from worlds.graders.grade import Grade, Record, grade
from worlds.graders.predicates import mentions, ref
from worlds.graders.shape import ColumnShape, Schema, TableShape
from worlds.graders.typed import money, person, record


def table(name: str, class_: Any, columns: str) -> TableShape:
    """Read `id order_id>orders note:prose` as a table."""
    shapes = {}
    for word in columns.split():
        spelled, _, target = word.partition(">")
        column, _, column_class = spelled.partition(":")
        shapes[column] = ColumnShape(column_class or "business", target or None)  # type: ignore[arg-type]
    return TableShape(name, class_, shapes)


SCHEMA = Schema.of(
    table("customers", "business", "id name email consent:sensitive"),
    table(
        "orders",
        "business",
        "id number customer_id>customers status city note:prose tags:set total:derived at:volatile",
    ),
    table("order_lines", "business", "id order_id>orders qty qty_refunded"),
    table("payments", "business", "id order_id>orders captured refunded locked:sensitive"),
    table("refunds", "business", "id order_id>orders payment_id>payments amount reason note:prose number"),
    table("refund_lines", "business", "id refund_id>refunds line_id>order_lines qty amount"),
    table("returns", "business", "id order_id>orders status"),
    table("stock", "business", "id variant on_hand"),
    table("emails", "outward", "id order_id>orders to_address template body:prose status:volatile"),
    table("timeline", "trace", "id order_id>orders event"),
    table("carts", "session", "id customer_id>customers items"),
    table("jobs", "engine", "id due"),
)

START: dict[str, list[dict[str, Any]]] = {
    "customers": [
        {"id": 1, "name": "Jane O'Hara", "email": "jane@example.com", "consent": 0},
        {"id": 2, "name": "Jane O'Hara", "email": "jane.ohara@example.com", "consent": 1},
    ],
    "orders": [
        {"id": i, "number": f"10{i:02}", "customer_id": c, "status": "paid", "city": "Bonn", "note": None}
        | {"tags": '["gift", "vip"]', "total": 12000, "at": "2026-03-01T08:00:00Z"}
        for i, c in ((5, 1), (6, 1), (7, 2))
    ],
    "order_lines": [
        {"id": 51, "order_id": 5, "qty": 3, "qty_refunded": 0},
        {"id": 52, "order_id": 5, "qty": 1, "qty_refunded": 0},
        {"id": 61, "order_id": 6, "qty": 3, "qty_refunded": 0},
    ],
    "payments": [
        {"id": 77, "order_id": 5, "captured": 12000, "refunded": 0, "locked": 0},
        {"id": 78, "order_id": 6, "captured": 12000, "refunded": 0, "locked": 0},
    ],
    "stock": [{"id": 9, "variant": "MUG-12", "on_hand": 20}, {"id": 10, "variant": "MUG-12", "on_hand": 5}],
}


class Log:
    """A change log that is written by changing rows; `call` opens the agent's next step and transaction."""

    def __init__(self, first_id: int = 1000) -> None:
        self.rows = {(name, row["id"]): dict(row) for name, rows in START.items() for row in rows}
        self.entries: list[Entry] = []
        self.tx = self.step = 0
        self.actor, self.root = "agent", "agent:0"
        self.next_id = first_id

    def call(self, actor: str = "agent", root: str | None = None) -> Log:
        self.tx += 1
        self.step += root is None and actor == "agent"
        self.actor, self.root = actor, root or f"agent:{self.step}"
        return self

    def _write(self, kind: Any, name: str, key: int, after: dict[str, Any] | None) -> int:
        found = self.rows.get((name, key))
        rows = (found and dict(found), after and dict(after))
        seq = len(self.entries) + 1
        made = Entry(seq, self.tx, self.step, "operation", self.actor, self.root, name, key, kind, *rows)
        self.entries.append(made)
        if after is None:
            self.rows.pop((name, key), None)
        else:
            self.rows[name, key] = dict(after)
        return key

    def insert(self, name: str, /, **row: Any) -> int:
        self.next_id += 1
        columns = dict.fromkeys(SCHEMA.tables[name].columns) if name in SCHEMA.tables else {}
        key = row.pop("id", self.next_id)
        return self._write("insert", name, key, {**columns, "id": key, **row})

    def update(self, name: str, key: int, /, **changes: Any) -> int:
        return self._write("update", name, key, {**self.rows[name, key], **changes})

    def delete(self, name: str, key: int, /) -> int:
        return self._write("delete", name, key, None)

    def copy(self) -> Log:
        return copy.deepcopy(self)


REQUIRED = (
    Effect(
        "refund",
        "refunds",
        "insert",
        where={"order_id": 5, "payment_id": 77},
        set={"amount": 1840, "reason": "damaged"},
        bind="refund",
        words="Refund of 18.40 EUR on payment 77",
    ),
    Effect(
        "line",
        "refund_lines",
        "insert",
        where={"refund_id": ref("refund")},
        set={"line_id": 51, "qty": 1, "amount": 1840},
    ),
    Effect("paid_back", "payments", "update", where={"id": 77}, set={"refunded": 1840}),
    Effect("counted", "order_lines", "update", where={"id": 51}, set={"qty_refunded": 1}),
)
MESSAGE = Effect(
    "message",
    "emails",
    "insert",
    where={"order_id": 5, "to_address": "jane@example.com"},
    set={"body": mentions(money(1840, "EUR"), must_not=(person("Max Stone"),))},
)
NOTE = Effect("note", "orders", "update", where={"id": 5}, set={"note": mentions(money(1840, "EUR"))})
ANSWER = Answer("done", {"amount": money(1840, "EUR"), "order": record("1005")}, must_not=[person("Max Stone")])
EXPECTATION = Expectation([Bundle(REQUIRED, allowed=[MESSAGE, NOTE])], answer=ANSWER)
SAID = "status: done\namount: 18.40 EUR\norder: #1005"
BODY = "Dear Jane, €18.40 is on its way back to your card."


def refund(log: Log, amount: int = 1840, *, line: int = 51, order: int = 5, payment: int = 77, qty: int = 1) -> int:
    """Do the task's work in one transaction, as the shop's operation would."""
    log.call()
    made = log.insert("refunds", order_id=order, payment_id=payment, amount=amount, reason="damaged", note=None)
    log.insert("refund_lines", refund_id=made, line_id=line, qty=qty, amount=amount)
    log.update("payments", payment, refunded=log.rows["payments", payment]["refunded"] + amount)
    log.update("order_lines", line, qty_refunded=log.rows["order_lines", line]["qty_refunded"] + qty)
    log.update("orders", order, total=12000 - amount, at="2026-03-02T09:15:00Z")
    log.insert("timeline", order_id=order, event="refunded")
    return made


def send(log: Log, body: str = BODY, *, to: str = "jane@example.com", order: int = 5) -> int:
    """Send a message to the customer in a transaction of its own."""
    log.call()
    made = log.insert("emails", order_id=order, to_address=to, template="free", body=body, status="queued")
    log.insert("timeline", order_id=order, event="mail sent")
    return made


def solved() -> Log:
    """Return the log of the task done right."""
    log = Log()
    refund(log)
    send(log)
    return log


def recorded(log: Log, said: Any = SAID, expectation: Expectation = EXPECTATION, **more: Any) -> Record:
    """Return the record of a log."""
    return Record(SCHEMA, expectation, tuple(log.entries), said, steps=log.step, **more)


def judged(log: Log, said: Any = SAID, expectation: Expectation = EXPECTATION, **more: Any) -> Grade:
    """Return the grade of a log."""
    return grade(recorded(log, said, expectation, **more))


def line_of(result: Grade, name: str) -> Any:
    """Return a criterion by its id."""
    return next(one for one in result.criteria if one.id == name)


def expecting(*required: Effect, allowed: Any = (), order: Any = (), **more: Any) -> Expectation:
    """Return an expectation of one bundle without an answer."""
    return Expectation([Bundle(required, allowed, order)], **more)
