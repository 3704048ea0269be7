"""The colleagues who work with the CRM, their teams, queues and territories, and the pipeline's stages."""

import json
from datetime import datetime, timedelta
from typing import Final

from worlds.crm.models import (
    ApprovalProcess,
    ApprovalStep,
    CrmUser,
    Pipeline,
    PipelineStage,
    Queue,
    QueueMember,
    Team,
    Territory,
    TerritoryMember,
    TerritoryRule,
)
from worlds.crm.rules import DISCOUNT_MANAGER_BP, DISCOUNT_REP_BP
from worlds.engine.context import Context
from worlds.engine.folding import search_text
from worlds.engine.rows import insert

STAFF: Final = (
    # name, role, job title, manager, team, language, active, territory
    ("Helena Brandt", "vp", "VP sales", None, "Management", "en", True, None),
    ("Marit de Jong", "sales_manager", "Sales manager North", "Helena Brandt", "Sales North", "nl", True, None),
    ("Luc Peeters", "sales_manager", "Sales manager South", "Helena Brandt", "Sales South", "fr", True, None),
    ("Daan Visser", "rep", "Account executive", "Marit de Jong", "Sales North", "nl", True, "Netherlands"),
    ("Silke Brügger", "rep", "Account executive", "Marit de Jong", "Sales North", "de", True, "Germany North"),
    ("Aksel Nygaard", "rep", "Account executive", "Marit de Jong", "Sales North", "en", True, "Nordics"),
    ("Camille Renard", "rep", "Account executive", "Luc Peeters", "Sales South", "fr", True, "France and Belgium"),
    ("Jonas Aigner", "rep", "Account executive", "Luc Peeters", "Sales South", "de", True, "Germany South and Alps"),
    ("Chiara Bellini", "rep", "Account executive", "Luc Peeters", "Sales South", "en", True, "Southern Europe"),
    ("Orla Keane", "rep", "Account executive", "Luc Peeters", "Sales South", "en", True, "UK and Ireland"),
    ("Timo Saarinen", "sdr", "Sales development", "Marit de Jong", "Sales North", "en", True, None),
    ("Ines Carvalho", "sdr", "Sales development", "Luc Peeters", "Sales South", "en", True, None),
    ("Wout Hermans", "sales_ops", "Sales operations", "Helena Brandt", "Operations", "nl", True, None),
    ("Nadia Cherif", "marketing", "Marketing manager", None, "Marketing", "fr", True, None),
    ("Petra Lindqvist", "cs_manager", "Customer success manager", None, "Customer success", "en", True, None),
    ("Ruben Mulder", "finance", "Finance controller", None, "Finance", "nl", True, None),
    ("Eva Kolar", "admin", "CRM administrator", None, "Operations", "en", True, None),
    ("Stefan Rook", "rep", "Account executive", "Marit de Jong", "Sales North", "nl", False, None),
    ("Web forms", "integration", "App", None, "Operations", "en", True, None),
)
TERRITORIES: Final = (
    # name, region, countries, postal prefixes
    ("Netherlands", "North", ("NL",), ()),
    ("Germany North", "North", ("DE",), ("0", "1", "2", "3", "4")),
    ("Nordics", "North", ("DK", "SE", "NO", "FI"), ()),
    ("France and Belgium", "South", ("FR", "BE", "LU"), ()),
    ("Germany South and Alps", "South", ("DE", "AT", "CH"), ()),
    ("Southern Europe", "South", ("ES", "IT", "PT"), ()),
    ("UK and Ireland", "South", ("GB", "IE"), ()),
)
"""From the one that is asked first to the last: the south of Germany is what the north leaves."""
QUEUES: Final = (
    ("New leads North", "Leads from the north that nobody has taken.", ("Timo Saarinen", "Marit de Jong")),
    ("New leads South", "Leads from the south that nobody has taken.", ("Ines Carvalho", "Luc Peeters")),
)
STAGES: Final = (
    # name, probability, kind, forecast, fields that must be filled, rules that must hold on entering
    ("Prospecting", 10, "open", "pipeline", (), ()),
    ("Qualification", 10, "open", "pipeline", (), ()),
    ("Needs Analysis", 20, "open", "pipeline", ("primary_contact_id",), ()),
    ("Value Proposition", 50, "open", "pipeline", (), ("has_decider",)),
    ("Id. Decision Makers", 60, "open", "best_case", (), ("has_decider",)),
    ("Perception Analysis", 70, "open", "best_case", (), ("has_decider",)),
    ("Proposal/Price Quote", 75, "open", "best_case", (), ("has_quote",)),
    ("Negotiation/Review", 90, "open", "commit", (), ("quote_presented",)),
    ("Closed Won", 100, "won", "closed", ("primary_contact_id", "amount"), ("signed_contract",)),
    ("Closed Lost", 0, "lost", "omitted", ("loss_reason",), ()),
)
STAGE_WORDS: Final = {
    "Prospecting": "There may be something to sell; nobody there has spoken about it yet.",
    "Qualification": "They speak with us; whether they need what we have is open.",
    "Needs Analysis": "It is being found out what they need, and for when.",
    "Value Proposition": "They have heard what it would do for them.",
    "Id. Decision Makers": "It is known who decides, and by what.",
    "Perception Analysis": "Those who decide have said how they see it.",
    "Proposal/Price Quote": "They are waiting for our quote, or have it before them.",
    "Negotiation/Review": "The quote lies with them, and terms are being settled.",
    "Closed Won": "They have signed.",
    "Closed Lost": "They do not buy from us this time.",
}
TERRITORY_WORDS: Final = {
    "Netherlands": "The home market, from the islands to Limburg.",
    "Germany North": "From the coast down to Berlin and Hannover.",
    "Nordics": "Sailing clubs, cabins and offices in the north.",
    "France and Belgium": "Campings, town halls and hotels, with Luxembourg.",
    "Germany South and Alps": "Hotels, huts and offices from the Rhine to Vienna.",
    "Southern Europe": "Resorts and campings by the sea.",
    "UK and Ireland": "Glamping, festivals and clubs on the islands.",
}

APPROVALS: Final = (
    # name, above how many basis points, up to how many, who of a role
    ("Sales manager", DISCOUNT_REP_BP, DISCOUNT_MANAGER_BP, "sales_manager"),
    ("VP sales", DISCOUNT_MANAGER_BP, None, "vp"),
    ("Finance", DISCOUNT_MANAGER_BP, None, "finance"),
)
"""The steps in which discounts are approved (rule CR6), in their order."""


def hire(ctx: Context, since: datetime) -> dict[str, int]:
    """Write down everybody who works here, with teams; answers ids by name."""
    teams: dict[str, int] = {}
    ids: dict[str, int] = {}
    for name, role, job, manager, team, language, active, _ in STAFF:
        if team not in teams:
            region = team.removeprefix("Sales ") if team.startswith("Sales ") else None
            teams[team] = insert(ctx, Team, name=team, region=region)
        email = f"{search_text(name).replace(' ', '.')}@larkfield.example"
        ids[name] = insert(
            ctx, CrmUser, name=name, email=email, job_title=job, role=role,
            manager_id=ids[manager] if manager else None, team_id=teams[team], zone="Europe/Amsterdam",
            language=language, active=int(active), quota=60_000_000 if role == "rep" else 0,
            search_text=search_text(name, email), created_at=since + timedelta(days=len(ids)),
        )  # fmt: skip
    return ids


def furnish(ctx: Context, ids: dict[str, int]) -> dict[str, int]:
    """Territories, queues, the pipeline and how discounts are approved; answers the ids of stages by name."""
    for priority, (name, region, countries, prefixes) in enumerate(TERRITORIES, 1):
        territory = insert(
            ctx, Territory, name=name, region=region, description=TERRITORY_WORDS[name], priority=priority, active=1,
        )  # fmt: skip
        insert(
            ctx, TerritoryRule, territory_id=territory, countries=json.dumps(countries), segments="[]",
            postal_prefixes=json.dumps(prefixes),
        )  # fmt: skip
        for who in (one[0] for one in STAFF if one[7] == name):
            insert(ctx, TerritoryMember, territory_id=territory, user_id=ids[who], is_primary=1)
        for who in (one[0] for one in STAFF if one[1] == "sdr" and one[4] == f"Sales {region}"):
            insert(ctx, TerritoryMember, territory_id=territory, user_id=ids[who], is_primary=0)
    for name, description, members in QUEUES:
        queue = insert(ctx, Queue, name=name, description=description, active=1)
        for who in members:
            insert(ctx, QueueMember, queue_id=queue, user_id=ids[who])
    pipeline = insert(ctx, Pipeline, name="Sales", is_default=1, active=1)
    stages = {}
    for position, (name, probability, kind, forecast, fields, rules) in enumerate(STAGES, 1):
        stages[name] = insert(
            ctx, PipelineStage, pipeline_id=pipeline, name=name, position=position, probability=probability, kind=kind,
            forecast_category=forecast, required_fields=json.dumps(fields), exit_rules=json.dumps(rules),
            description=STAGE_WORDS[name],
        )  # fmt: skip
    process = insert(
        ctx, ApprovalProcess, name="Discounts on quotes", record_kind="quote", active=1,
        description="Up to 20 per cent a sales manager decides, above that the VP and then finance.",
    )  # fmt: skip
    for position, (name, over, up_to, role) in enumerate(APPROVALS, 1):
        insert(
            ctx, ApprovalStep, process_id=process, position=position, name=name, over_bp=over, up_to_bp=up_to,
            approver_role=role,
        )  # fmt: skip
    return stages
