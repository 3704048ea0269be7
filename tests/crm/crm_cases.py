"""Counts the cases of open work in a population of the CRM, each by what stands in its records."""

# ruff: noqa: S608 - the statements are put together from fixed texts of this module

import sqlite3
from collections import Counter

START = "2026-03-16T08:00:00Z"
TODAY = "2026-03-16"
STALE = "2025-12-16"
OPEN = "o.closed_at IS NULL AND o.is_deleted = 0"
UNOFFERED = """s.position < 7 AND o.amount > 0 AND NOT EXISTS (SELECT 1 FROM quote q WHERE q.opportunity_id = o.id)"""
LIVE_LEAD = "l.is_deleted = 0 AND l.status IN ('working', 'qualified', 'assigned', 'new')"
QUIET = f"""{OPEN} AND o.created_at < '{STALE}' AND NOT EXISTS (
  SELECT 1 FROM activity v WHERE v.opportunity_id = o.id AND v.status = 'done' AND v.kind <> 'note'
  AND coalesce(v.starts_at, v.done_at) >= '{STALE}')"""
CASES = {
    "leads that a contact's address tells": f"""SELECT count(DISTINCT l.id) FROM lead l
      JOIN email_address e ON e.norm = l.email_norm JOIN contact c ON c.id = e.contact_id AND c.is_deleted = 0
      WHERE {LIVE_LEAD} AND c.title IS NULL""",
    "leads that a contact's phone tells": f"""SELECT count(DISTINCT l.id) FROM lead l
      JOIN phone_number p ON p.norm = l.phone_norm JOIN contact c ON c.id = p.contact_id AND c.is_deleted = 0
      WHERE {LIVE_LEAD} AND NOT EXISTS (SELECT 1 FROM email_address e WHERE e.norm = l.email_norm)""",
    "qualified leads with a slip in their address": """SELECT count(*) FROM lead l WHERE l.is_deleted = 0
      AND l.status IN ('qualified', 'working') AND (l.email LIKE '%,example' OR l.email LIKE '%.exmaple'
      OR l.email LIKE '%.exampel' OR l.email LIKE '%.exmple')""",
    "qualified leads in a queue": "SELECT count(*) FROM lead WHERE status = 'qualified' AND queue_id IS NOT NULL",
    "accounts with a second record": """SELECT count(DISTINCT a.id) FROM account a JOIN account b ON b.id <> a.id
      AND b.domain_norm = a.domain_norm AND b.created_at > a.created_at WHERE a.is_deleted = 0 AND b.is_deleted = 0
      AND (b.registration_number IS NULL OR b.registration_number = a.registration_number)""",
    "firms that another legal entity looks like": """SELECT count(*) FROM account a JOIN account b ON b.id > a.id
      AND b.legal_name <> a.legal_name AND b.registration_number <> a.registration_number
      AND b.billing_street = a.billing_street AND b.billing_city = a.billing_city""",
    "deals to offer by another price book": f"""SELECT count(*) FROM opportunity o
      JOIN pipeline_stage s ON s.id = o.stage_id
      JOIN account a ON a.id = o.account_id JOIN price_book b ON b.id = a.price_book_id AND b.name <> 'Standard EUR'
      WHERE {OPEN} AND o.kind <> 'renewal' AND {UNOFFERED}""",
    "drafts with more than 20 per cent off": f"""SELECT count(*) FROM quote q
      JOIN opportunity o ON o.id = q.opportunity_id
      WHERE {OPEN} AND q.status = 'draft' AND q.discount_bp > 2000""",
    "drafts with 10 to 20 per cent off": f"""SELECT count(*) FROM quote q JOIN opportunity o ON o.id = q.opportunity_id
      WHERE {OPEN} AND q.status = 'draft' AND q.discount_bp > 1000 AND q.discount_bp <= 2000""",
    "requests that wait": "SELECT count(*) FROM approval_request WHERE state = 'pending'",
    "deals with a contract that was sent": f"""SELECT count(*) FROM opportunity o
      JOIN pipeline_stage s ON s.id = o.stage_id AND s.name = 'Negotiation/Review' WHERE {OPEN}
      AND EXISTS (SELECT 1 FROM quote q WHERE q.opportunity_id = o.id AND q.status IN ('presented', 'accepted'))
      AND EXISTS (SELECT 1 FROM contract c WHERE c.opportunity_id = o.id AND c.state = 'sent')""",
    "deals with next steps": f"SELECT count(*) FROM opportunity o WHERE {OPEN} AND o.next_step IS NOT NULL",
    "records of one person with the same phone": """SELECT count(DISTINCT p.contact_id) FROM phone_number p
      JOIN phone_number r ON r.norm = p.norm AND r.contact_id <> p.contact_id""",
    "accounts of which a book was given away": """SELECT count(DISTINCT record_id) FROM field_history
      WHERE kind = 'account' AND field = 'owner_id' AND via = 'transfer' AND at > '2026-03-09'""",
}  # fmt: skip


class Cases:
    """Asks a population."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.ask = lambda sql, *values: connection.execute(sql, values).fetchall()

    def count(self, sql: str) -> int:
        return int(self.ask(sql)[0][0])

    def stale(self) -> Counter[str]:
        """Deals that have gone quiet, by the name of their owner."""
        sql = f"""SELECT u.name, count(*) FROM opportunity o JOIN crm_user u ON u.id = o.owner_id AND u.active = 1
          AND u.role = 'rep' WHERE {QUIET} GROUP BY u.name"""
        return Counter(dict(self.ask(sql)))


def expect_cases(cases: Cases, least: int) -> None:
    """Every case is there so many times."""
    found = {name: cases.count(sql) for name, sql in CASES.items()}
    assert not {name: count for name, count in found.items() if count < least}, found
