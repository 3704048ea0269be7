"""Every fault there is, found by its shape: the classes with a code in `layers/` and in a world's own `faults`."""

import importlib.util
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType, ModuleType

from worlds.engine.faults import layers
from worlds.engine.faults.fault import Fault
from worlds.engine.faults.styles import style_of
from worlds.engine.world import World, modules_in


@lru_cache(maxsize=32)
def faults_of(world: World) -> Mapping[str, Fault]:
    """The faults that can befall a world, by name, in the order of their codes.

    Raises:
        TypeError: when two share a name or a code.
    """
    found: dict[str, Fault] = {}
    for fault in sorted(_found(world), key=lambda one: (one.code[0], int(one.code[1:]))):
        if fault.name in found or any(one.code == fault.code for one in found.values()):
            raise TypeError(f"Two faults are named {fault.name} or have the code {fault.code}.")
        found[fault.name] = fault
    return MappingProxyType(found)


def find_fault(world: World, name: str) -> Fault:
    """The fault of a name or a code; of a kind (`rate-limit`) that of the vendor whom the world imitates.

    Raises:
        LookupError: naming the faults there are.
    """
    known = faults_of(world)
    for fault in known.values():
        if name in {fault.name, fault.code}:
            return fault
    alike = [fault for fault in known.values() if name and fault.kind == name]
    if alike:
        return next((fault for fault in alike if fault.vendor == style_of(world)), alike[0])
    raise LookupError(f"There is no fault {name!r}; there are: {', '.join(known)}.")


def _found(world: World) -> Iterator[Fault]:
    yield from _in(layers)
    if importlib.util.find_spec(f"{world.package}.faults"):
        yield from _in(world.part("faults"))


def _in(package: ModuleType) -> Iterator[Fault]:
    for module in modules_in(package):
        for value in vars(module).values():
            mine = isinstance(value, type) and issubclass(value, Fault) and value.__module__ == module.__name__
            if mine and hasattr(value, "code"):
                yield value()
