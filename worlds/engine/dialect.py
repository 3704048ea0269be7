"""How a system speaks where all of them do the same: what it calls what stands beside arguments, how its lists turn.

Real systems differ in such words although they mean the same, and whoever has learned one by heart stumbles over the
next. A world names its dialect; its operations carry it, and everything that faces a caller speaks it. Pages, whose
fields are the house's own, do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Dialect:
    """A system's own words.

    Args:
        version: the argument that makes a write conditional.
        cursor: the argument that asks for the page that a cursor stands for.
        paging: how lists are turned. `numbers`: by page number or by cursor, and answers count their pages. `cursors`:
            by cursor alone, and an answer says how many rows there are in all (`count`) and whether more follow
            (`has_more`), with the cursor that asks for them.
    """

    version: str = "if_version"
    cursor: str = "cursor"
    paging: Literal["numbers", "cursors"] = "numbers"

    @property
    def next_cursor(self) -> str:
        """What an answer calls the cursor of the page after it."""
        return "next_cursor" if self.paging == "numbers" else self.cursor

    def page(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A page of a list as it is answered; `body` as the engine has it, with its cursor."""
        if self.paging == "numbers":
            return dict(body)
        more = body["next_cursor"]
        return {"items": body["items"], "count": body["total"], "has_more": more is not None, self.cursor: more}

    def page_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON Schema of such an answer, from that of a page."""
        if self.paging == "numbers":
            return dict(schema)
        known = schema["properties"]
        told = {
            "items": known["items"],
            "count": known["total"],
            "has_more": {"type": "boolean"},
            self.cursor: known["next_cursor"],
        }
        return {**schema, "properties": told, "required": list(told)}


PLAIN = Dialect()
