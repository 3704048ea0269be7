"""The reference page of the command line, from the commands themselves."""

import click

from worlds.cli import group
from worlds.cli.failures import INTERRUPTED, SURROUNDINGS, USAGE, WRONG

CODES = {
    0: "done, and all is well",
    WRONG: "done, and something is wrong: a hole, a failed run, a difference, a missed mark, a refusal by a server",
    USAGE: "the call itself was wrong: an unknown name, a bad option",
    SURROUNDINGS: "the surroundings lack something: a browser, a server, a folder to write to",
    INTERRUPTED: "interrupted",
}


def commands_page() -> str:
    """The page as Markdown."""
    lines = ["# Commands: reference", "", "Written by `scripts/docs` from `worlds --help` and its kin.", ""]
    lines += ["Exit codes:", "", "| Code | Meaning |", "| --- | --- |"]
    lines += [f"| {code} | {meaning} |" for code, meaning in CODES.items()]
    lines += ["", *_described(group, click.Context(group, info_name="worlds", **group.context_settings))]
    return "\n".join(lines).rstrip() + "\n"


def _described(command: click.Command, context: click.Context) -> list[str]:
    context.terminal_width = context.max_content_width = 100
    lines = [f"## `{context.command_path}`", "", "```", *command.get_help(context).splitlines(), "```", ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                lines += _described(inner, click.Context(inner, info_name=name, parent=context))
    return lines
