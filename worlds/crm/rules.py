"""The CRM's house rules as numbers and lists: who may do what, limits, windows.

The handbook says the same in words; a test holds the two together.
"""

from datetime import timedelta
from typing import Final

EVERYBODY: Final = (
    "rep", "sdr", "sales_manager", "vp", "sales_ops", "marketing", "cs_manager", "finance", "integration", "admin",
)  # fmt: skip
WRITERS: Final = tuple(role for role in EVERYBODY if role != "finance")
"""Who may change records at all; finance reads and decides."""
PEOPLE: Final = tuple(role for role in EVERYBODY if role != "integration")
SELLERS: Final = ("rep", "sdr", "sales_manager", "vp", "sales_ops", "cs_manager", "integration", "admin")
"""Who may work on deals."""
CONVERTERS: Final = ("rep", "sdr", "sales_manager", "vp", "sales_ops", "admin")
"""Who may convert leads."""
MERGERS: Final = ("rep", "sdr", "sales_manager", "vp", "sales_ops", "marketing", "cs_manager", "admin")
"""Who may merge records that they may also edit and delete."""
MANAGERS: Final = ("sales_manager", "vp", "sales_ops", "admin")
"""Who may reopen closed deals."""
ADMINS: Final = ("admin",)
KEEPERS: Final = ("sales_ops", "admin")
"""Who keeps territories, imports and the rules of the house."""

SEES_ALL: Final = frozenset({"vp", "sales_ops", "marketing", "cs_manager", "finance", "integration", "admin", "system"})
"""Roles that see every record (rule CR1); the others see what is theirs, below them, in their territory or shared."""
EDITS_ALL: Final = frozenset({"vp", "sales_ops", "integration", "admin", "system"})
EDITS_KINDS: Final = {
    "marketing": frozenset({"lead", "contact"}),
    "cs_manager": frozenset({"account", "contact"}),
}
"""What roles that see everything may change of it, beside what is their own."""
DELETES_ALL: Final = frozenset({"vp", "sales_ops", "admin", "system"})
"""Who may delete what they do not own; the others delete their own records and those below them (rule CR4)."""
PAST_ACCOUNT_LOCK: Final = frozenset({"admin", "system"})
"""Who may change an account that is locked (rule CR14)."""

WITHHELD: Final = {
    "contact": {"personal_id": frozenset({"admin", "system"}), "pay_notes": frozenset({"admin", "system"})},
    "product": {"cost": frozenset({"sales_ops", "vp", "finance", "admin", "system"})},
}
"""Columns that only some roles see and set (field-level security)."""

MAX_LOSERS: Final = 2
"""Records that one merge takes in beside the one that stays: three in all (rule CR4)."""
BIN_LIFE: Final = timedelta(days=15)
"""How long a deleted record can be restored."""
WORK_BEGINS: Final = 9
WORK_ENDS: Final = 17
"""Hours of the clock of Amsterdam between which the house works, Monday to Friday."""
LEAD_PROMISE_HOURS: Final = 4
"""Hours of work within which somebody turns to a lead that was assigned (rule CR9)."""
DISCOUNT_REP_BP: Final = 1_000
"""Basis points of discount that need nobody's approval (rule CR6)."""
DISCOUNT_MANAGER_BP: Final = 2_000
"""Basis points that a sales manager approves; above it VP and finance do."""
QUOTE_LIFE: Final = timedelta(days=30)
"""How long a quote stays good (rule CR15)."""
RENEWAL_LEAD: Final = timedelta(days=90)
"""How long before a contract ends its renewal is opened (rule CR13)."""
APPROVAL_LIFE: Final = timedelta(days=7)
"""How long a request for approval waits before it lapses."""
MAX_STAGE_SKIP: Final = 2
"""Open stages that a deal may leave out on its way forward."""
STALE_AFTER: Final = timedelta(days=90)
"""Without an activity for so long, an open deal is stale."""
MAX_BULK: Final = 200
"""Records that one call may change."""
IMPORTERS: Final = ("sales_ops", "marketing", "admin")
"""Who may read files into the CRM."""
MAX_IMPORT_ROWS: Final = 500
"""Rows that one file may hold."""
