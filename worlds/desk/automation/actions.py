"""What rules and macros do to a ticket: JSON that is read into changes of columns, tags and words.

`{"set": {"status": "pending", "priority": "high", "group": "Returns", "assignee": "current_user", "topic": "wismo"},
"add_tags": ["a"], "remove_tags": ["b"], "note": "text", "reply": "text", "mail_group": "Returns"}`, each optional.
Groups are named by name; `assignee` is `current_user`, `nobody` or the id of a user.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from worlds.desk.tickets.ticket_file import Head
from worlds.engine.context import Context
from worlds.engine.rows import Query

KINDS: Final = ("set", "add_tags", "remove_tags", "note", "reply", "mail_group")
SETTABLE: Final = ("status", "type", "priority", "impact", "urgency", "topic", "group", "assignee", "spam")


class _Group(NamedTuple):
    id: int


_GROUP = Query(_Group, "SELECT id FROM desk_group WHERE name = :name AND active = 1")


def changes_of(ctx: Context, ticket: Head, actions: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that actions change of a ticket, with their new values; groups that are gone change nothing."""
    changes: dict[str, Any] = {}
    for name, value in actions.get("set", {}).items():
        if name == "group":
            found = _GROUP.first(ctx, name=value)
            if found is not None:
                changes["group_id"] = found.id
        elif name == "assignee":
            changes["assignee_id"] = _assignee(ctx, value)
        else:
            changes[name] = value
    tags = with_tags(ticket.tags, add=actions.get("add_tags", ()), remove=actions.get("remove_tags", ()))
    return changes if tags == ticket.tags else {**changes, "tags": tags}


def _assignee(ctx: Context, value: Any) -> int | None:
    if value == "nobody":
        return None
    return ctx.actor.person if value == "current_user" else int(value)


def with_tags(tags: str, add: Any = (), remove: Any = ()) -> str:
    """Tags, a JSON array, with some more and without others; the same text where that changes nothing."""
    known = set(json.loads(tags))
    wanted = (known | set(add)) - set(remove)
    return tags if wanted == known else json.dumps(sorted(wanted), ensure_ascii=False)
