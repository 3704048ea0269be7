"""`worlds tasks`: the tasks of one world or of all."""

import click

from worlds.cli.output import as_json, print_json, print_table
from worlds.engine.world import discover, find


@click.command("tasks")
@click.argument("world", required=False)
@as_json
def command(world: str | None, as_json: bool) -> None:
    """List the tasks of WORLD, or of all worlds."""
    chosen = [find(world)] if world else list(discover().values())
    found = [
        {
            "name": f"{one.name}/{family.name}",
            "title": family.title,
            "point": family.point,
            "role": family.role,
            "population": family.population,
            "mistakes": list(family.mistakes),
            "alternatives": list(family.alternatives),
        }
        for one in chosen
        for family in one.families.values()
    ]
    if as_json:
        print_json(found)
        return
    print_table(
        "Tasks",
        ("task", "role", "title", "what it teaches"),
        ((one["name"], one["role"], one["title"], one["point"]) for one in found),
    )
