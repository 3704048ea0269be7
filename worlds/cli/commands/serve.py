"""`worlds serve`: one port for agents, programs and people."""

import click

from worlds.engine.switchboard import IDLE_SECONDS, MAXIMUM
from worlds.server import serve
from worlds.server.serving import PORT


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to bind; keep to this machine unless you must not."
)
@click.option(
    "--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="Port to bind; 0 picks a free one."
)
@click.option(
    "--allow-host", "hosts", multiple=True, help="A further name by which the server may be addressed; repeatable."
)
@click.option(
    "--idle",
    default=IDLE_SECONDS,
    show_default=True,
    type=click.FloatRange(0),
    help="Seconds without use until an episode is closed; 0 for never.",
)
@click.option(
    "--maximum", default=MAXIMUM, show_default=True, type=click.IntRange(1), help="Episodes that may live at once."
)
@click.option("--json", "as_json", is_flag=True, help='First line of output: {"url": …, "control_token": …}.')
def command(host: str, port: int, hosts: tuple[str, ...], idle: float, maximum: int, as_json: bool) -> None:
    """Serve episodes until interrupted: a start page for people, a control API, and for agents pages, JSON and MCP."""
    serve(host, port, json_line=as_json, idle_seconds=idle or None, maximum=maximum, hosts=hosts)
