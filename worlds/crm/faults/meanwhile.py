"""What comes to the CRM, and what colleagues do to many records at once, while somebody works on one of them."""

import json
from typing import Any, Final, Literal

from pydantic import Field

from worlds.crm.faults.colleagues import in_roles
from worlds.engine.faults.fault import READS, Fault, Hit, Params
from worlds.engine.faults.plan import Rule
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply

_FORM: Final = """SELECT external_key, last_name, company, first_name, email, phone, country, notes FROM lead
  WHERE id = ? AND external_key IS NOT NULL"""


class FormParams(Params):
    """Whether the form comes once more under its own name, or was filled in again under another."""

    key: Literal["same", "new"] = "same"


class FormDeliveredAgain(Fault):
    """The website delivers the form of a lead once more, just after the lead was read."""

    code = "C1"
    lesson = "What comes twice under one name is one lead; look at what is like it before you make or convert another."
    strikes = READS
    catches = False  # the CRM itself knows a form by its name, and neither agent makes what is there
    Params = FormParams

    def alone(self) -> tuple[Rule, ...]:
        """After the first look at what the task is about."""
        return (Rule(fault=self.name, scope="target"),)

    def may_strike(self, operation: Operation[..., object]) -> bool:
        """A look at one lead."""
        return operation.name == "get_lead"

    def fits(self, hit: Hit) -> bool:
        """Where the lead came from the website."""
        return self._form(hit) is not None

    def after(self, hit: Hit, reply: Reply) -> None:
        """Let it come."""
        form = self._form(hit) if reply.ok else None
        if form is not None:
            hit.happen("Web forms", "web_lead_arrives", **form)

    def _form(self, hit: Hit) -> dict[str, Any] | None:
        rows = hit.call.driver.execute(_FORM, (hit.call.values["lead_id"],)).fetchall()
        if not rows:
            return None
        names = ("external_key", "last_name", "company", "first_name", "email", "phone", "country", "message")
        form = {name: value for name, value in zip(names, rows[0], strict=True) if value is not None}
        if hit.params.key == "new":
            form["external_key"] = f"{form['external_key'][:60]}-again"
        return form


class BulkParams(Params):
    """How many other records of the same owner are changed along."""

    others: int = Field(default=9, ge=1, le=100)


_SET: Final = {
    "account": ("tier", ("standard", "key"), "locked = 0"),
    "contact": ("lead_source", ("event", "trade_show"), "1"),
    "lead": ("rating", ("warm", "cold"), "status <> 'converted'"),
    "opportunity": ("lead_source", ("event", "trade_show"), "approval_lock = 0 AND closed_at IS NULL"),
}
"""By kind, what sales operations sets of many records, to what, and of which."""


class BulkChange(Fault):
    """Sales operations changes the record that was just read, and others of its owner, in one go."""

    code = "C2"
    lesson = "Send the version that you read; what a bulk change has set is told from what was there by the history."
    strikes = READS
    catches = False  # what it sets, hardly anything asks about
    Params = BulkParams

    def alone(self) -> tuple[Rule, ...]:
        """After the first look at what the task is about."""
        return (Rule(fault=self.name, scope="target"),)

    def may_strike(self, operation: Operation[..., object]) -> bool:
        """A look at one record that somebody owns."""
        return operation.name in {f"get_{kind}" for kind in _SET}

    def fits(self, hit: Hit) -> bool:
        """Where the record may be changed now, and somebody is there who does it."""
        return len(self._records(hit)) > 1 and bool(self._who(hit))

    def after(self, hit: Hit, reply: Reply) -> None:
        """Let them change it."""
        kind = hit.call.operation.name.removeprefix("get_")
        found = self._records(hit) if reply.ok else []
        if found:
            column, values, _ = _SET[kind]
            changes = [{"field": column, "value": hit.rng.choice(values)}]
            told = json.dumps({"kind": kind, "record_ids": found, "changes": changes})
            hit.happen(f"person:{self._who(hit)}", "colleague_steps", step="bulk_update_records", arguments=told)

    def _records(self, hit: Hit) -> list[int]:
        """The record itself and the next ones of its owner."""
        kind = hit.call.operation.name.removeprefix("get_")
        key, free = hit.call.values[f"{kind}_id"], f"is_deleted = 0 AND {_SET[kind][2]}"
        query = f"""SELECT id FROM {kind} WHERE {free}
          AND owner_id = (SELECT owner_id FROM {kind} WHERE id = ? AND {free}) ORDER BY abs(id - ?), id LIMIT ?"""  # noqa: S608 - names of our own
        return [one for (one,) in hit.call.driver.execute(query, (key, key, hit.params.others + 1)).fetchall()]

    def _who(self, hit: Hit) -> str:
        return in_roles(hit.call, ("sales_ops", "vp"), hit.rng)
