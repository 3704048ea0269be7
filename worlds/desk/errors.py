"""Every code with which the desk refuses, and what it means; a test holds the list equal to what is raised.

The desk says no as the vendor does whose desks the trade knows best: an error's name, a description, and details by
field.
"""

from typing import Any, Final

from worlds.engine.errors import Refusal

STYLE: Final = "zendesk"
"""Whose error bodies and limits those of the desk are like: see `worlds.engine.faults.styles`."""
_NAMES: Final = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "RecordNotFound",
    409: "Conflict",
    410: "Gone",
    422: "RecordInvalid",
}

CODES: Final[dict[str, str]] = {
    "agent_not_found": "Nobody who takes tickets has that id.",
    "already_linked": "The two tickets are linked to each other.",
    "already_merged": "The ticket was merged into another before.",
    "already_on_ticket": "The person is copied in on the ticket or follows it already.",
    "assignee_not_in_group": "The assignee is not a member of the ticket's group.",
    "assignee_required": "A ticket without an assignee cannot be solved.",
    "attachment_not_found": "There is no file with that id, or it is not for the one who asks.",
    "checklist_full": "The ticket has as many pieces of work as it can.",
    "checklist_open": "The ticket's checklist is not finished, so it cannot be solved.",
    "collaborators_full": "The ticket has as many people on it as it can.",
    "colleague_not_found": "Nobody of that name works at the desk.",
    "comment_not_found": "There is no comment with that id, or not on that ticket.",
    "different_requesters": "The tickets were brought by different people, and nobody has confirmed that they agree.",
    "duplicate_ticket": "The same ticket is named twice in one call.",
    "field_not_found": "The house has no field of that name.",
    "field_required": "A field that the ticket's topic asks for is empty, so it cannot be solved.",
    "field_value_invalid": "The field cannot hold that.",
    "follower_not_staff": "Only colleagues follow a ticket.",
    "group_not_found": "There is no open group with that id.",
    "incident_required": "Only an incident belongs to a problem.",
    "is_requester": "The ticket is that person's own.",
    "item_done": "The piece of work was done before.",
    "item_not_found": "The ticket has no piece of work with that id.",
    "link_not_found": "The two tickets are not linked to each other.",
    "malware_found": "The file holds malware and cannot be opened.",
    "merge_target_closed": "Nothing can be merged into a closed ticket.",
    "never_new_again": "A ticket that was worked on cannot become new.",
    "not_on_ticket": "The person is neither copied in on the ticket nor follows it.",
    "nothing_left": "No public comment would stay on the ticket.",
    "nothing_to_change": "The call names nothing that is to be changed.",
    "priority_stays": "A priority that was set can be changed but not emptied.",
    "problem_has_incidents": "The ticket is a problem with incidents, which would belong to nothing.",
    "problem_not_found": "The ticket is no problem.",
    "rating_not_offered": "The request cannot be rated: nobody has asked, or it is not solved any more, or closed.",
    "scan_pending": "The file is still being checked for malware.",
    "set_and_emptied": "The same property is to be set and emptied in one call.",
    "sign_in_failed": "The e-mail address does not belong to this account.",
    "tags_full": "The ticket has as many tags as it can.",
    "text_not_found": "Neither the comment nor its files hold that text.",
    "ticket_closed": "The ticket is closed for good.",
    "ticket_not_closed": "Only a closed ticket has follow-ups.",
    "ticket_not_found": "There is no ticket with that id, or it is somebody else's.",
    "topic_required": "A ticket without a topic cannot be solved.",
    "user_merged": "The person's record was merged into another.",
    "user_not_found": "There is nobody with that id.",
}


def body(refusal: Refusal) -> dict[str, Any]:
    """A refusal in the desk's error shape; what is about no field stands under `base`."""
    one = {"description": refusal.message, "error": refusal.code, **refusal.details}
    return {
        "error": _NAMES.get(refusal.status, "RecordInvalid"),
        "description": refusal.message,
        "details": {refusal.field or "base": [one]},
    }
