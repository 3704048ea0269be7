"""Which pages an app has, so that a test knows when it forgot one."""

from collections.abc import Iterable

from flask import Flask


def pages_of(app: Flask, name: str) -> set[str]:
    """The names of an app's pages; what is no page, such as its pictures, left out."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{name}.")]
    return {rule.endpoint for rule in rules if "GET" in (rule.methods or ())} - {f"{name}.static"}


def visited(app: Flask, paths: Iterable[str]) -> set[str]:
    """The names of the pages at some addresses."""
    known = app.url_map.bind("localhost")
    found: set[str] = set()
    for path in paths:
        if known.test(path.partition("?")[0], "GET"):
            found.add(known.match(path.partition("?")[0], "GET")[0])
    return found
