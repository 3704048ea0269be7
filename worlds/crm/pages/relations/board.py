"""The board: open deals in columns by stage, with sums; a deal is moved by a select and a button on its card."""

from typing import Any, Final

from flask import redirect, url_for
from werkzeug.wrappers import Response

from worlds.crm.operations.opportunities import change_stage, list_opportunities
from worlds.crm.operations.reports import pipeline_report
from worlds.crm.pages.relations.app import mine, relations, with_filters
from worlds.crm.pages.relations.asking import Ask
from worlds.crm.pages.relations.choices import colleagues, stage_options, stages, territories
from worlds.crm.selling.views import OpportunityChanged
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door

CARDS: Final = 100
"""Cards on the board; the sums above the columns are those of all deals."""
_FIXED: Final = ("stage_kind", "page_size", "page", "sort", "stage_id")


@relations.page("/board")
def board(door: Door) -> str:
    """Open deals by stage."""
    known = stages(door)
    listed: Any = door.listing(pipeline_report)
    asked = listed.form
    names = ("owner_id", "territory_id", "close_from", "close_to")
    filters = {name: asked[name].value for name in names if asked[name].value}
    found = None
    if listed.found:
        found = door.part(list_opportunities, stage_kind="open", sort="close_date", page_size=CARDS, **filters)
    cards = found.items if found else []
    sums = {one.stage_id: one for one in (listed.found.stages if listed.found else ())}
    asks = (
        Ask("owner_id", "Owner", colleagues(door), "Anybody"),
        Ask("territory_id", "Territory", territories(door), "Any"),
        Ask("close_from", "Closes from"), Ask("close_to", "Closes to"),
    )  # fmt: skip
    return door.render(
        "relations/board.html",
        asked=asked,
        asks=asks,
        report=listed.found,
        total=found.total if found else 0,
        shown=len(cards),
        columns=[(one, sums.get(one.stage_id), [card for card in cards if card.stage_id == one.stage_id])
                 for one in known if one.kind == "open"],
        moves={card.opportunity_id: _form(door, card) for card in cards},
        targets=stage_options(known, "open", "won"),
        own=mine(door) or door.actor.person,
    )  # fmt: skip


def _form(door: Door, card: Any) -> Any:
    address = url_for("relations.moved", opportunity_id=card.opportunity_id)
    return door.form(change_stage, with_filters(address, pipeline_report, *_FIXED), name=f"move{card.opportunity_id}")


@relations.page("/board/<id:opportunity_id>")
def board_again(_door: Door, opportunity_id: int) -> Response:  # noqa: ARG001 - the address has it
    """The board itself: its cards have this address, which a browser may open again."""
    return redirect(with_filters(url_for("relations.board"), pipeline_report), 303)


@relations.action("/board/<id:opportunity_id>", change_stage, shows=board)
def moved(_door: Door, done: OpportunityChanged | None, opportunity_id: int) -> Done:  # noqa: ARG001 - the address has it
    """The deal stands in another column."""
    said = f"{done.number} {done.name} is in {done.stage} now." if done else AGAIN
    return Done(said, with_filters(url_for("relations.board"), pipeline_report))
