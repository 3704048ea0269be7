"""What the forms of the workspace let one choose from: groups, colleagues, the house's own fields."""

from dataclasses import dataclass

from worlds.desk.operations.service import list_agents, list_groups, list_ticket_fields
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

    @property
    def names(self) -> dict[tuple[str, str], str]:
        """What people call whom an update names by id, by column and id."""
        of_groups = {("group_id", code): words for code, words in self.groups}
        return of_groups | {("assignee_id", code): words.partition(" (")[0] for code, words in self.agents}


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of the house's own on a form; `options` is None where text is typed."""

    name: str
    title: str
    value: str
    required: bool
    options: Options | None


def team(door: Door) -> Team:
    """Whom tickets can be given to; colleagues are named with their groups."""
    groups = door.read(list_groups).items
    agents = door.read(list_agents).items
    return Team(
        [(str(one.group_id), one.name) for one in groups],
        [(str(one.user_id), f"{one.name} ({', '.join(one.groups)})" if one.groups else one.name) for one in agents],
    )


def own_fields(door: Door, shown: list[FieldView]) -> list[OwnField]:
    """The house's own fields as a form has them."""
    known = {one.name: one for one in door.read(list_ticket_fields).items}
    return [
        OwnField(one.name, one.title, one.value, one.required, _options(one.kind, known[one.name].options))
        for one in shown
        if one.name in known
    ]


def blank_fields(door: Door) -> list[OwnField]:
    """The house's own fields for a ticket that is not there yet."""
    return [
        OwnField(one.name, one.title, "", required=False, options=_options(one.kind, one.options))
        for one in door.read(list_ticket_fields).items
    ]


def _options(kind: str, listed: list[str]) -> Options | None:
    if kind == "checkbox":
        return [("true", "yes"), ("false", "no")]
    return [(one, one.replace("_", " ")) for one in listed] if kind == "choice" else None
