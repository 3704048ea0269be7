"""A client of a running server's control API, and the options that say which server."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import click

from worlds.cli.failures import Found, Lacking

URL_VARIABLE = "WORLDS_URL"
TOKEN_VARIABLE = "WORLDS_CONTROL_TOKEN"  # noqa: S105 - the name of a variable, no secret
SECONDS = 60

_opener = build_opener(ProxyHandler({}))  # the server is ours; a proxy of the surroundings has no part in it


@dataclass(frozen=True, slots=True)
class Control:
    """A server and the token that opens its control API."""

    url: str
    token: str

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Post JSON to a path below `/control/` and answer its JSON.

        Raises:
            Found: with the server's own sentence, when it says no.
            Lacking: when nothing answers there.
        """
        request = Request(  # noqa: S310 - `control_options` allowed http and https alone
            f"{self.url.rstrip('/')}/control/{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with _opener.open(request, timeout=SECONDS) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            raise Found(_said(error)) from error
        except (URLError, TimeoutError) as error:
            raise Lacking(f"No server answers at {self.url}; start one with `worlds serve`.") from error


def _said(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"The server answered {error.code} {error.reason}."


def control_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--url` and `--token`, and hand it a `control`."""

    @click.option("--url", default=lambda: os.environ.get(URL_VARIABLE), help=f"The server; {URL_VARIABLE} by default.")
    @click.option(
        "--token",
        default=lambda: os.environ.get(TOKEN_VARIABLE),
        help=f"Its control token; {TOKEN_VARIABLE} by default.",
    )
    @wraps(function)
    def with_control(*args: Any, url: str | None, token: str | None, **kwargs: Any) -> Any:
        if not url or not token:
            raise click.UsageError(
                f"Name the server and its control token: --url and --token, or {URL_VARIABLE} and {TOKEN_VARIABLE}."
            )
        if urlsplit(url).scheme not in ("http", "https"):
            raise click.UsageError(f"{url!r} is no http address.")
        return function(*args, control=Control(url, token), **kwargs)

    return with_control
