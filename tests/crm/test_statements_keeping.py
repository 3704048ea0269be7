"""Promises of reading what the house keeps: views, imports, territories, rules, reports cost so many statements."""

from collections.abc import Callable
from typing import Any

import pytest
from test_statements_of_records import MOST, MOST_AGAIN, again, counted, grow
from tiny_crm import Crm
from tiny_records import WEB, ZWAAN
from tiny_staff import REP

from worlds.crm.operations.automation import list_duplicate_rules, list_workflow_rules, list_workflow_runs
from worlds.crm.operations.hand_over import hand_over, list_hand_overs
from worlds.crm.operations.imports import get_import, list_import_rows, list_imports, start_import
from worlds.crm.operations.reports import activities_report, forecast_report, leads_report, pipeline_report
from worlds.crm.operations.rule_keeping import list_assignment_rules, list_validation_rules
from worlds.crm.operations.setup import get_user, list_queues, list_stages, list_users
from worlds.crm.operations.territories import list_territories, preview_territories
from worlds.crm.operations.views import get_view, list_view_records, list_views, save_view
from worlds.engine.context import Context

READS: dict[str, Callable[[Context], Any]] = {
    "list_users": list_users,
    "get_user": lambda ctx: get_user(ctx, REP),
    "list_queues": list_queues,
    "list_stages": list_stages,
    "list_territories": list_territories,
    "preview_territories": lambda ctx: preview_territories(ctx, [ZWAAN, *range(2, 60)]),
    "list_validation_rules": list_validation_rules,
    "list_assignment_rules": list_assignment_rules,
    "list_workflow_rules": list_workflow_rules,
    "list_workflow_runs": lambda ctx: list_workflow_runs(ctx, "lead", WEB),
    "list_duplicate_rules": list_duplicate_rules,
    "list_views": list_views,
    "get_view": lambda ctx: get_view(ctx, 1),
    "list_view_records": lambda ctx: list_view_records(ctx, 1),
    "list_imports": list_imports,
    "get_import": lambda ctx: get_import(ctx, 1),
    "list_import_rows": lambda ctx: list_import_rows(ctx, 1),
    "list_hand_overs": list_hand_overs,
    "pipeline_report": pipeline_report,
    "forecast_report": lambda ctx: forecast_report(ctx, "2026-Q2"),
    "leads_report": leads_report,
    "activities_report": activities_report,
}


def keep(crm: Crm) -> None:
    """A view, an import and a hand-over."""
    count = crm.count("import_job")
    save_view(crm.as_("sales_ops"), f"View {count}", "account", [], visibility="everybody")
    file = "last name,company\n" + "".join(f"Smit,Firma {count} {at}\n" for at in range(5))
    start_import(crm.as_("sales_ops"), "lead", file, "name", "skip")
    hand_over(crm.as_("rep"), "account", ZWAAN, "other", "Look at it.", to_role="vp")


@pytest.mark.parametrize("name", sorted(READS))
def test_reading_costs_as_much_however_much_there_is(crm: Crm, name: str) -> None:
    role = "sales_ops" if "import" in name else "sales_manager"
    keep(crm)
    with counted(crm) as few:
        READS[name](crm.as_(role))
    grow(crm)
    for _ in range(5):
        keep(crm)
    with counted(crm) as many:
        READS[name](crm.as_(role))
    assert len(many) <= MOST
    assert again(many) <= MOST_AGAIN
    assert len(many) <= len(few) + 3
