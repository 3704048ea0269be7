"""Named failure plans: the engine's own, a world's, and one for each fault alone.

`plans.toml` here and `faults/plans.toml` in a world's folder hold a table a plan: `[realistic]` with `title`,
`[[realistic.rules]]`, and `held_out = true` for what is kept for evaluation. A world's plan takes the place of the
engine's of the same name. A fault's name (or its code) names the plan in which only that fault occurs.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from worlds.engine.faults.catalogue import faults_of
from worlds.engine.faults.plan import CLEAN, FaultPlan, Rule
from worlds.engine.world import World


def plans_of(world: World) -> Mapping[str, FaultPlan]:
    """All named plans of a world, each with the seed 0: `clean`, the named ones, then each fault alone."""
    written = {**_read(Path(__file__).with_name("plans.toml")), **_read(world.folder / "faults" / "plans.toml")}
    named = {name: FaultPlan(name=name, **table) for name, table in written.items()}
    alone = {
        fault.name: FaultPlan(name=fault.name, title=fault.title, rules=fault.alone())
        for fault in faults_of(world).values()
    }
    return {CLEAN.name: CLEAN, **named, **alone}


def find_plan(world: World, name: str) -> FaultPlan:
    """The plan of a name, or of the code of the fault that occurs alone in it.

    Raises:
        LookupError: naming the plans there are.
    """
    plans = plans_of(world)
    codes = {fault.code: fault.name for fault in faults_of(world).values()}
    found = plans.get(codes.get(name, name))
    if found is None:
        raise LookupError(f"World {world.name} has no failure plan {name!r}; it has: {', '.join(plans)}.")
    return found


def rules_beside(module: str) -> tuple[Rule, ...]:
    """The rules that a family of tasks keeps in a TOML file beside it, for `Instance.faults`.

    `rules_beside(__file__)` in `tasks/late_refund.py` reads `tasks/late_refund.toml`, which holds `[[rules]]`.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it is no plan.
    """
    path = Path(module).with_suffix(".toml")
    return FaultPlan.from_toml(path.read_text(encoding="utf-8"), path.stem).rules


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
