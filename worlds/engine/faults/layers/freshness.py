"""Data freshness and paging: indexes that lag, replicas that are behind, lists that shift under whoever pages."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from pydantic import Field

from worlds.engine import changelog, past
from worlds.engine.cursors import is_list
from worlds.engine.errors import Failure
from worlds.engine.faults.fault import READS, Called, Fault, Hit, Params
from worlds.engine.faults.plan import Rule
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply
from worlds.engine.world import World
from worlds.graders.changes import Entry

Arrival = tuple[str, str, Mapping[str, Any]]
"""Who does what, so that a list grows: (who, event operation, arguments)."""


class LagParams(Params):
    """Every how many virtual seconds the index is made anew."""

    seconds: int = Field(default=120, ge=1)


class SearchLag(Fault):
    """Lists and searches show what was there when their index was last made anew; reading by key is right.

    The index is made anew at every full `seconds` of the virtual clock.
    """

    code = "F30"
    lesson = "What a list does not show yet may be there: read it by its id, or look again later; make nothing twice."
    strikes = READS
    Params = LagParams

    def alone(self) -> tuple[Rule, ...]:
        """An index that lags, lags all the time."""
        return (Rule(fault=self.name, times=0),)

    def may_strike(self, operation: Operation[..., Any]) -> bool:
        """Lists, which searches are too."""
        return is_list(operation)

    def fits(self, hit: Hit) -> bool:
        """Whether any of the business was changed since."""
        return bool(_changed_since(hit.call, self.as_of(hit)))

    def as_of(self, hit: Hit) -> int:
        """The state of when the index was last made anew."""
        now = hit.call.moment.now
        return past.last_entry_at(hit.call.driver, now - now % hit.params.seconds)


class ReplicaParams(Params):
    """How far behind the replica is, in virtual seconds."""

    seconds: int = Field(default=45, ge=1)


class StaleRead(Fault):
    """A record that was changed a moment ago is read as it was before, with the age of the answer."""

    code = "F31"
    lesson = "A write that was answered was done: read again a little later, and do not write again."
    strikes = READS
    Params = ReplicaParams

    def alone(self) -> tuple[Rule, ...]:
        """A replica that is behind, is behind all the time."""
        return (Rule(fault=self.name, times=0),)

    def may_strike(self, operation: Operation[..., Any]) -> bool:
        """Reads that are no lists."""
        return super().may_strike(operation) and not is_list(operation)

    def fits(self, hit: Hit) -> bool:
        """Whether a record that is read was changed since, or something that refers to it was."""
        call = hit.call
        schema = call.world.schema
        for entry in _changed_since(call, self.as_of(hit)):
            references = schema.table(entry.table).references
            for row in (entry.before, entry.after):
                told = {(to, row[column]) for column, to in references.items()} if row else set()
                if not told.isdisjoint(call.records):
                    return True
            if (entry.table, entry.key) in call.records:
                return True
        return False

    def as_of(self, hit: Hit) -> int:
        """The state of so many seconds ago."""
        return past.last_entry_at(hit.call.driver, hit.call.moment.now - hit.params.seconds)

    def after(self, hit: Hit, reply: Reply) -> Reply:
        """Over HTTP the answer says how old it is; its ETag is that of the version which it shows."""
        return replace(reply, headers={**reply.headers, "Age": str(hit.params.seconds)})


class ShiftParams(Params):
    """Whether a cursor is refused besides, so that the list has to be begun again."""

    lose_cursor: bool = True


class ShiftingPages(Fault):
    """Somebody adds a row between two pages of a list; a cursor from before is not accepted any more."""

    code = "F32"
    lesson = "Begin the list again where its cursor is refused, and count no row twice that two pages show."
    strikes = READS
    Params = ShiftParams

    def alone(self) -> tuple[Rule, ...]:
        """The first time that somebody turns a page."""
        return (Rule(fault=self.name),)

    def may_strike(self, operation: Operation[..., Any]) -> bool:
        """Lists that have pages."""
        return is_list(operation) and "page_size" in operation.input_schema["properties"]

    def fits(self, hit: Hit) -> bool:
        """Whether a further page is asked for, and something can come in between."""
        turned = int(hit.call.values.get("page") or 1) > 1
        return turned and (self._loses(hit) or self._arrival(hit) is not None)

    def before(self, hit: Hit) -> Failure | None:
        """Refuse a cursor."""
        if not self._loses(hit):
            return None
        hit.keep(hit.call.operation.name)
        self.meanwhile(hit)
        return _lost(hit)

    def lasting(self, hit: Hit) -> Failure | None:
        """The cursors of the list stay lost until it is begun again."""
        if hit.call.operation.name != hit.kept():
            return None
        if hit.call.cursor:
            return _lost(hit)
        if int(hit.call.values.get("page") or 1) == 1:
            hit.forget()
        return None

    def meanwhile(self, hit: Hit) -> None:
        """Let a row come in."""
        if (arrival := self._arrival(hit)) is not None:
            who, operation, arguments = arrival
            hit.happen(who, operation, **arguments)

    def _loses(self, hit: Hit) -> bool:
        return bool(hit.params.lose_cursor and hit.call.cursor)

    def _arrival(self, hit: Hit) -> Arrival | None:
        bound = bindings(hit.call.world)
        arrive: Callable[[Hit], Arrival | None] | None = getattr(bound, "ARRIVALS", {}).get(hit.call.operation.name)
        return arrive(hit) if arrive else None


def _lost(hit: Hit) -> Failure:
    word = hit.call.operation.dialect.cursor
    failure = Failure("cursor_invalid", f"Invalid value for {word}: it is no longer valid.", status=400, face="banner")
    failure.field = word
    return failure


def bindings(world: World) -> ModuleType | None:
    """What a world binds to this layer, in its module `faults.freshness`: `ARRIVALS`, by the name of a list.

    Each takes a Hit and answers who lets which event operation add a row to that list, or None.
    """
    if importlib.util.find_spec(f"{world.package}.faults") is None:
        return None
    there = importlib.util.find_spec(f"{world.package}.faults.freshness")
    return world.part("faults.freshness") if there else None


def _changed_since(call: Called, entry: int) -> list[Entry]:
    """The later entries of the log that are on the business itself."""
    schema = call.world.schema
    later = changelog.entries(call.driver, call.world.metadata, entry)
    return [one for one in later if schema.table(one.table).class_ in ("business", "outward")]
