"""What `worlds bench` measures at the CRM: a deal read and a quote made of it, a week of forms, mails and edits."""

import sqlite3
from collections.abc import Iterator
from itertools import cycle

from worlds.engine.events import Event

TASK = "advance-deal"
READ = "get_opportunity"
WRITE = "create_quote"
_WEEK = 7 * 86_400
_PEOPLE = """SELECT c.id FROM contact c WHERE c.is_deleted = 0 AND c.account_id IS NOT NULL ORDER BY c.id"""
_DEALS = """SELECT o.id FROM opportunity o JOIN account a ON a.id = o.account_id
  WHERE o.closed_at IS NULL AND o.is_deleted = 0 AND o.approval_lock = 0 AND a.locked = 0 ORDER BY o.id"""
_COLLEAGUE = "SELECT name FROM crm_user WHERE role = 'sales_ops' AND active = 1 ORDER BY id LIMIT 1"


def light_week(driver: sqlite3.Connection, begin: int, count: int) -> Iterator[Event]:
    """So many events of one activity each over a week: contacts write mails that nobody has asked for.

    In `week` a form makes a lead with its assignment and notices; what the queue itself takes shows here.
    """
    people = cycle([row[0] for row in driver.execute(_PEOPLE).fetchall()])
    for number in range(count):
        due = begin + number * _WEEK // count + 1
        said = {"contact_id": next(people), "body": "Is there any news about our offer?"}
        yield Event.of(due, "contact_writes", said, "contacts", "world:contacts")


def week(driver: sqlite3.Connection, begin: int, count: int) -> Iterator[Event]:
    """So many events over a week from a virtual second on: forms, mails of contacts, and next steps of colleagues."""
    people = cycle([row[0] for row in driver.execute(_PEOPLE).fetchall()])
    deals = cycle([row[0] for row in driver.execute(_DEALS).fetchall()])
    colleague = str(driver.execute(_COLLEAGUE).fetchone()[0])
    for number in range(count):
        due = begin + number * _WEEK // count + 1
        if number % 3 == 0:
            form = {
                "external_key": f"bench-{number}", "last_name": f"Visitor {number}", "company": f"Guest house {number}",
                "email": f"visitor{number}@guesthouse{number}.example", "country": "NL",
                "message": "Forty chairs, please.",
            }  # fmt: skip
            yield Event.of(due, "web_lead_arrives", form, "web", "world:web")
        elif number % 3 == 1:
            said = {"contact_id": next(people), "body": "Is there any news about our offer?"}
            yield Event.of(due, "contact_writes", said, "contacts", "world:contacts")
        else:
            step = [{"field": "next_step", "value": f"Call on day {number}"}]
            moved = {"kind": "opportunity", "record_id": next(deals), "changes": step, "who": colleague}
            yield Event.of(due, "colleague_updates", moved, "colleagues", "world:colleagues")
