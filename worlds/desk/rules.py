"""The desk's house rules as numbers and lists: who may do what, limits, windows.

The handbook says the same in words; a test holds the two together.
"""

from datetime import timedelta
from typing import Final

REQUESTERS: Final = ("requester", "org_manager")
STAFF: Final = ("light_agent", "agent", "team_lead", "admin", "integration")
WORKERS: Final = ("agent", "team_lead", "admin", "integration")
"""Who may change tickets and write to requesters."""
PEOPLE_AT_WORK: Final = ("agent", "team_lead", "admin")
LEADS: Final = ("team_lead", "admin")
ADMINS: Final = ("admin",)
EVERYBODY: Final = (*REQUESTERS, *STAFF)

GOODWILL_LIMITS: Final = {"agent": 2_500, "team_lead": 7_500}
"""Cents of goodwill that a person of the role may give on one ticket, all of it together; others have no limit."""
APPROVAL_LIFE: Final = timedelta(days=4)
"""How long a request for approval waits for an answer before it lapses."""
CLOSE_AFTER: Final = timedelta(days=4)
"""How long a solved ticket stays open to an answer before it is closed for good."""
HOLD_DAYS: Final = 4
"""Working days that a ticket may be on hold before it opens by itself (D18)."""
RATING_AFTER: Final = timedelta(hours=24)
"""How long after solving a requester is asked how content they are (D11)."""
DUPLICATE_WINDOW: Final = timedelta(hours=24)
"""Within which two tickets of one requester about one matter count as duplicates (D7)."""
LOCK_LIFE: Final = timedelta(minutes=5)
"""How long a ticket stays reserved for whoever opened it for editing."""
LOOP_LIMIT: Final = 5
"""Automatic mails from one address within an hour before the next ones are suspended (D12)."""
MAX_TAGS: Final = 40
MAX_BULK: Final = 100
"""Tickets that one bulk update takes."""

PRIORITY_MATRIX: Final = {
    "low": {"low": "low", "medium": "low", "high": "normal"},
    "medium": {"low": "low", "medium": "normal", "high": "high"},
    "high": {"low": "normal", "medium": "high", "high": "urgent"},
}
"""The priority of an impact and an urgency; VIPs get one step more (D5)."""
GROUPS_OF_TOPICS: Final = {
    "wismo": "Delivery",
    "return_exchange": "Returns & Refunds",
    "refund_status": "Returns & Refunds",
    "damaged": "Returns & Refunds",
    "invoice_b2b": "Business customers",
}
"""Who decides a matter by its topic; everything else is Frontline's, and all of it Business customers' for firms."""
MISSING_AFTER: Final = 5
"""Working days after the expected one, from which a parcel is missing and is traced."""
EXPECTED_AFTER: Final = 4
"""Working days after sending on which a parcel is expected that names no day."""
