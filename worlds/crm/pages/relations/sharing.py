"""Who may open a record beside its owner: shares of any record, and an account's team."""

from typing import Any

from flask import url_for

from worlds.crm.operations.accounts import get_account
from worlds.crm.operations.sharing import (
    Shares,
    end_share,
    list_shares,
    remove_team_member,
    set_team_member,
    share_record,
)
from worlds.crm.pages.relations.app import record_url, relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, sheet_page
from worlds.crm.pages.relations.choices import colleagues
from worlds.crm.pages.relations.wording import words
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door

_LEVELS = [("read", "Read it"), ("edit", "Also change it")]


def _shares(kind: str, record_id: int) -> str:
    return url_for("relations.shares", kind=kind, record_id=record_id)


@relations.page("/shares/<any(account,contact,lead,opportunity):kind>/<id:record_id>")
def shares(door: Door, kind: str, record_id: int) -> str:
    """With whom a record is shared, and sharing it with somebody more."""
    shown = door.read(list_shares, kind=kind, record_id=record_id)
    asks = (
        Ask("user_id", "Colleague", colleagues(door)),
        Ask("level", "They may", _LEVELS),
        Ask("reason", "Why they need it"),
    )
    back = record_url(kind, record_id)
    title = f"{words(kind)} {record_id}"
    sheet = Sheet("Who may open it", "Share it", back, [(title, back)], (Part("Share it with a colleague", asks),))
    return sheet_page(
        door, share_record, url_for("relations.shared", kind=kind, record_id=record_id), sheet,
        template="relations/shares.html", shares=shown,
    )  # fmt: skip


@relations.action("/shares/<any(account,contact,lead,opportunity):kind>/<id:record_id>", share_record, shows=shares)
def shared(_door: Door, done: Shares | None, kind: str, record_id: int) -> Done:
    """Somebody more may open it."""
    return Done("The record was shared." if done else AGAIN, _shares(kind, record_id))


@relations.page("/shares/<any(account,contact,lead,opportunity):kind>/<id:record_id>/<id:user_id>/end")
def unsharing(door: Door, kind: str, record_id: int, user_id: int) -> str:
    """Takes a share back."""
    sheet = Sheet(
        f"Stop sharing with {_name(door, kind, record_id, user_id)}", "Stop sharing", _shares(kind, record_id),
        [(f"{words(kind)} {record_id}", record_url(kind, record_id))],
        follows=("They can only open it then if it is theirs, below them or in their territory.",), danger=True,
    )  # fmt: skip
    action = url_for("relations.unshared", kind=kind, record_id=record_id, user_id=user_id)
    return sheet_page(door, end_share, action, sheet)


def _name(door: Door, kind: str, record_id: int, user_id: int) -> str:
    found = door.read(list_shares, kind=kind, record_id=record_id).shares
    return next((one.name for one in found if one.user_id == user_id), f"colleague {user_id}")


@relations.action(
    "/shares/<any(account,contact,lead,opportunity):kind>/<id:record_id>/<id:user_id>/end", end_share, shows=unsharing
)
def unshared(_door: Door, done: Shares | None, kind: str, record_id: int, user_id: int) -> Done:  # noqa: ARG001 - the address has it
    """They may not open it by that any more."""
    return Done("The record is not shared with them any more." if done else AGAIN, _shares(kind, record_id))


@relations.page("/accounts/<id:account_id>/team/new")
def new_member(door: Door, account_id: int) -> str:
    """Puts somebody into an account's team, or changes their part in it."""
    shown = door.read(get_account, account_id=account_id)
    back = record_url("account", account_id)
    asks = (
        Ask("user_id", "Colleague", colleagues(door)),
        Ask("part", "What they do for the account", hint="Such as service."),
        Ask("level", "They may", [("read", "Read it and its deals"), ("edit", "Also change them")]),
    )
    sheet = Sheet(
        "Add somebody to the team", "Add them", back, [(shown.name, back)], (Part("", asks),), note=shown.name
    )
    return sheet_page(door, set_team_member, url_for("relations.member_set", account_id=account_id), sheet)


@relations.action("/accounts/<id:account_id>/team/new", set_team_member, shows=new_member)
def member_set(_door: Door, done: Any, account_id: int) -> Done:
    """They are in the team."""
    return Done("They are in the account’s team now." if done else AGAIN, record_url("account", account_id))


@relations.page("/accounts/<id:account_id>/team/<id:user_id>/remove")
def member_removal(door: Door, account_id: int, user_id: int) -> str:
    """Takes somebody out of an account's team."""
    shown = door.read(get_account, account_id=account_id)
    back = record_url("account", account_id)
    sheet = Sheet(
        f"Take {_name(door, 'account', account_id, user_id)} out of the team", "Take them out", back,
        [(shown.name, back)], danger=True,
        follows=("They can only open it then if it is theirs, below them or in their territory.",),
    )  # fmt: skip
    action = url_for("relations.member_removed", account_id=account_id, user_id=user_id)
    return sheet_page(door, remove_team_member, action, sheet)


@relations.action("/accounts/<id:account_id>/team/<id:user_id>/remove", remove_team_member, shows=member_removal)
def member_removed(_door: Door, done: Any, account_id: int, user_id: int) -> Done:  # noqa: ARG001 - the address has it
    """They are out."""
    return Done("They are not in the account’s team any more." if done else AGAIN, record_url("account", account_id))
