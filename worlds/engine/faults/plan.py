"""A failure plan as data: which fault, where, when, how often, with which parameters.

[[rules]]
fault = "timeout-after-commit"    # a fault's name, or its code: "F1"
operations = ["refund_order"]     # where: operations, surfaces, tables, routes of pages; anywhere if left out
nth = 1                           # when: from the n-th matching call of an operation on,
times = 1                         #   so many times (0: without end), or
rate = 0.02                       #   each matching call with this probability, and
after = "10m"                     #   within a window of virtual time since the episode's start
params = { seconds = 30 }
"""

import re
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(\d+)([smhd])")


def seconds_of(text: str | int) -> int:
    """Seconds of a duration: a number of them, or `90s`, `10m`, `2h`, `1d`, `1h30m`.

    Raises:
        ValueError: for anything else.
    """
    if isinstance(text, int):
        return text
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no duration; write 90s, 10m, 2h, 1d or 1h30m.")
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Data):
    """Which calls a fault strikes.

    Counted are calls of one operation that passed validation and permission, name only records that exist, and lie
    within the scope; `nth` and `rate` speak of those. `scope="target"` leaves out calls that name no record of the
    task's own. `after` and `until` are virtual seconds since the episode's start.
    """

    fault: str
    operations: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    scope: Literal["records", "target"] = "records"
    nth: int = Field(default=1, ge=1)
    times: int = Field(default=1, ge=0)
    rate: float | None = Field(default=None, ge=0, le=1)
    after: int = 0
    until: int | None = None
    params: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("after", "until", mode="before")
    @classmethod
    def _read_duration(cls, value: Any) -> Any:
        return seconds_of(value) if isinstance(value, str) else value


class FaultPlan(_Data):
    """What goes wrong in an episode; `seed` decides where chance has a say. `held_out` keeps it for evaluation."""

    name: str = "unnamed"
    title: str = ""
    rules: tuple[Rule, ...] = ()
    seed: int = 0
    held_out: bool = False

    @classmethod
    def from_toml(cls, text: str, name: str = "unnamed") -> Self:
        """A plan of a TOML text.

        Raises:
            ValueError: naming what is wrong with it.
        """
        return cls.model_validate({"name": name, **tomllib.loads(text)})

    def with_seed(self, seed: int) -> Self:
        """The same plan, with chance of its own."""
        return self.model_copy(update={"seed": seed})

    @property
    def hash(self) -> str:
        """Hash of all that decides what goes wrong."""
        return sha256(self.model_dump_json(include={"rules", "seed"}).encode()).hexdigest()[:16]


CLEAN = FaultPlan(name="clean", title="Nothing goes wrong.")


class Conditions(_Data):
    """Under what an episode runs: what goes wrong, and which face its pages wear (0 is the plain one)."""

    plan: FaultPlan = CLEAN
    variant: int = Field(default=0, ge=0)


NORMAL = Conditions()
