"""The tools by which a role hands a matter over to others, known by how their names begin."""

from worlds.engine.faults.layers.access import HANDING_OVER
from worlds.engine.operation import Operation
from worlds.engine.world import World


def escalations(world: World, role: str) -> list[Operation[..., object]]:
    """The writing tools of a role that hand something over, by name."""
    return [
        one
        for name, one in world.operations.items()
        if one.writing and role in one.roles and "tools" in one.doors and name.startswith(HANDING_OVER)
    ]
