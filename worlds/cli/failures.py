"""How the command line tells people what went wrong: one sentence and an exit code that means something."""

import click

from worlds.engine.errors import Refusal, WorldBug
from worlds.engine.surfaces.browsing.chromium import BrowserMissing
from worlds.seeds.errors import ForkError

WRONG = 1
USAGE = 2
SURROUNDINGS = 3
INTERRUPTED = 130


class Lacking(click.ClickException):
    """Something around us is missing or does not answer: a browser, a server, a folder to write to."""

    exit_code = SURROUNDINGS


class Found(click.ClickException):
    """The command did its work, and what it found is wrong."""

    exit_code = WRONG


def report(error: Exception) -> int:
    """Tell a person about an error and answer the exit code."""
    if isinstance(error, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    if isinstance(error, click.UsageError):
        error.show()
        return USAGE
    if isinstance(error, click.ClickException):
        click.echo(error.format_message(), err=True)
        return error.exit_code
    click.echo(_sentence(error), err=True)
    return _code(error)


def _code(error: Exception) -> int:
    if isinstance(error, LookupError | ValueError | FileNotFoundError):
        return USAGE
    return SURROUNDINGS if isinstance(error, OSError | ForkError | BrowserMissing) else WRONG


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    if isinstance(error, SyntaxError) and error.filename:  # in the world of somebody who is just writing it
        return f"{error.filename}, line {error.lineno}, is no Python: {error.msg}."
    known = LookupError | ValueError | OSError | ForkError | BrowserMissing | WorldBug | Refusal
    if isinstance(error, known) and not isinstance(error, KeyError | IndexError | UnicodeError) and str(error):
        return str(error)
    return f"This is a defect of ours: {type(error).__name__}: {error}. `worlds --debug …` shows where."
