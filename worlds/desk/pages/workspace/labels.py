"""How the workspace's forms label what they ask for, so that what is wrong is said of the field that one sees."""

from collections.abc import Mapping, Sequence
from typing import Final

from worlds.desk.pages.workspace.choices import OwnField
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.labels import labelled

ROWS: Final = 40
"""Rows of a form that have labels of their own; a form shows fewer."""
_SETTING: Final = {
    **{f"set_fields.{at}.field": f"Property {at + 1}" for at in range(ROWS)},
    **{f"set_fields.{at}.value": f"Its value {at + 1}" for at in range(ROWS)},
    **{f"add_tags.{at}": f"Tag to add {at + 1}" for at in range(ROWS)},
    **{f"remove_tags.{at}": f"Tag to take off {at + 1}" for at in range(ROWS)},
}
_MACRO: Final = {**_SETTING, "body": "Text", "public": "What it writes", "group_id": "Kept for", "active": "In use"}
_TRIGGER: Final = {
    **_SETTING,
    **{
        f"{which}.{at}.{part}": f"{words} {at + 1} of {which}"
        for which in ("all", "any")
        for at in range(ROWS)
        for part, words in (("field", "Looks at"), ("operator", "How"), ("value", "Value"))
    },
    "position": "Place in the order",
    "active": "Runs",
    "note": "Internal note that it writes",
    "reply": "What it writes to the requester",
    "mail_group": "Group that it mails",
}
LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "reply_publicly": {"body": "Reply to the requester"},
    "add_note": {"body": "Note for colleagues"},
    "add_item": {"title": "Add an item"},
    "add_tags": {"tags.0": "Add a tag", "tags.1": "And another"},
    "bulk_update_tickets": {"add_tags.0": "Tag to add", "remove_tags.0": "Tag to take off"},
    "create_ticket": {
        "requester_id": "Requester’s id",
        "body": "First comment",
        "tags.0": "Tag",
        "tags.1": "Second tag",
    },
    "create_follow_up": {"body": "First comment", "tags.0": "Tag", "tags.1": "Second tag"},
    "split_ticket": {"subject": "Subject of the new ticket"},
    "merge_tickets": {"note": "Internal note on the ticket that stays"},
    "redact_comment": {"text": "Text to redact"},
    "escalate": {"group": "To which group", "reason": "Why", "message": "What they have to know and do"},
    "start_side_conversation": {"party": "Whom to ask", "body": "Message"},
    "send_side_message": {"body": "Message"},
    "ask_approval": {"amount": "Amount in euros", "approver_id": "Who decides"},
    "decide_approval": {"answer": "What whoever asked is told"},
    "give_credit": {"amount": "Amount in euros", "approval_id": "Approval"},
    "apply_macro": {"body": "Text"},
    "create_macro": _MACRO,
    "update_macro": _MACRO,
    "create_trigger": _TRIGGER,
    "update_trigger": _TRIGGER,
    "update_user": {"locale": "Language", "organization_id": "Organisation’s id"},
    "update_article": {"body": "Text", "visibility": "Who reads it"},
    "add_identity": {"value": "Address or number"},
}
"""By operation and argument; where none stands here the label is the argument's own name."""


def as_labelled(form: Form, fields: Sequence[OwnField] = ()) -> Form:
    """A form whose problems name fields by what stands before them; `fields` are the house's own that it asks for."""
    own = {f"fields.{at}.value": one.title for at, one in enumerate(fields)}
    return labelled(form, {**LABELS.get(form.operation.name, {}), **own})
