"""What makes the CRM's lists grow while somebody turns their pages."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from worlds.crm.faults.colleagues import in_roles
from worlds.engine.faults.fault import Hit
from worlds.engine.faults.layers.freshness import Arrival

_FIRMS: Final = (
    ("Pension Rosengarten", "rosengarten", "DE"), ("Camping La Fauvette", "la-fauvette", "FR"),
    ("Roeivereniging De Dolle Spaan", "dolle-spaan", "NL"), ("Kletterhalle Nordwand", "nordwand-halle", "DE"),
    ("Otterburn Bunkhouse", "otterburn-bunkhouse", "GB"), ("Gîte des Trois Sources", "trois-sources", "FR"),
)  # fmt: skip
"""Firms that nobody of the house has heard of."""
_PEOPLE: Final = (
    ("Wiebke", "Ostermann"), ("Gaspard", "Tellier"), ("Jelle", "Noordhof"), ("Philippa", "Stannard"),
    ("Ottilie", "Kranz"), ("Maud", "Roussel"),
)  # fmt: skip
_ASKED: Final = (
    "We look for benches for the terrace.", "Please send your catalogue.", "Do you also deliver outside the season?",
)  # fmt: skip
_DEAL: Final = """SELECT a.id, a.name FROM account a WHERE a.is_deleted = 0 AND a.locked = 0 AND a.kind = 'customer'
  AND NOT EXISTS (SELECT 1 FROM opportunity o WHERE o.account_id = a.id AND o.closed_at IS NULL)
  ORDER BY a.id DESC LIMIT 60"""
_WRITER: Final = """SELECT c.id FROM contact c JOIN email_address e ON e.contact_id = c.id AND e.is_primary = 1
  WHERE c.is_deleted = 0 AND c.account_id IS NOT NULL ORDER BY c.id DESC LIMIT 60"""


def _new_lead(hit: Hit) -> Arrival | None:
    """Somebody fills the form of the website in."""
    rng, number = hit.rng, hit.call.moment.now
    company, domain, country = rng.choice(_FIRMS)
    first, last = rng.choice(_PEOPLE)
    told = {
        "external_key": f"form-{number}-{hit.number}", "first_name": first, "last_name": last, "company": company,
        "email": f"{first.lower()}@{domain}.example", "country": country, "message": rng.choice(_ASKED),
    }  # fmt: skip
    return "Web forms", "web_lead_arrives", told


def _new_firm(hit: Hit) -> Arrival | None:
    """Sales operations enters a firm that rang."""
    who = in_roles(hit.call, ("sales_ops", "vp"), hit.rng)
    company, domain, country = hit.rng.choice(_FIRMS)
    given = {"name": company, "country": country, "website": f"https://{domain}.example"}
    return _stepped(who, "create_account", given)


def _new_person(hit: Hit) -> Arrival | None:
    """Sales operations enters somebody who rang."""
    who = in_roles(hit.call, ("sales_ops", "vp"), hit.rng)
    first, last = hit.rng.choice(_PEOPLE)
    return _stepped(who, "create_contact", {"first_name": first, "last_name": last})


def _new_deal(hit: Hit) -> Arrival | None:
    """A colleague opens a deal with a customer with whom there is none."""
    who = in_roles(hit.call, ("vp", "sales_ops"), hit.rng)
    found = hit.call.driver.execute(_DEAL).fetchall()
    if not found:
        return None
    account, name = hit.rng.choice(found)
    closes = (hit.now + timedelta(days=60)).date().isoformat()
    return _stepped(who, "create_opportunity", {"name": f"{name}: season", "account_id": account, "close_date": closes})


def _mail(hit: Hit) -> Arrival | None:
    """A contact writes."""
    found = hit.call.driver.execute(_WRITER).fetchall()
    if not found:
        return None
    (contact,) = hit.rng.choice(found)
    return "customer", "contact_writes", {"contact_id": contact, "subject": "Our order", "body": hit.rng.choice(_ASKED)}


def _stepped(who: str, step: str, arguments: Mapping[str, object]) -> Arrival | None:
    if not who:
        return None
    return f"person:{who}", "colleague_steps", {"step": step, "arguments": json.dumps(arguments, ensure_ascii=False)}


ARRIVALS: Final[Mapping[str, Callable[[Hit], Arrival | None]]] = {
    "list_accounts": _new_firm,
    "list_activities": _mail,
    "list_contacts": _new_person,
    "list_leads": _new_lead,
    "list_opportunities": _new_deal,
}
