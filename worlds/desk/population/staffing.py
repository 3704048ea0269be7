"""Who works at the desk: colleagues with what they can answer, groups, their hours, and the days on which they rest."""

import json
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from worlds.desk.models import DeskGroup, DeskUser, Holiday, Membership, Schedule, UserIdentity
from worlds.engine.context import Actor, Context
from worlds.engine.folding import normal_email, search_text
from worlds.engine.rows import insert
from worlds.seeds.calendars import easter
from worlds.seeds.people import slug

ZONE: Final = ZoneInfo("Europe/Amsterdam")

SCHEDULES: Final = (
    ("Office hours", {day: [[510, 1080]] for day in range(5)}),
    ("Extended hours", {**{day: [[480, 1200]] for day in range(5)}, 5: [[540, 1020]]}),
)
"""Names with weekday (0 is Monday) to minutes of the local day."""

GROUPS: Final = (
    ("Frontline", "First answers to whatever comes in.", 1),
    ("Delivery", "Parcels under way, late, lost or at the neighbour's; talks to carriers and the warehouse.", 1),
    ("Returns & Refunds", "Returns, exchanges, refunds, damaged goods.", 0),
    ("Business customers", "Organisations with their invoices, quotes and agreements.", 0),
    ("Technical & safety", "Products that fail, faults of the website, and whatever may hurt somebody.", 0),
    ("Trust & privacy", "Identity, fraud, data protection; legal letters until counsel has read them.", 0),
    ("Team leads", "What agents may not decide, and what is about to go wrong.", 0),
    ("Chat pilot", "The trial of last summer. Closed.", 0),
)
"""Name, description and schedule; the first is the default, the last is closed."""
_CLOSED: Final = "Chat pilot"

_ALL_GROUPS: Final = tuple(name for name, _, _ in GROUPS[:7])
_EVERYTHING: Final = (
    "wismo",
    "return_exchange",
    "refund_status",
    "product_question",
    "change_cancel",
    "damaged",
    "discount",
)
STAFF: Final = (
    ("Mirthe Kuipers", "agent", ("Frontline", "Delivery"), ("en", "nl", "wismo", "product_question")),
    ("Jonas Brandt", "agent", ("Frontline", "Returns & Refunds"), ("en", "de", "return_exchange", "refund_status")),
    ("Aylin Demirel", "agent", ("Frontline", "Delivery"), ("en", "nl", "de", "wismo", "change_cancel")),
    ("Pauline Grandjean", "agent", ("Frontline", "Returns & Refunds"), ("en", "fr", "return_exchange", "damaged")),
    ("Thijs van Eerden", "agent", ("Delivery",), ("en", "nl", "wismo", "damaged")),
    ("Katrin Obermaier", "agent", ("Delivery", "Frontline"), ("en", "de", "wismo", "change_cancel")),
    ("Louis Delacourt", "agent", ("Delivery", "Business customers"), ("en", "fr", "wismo", "invoice_b2b")),
    ("Femke Rozendaal", "agent", ("Returns & Refunds",), ("en", "nl", "return_exchange", "refund_status", "damaged")),
    ("Stefan Wiesner", "agent", ("Returns & Refunds", "Technical & safety"), ("en", "de", "damaged", "complaint")),
    ("Noortje Haverkamp", "agent", ("Business customers",), ("en", "nl", "invoice_b2b", "account", "discount")),
    ("Ciarán Doyle", "agent", ("Business customers", "Frontline"), ("en", "invoice_b2b", "discount", "complaint")),
    ("Yusuf Karaca", "agent", ("Technical & safety", "Trust & privacy"), ("en", "nl", "de", "account", "damaged")),
    ("Annika Lorenz", "agent", ("Frontline", "Returns & Refunds"), ("en", "de", "return_exchange", "discount")),
    ("Ingrid Aalbers", "team_lead", _ALL_GROUPS, ("en", "nl", "de", "complaint", *_EVERYTHING)),
    ("Rafael Moreau", "team_lead", _ALL_GROUPS, ("en", "fr", "complaint", *_EVERYTHING)),
    ("Dorothea Winkel", "admin", _ALL_GROUPS, ("en", "nl", "de", "fr", *_EVERYTHING)),
    ("Bram Terpstra", "light_agent", (), ("en", "nl")),
    ("Selma Nyberg", "light_agent", (), ("en", "de")),
    ("Shop connector", "integration", (), ()),
)  # fmt: skip
"""Name, role, groups (the first is their own) and skills. Bram works in the warehouse, Selma in marketing."""
_AWAY: Final = {"Annika Lorenz": 11}
"""Who is on leave when episodes begin, with the days until they are back."""
_YEARS: Final = (2025, 2026, 2027)


@dataclass(slots=True)
class Team:
    """The people and groups of the desk as history uses them: ids by name, and who answers for which group."""

    groups: dict[str, int] = field(default_factory=dict)
    members: dict[int, list[Actor]] = field(default_factory=dict)
    skills: dict[int, frozenset[str]] = field(default_factory=dict)
    away: set[int] = field(default_factory=set)
    leads: list[Actor] = field(default_factory=list)
    light: list[Actor] = field(default_factory=list)
    everybody: dict[str, Actor] = field(default_factory=dict)

    def someone(self, rng: random.Random, group_id: int, language: str) -> Actor:
        """An agent of a group, one who writes the language where there is one."""
        there = [one for one in self.members[group_id] if one.role == "agent"] or self.members[group_id]
        fluent = [one for one in there if one.person and language in self.skills[one.person]]
        return rng.choice(fluent or there)


def hire(ctx: Context, opened: datetime, start: datetime) -> Team:
    """Store schedules with their holidays, groups, and everybody who works here, since the desk was opened."""
    team = Team()
    schedules = [_schedule(ctx, name, week) for name, week in SCHEDULES]
    for name, description, at in GROUPS:
        team.groups[name] = insert(
            ctx, DeskGroup, name=name, description=description, schedule_id=schedules[at],
            is_default=int(name == GROUPS[0][0]), active=int(name != _CLOSED),
        )  # fmt: skip
    for at, (name, role, groups, skills) in enumerate(STAFF):
        actor = _colleague(ctx, name, role, skills, opened + timedelta(days=11 * at), _back(name, start))
        _join(ctx, team, actor, groups)
        team.everybody[name] = actor
        team.skills[actor.person or 0] = frozenset(skills)
        if name in _AWAY:
            team.away.add(actor.person or 0)
        if role == "team_lead":
            team.leads.append(actor)
        if role == "light_agent":
            team.light.append(actor)
    return team


def _schedule(ctx: Context, name: str, week: dict[int, list[list[int]]]) -> int:
    intervals = json.dumps({str(day): week[day] for day in sorted(week)})
    row = insert(ctx, Schedule, name=name, zone=str(ZONE), intervals=intervals)
    for day, called in rest_days():
        insert(ctx, Holiday, schedule_id=row, day=day.isoformat(), name=called)
    return row


def rest_days() -> list[tuple[date, str]]:
    """The days without hours of the years that matter, in order, each with its name."""
    return [one for year in _YEARS for one in _rest_days_of(year)]


def _rest_days_of(year: int) -> list[tuple[date, str]]:
    """The days on which the Netherlands rests, in order, each with its name."""
    sunday, king = easter(year), date(year, 4, 27)
    return sorted(
        (
            (date(year, 1, 1), "New Year's Day"),
            (sunday + timedelta(1), "Easter Monday"),
            (king if king.weekday() != 6 else date(year, 4, 26), "King's Day"),
            (sunday + timedelta(39), "Ascension Day"),
            (sunday + timedelta(50), "Whit Monday"),
            (date(year, 12, 25), "Christmas Day"),
            (date(year, 12, 26), "Second day of Christmas"),
        )
    )


def _back(name: str, start: datetime) -> date | None:
    return start.astimezone(ZONE).date() + timedelta(days=_AWAY[name]) if name in _AWAY else None


def _colleague(
    ctx: Context, name: str, role: str, skills: tuple[str, ...], since: datetime, away: date | None
) -> Actor:
    email = f"{slug(name).replace('-', '.')}@larkfieldcare.example"
    row = insert(
        ctx, DeskUser, name=name, role=role, locale="en", zone=str(ZONE), organization_id=None, org_manager=0, vip=0,
        suspended=0, shop_customer=None, crm_contact=None, notes=None, skills=json.dumps(sorted(skills)),
        away_until=away.isoformat() if away else None, merged_into_id=None, search_text=search_text(name, email),
        created_at=since,
    )  # fmt: skip
    insert(
        ctx, UserIdentity, user_id=row, kind="email", value=email, norm=normal_email(email), is_primary=1, verified=1
    )
    return Actor(role, row, name)


def _join(ctx: Context, team: Team, actor: Actor, groups: tuple[str, ...]) -> None:
    for name in groups:
        group = team.groups[name]
        insert(ctx, Membership, group_id=group, user_id=actor.person, is_default=int(name == groups[0]))
        team.members.setdefault(group, []).append(actor)
