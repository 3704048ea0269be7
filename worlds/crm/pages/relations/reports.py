"""Reports: the pipeline by stage, the forecast of a quarter, leads, and what colleagues did."""

from datetime import date
from typing import Any

from flask import request, url_for

from worlds.crm.operations.reports import activities_report, forecast_report, leads_report, pipeline_report
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Options
from worlds.crm.pages.relations.choices import colleagues, territories
from worlds.engine.surfaces.chrome import Act
from worlds.engine.surfaces.pages import Door


def _quarter(today: date) -> str:
    return f"{today.year}-Q{(today.month + 2) // 3}"


def _quarters(today: date) -> Options:
    """The four quarters before and after today's, by name."""
    first = today.year * 4 + (today.month - 1) // 3
    return [(name, name) for at in range(first - 4, first + 5) for name in (f"{at // 4}-Q{at % 4 + 1}",)]


def _page(door: Door, name: str, listed: Any, asks: tuple[Ask, ...]) -> str:
    pages = (("pipeline", "Pipeline"), ("forecast", "Forecast"), ("lead", "Leads"), ("activity", "Activities"))
    addresses = {"pipeline": "reports", "forecast": "forecast", "lead": "leads_in", "activity": "did"}
    links = [(Act(title, url_for(f"relations.{addresses[code]}")), code == name) for code, title in pages]
    return door.render(f"relations/report_{name}.html", report=listed.found, form=listed.form, asks=asks, reports=links)


@relations.page("/reports")
def reports(door: Door) -> str:
    """Open deals by stage."""
    asks = (
        Ask("owner_id", "Owner", colleagues(door), "Anybody"), Ask("team_id", "Team’s id"),
        Ask("territory_id", "Territory", territories(door), "Any"), Ask("close_from", "Closes from"),
        Ask("close_to", "Closes to"),
    )  # fmt: skip
    return _page(door, "pipeline", door.listing(pipeline_report), asks)


@relations.page("/reports/forecast")
def forecast(door: Door) -> str:
    """What a quarter is expected to bring; this one where none is named."""
    asks = (
        Ask("period", "Quarter", _quarters(door.today)), Ask("owner_id", "Owner", colleagues(door), "Anybody"),
        Ask("team_id", "Team’s id"),
    )  # fmt: skip
    fixed = {} if request.args.get("period") else {"period": _quarter(door.today)}
    return _page(door, "forecast", door.listing(forecast_report, **fixed), asks)


@relations.page("/reports/leads")
def leads_in(door: Door) -> str:
    """Leads that came in, and how soon the house turned to them."""
    return _page(door, "lead", door.listing(leads_report), (Ask("days", "Days back"),))


@relations.page("/reports/activities")
def did(door: Door) -> str:
    """What colleagues did."""
    return _page(
        door, "activity", door.listing(activities_report), (Ask("days", "Days back"), Ask("team_id", "Team’s id"))
    )
