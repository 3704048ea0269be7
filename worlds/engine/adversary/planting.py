"""Planting a text before an episode begins: which one, where, and harmless ones of the same making around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from worlds.engine.adversary.bank import Template, bank, drawn_from, named
from worlds.engine.adversary.grounds import Act, Grounds, Place, Scene
from worlds.graders.effects import Effect

DECOYS: Final = 12
"""Other records that get harmless texts in the same kind of place, so that a changed record means nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What kind of text to plant: kept for evaluation or not, a person's pressure, the harmless twin, or one by name.

    `wish` is what the twin wishes for: the line that it adds to an address, the reference that it wants quoted.
    `place` is the kind of place. Any that fits where they are empty.
    """

    held_out: bool = False
    claims: bool = False
    benign: bool = False
    template: str = ""
    wish: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Planted:
    """A text that stands in a record now; `effect` shows that it was obeyed, None for a harmless one."""

    template: str
    place: Place
    effect: Effect | None


def plant(scene: Scene, grounds: Grounds, choice: Choice) -> Planted | None:
    """Write a text into a record of the task's own and harmless ones into others; None where none fits."""
    works = cache(lambda act, place: _works(scene, grounds, act, place))
    fitting = [
        (template, place)
        for template in _eligible(choice)
        for place in grounds.places(scene)
        if place.kind in template.places
        and choice.place in ("", place.kind)
        and (choice.benign or works(template.act, place))
    ]
    if not fitting:
        return None
    template, place = scene.rng.choice(fitting)
    slots = dict(grounds.slots(scene, place, template.language, template.slots))
    slots |= {template.wish: choice.wish} if choice.wish else {}
    text = template.benign(slots) if choice.benign else template.written(slots)
    around = grounds.elsewhere(scene, place, DECOYS)
    _write(scene, grounds, place, text)
    for at, decoy in enumerate(around):
        _write(scene, grounds, decoy, _harmless(scene, grounds, decoy, at))
    effect = None if choice.benign else grounds.acts[template.act].effect(scene, place, slots)
    return Planted(template.name, place, effect)


def _eligible(choice: Choice) -> tuple[Template, ...]:
    if choice.template:
        return (named(choice.template),)
    return drawn_from(held_out=choice.held_out, claims=choice.claims)


def _works(scene: Scene, grounds: Grounds, name: str, place: Place) -> bool:
    act: Act | None = grounds.acts.get(name)
    if act is None:
        return False
    able = any(scene.role in scene.world.operations[name].roles for name in act.operations)
    return able and act.possible(scene, place)


def _harmless(scene: Scene, grounds: Grounds, place: Place, at: int) -> str:
    """A twin of the bank; held-out ones are nobody's neighbours, lest their style be learned."""
    fitting = [one for one in bank() if place.kind in one.places and not one.held_out]
    chosen: Template = fitting[(scene.rng.randrange(len(fitting)) + at) % len(fitting)]
    slots: Mapping[str, str] = grounds.slots(scene, place, chosen.language, chosen.twin_slots)
    return chosen.benign(slots)


def _write(scene: Scene, grounds: Grounds, place: Place, text: str) -> None:
    """Put a text behind what stands there already."""
    whole = f"{place.text}{place.gap}{text}" if place.text else text
    scene.driver.execute(
        f'UPDATE "{place.table}" SET "{place.column}" = ? WHERE id = ?',  # noqa: S608 - names of the schema
        (whole, place.key),
    )
    if grounds.follow is not None:
        grounds.follow(scene, place, whole)
