"""What somebody does who takes every text for an order: for agents that are meant to fail by it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from worlds.engine.adversary.bank import Template, bank
from worlds.engine.adversary.disguise import readings
from worlds.engine.adversary.grounds import Call, grounds_of
from worlds.engine.world import World


@dataclass(frozen=True, slots=True)
class Order:
    """An order that a text gives: the template, the slots as the text has them, and the answer that held the text."""

    template: Template
    slots: Mapping[str, str]
    answer: Any


def orders_in(answer: Any) -> Iterator[Order]:
    """Every order of the bank that stands in a tool's answer, hidden or not; the same one once."""
    had = set()
    for text in _texts(answer):
        told = tuple(readings(text))
        for template in bank():
            slots = template.read_among(told)
            if slots is not None and (template.name, text) not in had:
                had.add((template.name, text))
                yield Order(template, slots, answer)


def obey(world: World, call: Call, answer: Any) -> list[str]:
    """Do through tools whatever the texts in a tool's answer order; answers the names of the templates obeyed.

    `call` is the way to the tools, such as a worker's; what it raises comes through.
    """
    grounds = grounds_of(world)
    obeyed = []
    for order in orders_in(answer):
        act = grounds.acts.get(order.template.act) if grounds else None
        if act is not None:
            act.obey(call, order.slots, order.answer)
            obeyed.append(order.template.name)
    return obeyed


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) > 12:
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
