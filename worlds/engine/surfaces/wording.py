"""How pages write money, days, moments, people and codes: Jinja filters in a world's currency and zone."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup

from worlds.engine.fields import iso_instant
from worlds.engine.world import World

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
_CAPITALS = {"sku": "SKU", "id": "ID", "iban": "IBAN"}


def money(minor: int, currency: str = "EUR") -> str:
    """Minor units as people of the trade write them: 184050 -> "€1,840.50", with a minus sign below zero."""
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{'−' if minor < 0 else ''}{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"


def day(value: date | datetime | str, zone: str = "UTC") -> str:
    """A calendar day: 2 Mar 2026."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone)).date()
    return f"{value.day} {value:%b %Y}"


def moment(value: datetime, zone: str = "UTC") -> str:
    """A point in time, in a zone: 2 Mar 2026, 10:15."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y, %H:%M}"


def clock(value: datetime, now: datetime) -> str:
    """A point in time as it is said on the day of `now`: 14:30, or 3 Mar 2026, 14:30 on another day."""
    local = value.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local.day} {local:%b %Y, %H:%M}"


def lasting(seconds: int) -> str:
    """A length of time in its two largest units: 2 hours 5 minutes."""
    parts: list[tuple[int, str]] = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count or (parts and len(parts) < 2):
            parts.append((count, unit))
    return " ".join(plural(count, unit) for count, unit in parts[:2] if count) or "no time"


def phrase(code: Any) -> str:
    """A code as words: partially_refunded -> "Partially refunded"."""
    words = " ".join(_CAPITALS.get(word, word) for word in str(code).split("_"))
    return words[:1].upper() + words[1:]


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: 1 line, 3 lines."""
    return f"{figure(count)} {one if count == 1 else many or one + 's'}"


def figure(count: int) -> str:
    """A count as people read it: 1,303."""
    return f"{count:,}"


def install(app: Flask, world: World) -> None:
    """Give an app's templates the filters."""

    def when(value: datetime) -> Markup:
        """A `<time>` element."""
        stamp = iso_instant(value.astimezone(UTC))
        return Markup('<time datetime="{}">{}</time>').format(stamp, moment(value, world.zone))

    def who(name: str) -> str:
        """A person's name, or a role's title where the record keeps the role alone."""
        return world.roles[name].title if name in world.roles else name[:1].upper() + name[1:]

    app.jinja_env.filters.update(
        money=lambda minor: money(minor, world.currency),
        day=lambda value: day(value, world.zone),
        moment=lambda value: moment(value, world.zone),
        when=when,
        phrase=phrase,
        plural=plural,
        figure=figure,
        who=who,
    )
