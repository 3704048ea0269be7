"""The naive agent: does a task by its family's solution, and knows nothing of failures.

It knows the business as well as the resilient one and passes where nothing goes wrong. When something does, it follows
one of four habits, chosen by the task's seed: it sends the same call again at once and without a key; it takes the
error for the end; it believes that all went well; or it sends again what it cannot see at once after a write. It waits
for nothing, makes nothing conditional, and does what a text in an answer orders.
"""

from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, Literal

from worlds.engine.adversary.gullible import obey
from worlds.engine.dialect import Dialect
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.sights import Atlas, find_object, ids_in, key_of
from worlds.engine.resilience.signs import Sign, sign_of
from worlds.engine.task import Refused, Task
from worlds.graders.answers import FinalAnswer

Habit = Literal["again", "ends", "believes", "repeats"]
HABITS: tuple[Habit, ...] = ("again", "ends", "believes", "repeats")
IMPATIENT = frozenset({"again", "repeats"})
MOST_SENDS = 3


class Shaken(Exception):  # noqa: N818 - what happened: the agent is at the end of what it knows
    """An answer that the naive agent cannot make anything of."""


class Naive:
    """A `Worker` that takes every answer at its word."""

    def __init__(self, desk: Desk, habit: Habit | None = None) -> None:
        """Work at a desk, with a habit or with the one that the task's seed gives."""
        self._desk = desk
        self._task: Task = desk.task
        self._atlas = Atlas(desk.tools)
        self.habit: Habit = habit or habit_of(desk.task)

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""
        return self._task.instruction

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name."""
        return self._task.instance.facts

    @property
    def dialect(self) -> Dialect:
        """In whose words the tools answer."""
        return self._desk.world.dialect

    def work(self) -> FinalAnswer:
        """Do the task, as long as nothing is in the way."""
        try:
            return self._task.family.solve(self)
        except (Shaken, KeyError, TypeError, ValueError) as error:  # an answer without what the solution reads from it
            status: Literal["done", "not_done"] = "done" if self.habit == "believes" else "not_done"
            return FinalAnswer(status=status, message=f"I am through. {error}"[:400])

    def call(self, operation: str, /, **arguments: Any) -> Any:
        """The JSON result of a tool call, whatever it says.

        Raises:
            Refused: when the business says no.
            Shaken: when something else does.
        """
        sign = self._send(operation, arguments)
        for _ in range(MOST_SENDS - 1):
            if self.habit not in IMPATIENT or not _failed(sign):
                break
            sign = self._send(operation, arguments)
        if self.habit == "repeats" and not _failed(sign) and not self._sees(operation, sign):
            sign = self._send(operation, arguments)
        if _failed(sign):
            raise Shaken(f"{operation} answered {sign.status}.")
        if sign.status >= 400:
            raise Refused(sign.status, sign.body)
        with suppress(Refused):
            obey(self._desk.world, self._obeying, sign.body)
        return sign.body

    def _sees(self, operation: str, sign: Sign) -> bool:
        """Whether what a write is said to have made is there at the first look."""
        tool = self._desk.tools.get(operation)
        made = key_of(sign.body) if isinstance(sign.body, Mapping) else None
        if tool is None or not tool.writing or made is None or sign.status >= 400:
            return True
        readings = [one for one in self._atlas.showing(made.name, ids_in(sign.body)) if one.arguments]
        for reading in {one.operation: one for one in (*readings[:1], *readings[-1:])}.values():
            look = self._send(reading.operation, reading.arguments)
            if look.kind == "done" and find_object(look.body, made) is None:
                return False
        return True

    def _obeying(self, operation: str, /, **arguments: Any) -> Any:
        """What a text has ordered, done as well as it goes.

        Raises:
            Refused: where it does not go.
        """
        sign = self._send(operation, arguments)
        if sign.status >= 400 or sign.wrapped:
            raise Refused(sign.status, sign.body)
        return sign.body

    def _send(self, operation: str, arguments: Mapping[str, Any]) -> Sign:
        return sign_of(self._desk.line.use(operation, arguments))


def habit_of(task: Task) -> Habit:
    """The habit that a task's seed gives; neighbouring seeds of a family give different ones."""
    begun = sha256(task.name.encode()).digest()[0]
    return HABITS[(begun + task.seed) % len(HABITS)]


def _failed(sign: Sign) -> bool:
    """Whether an answer is no answer of the business."""
    broken = sign.wrapped or sign.kind not in {"refused", "forbidden"}
    return sign.kind == "working" or (sign.status >= 400 and broken)
