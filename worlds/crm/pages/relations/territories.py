"""Territories: who sells where, setting an account's territory, and placing accounts by the rules."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from worlds.crm.operations.accounts import get_account
from worlds.crm.operations.territories import (
    AccountPlace,
    PlacedAccounts,
    list_territories,
    preview_territories,
    run_territory_rules,
    set_territory,
)
from worlds.crm.pages.relations.app import record_url, relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, form_for, sheet_page
from worlds.crm.pages.relations.bulk import ticked
from worlds.crm.pages.relations.choices import territories as territory_options
from worlds.crm.pages.relations.wording import counted
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door


@relations.page("/territories")
def territories(door: Door) -> str:
    """All territories, with their rules and sellers."""
    return door.render("relations/territories.html", found=door.part(list_territories))


@relations.page("/accounts/<id:account_id>/territory")
def placing(door: Door, account_id: int) -> str:
    """Sets an account's territory by hand."""
    shown = door.read(get_account, account_id=account_id)
    back = record_url("account", account_id)
    asks = (
        Ask("territory_id", "Territory", territory_options(door)),
        Ask("override", "Territory rules leave the account alone from now on"),
    )
    sheet = Sheet(
        f"Territory of {shown.name}", "Set the territory", back,
        [("Accounts", url_for("relations.accounts")), (shown.name, back)], (Part("", asks, wide=True),),
        note=f"Now {shown.territory_name or 'none'}{', kept by hand' if shown.territory_override else ''}",
    )  # fmt: skip
    return sheet_page(
        door, set_territory, url_for("relations.placed", account_id=account_id), sheet,
        {"territory_id": shown.territory_id},
    )  # fmt: skip


@relations.action("/accounts/<id:account_id>/territory", set_territory, shows=placing)
def placed(_door: Door, done: AccountPlace | None, account_id: int) -> Done:
    """The account lies elsewhere."""
    said = f"{done.name} lies in {done.territory_name or 'no territory'} now." if done else AGAIN
    return Done(said, record_url("account", account_id))


@relations.page("/territories/run")
def territory_run(door: Door) -> str | Response:
    """What the rules would do with the ticked accounts, before they do it; the list where none was ticked."""
    ids = ticked("account_ids")
    if not ids:
        return redirect(url_for("relations.accounts"), 303)
    preview = door.read(preview_territories, account_ids=ids)
    form = form_for(
        door, run_territory_rules, url_for("relations.territories_run"),
        (Ask("move_owner", "Accounts that change territory also change hands"),),
    )  # fmt: skip
    return door.render("relations/territory_run.html", preview=preview, form=form, ids=ids)


@relations.action("/territories/run", run_territory_rules, shows=territory_run)
def territories_run(_door: Door, done: PlacedAccounts | None) -> Done:
    """The accounts lie where the rules say."""
    if done is None:
        return Done(AGAIN, url_for("relations.accounts"))
    said = (
        f"{counted(done.moved, 'account')} of {done.total} changed territory; {done.kept_by_override} kept by hand, "
        f"{done.failed} failed."
    )
    return Done(said, url_for("relations.accounts"))
