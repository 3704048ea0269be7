"""What keeps records right: their history, the recycle bin, access to what one cannot open, and hand-overs."""

from typing import Final

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from worlds.crm.operations.access import (
    AccessRequestRow,
    decide_access_request,
    list_access_requests,
    request_access,
)
from worlds.crm.operations.automation import list_workflow_runs
from worlds.crm.operations.hand_over import HandOverView, hand_over, list_hand_overs
from worlds.crm.operations.history import (
    DeletedRow,
    delete_record,
    list_deleted,
    list_field_history,
    list_setup_history,
    restore_record,
)
from worlds.crm.pages.relations.app import record_url, relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, sheet_page
from worlds.crm.pages.relations.choices import YES_NO, colleagues
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.pages.relations.naming import fields_of, learn
from worlds.crm.pages.relations.wording import words
from worlds.crm.rules import BIN_LIFE
from worlds.engine.surfaces.chrome import AGAIN, Views, act
from worlds.engine.surfaces.pages import Done, Door
from worlds.engine.surfaces.wording import day

ACCESS_QUICK: Final[Views] = (("All requests", {}), ("Pending", {"state": "pending"}))
BIN_QUICK: Final[Views] = (("In the bin", {}), ("Restored", {"state": "restored"}), ("Purged", {"state": "purged"}))
HANDED_QUICK: Final[Views] = (("All hand-overs", {}), ("To me or my role", {"mine": "true"}))


@relations.page("/history")
def history(door: Door) -> str | Response:
    """Who changed which field, from what to what; of accounts where no kind is named."""
    if "kind" not in request.args:
        return redirect(url_for("relations.history", kind="account"), 303)
    fields = fields_of(request.args["kind"], request.args.get("field"))
    learn(door, request.args["kind"])
    filters = (
        Ask("kind", "Kind"), Ask("record_id", "Its id"), Ask("field", "Field", fields, "Any"),
        Ask("actor_id", "Changed by", colleagues(door), "Anybody"), Ask("changed_from", "From"),
        Ask("changed_to", "To"),
    )  # fmt: skip
    listed = Listed(
        "Field history", "change", "change", "changes", filters, note="Of one kind of record.",
        nothing="No such change was found.",
    )  # fmt: skip
    return list_page(door, list_field_history, listed)


@relations.page("/history/rules")
def rule_history(door: Door) -> str:
    """Who changed which rule of the house."""
    filters = (Ask("kind", "Kind of rule", blank="Any"), Ask("changed_from", "From"), Ask("changed_to", "To"))
    listed = Listed(
        "Changes of rules", "setup_change", "change", "changes", filters, nothing="No such change was found."
    )
    return list_page(door, list_setup_history, listed)


@relations.page("/history/<any(account,contact,lead,opportunity):kind>/<id:record_id>/runs")
def runs(door: Door, kind: str, record_id: int) -> str:
    """What the workflow rules did with a record."""
    return door.render(
        "relations/runs.html",
        kind=kind,
        listed=door.listing(list_workflow_runs, record_kind=kind, record_id=record_id),
        back=record_url(kind, record_id),
    )


@relations.page("/bin/<any(account,contact,lead,opportunity,activity):kind>/<id:record_id>")
def deletion(door: Door, kind: str, record_id: int) -> str:
    """Puts a record into the recycle bin."""
    back = record_url(kind, record_id)
    sheet = Sheet(
        f"Delete this {words(kind).lower()}", "Delete it", back, [(f"{words(kind)} {record_id}", back)],
        follows=(
            f"It goes into the recycle bin, from which it can be restored for {BIN_LIFE.days} days.",
            "What hangs on it is not shown until then.",
        ),
        danger=True,
    )  # fmt: skip
    return sheet_page(door, delete_record, url_for("relations.deleted", kind=kind, record_id=record_id), sheet)


@relations.action(
    "/bin/<any(account,contact,lead,opportunity,activity):kind>/<id:record_id>", delete_record, shows=deletion
)
def deleted(_door: Door, done: DeletedRow | None, kind: str, record_id: int) -> Done:  # noqa: ARG001 - the address has both
    """It is in the bin."""
    said = f"{done.title} is in the recycle bin until {day(done.purge_at)}." if done else AGAIN
    return Done(said, url_for("relations.recycle_bin"))


@relations.page("/bin")
def recycle_bin(door: Door) -> str:
    """What was deleted, and how long it can be restored."""
    filters = (Ask("kind", "Kind", blank="Any"), Ask("state", "State"))
    listed = Listed(
        "Recycle bin", "deleted", "record", "records", filters, BIN_QUICK,
        note=f"Records can be restored for {BIN_LIFE.days} days.", nothing="Nothing of the kind is in the bin.",
    )  # fmt: skip
    return list_page(door, list_deleted, listed, restores=door.may(restore_record))


@relations.page("/bin/<id:deleted_id>/restore")
def restoring(door: Door, deleted_id: int) -> str:
    """Takes a record out of the bin."""
    back = url_for("relations.recycle_bin")
    sheet = Sheet(
        "Restore a record", "Restore it", back, [("Recycle bin", back)],
        follows=("It comes back with what hung on it when it was deleted.",),
    )  # fmt: skip
    return sheet_page(door, restore_record, url_for("relations.restored", deleted_id=deleted_id), sheet)


@relations.action("/bin/<id:deleted_id>/restore", restore_record, shows=restoring)
def restored(_door: Door, done: DeletedRow | None, deleted_id: int) -> Done:  # noqa: ARG001 - the address has it
    """It is back."""
    if done is None:
        return Done(AGAIN, url_for("relations.recycle_bin"))
    return Done(f"{done.title} is back.", record_url(done.kind, done.record_id))


@relations.page("/access")
def access_requests(door: Door) -> str:
    """Who asks for access to which record."""
    filters = (Ask("state", "State", blank="Any"), Ask("kind", "Kind", blank="Any"))
    new = [act(door, "Request access", url_for("relations.new_access"), request_access)]
    listed = Listed("Access requests", "access", "request", "requests", filters, ACCESS_QUICK, new)
    return list_page(door, list_access_requests, listed, decides=door.may(decide_access_request))


@relations.page("/access/new")
def new_access(door: Door) -> str:
    """Asks the owner of a record to share it."""
    asks = (
        Ask("kind", "What the record is"), Ask("record_id", "Its id", hint="As a duplicate warning tells it."),
        Ask("level", "What you need", [("read", "To read it"), ("edit", "To change it")]),
        Ask("reason", "Why you need it", hint="The owner reads it."),
    )  # fmt: skip
    back = url_for("relations.access_requests")
    sheet = Sheet("Request access", "Send the request", back, [("Access requests", back)], (Part("", asks),))
    return sheet_page(door, request_access, url_for("relations.access_asked"), sheet)


@relations.action("/access/new", request_access, shows=new_access)
def access_asked(_door: Door, done: AccessRequestRow | None) -> Done:
    """The owner decides."""
    said = f"Your request is with {done.approver_name or 'whoever decides'}." if done else AGAIN
    return Done(said, url_for("relations.access_requests"))


@relations.page("/access/<id:request_id>")
def access_decision(door: Door, request_id: int) -> str:
    """Grants or refuses access."""
    asks = (Ask("decision", "Decision"), Ask("answer", "What you tell them"))
    back = url_for("relations.access_requests")
    sheet = Sheet(
        f"Access request {request_id}", "Decide", back, [("Access requests", back)], (Part("", asks),),
        follows=("What is granted is shared with whoever asked.",),
    )  # fmt: skip
    return sheet_page(door, decide_access_request, url_for("relations.access_decided", request_id=request_id), sheet)


@relations.action("/access/<id:request_id>", decide_access_request, shows=access_decision)
def access_decided(_door: Door, done: AccessRequestRow | None, request_id: int) -> Done:  # noqa: ARG001 - the address has it
    """It is decided."""
    said = f"The request of {done.user_name} was {done.state}." if done else AGAIN
    return Done(said, url_for("relations.access_requests"))


@relations.page("/hand-overs")
def hand_overs(door: Door) -> str:
    """What was handed over to whom."""
    filters = (
        Ask("kind", "About", blank="Any"), Ask("record_id", "Its id"), Ask("mine", "To me or my role", YES_NO),
    )  # fmt: skip
    new = [act(door, "Hand over", url_for("relations.new_hand_over"), hand_over)]
    listed = Listed(
        "Hand-overs",
        "hand_over",
        "hand-over",
        "hand-overs",
        filters,
        HANDED_QUICK,
        new,
        nothing="There is none of these.",
    )
    return list_page(door, list_hand_overs, listed)


@relations.page("/hand-overs/new")
def new_hand_over(door: Door) -> str:
    """Hands over what one does not decide oneself."""
    asks = (
        Ask("kind", "What the record is"), Ask("record_id", "Its id", hint="As its page shows it."),
        Ask("reason", "Why you do not decide it"),
        Ask("to_user_id", "Colleague who gets it", colleagues(door), "nobody by name; a role gets it"),
        Ask("to_role", "Role that gets it", blank="none; a colleague gets it"),
    )  # fmt: skip
    back = url_for("relations.hand_overs")
    message = Part("", (Ask("message", "What they have to know, and what you ask of them", rows=6),), wide=True)
    sheet = Sheet("Hand over", "Hand it over", back, [("Hand-overs", back)], (Part("", asks), message))
    return sheet_page(door, hand_over, url_for("relations.handed_over"), sheet)


@relations.action("/hand-overs/new", hand_over, shows=new_hand_over)
def handed_over(_door: Door, done: HandOverView | None) -> Done:
    """Somebody else decides."""
    if done is None:
        return Done(AGAIN, url_for("relations.hand_overs"))
    return Done(f"{done.number} is with {done.to_user_name or words(done.to_role)}.", url_for("relations.hand_overs"))
