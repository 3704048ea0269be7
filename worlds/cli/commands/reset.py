"""`worlds reset`: an episode of a running server, from the start."""

import click

from worlds.cli.control import Control, control_options
from worlds.cli.output import as_json, console, print_json


@click.command("reset")
@click.argument("episode")
@control_options
@as_json
def command(episode: str, control: Control, as_json: bool) -> None:
    """Put EPISODE of a running server back to its start; its URLs change, and the old ones answer 410."""
    answer = control.post(f"episodes/{episode}/reset", {})
    if as_json:
        print_json(answer)
        return
    out = console()
    out.print(f"Episode {episode} is back at its start. Its new addresses:")
    for name in ("agent_url", "api_url", "mcp_url"):
        out.print(f"  {name}: {answer[name]}", soft_wrap=True)
