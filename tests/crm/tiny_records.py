"""Accounts, contacts and leads of the tiny CRM, and rules of the house about them."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from tiny_staff import LEAVER, MANAGER, NORTH, OTHER_REP, QUEUE, REP, SDR, SOUTH

from worlds.crm import models
from worlds.crm.matching.norms import domain_norm, email_norm, name_norm, person_norm, phone_norm
from worlds.engine.folding import search_text

Add = Callable[[models.Model], None]
ZWAAN, ZWAAN_GROUP, TILLEULS, HARBOUR, ZWAAN_TWIN = 1, 2, 3, 4, 5
"""Accounts: a hotel of Daan's and the group above it, one of Camille's in the other region, one in GBP, and a second
record of the hotel, made later."""
ANNA, BRAM, CLAIRE, GARETH, ANNA_TWIN = 1, 2, 3, 4, 5
"""Contacts: Anna and Bram at the hotel, Claire in the other region, Gareth in Plymouth, and Anna once more at the
second record of the hotel."""
WEB, QUEUED, KNOWN, WORKED, FRENCH, DONE = 1, 2, 3, 4, 5, 6
"""Leads: one from the web of Timo's, one in the queue, one whose e-mail is Anna's, one that Daan works on, Camille's,
and one that was converted."""
CAMPAIGN = 1
BLOCK_EMAIL, ALERT_NAME, REPORT_PHONE, LEAD_AGAINST_CONTACT = 1, 2, 3, 4
"""Rules on duplicates: contacts by e-mail, accounts by name and domain, contacts by phone, leads against contacts."""


def enter(add: Add, start: datetime) -> None:
    campaign = {"name": "Spring fair 2026", "kind": "trade_show", "state": "running", "owner_id": MANAGER}
    add(models.Campaign(id=CAMPAIGN, **campaign, created_at=start - timedelta(days=60)))
    _accounts(add, start)
    _contacts(add, start)
    _leads(add, start)


def _accounts(add: Add, start: datetime) -> None:
    firms: tuple[dict[str, Any], ...] = (
        {
            "id": ZWAAN, "name": "Hotel De Zwaan B.V.", "website": "https://www.dezwaan.example", "country": "NL",
            "owner_id": REP, "territory_id": NORTH, "phone": "+31 38 421 0000", "parent_id": ZWAAN_GROUP,
            "billing_street": "Kade 4", "billing_postal_code": "8011 AB", "billing_city": "Zwolle",
            "billing_country": "NL", "registration_number": "05012345", "shop_customer": "C-1007",
            "price_book_id": 1,
        },
        {
            "id": ZWAAN_GROUP, "name": "Zwaan Hotels N.V.", "website": "zwaanhotels.example", "country": "NL",
            "owner_id": REP, "territory_id": NORTH, "kind": "partner",
        },
        {
            "id": TILLEULS, "name": "Les Tilleuls SARL", "website": "http://lestilleuls.example/fr", "country": "FR",
            "owner_id": OTHER_REP, "territory_id": SOUTH, "phone": "04 50 12 34 56", "price_book_id": 1,
        },
        {
            "id": HARBOUR, "name": "Harbour Outdoor Ltd", "website": "harbouroutdoor.example", "country": "GB",
            "owner_id": REP, "industry": "retail", "currency": "GBP", "kind": "reseller", "price_book_id": 2,
        },
        {
            "id": ZWAAN_TWIN, "name": "De Zwaan Hotel", "website": "dezwaan.example", "country": "NL", "owner_id": REP,
            "territory_id": NORTH, "kind": "prospect", "employees": 45, "legal_name": "Hotel De Zwaan B.V.",
            "notes": "Met them at the fair.",
        },
    )  # fmt: skip
    for days, firm in enumerate(firms):
        account(add, start - timedelta(days=700 - 100 * days), **firm)


def account(add: Add, made: datetime, **columns: Any) -> None:
    """Add an account; what is left out is that of a plain customer."""
    given: dict[str, Any] = {
        "kind": "customer", "industry": "hospitality", "segment": "small_business", "tier": "standard",
        "currency": "EUR", "territory_override": False, "locked": False, "is_deleted": False,
    } | columns  # fmt: skip
    add(
        models.Account(
            **given, name_norm=name_norm(given["name"]), domain_norm=domain_norm(given.get("website")),
            phone_norm=phone_norm(given.get("phone"), given["country"]),
            search_text=search_text(given["name"], given.get("website"), given.get("billing_city")), created_at=made,
            updated_at=made,
        )
    )  # fmt: skip


def _contacts(add: Add, start: datetime) -> None:
    people = (
        (ANNA, "Anna", "de Vries", ZWAAN, REP, "anna@dezwaan.example", "+31 6 1234 5678", "NL", "Europe/Amsterdam"),
        (BRAM, "Bram", "Koster", ZWAAN, REP, "bram@dezwaan.example", None, "NL", "Europe/Amsterdam"),
        (CLAIRE, "Claire", "Moreau", TILLEULS, OTHER_REP, "claire@lestilleuls.example", "06 12 34 56 78", "FR",
         "Europe/Paris"),
        (GARETH, "Gareth", "Lloyd", HARBOUR, REP, "gareth@harbouroutdoor.example", "01752 555 010", "GB",
         "Europe/London"),
        (ANNA_TWIN, "A.", "de Vries", ZWAAN_TWIN, LEAVER, "a.devries@dezwaan.example", "06-12345678", "NL",
         "Europe/Amsterdam"),
    )  # fmt: skip
    for at, first, last, firm, owner, email, phone, country, zone in people:
        made = start - timedelta(days=600 - 100 * at)
        add(
            models.Contact(
                id=at, first_name=first, last_name=last, name_norm=person_norm(first, last), account_id=firm,
                owner_id=owner, language="en", zone=zone, do_not_call=False, is_deleted=False,
                personal_id="1234.56.789" if at == ANNA else None, pay_notes="Fair pay." if at == ANNA else None,
                title="Manager" if at == ANNA else None, search_text=search_text(first, last, email), created_at=made,
                updated_at=made,
            )
        )  # fmt: skip
        add(
            models.EmailAddress(
                id=at, contact_id=at, label="work", value=email, norm=email_norm(email), is_primary=True, invalid=False,
                opted_out=at == ANNA_TWIN,
            )
        )  # fmt: skip
        if phone:
            add(
                models.PhoneNumber(
                    id=at, contact_id=at, label="mobile", value=phone, norm=phone_norm(phone, country) or "",
                    is_primary=True, invalid=False, opted_out=False,
                )
            )  # fmt: skip
        add(
            models.ContactAccount(
                id=at, contact_id=at, account_id=firm, role="employee", active=True, since=date(2025, 1, 1)
            )
        )
    add(
        models.Consent(
            id=1, kind="contact", record_id=ANNA_TWIN, channel="email", state="out", source="e-mail", at=start
        )
    )
    add(models.Consent(id=2, kind="contact", record_id=ANNA, channel="email", state="in", source="fair", at=start))


def _leads(add: Add, start: datetime) -> None:
    leads: tuple[dict[str, Any], ...] = (
        {
            "id": WEB, "first_name": "Joost", "last_name": "Bakker", "company": "Camping Het Loo",
            "email": "joost@hetloo.example", "phone": "055 123 4567", "owner_id": SDR, "status": "assigned",
            "external_key": "form-771", "notes": "Wants forty tents.", "employees": 12,
        },
        {"id": QUEUED, "last_name": "Smit", "company": "Sportclub Almere", "email": "smit@almere.example"},
        {
            "id": KNOWN, "first_name": "Anna", "last_name": "de Vries", "company": "Hotel de Zwaan",
            "email": "Anna@DeZwaan.example", "title": "Director", "owner_id": SDR, "status": "assigned",
            "phone": "+31 38 999 0000",
        },
        {
            "id": WORKED, "first_name": "Ellen", "last_name": "Prins", "company": "Gemeente Hattem", "owner_id": REP,
            "status": "working", "rating": "hot", "source": "referral", "industry": "public",
        },
        {
            "id": FRENCH, "first_name": "Luc", "last_name": "Petit", "company": "Mairie de Talloires", "country": "FR",
            "owner_id": OTHER_REP, "status": "assigned", "email": "luc.petit@talloires.example",
        },
        {
            "id": DONE, "first_name": "Bram", "last_name": "Koster", "company": "De Zwaan", "owner_id": REP,
            "status": "converted", "converted_account_id": ZWAAN, "converted_contact_id": BRAM,
            "converted_at": start - timedelta(days=90),
        },
    )  # fmt: skip
    for lead in leads:
        given: dict[str, Any] = {
            "country": "NL", "language": "nl", "source": "web", "status": "new", "do_not_call": False,
            "is_deleted": False, "campaign_id": CAMPAIGN if lead["id"] == WEB else None,
        } | lead  # fmt: skip
        owned = given.get("owner_id") is not None
        email = given.get("email")
        made = start - timedelta(hours=2 * given["id"])
        add(
            models.Lead(
                **given, queue_id=None if owned else QUEUE,
                name_norm=person_norm(given.get("first_name"), given["last_name"]),
                company_norm=name_norm(given["company"]), email_norm=email_norm(email) if email else None,
                phone_norm=phone_norm(given.get("phone"), given["country"]), assigned_at=made if owned else None,
                search_text=search_text(given.get("first_name"), given["last_name"], given["company"], email),
                created_at=made, updated_at=made,
            )
        )  # fmt: skip


def set_rules(add: Add, start: datetime) -> None:
    """Matching rules and what is done about what they find; what records must never be; a rule that acts."""
    for at, name, method, likeness in (
        (1, "E-mail", "email", 100),
        (2, "Name", "name_domain", 75),
        (3, "Phone", "phone", 100),
    ):
        add(models.MatchingRule(id=at, name=name, method=method, likeness=likeness, active=True))
    rules = (
        (BLOCK_EMAIL, "Contact e-mail", "contact", "contact", 1, "block", False),
        (ALERT_NAME, "Account name and domain", "account", "account", 2, "alert", False),
        (REPORT_PHONE, "Contact phone", "contact", "contact", 3, "report", True),
        (LEAD_AGAINST_CONTACT, "Lead against contacts", "lead", "contact", 1, "alert", False),
    )
    for at, name, kind, against, matching, action, as_user in rules:
        add(
            models.DuplicateRule(
                id=at, name=name, record_kind=kind, against_kind=against, matching_rule_id=matching, action=action,
                as_user=as_user, on_create=True, on_update=False, message=f"{name}: look at it.", active=True,
            )
        )  # fmt: skip
    checks: tuple[tuple[str, str, Any, str, str], ...] = (
        (
            "Public accounts have a segment", "account",
            {"all": [{"field": "industry", "is": "public"}, {"field": "segment", "is_not": "public_sector"}]},
            "A public body is of the segment Public sector.", "segment",
        ),
        (
            "Dead leads say why", "lead",
            {"all": [{"field": "status", "is": "dead"}, {"field": "notes", "empty": True}]},
            "A dead lead says in its notes why it is dead.", "notes",
        ),
    )  # fmt: skip
    for at, (name, kind, condition, message, column) in enumerate(checks, 1):
        add(
            models.ValidationRule(
                id=at, name=name, record_kind=kind, condition=json.dumps(condition), message=message, field=column,
                except_roles="[]", active=True,
            )
        )  # fmt: skip
    add(
        models.WorkflowRule(
            id=1, name="Hot leads are called", record_kind="lead", event="update", position=1,
            condition=json.dumps({"all": [{"field": "rating", "is": "hot"}, {"field": "rating", "changed": True}]}),
            actions=json.dumps({"task": {"subject": "Call the hot lead", "due_days": 1}}), active=True,
        )
    )  # fmt: skip
