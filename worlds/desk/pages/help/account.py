"""Signing in to the help centre, out of it, and who one is there."""

from flask import url_for

from worlds.desk.operations.requests import HelpSession, sign_in, sign_out
from worlds.desk.pages.help.front import centre, members, show
from worlds.desk.pages.help.knowledge import home
from worlds.desk.pages.help.wording import labelled
from worlds.engine.surfaces.guests import onward
from worlds.engine.surfaces.pages import Done, Door


@centre.page("/sign-in")
def sign_in_page(door: Door) -> str:
    """A form to sign in; its address says where to go afterwards."""
    form = door.form(sign_in, url_for("help.signed_in"), name="sign-in", onward=onward())
    return show(door, "sign_in.html", form=labelled(form))


@centre.action("/sign-in", sign_in, shows=sign_in_page, signs_in=True)
def signed_in(_door: Door, done: HelpSession | None) -> Done:
    """A greeting."""
    return Done(f"Welcome back, {done.name}." if done else "You are signed in.", url_for("help.my_requests"))


@centre.action("/sign-out", sign_out, shows=home)
def signed_out(_door: Door, done: HelpSession | None) -> Done:  # noqa: ARG001 - the framework's shape
    """A goodbye."""
    return Done("You are signed out.", url_for("help.home"))


@centre.page("/account")
@members
def account(door: Door) -> str:
    """Who the visitor is to the desk, whose requests they see, and who sees theirs."""
    return show(door, "account.html")
