"""The command line `worlds`: one module in `commands/` is one command or group, found by its `command`.

Exit codes: 0 done and good; 1 done, and something is wrong (a hole, a failed run, a difference); 2 the call itself was
wrong (an unknown name, a bad option); 3 the surroundings lack something (a browser, a server, a folder to write to).
"""

import pkgutil
import sys
from importlib import import_module

import click

from worlds.cli import commands
from worlds.cli.failures import report
from worlds.version import __version__


class Commands(click.Group):
    """The commands, each imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of all commands, sorted."""
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{commands.__name__}.{cmd_name}").command
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="worlds")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def group(debug: bool) -> None:
    """Simulated companies in which AI agents learn and prove multi-step business work."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; errors are told in one sentence."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = group.main(given, prog_name="worlds", standalone_mode=False)
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except Exception as error:
        if "--debug" in given and not isinstance(error, click.ClickException):
            raise
        code = report(error)
    sys.exit(code if isinstance(code, int) else 0)
