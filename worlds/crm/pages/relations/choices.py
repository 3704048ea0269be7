"""What forms let one choose from: colleagues, queues, stages, campaigns, price books, people of an account."""

from typing import Any, Final

from worlds.crm.operations.campaigns import list_campaigns
from worlds.crm.operations.catalogue import list_price_books
from worlds.crm.operations.contacts import list_contacts
from worlds.crm.operations.setup import list_queues, list_stages, list_users
from worlds.crm.operations.territories import list_territories
from worlds.crm.pages.relations.asking import Options
from worlds.crm.pages.relations.wording import COUNTRIES, LANGUAGES
from worlds.engine.surfaces.pages import Door

MANY: Final = 100
COUNTRY_OPTIONS: Final[Options] = sorted(COUNTRIES.items(), key=lambda one: one[1])
LANGUAGE_OPTIONS: Final[Options] = [(code, name) for code, name in LANGUAGES.items() if code != "no"]
YES_NO: Final[Options] = [("true", "Yes"), ("false", "No")]


def colleagues(door: Door) -> Options:
    """Active colleagues."""
    found = door.part(list_users, active=True, page_size=MANY)
    return [(str(one.user_id), one.name) for one in (found.items if found else ())]


def queues(door: Door) -> Options:
    """Queues in use."""
    found = door.part(list_queues)
    return [(str(one.queue_id), one.name) for one in (found.queues if found else ()) if one.active]


def campaigns(door: Door) -> Options:
    """Campaigns, the newest first."""
    found = door.part(list_campaigns, page_size=MANY)
    return [(str(one.campaign_id), one.name) for one in (found.items if found else ())]


def price_books(door: Door) -> Options:
    """Price books in use."""
    found = door.part(list_price_books, active=True, page_size=MANY)
    return [(str(one.price_book_id), f"{one.name} ({one.currency})") for one in (found.items if found else ())]


def territories(door: Door) -> Options:
    """Territories in use."""
    found = door.part(list_territories)
    return [(str(one.territory_id), one.name) for one in (found.territories if found else ()) if one.active]


def stages(door: Door) -> list[Any]:
    """The stages of the house's pipeline, in order."""
    found = door.part(list_stages)
    known = [one for one in (found.pipelines if found else ()) if one.active]
    pipeline = next((one for one in known if one.is_default), known[0] if known else None)
    return sorted(pipeline.stages, key=lambda one: int(one.position)) if pipeline else []


def stage_options(listed: list[Any], *kinds: str) -> Options:
    """Stages of some kinds to choose from."""
    return [(str(one.stage_id), one.name) for one in listed if one.kind in kinds]


def people_of(door: Door, account_id: int | None) -> Options:
    """Contacts who have to do with an account."""
    found = door.part(list_contacts, account_id=account_id, page_size=MANY) if account_id else None
    return [(str(one.contact_id), one.name) for one in (found.items if found else ())]


def with_own(options: Options, code: int | None, words: str | None) -> Options:
    """Options with what a record has, where nobody could choose it any more."""
    if code is None or str(code) in {one for one, _ in options}:
        return options
    return [*options, (str(code), words or str(code))]
