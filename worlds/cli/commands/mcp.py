"""`worlds mcp`: one episode's tools on standard input and output, for a client that starts its servers itself."""

import click

import worlds
from worlds.engine.building import building
from worlds.engine.surfaces.mcp import run_stdio


@click.command("mcp")
@click.argument("task")
@click.option("--seed", default=0, show_default=True, help="Draws the task's instance.")
@click.option("--population", help="A population of the world's seeds.toml; the task's own by default.")
@click.option("--role", help="Who the agent is, where TASK is a world in free play.")
@click.option("--faults", help="What goes wrong: a failure plan of the world, or training.")
def command(task: str, seed: int, population: str | None, role: str | None, faults: str | None) -> None:
    """Serve an episode of TASK (such as shop/refund-partial, or a world) by MCP on standard input and output."""
    with building() as bar:
        episode = worlds.open(
            task, seed=seed, population=population, role=role, faults=faults, report=bar.report, say=bar.say
        )
    with episode:
        run_stdio(episode)
