"""What the forms of the workspace let one choose from: groups, colleagues, the house's own fields."""

from dataclasses import dataclass

from worlds.desk.operations.service import AgentView, list_agents, list_groups, list_ticket_fields
from worlds.desk.pages.workspace.wording import TOPICS, status_words
from worlds.desk.views import FieldView
from worlds.engine.surfaces.pages import Door

Options = list[tuple[str, str]]
"""Codes or ids as texts, with their words."""

SETTABLE: Options = [(code, status_words(code)) for code in ("open", "pending", "hold", "solved")]
TOPIC_OPTIONS: Options = list(TOPICS.items())
EMPTIED: Options = [
    ("type", "Type"),
    ("impact", "Impact"),
    ("urgency", "Urgency"),
    ("assignee_id", "Assignee"),
    ("group_id", "Group"),
    ("problem_id", "Problem"),
    ("due_at", "Due"),
]
"""Properties of a ticket that can be emptied."""


@dataclass(frozen=True, slots=True)
class Team:
    """Groups and colleagues that a ticket can be given to."""

    groups: Options
    agents: Options
    colleagues: dict[tuple[str, str], str]

    @property
    def names(self) -> dict[tuple[str, str], str]:
        """What people call whom an update names by id, by column and id."""
        return self.colleagues | {("group_id", code): words for code, words in self.groups}


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of the house's own on a form; `options` is None where text is typed."""

    name: str
    title: str
    value: str
    required: bool
    options: Options | None


def team(door: Door) -> Team:
    """Whom tickets can be given to; colleagues are named with their groups.

    Where they cannot be had for the moment, there is nothing to choose from, and what a ticket has stays.
    """
    groups, agents = door.part(list_groups), door.part(list_agents, page_size=100)
    known = agents.items if agents else []
    return Team(
        [(str(one.group_id), one.name) for one in (groups.groups if groups else ()) if one.active],
        [(str(one.user_id), _colleague(one)) for one in known if one.role != "light_agent" and not one.suspended],
        {("assignee_id", str(one.user_id)): one.name for one in known},
    )


def with_own(options: Options, code: int | None, words: str | None) -> Options:
    """Options with what a ticket has, where nobody could choose it any more."""
    if code is None or str(code) in {one for one, _ in options}:
        return options
    return [*options, (str(code), words or str(code))]


def _colleague(one: AgentView) -> str:
    """A colleague with their groups, and until when they are away."""
    groups = f" ({', '.join(one.groups)})" if one.groups else ""
    return f"{one.name}{groups}{', away' if one.away_until else ''}"


def own_fields(door: Door, shown: list[FieldView]) -> list[OwnField]:
    """The house's own fields as a form has them."""
    listed = door.part(list_ticket_fields)
    known = {one.name: one for one in (listed.fields if listed else ())}
    return [
        OwnField(one.name, one.title, one.value, one.required, _options(one.kind, known[one.name].options))
        for one in shown
        if one.name in known
    ]


def blank_fields(door: Door) -> list[OwnField]:
    """The house's own fields for a ticket that is not there yet."""
    listed = door.part(list_ticket_fields)
    return [
        OwnField(one.name, one.title, "", required=False, options=_options(one.kind, one.options))
        for one in (listed.fields if listed else ())
        if one.active
    ]


def _options(kind: str, listed: list[str]) -> Options | None:
    if kind == "checkbox":
        return [("true", "yes"), ("false", "no")]
    return [(one, one.replace("_", " ")) for one in listed] if kind == "choice" else None
