"""Approvals of discounts: submitting a quote, the requests, questions and answers, and the decision."""

from typing import Final

from flask import url_for

from worlds.crm.operations.approvals import (
    answer_question,
    ask_about_approval,
    decide_approval,
    get_approval,
    list_approvals,
    recall_approval,
    submit_quote,
)
from worlds.crm.operations.quotes import get_quote
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, form_for, sheet_page
from worlds.crm.pages.relations.choices import colleagues
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.pages.relations.quotes import quote_crumbs, quote_url
from worlds.crm.selling.percent import spelled
from worlds.crm.selling.views import ApprovalDetail
from worlds.engine.surfaces.chrome import AGAIN, Views, act
from worlds.engine.surfaces.pages import Done, Door
from worlds.engine.surfaces.wording import money

_DECIDE: Final = (Ask("decision", "Decision"), Ask("comment", "What whoever submitted it is told"))
_QUESTION: Final = (Ask("question", "Question"),)
_ANSWER: Final = (Ask("answer", "Answer"),)


@relations.page("/approvals")
def approvals(door: Door) -> str:
    """The list, with its filters in the URL."""
    people, me = colleagues(door), str(door.actor.person or "")
    filters = (
        Ask("state", "State", blank="Any"), Ask("approver_id", "Decides", people, "Anybody"),
        Ask("asked_by_id", "Submitted by", people, "Anybody"), Ask("quote_id", "Quote’s id"),
        Ask("opportunity_id", "Deal’s id"),
    )  # fmt: skip
    quick: Views = (
        ("All", {}),
        ("Waiting for me", {"state": "pending", "approver_id": me}),
        ("Submitted by me", {"asked_by_id": me}),
        ("Pending", {"state": "pending"}),
    )
    listed = Listed("Approvals", "approval", "request", "requests", filters, quick)
    return list_page(door, list_approvals, listed)


def _approval(approval_id: int) -> str:
    return url_for("relations.approval", approval_id=approval_id)


@relations.page("/approvals/<id:approval_id>")
def approval(door: Door, approval_id: int) -> str:
    """One request, with what was asked about it, and the decision."""
    shown = door.read(get_approval, approval_id=approval_id)
    pending = shown.state == "pending"
    deciding = form_for(
        door, decide_approval, url_for("relations.decided", approval_id=approval_id), _DECIDE, name="decide"
    )
    asking = form_for(
        door, ask_about_approval, url_for("relations.question_asked", approval_id=approval_id), _QUESTION, name="ask"
    )
    answering = form_for(
        door, answer_question, url_for("relations.question_answered", approval_id=approval_id), _ANSWER, name="answer"
    )
    return door.render(
        "relations/approval.html",
        approval=shown,
        deciding=deciding if pending else None,
        asking=asking if pending and not shown.open_question else None,
        answering=answering if pending and shown.open_question else None,
        decide_asks=_DECIDE,
        acts=[
            act(
                door, "Recall it", url_for("relations.recall", approval_id=approval_id), recall_approval,
                (not pending, f"it is {shown.state}"),
            )
        ],
    )  # fmt: skip


@relations.action("/approvals/<id:approval_id>/decision", decide_approval, shows=approval)
def decided(_door: Door, done: ApprovalDetail | None, approval_id: int) -> Done:
    """It is decided."""
    said = f"{done.number} is {done.state}; the quote {done.quote_number} is {done.quote_status}." if done else AGAIN
    return Done(said.replace("_", " "), _approval(approval_id))


@relations.action("/approvals/<id:approval_id>/question", ask_about_approval, shows=approval)
def question_asked(_door: Door, done: ApprovalDetail | None, approval_id: int) -> Done:
    """The question is out."""
    return Done(f"The question about {done.number} was sent." if done else AGAIN, _approval(approval_id))


@relations.action("/approvals/<id:approval_id>/answer", answer_question, shows=approval)
def question_answered(_door: Door, done: ApprovalDetail | None, approval_id: int) -> Done:
    """The approver has an answer."""
    return Done(f"The answer about {done.number} was sent." if done else AGAIN, _approval(approval_id))


@relations.page("/approvals/<id:approval_id>/recall")
def recall(door: Door, approval_id: int) -> str:
    """Takes a request back."""
    shown = door.read(get_approval, approval_id=approval_id)
    sheet = Sheet(
        f"Recall {shown.number}", "Recall it", _approval(approval_id),
        [("Approvals", url_for("relations.approvals")), (shown.number, _approval(approval_id))],
        follows=(f"{shown.quote_number} is a draft again, and the deal {shown.opportunity_number} is unlocked.",),
    )  # fmt: skip
    return sheet_page(door, recall_approval, url_for("relations.recalled", approval_id=approval_id), sheet)


@relations.action("/approvals/<id:approval_id>/recall", recall_approval, shows=recall)
def recalled(_door: Door, done: ApprovalDetail | None, approval_id: int) -> Done:
    """It is taken back."""
    return Done(f"{done.number} was recalled." if done else AGAIN, _approval(approval_id))


@relations.page("/quotes/<id:quote_id>/submit")
def submission(door: Door, quote_id: int) -> str:
    """Asks for approval of a quote's discount."""
    shown = door.read(get_quote, quote_id=quote_id)
    sheet = Sheet(
        f"Submit {shown.number} for approval", "Submit it", quote_url(quote_id), quote_crumbs(shown),
        (Part("", (Ask("reason", "Why the discount is given", rows=4),), wide=True),),
        follows=(
            f"{spelled(shown.off_list)} % are off the list: it comes to {money(shown.total, shown.currency)}.",
            "Quote and deal are locked until it is decided or recalled.",
        ),
    )  # fmt: skip
    return sheet_page(
        door, submit_quote, url_for("relations.submitted", quote_id=quote_id), sheet,
        {"reason": shown.discount_reason},
    )  # fmt: skip


@relations.action("/quotes/<id:quote_id>/submit", submit_quote, shows=submission)
def submitted(_door: Door, done: ApprovalDetail | None, quote_id: int) -> Done:
    """Somebody decides on it."""
    if done is None:
        return Done(AGAIN, quote_url(quote_id))
    return Done(f"{done.number} waits for {done.approver_name}.", _approval(done.approval_id))
