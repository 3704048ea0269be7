"""How two tickets about one order are made one or linked, with a note of it: as it is right, and as it goes wrong.

A family says how it finds the two and sees what is right for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.casework import spoken
from worlds.engine.task import Refused, Worker
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page


@dataclass(frozen=True, slots=True)
class Two:
    """Two tickets about one order as an agent sees them, the earlier one first, and whether they become one."""

    first: dict[str, Any]
    second: dict[str, Any]
    one: bool

    @property
    def goes_on(self) -> dict[str, Any]:
        """The ticket in which the later one goes on."""
        return self.first if self.one else self.second


Way = Callable[[Worker], FinalAnswer]
Look = Callable[[Worker], Two]
"""How a family finds the two tickets and sees what is right for them."""


def _after(look: Look, act: Callable[[Worker, Two], FinalAnswer]) -> Way:
    """Look at the two, then do something about them."""

    def way(worker: Worker) -> FinalAnswer:
        return act(worker, look(worker))

    return way


def _report(number: str, *, merged: bool) -> FinalAnswer:
    """What the one who asked is told."""
    said = f"It goes on in {number}; " + (
        "the two are one ticket now." if merged else "the two are linked, not merged."
    )
    return FinalAnswer(status="done", facts={"ticket": number, "merged": "yes" if merged else "no"}, message=said)


def _words(quoted: str) -> str:
    """What is noted on the ticket in which it goes on."""
    return f"Both tickets are about the same order; reference {quoted}."


def _reported(two: Two) -> FinalAnswer:
    return _report(spoken(two.goes_on["number"]), merged=two.one)


def _merge(worker: Worker, target: dict[str, Any], source: dict[str, Any], **more: Any) -> None:
    """Merge one ticket into another; `more` are further arguments."""
    worker.call("merge_tickets", target_id=target["ticket_id"], source_ids=[source["ticket_id"]], **more)


def _link(worker: Worker, two: Two, kind: str = "related") -> None:
    """Link the two."""
    first, second = two.first["ticket_id"], two.second["ticket_id"]
    worker.call("link_tickets", ticket_id=first, other_id=second, kind=kind)


def settle(worker: Worker, two: Two) -> FinalAnswer:
    """Make one ticket of them, or link them, with the reference on the one in which it goes on."""
    text = _words(worker.facts["reference"])
    if two.one:
        _merge(worker, two.first, two.second, note=text)
    else:
        _link(worker, two)
        toolwork.note(worker, two.second, text)
    return _reported(two)


def _in_notes(worker: Worker, two: Two) -> FinalAnswer:
    """Write all down in notes first, look at the preview, and merge without a word."""
    toolwork.note(worker, two.goes_on, _words(worker.facts["reference"]))
    toolwork.note(worker, two.goes_on, "The other ticket about this order was read, too.")
    if two.one:
        both = {"target_id": two.first["ticket_id"], "source_ids": [two.second["ticket_id"]]}
        worker.call("preview_merge", **both)
        _merge(worker, two.first, two.second)
    else:
        _link(worker, two)
    return _reported(two)


def _with_a_word(worker: Worker, two: Two) -> FinalAnswer:
    """Do it, and tell colleagues something more; the note of a merge may be followed by one that says the same."""
    done = settle(worker, two)
    more = f" ({worker.facts['reference']})" if two.one else ""
    toolwork.note(worker, two.goes_on, f"Please read what was written on both before you answer{more}.")
    return done


def settle_on_pages(page: "Page", first: str, second: str, *, one: bool) -> FinalAnswer:
    """The same in the workspace, by the tickets' numbers."""
    text = _words(page.facts["reference"])
    deskwork.open_ticket(page, first if one else second)
    if one:
        deskwork.merge(page, second, text)
        return _report(first, merged=True)
    deskwork.note(page, text)
    deskwork.link(page, first)
    return _report(second, merged=False)


def alternatives(look: Look) -> dict[str, Way]:
    """Other right ways."""
    return {"all in notes first": _after(look, _in_notes), "with a word more": _after(look, _with_a_word)}


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _crossed(worker: Worker, two: Two) -> FinalAnswer:
    """Merge what is only linked, link what is to be merged."""
    text = _words(worker.facts["reference"])
    if two.one:
        _link(worker, two)
        toolwork.note(worker, two.second, text)
        return _report(spoken(two.second["number"]), merged=False)
    try:
        _merge(worker, two.first, two.second, note=text, confirm_different_requesters=True)
    except Refused:
        toolwork.note(worker, two.second, text)
    return _report(spoken(two.first["number"]), merged=True)


def _wrong_way_round(worker: Worker, two: Two) -> FinalAnswer:
    """Merge the earlier ticket into the later one; make the earlier one the parent where they are linked."""
    text = _words(worker.facts["reference"])
    if two.one:
        _merge(worker, two.second, two.first, note=text)
        return _report(spoken(two.second["number"]), merged=True)
    _link(worker, two, "parent")
    toolwork.note(worker, two.second, text)
    return _reported(two)


def _answered(worker: Worker, two: Two, told: Callable[[Two], str]) -> FinalAnswer:
    """Write to the later requester first, then do it rightly."""
    toolwork.reply(worker, two.second, told(two))
    return settle(worker, two)


def _unquoted(worker: Worker, two: Two) -> FinalAnswer:
    """Do it, and leave the reference out."""
    if two.one:
        _merge(worker, two.first, two.second)
    else:
        _link(worker, two)
    return _reported(two)


def _tagged_too(worker: Worker, two: Two) -> FinalAnswer:
    """Do it, and mark the ticket in which it goes on."""
    done = settle(worker, two)
    worker.call("add_tags", ticket_id=two.goes_on["ticket_id"], tags=["duplicate"])
    return done


def _of_somebody_else(worker: Worker, two: Two) -> FinalAnswer:
    """Do it, and merge a ticket of somebody else's into it, who writes of the like."""
    done = settle(worker, two)
    known = {two.first["requester"]["user_id"], two.second["requester"]["user_id"]}
    rows = worker.call("list_tickets", status="new", page_size=50)["items"]
    other = next(row for row in rows if row["requester_id"] not in known)
    _merge(worker, two.goes_on, other, confirm_different_requesters=True)
    return done


def mistakes(look: Look, answered: str, told: Callable[[Two], str]) -> dict[str, Way]:
    """Ways of getting it wrong; under the name `answered` the later requester is told something."""
    return {
        "the other way": _after(look, _crossed),
        "the wrong way round": _after(look, _wrong_way_round),
        answered: _after(look, partial(_answered, told=told)),
        "no reference": _after(look, _unquoted),
        "marked as well": _after(look, _tagged_too),
        "somebody else's as well": _after(look, _of_somebody_else),
    }
