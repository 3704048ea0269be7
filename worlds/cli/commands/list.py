"""`worlds list`: the worlds that there are."""

from typing import Any

import click

from worlds.cli.output import as_json, print_json, print_table
from worlds.engine.world import World, discover


@click.command("list")
@as_json
def command(as_json: bool) -> None:
    """List the worlds, with their roles, operations, tasks and populations."""
    found = [_described(world) for world in discover().values()]
    if as_json:
        print_json(found)
        return
    rows = [
        (
            world["name"],
            world["title"],
            len(world["operations"]),
            len(world["tasks"]),
            ", ".join(world["populations"]),
            ", ".join(world["roles"]),
        )
        for world in found
    ]
    print_table(
        "Worlds",
        ("world", "title", "operations", "tasks", "populations", "roles"),
        rows,
        numbers=("operations", "tasks"),
    )


def _described(world: World) -> dict[str, Any]:
    return {
        "name": world.name,
        "title": world.title,
        "folder": str(world.folder),
        "roles": {name: role.sentence for name, role in world.roles.items()},
        "operations": list(world.operations),
        "tasks": [f"{world.name}/{family}" for family in world.families],
        "populations": list(world.seeds),
    }
