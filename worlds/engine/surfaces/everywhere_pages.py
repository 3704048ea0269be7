"""Pages that every world has, for what is nobody's business but the person's own: the inbox, time, signing in again.

They lie below `/-/<app>/`, an address that no world uses, and wear the look of that app: they fill the blocks `title`
and `main` of its layout. The layouts link them by `{% include "pages/bar.html" %}`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, request, url_for
from werkzeug.routing import Rule
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.errors import NotFound
from worlds.engine.surfaces import error_pages, slow
from worlds.engine.surfaces.page_door import Done, Door
from worlds.engine.surfaces.wording import lasting, moment, plural
from worlds.engine.world import World

if TYPE_CHECKING:
    from worlds.engine.surfaces.pages import Pages

NAME = "everywhere"
FILES = f"{error_pages.EVERYWHERE}files"
"""Where the style sheet of these pages lies."""
SENT_TWICE = "This form was sent twice; it took effect once."


def check_addresses(app: Flask, world: World) -> None:
    """Keep the addresses free that belong to these pages.

    Raises:
        TypeError: naming one of the world's that is in their way.
    """
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(error_pages.EVERYWHERE) and not rule.rule.startswith(FILES):
            raise TypeError(
                f"{world.name} has pages at {rule.rule}; addresses below {error_pages.EVERYWHERE} are taken."
            )


def fill(pages: "Pages", world: World, checked: Callable[[str | None], str | None]) -> "Pages":
    """Give the blueprint of these pages what a world's operations allow for.

    Args:
        pages: an empty `Pages`.
        world: the world whose pages they stand beside.
        checked: turns away an address to go to that is none of these pages.
    """
    pages.before_request(_check_app)
    pages.add_app_template_global(_here, "app_here")
    _inbox(pages, world)
    _away(pages, world)
    _sign_in(pages, world)

    @pages.page("/working/<job>")
    def working(door: Door, app: str, job: str) -> str | AnyResponse:  # noqa: ARG001 - the address's
        """Work that takes longer."""
        return slow.shown(door, job, request.args.get("sent", ""), checked(request.args.get("next")))

    return pages


def _inbox(pages: "Pages", world: World) -> None:
    read_inbox = world.operations["read_inbox"]

    @pages.page("/inbox")
    def inbox(door: Door, app: str) -> str:
        """What people and systems wrote; what is shown counts as read."""
        listed = door.listing(read_inbox)
        return door.render("pages/inbox.html", layout=error_pages.layout(), app=app, listed=listed, place_of=_place)


def _away(pages: "Pages", world: World) -> None:
    wait = world.operations["wait"]

    @pages.page("/away")
    def away(door: Door, app: str) -> str:
        """Let time go by."""
        length = door.form(wait, url_for("everywhere.away_for", app=app), name="for")
        until = door.form(wait, url_for("everywhere.away_until", app=app), name="until")
        message = door.form(wait, url_for("everywhere.away_for_message", app=app), name="message")
        return door.render("pages/away.html", layout=error_pages.layout(), length=length, moment=until, message=message)

    def back(door: Door, done: Any, app: str) -> Done:
        return Done(_waited(door, done), url_for("everywhere.away", app=app))

    @pages.action("/away/for", wait, shows=away)
    def away_for(door: Door, done: Any, app: str) -> Done:
        return back(door, done, app)

    @pages.action("/away/until", wait, shows=away)
    def away_until(door: Door, done: Any, app: str) -> Done:
        return back(door, done, app)

    @pages.action("/away/for-message", wait, shows=away)
    def away_for_message(door: Door, done: Any, app: str) -> Done:
        return back(door, done, app)


def _waited(door: Door, done: Any) -> str:
    """What the time is and what has come in."""
    if done is None:
        return SENT_TWICE
    now = f"It is now {moment(done.now, door.world.zone)}; {lasting(done.waited_seconds)} went by."
    if not done.unread:
        return f"{now} Nobody has written to you."
    return f"{now} The inbox has {plural(len(done.unread), 'new message')}, the latest “{done.unread[-1].subject}”."


def _sign_in(pages: "Pages", world: World) -> None:
    renew = world.operations["renew_session"]

    @pages.page("/sign-in")
    def sign_in(door: Door, app: str) -> str:
        """A session has ended; sign in and go back to where it did."""
        title = door.world.roles[door.actor.role].title
        form = door.form(renew, url_for("everywhere.signed_in", app=app), onward=request.args.get("next", ""))
        return door.render(
            "pages/sign_in.html",
            layout=error_pages.layout(),
            form=form,
            person=door.actor.name or title,
            title=title,
        )

    @pages.action("/sign-in", renew, shows=sign_in)
    def signed_in(door: Door, done: Any, app: str) -> Done:  # noqa: ARG001 - an action's signature
        home = error_pages.app_of(request)
        prefix = (home.url_prefix or "") if home else ""
        return Done("You are signed in again.", f"{request.script_root}{prefix}/")


def _check_app() -> None:
    """Let nobody in through an app that there is not.

    Raises:
        NotFound: naming none.
    """
    if error_pages.app_of(request) is None:
        raise NotFound("unknown_page", "There is no page at this address. Follow a link of these pages instead.")


def _here() -> str:
    """The name of the app in which a page is shown, for links to these pages; empty where there is none."""
    app = error_pages.app_for(request)
    return app.name if app else ""


def _place(table: str | None, key: int | None) -> str:
    """The page of a record in the app at hand: one whose address has no part but the record's id; empty for none."""
    app = error_pages.app_of(request)
    if not table or key is None or app is None:
        return ""
    rules = [rule for rule in current_app.url_map.iter_rules() if _shows(rule, app.name, table)]
    best = min(rules, key=lambda rule: (len(rule.rule), rule.rule), default=None)
    parts: dict[str, Any] = dict.fromkeys(best.arguments, key) if best else {}
    return url_for(best.endpoint, **parts) if best else ""


def _shows(rule: Rule, app: str, table: str) -> bool:
    """Whether an address shows one record of a table: its one part is named after it (`order_id` for `sales_order`)."""
    if not rule.endpoint.startswith(f"{app}.") or "GET" not in (rule.methods or ()) or len(rule.arguments) != 1:
        return False
    stem = next(iter(rule.arguments)).removesuffix("_id")
    return stem not in rule.arguments and (table == stem or table.endswith(f"_{stem}"))
