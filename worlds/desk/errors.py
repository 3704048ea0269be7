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
    "above_approval": "The credit is more than the approval allows.",
    "above_approver_limit": "The amount is more than the person asked may allow.",
    "action_invalid": "A rule or a macro cannot do that.",
    "address_malformed": "The text is no e-mail address, or no phone number.",
    "agent_not_found": "Nobody who takes tickets has that id.",
    "already_linked": "The two tickets are linked to each other.",
    "already_merged": "The ticket was merged into another before.",
    "already_on_ticket": "The person is copied in on the ticket or follows it already.",
    "approval_closed": "The request for approval was answered, withdrawn, or has lapsed.",
    "approval_needed": "The amount is above what the acting role may give on one ticket; ask for approval.",
    "approval_not_found": "There is no request for approval with that id.",
    "approval_not_given": "The request for approval was not approved, so it allows nothing.",
    "approval_of_another_ticket": "The approval is about another ticket.",
    "approval_pending": "A request for approval about the ticket waits for its answer.",
    "approval_used": "The credit that the approval allows was given before.",
    "approver_away": "The person asked is away.",
    "approver_not_found": "Nobody with that id decides requests for approval.",
    "article_linked": "The article is linked to the ticket already.",
    "article_not_found": "There is no such article, or it is not for the one who asks.",
    "article_not_linked": "The article is not linked to the ticket.",
    "assignee_not_in_group": "The assignee is not a member of the ticket's group.",
    "assignee_required": "A ticket without an assignee cannot be solved.",
    "attachment_not_found": "There is no file with that id, or it is not for the one who asks.",
    "checklist_full": "The ticket has as many pieces of work as it can.",
    "checklist_open": "The ticket's checklist is not finished, so it cannot be solved.",
    "collaborators_full": "The ticket has as many people on it as it can.",
    "colleague_not_found": "Nobody of that name works at the desk.",
    "comment_not_found": "There is no comment with that id, or not on that ticket.",
    "condition_invalid": "A rule cannot ask that.",
    "conversation_closed": "The side conversation is closed.",
    "conversation_not_found": "There is no such side conversation.",
    "different_requesters": "The tickets were brought by different people, and nobody has confirmed that they agree.",
    "duplicate_ticket": "The same ticket is named twice in one call.",
    "field_not_found": "The house has no field of that name.",
    "field_required": "A field that the ticket's topic asks for is empty, so it cannot be solved.",
    "field_value_invalid": "The field cannot hold that.",
    "follower_not_staff": "Only colleagues follow a ticket.",
    "group_not_found": "There is no open group with that id.",
    "handbook_fixed": "Pages of the handbook are not changed at the desk.",
    "identity_known": "The person is known by that address already.",
    "identity_taken": "The e-mail address belongs to somebody else's record.",
    "incident_required": "Only an incident belongs to a problem.",
    "is_requester": "The ticket is that person's own.",
    "item_done": "The piece of work was done before.",
    "item_not_found": "The ticket has no piece of work with that id.",
    "lead_needed": "Only team leads and administrators change that.",
    "link_not_found": "The two tickets are not linked to each other.",
    "macro_empty": "The macro would write nothing and change nothing.",
    "macro_not_found": "There is no macro with that id.",
    "macro_restricted": "The macro is kept for a group that the caller is not a member of.",
    "macro_retired": "The macro is no longer in use.",
    "malware_found": "The file holds malware and cannot be opened.",
    "merge_target_closed": "Nothing can be merged into a closed ticket.",
    "message_decided": "The suspended message was released or deleted before.",
    "message_not_found": "There is no suspended message with that id.",
    "never_new_again": "A ticket that was worked on cannot become new.",
    "not_on_ticket": "The person is neither copied in on the ticket nor follows it.",
    "not_your_decision": "The request for approval waits for somebody else.",
    "not_your_request": "The request for approval was made by somebody else.",
    "nothing_left": "No public comment would stay on the ticket.",
    "nothing_to_change": "The call names nothing that is to be changed.",
    "order_not_found": "The shop has no order with that id.",
    "organization_not_found": "There is no organisation with that id.",
    "own_request": "Nobody decides their own request for approval.",
    "placeholder_unknown": "The prepared text holds a placeholder that nothing fills.",
    "policies_incomplete": "An order of service levels names each of them once.",
    "priority_stays": "A priority that was set can be changed but not emptied.",
    "problem_has_incidents": "The ticket is a problem with incidents, which would belong to nothing.",
    "problem_not_found": "The ticket is no problem.",
    "rating_not_offered": "The request cannot be rated: nobody has asked, or it is not solved any more, or closed.",
    "same_user": "A record cannot be merged into itself.",
    "scan_pending": "The file is still being checked for malware.",
    "sender_suspended": "The message's sender is suspended, so it cannot be let in.",
    "set_and_emptied": "The same property is to be set and emptied in one call.",
    "sign_in_failed": "The e-mail address does not belong to this account.",
    "tags_full": "The ticket has as many tags as it can.",
    "text_not_found": "Neither the comment nor its files hold that text.",
    "ticket_closed": "The ticket is closed for good.",
    "ticket_locked": "Somebody else has the ticket to themselves.",
    "ticket_not_closed": "Only a closed ticket has follow-ups.",
    "ticket_not_found": "There is no ticket with that id, or it is somebody else's.",
    "ticket_solved": "The ticket is solved; work on it goes on once it is open again.",
    "title_taken": "Another macro or trigger has that title.",
    "topic_required": "A ticket without a topic cannot be solved.",
    "trigger_not_found": "There is no trigger with that id.",
    "user_is_staff": "The record is a colleague's.",
    "user_merged": "The person's record was merged into another.",
    "user_not_found": "There is nobody with that id.",
    "view_not_found": "There is no view with that id.",
    "view_restricted": "The view is kept for a group that the caller is not a member of.",
}


def body(refusal: Refusal) -> dict[str, Any]:
    """A refusal in the desk's error shape; what is about no field stands under `base`."""
    one = {"description": refusal.message, "error": refusal.code, **refusal.details}
    return {
        "error": _NAMES.get(refusal.status, "RecordInvalid"),
        "description": refusal.message,
        "details": {refusal.field or "base": [one]},
    }
