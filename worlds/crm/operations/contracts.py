"""Contracts: drawn up for a deal, signed, and gone on from by renewals (rule CR13)."""

from datetime import date, timedelta
from typing import Literal, NamedTuple

from worlds.crm.days import local_day
from worlds.crm.models import Contract
from worlds.crm.records import access, fieldlog
from worlds.crm.records.heads import Opportunity
from worlds.crm.rules import EVERYBODY, SELLERS
from worlds.crm.selling import amounts, contract_file, discounts, quote_file
from worlds.crm.selling.contract_file import ContractFile
from worlds.crm.selling.percent import spelled
from worlds.crm.selling.views import ContractDetail, ContractRow, ContractState
from worlds.crm.texts import Called
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid
from worlds.engine.fields import Day, Page, PageNumber, PageSize, Query, RecordId
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.engine.rows import insert, run

Sort = Literal["newest", "ends"]
ORDERS: dict[Sort, str] = {"newest": "c.id DESC", "ends": "c.ends, c.id"}
LONGEST = timedelta(days=10 * 366)


class _Standing(NamedTuple):
    number: str


_STANDING = Rows(
    _Standing,
    """SELECT {fields} FROM contract WHERE opportunity_id = :deal AND state IN ('draft', 'sent', 'signed')
    ORDER BY id LIMIT 1""",
)


@reads(roles=EVERYBODY)
def list_contracts(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    state: ContractState | None = None,
    account_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    ends_from: Day | None = None,
    ends_to: Day | None = None,
    renewed: bool | None = None,
    sort: Sort = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ContractRow]:
    """List contracts with accounts that you may open, newest first.

    Args:
        query: Words that must all occur in the contract's number or the account's name.
        state: Only contracts in this state.
        account_id: Only this account's contracts.
        opportunity_id: Only contracts of this deal.
        ends_from: First day on which they end.
        ends_to: Last day on which they end.
        renewed: Only those that have a renewal (true), or none yet (false).
        sort: Order of the list.
        page: Page number from 1.
        page_size: Contracts a page.
    """
    conditions = Conditions()
    conditions.add(access.opens(ctx, "contract", "c"), **access.me(ctx))
    conditions.words(query, "(lower(c.number) || ' ' || a.search_text)")
    conditions.equal(c__state=state, c__account_id=account_id, c__opportunity_id=opportunity_id)
    if ends_from is not None:
        conditions.add("c.ends >= :ends_from", ends_from=ends_from.isoformat())
    if ends_to is not None:
        conditions.add("c.ends <= :ends_to", ends_to=ends_to.isoformat())
    if renewed is not None:
        conditions.add("(c.renewal_opportunity_id IS NOT NULL) = :renewed", renewed=int(renewed))
    rows, total = page_of(
        ctx, ContractFile, contract_file.SELECTED, contract_file.SOURCE, conditions, ORDERS[sort], page, page_size
    )
    return Page[ContractRow].of([row.view for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def get_contract(ctx: Context, contract_id: RecordId) -> ContractDetail:
    """Show a contract.

    Args:
        contract_id: The contract's id, as list_contracts gives it; not its number.
    """
    return _detail(ctx, contract_id)


@writes(roles=SELLERS)
def create_contract(
    ctx: Context, opportunity_id: RecordId, starts: Day, ends: Day | None = None, quote_id: RecordId | None = None
) -> ContractDetail:
    """Draw up the contract of a deal and send it to the customer; record_signature is next.

    Args:
        opportunity_id: The deal's id.
        starts: The first day on which it holds.
        ends: The last day on which it holds; a year after the first if left out.
        quote_id: The accepted quote whose total is agreed. If left out it is the deal's amount, and then its lines give
            no more discount than you may give alone.
    """
    deal = amounts.workable(ctx, opportunity_id)
    last = ends or _a_year(starts)
    if abs(starts - local_day(ctx.now)) > LONGEST:
        raise Invalid("contract_days", "A contract starts within ten years of today.", field="starts")
    if not starts <= last <= starts + LONGEST:
        raise Invalid(
            "contract_days", "A contract ends on the day on which it starts or later, within ten years.", field="ends"
        )
    standing = _STANDING.first(ctx, deal=deal.id)
    if standing is not None:
        raise Conflict(
            "contract_exists",
            f"Deal {deal.number} has contract {standing.number} already; that one is to be signed.",
            field="opportunity_id",
        )
    value, currency = deal.amount, deal.currency
    if quote_id is None:
        _check_discount(ctx, deal)
    else:
        found = quote_file.quote(ctx, quote_id)
        if found.opportunity_id != deal.id or found.status != "accepted":
            raise Conflict(
                "quote_not_accepted",
                f"Quote {found.number} is no accepted quote of deal {deal.number}; a contract is drawn up on one.",
                field="quote_id",
            )
        value, currency = found.total, found.currency
    contract_id = insert(
        ctx, Contract, number=f"K-{3000 + ctx.number('contract_number')}", account_id=deal.account_id,
        opportunity_id=deal.id, quote_id=quote_id, state="sent", starts=starts.isoformat(), ends=last.isoformat(),
        value=value, currency=currency, created_at=ctx.now, updated_at=ctx.now,
    )  # fmt: skip
    return _detail(ctx, contract_id)


@writes(roles=SELLERS, record="contract_id", columns={"contract_id": ("state",)})
def record_signature(
    ctx: Context, contract_id: RecordId, signed_by: Called, signed_on: Day | None = None
) -> ContractDetail:
    """Write down that the customer has signed a contract; the deal can then be won. It is not taken back.

    Args:
        contract_id: The contract's id, as list_contracts gives it; not its number.
        signed_by: Who signed it, by name.
        signed_on: The day on which it was signed; today if left out.
    """
    found = contract_file.contract(ctx, contract_id)
    _check_edit(ctx, found)
    if found.state not in ("draft", "sent"):
        raise Conflict(
            "contract_settled",
            f"Contract {found.number} is {found.state}; it is not signed again.",
            field="contract_id",
        )
    today = local_day(ctx.now)
    if signed_on is not None and signed_on > today:
        raise Invalid("signed_later", f"Nobody has signed on {signed_on} yet; today is {today}.", field="signed_on")
    run(
        ctx, """UPDATE contract SET state = 'signed', signed_by = :who, signed_on = :day, updated_at = :now
        WHERE id = :contract""", who=signed_by, day=(signed_on or today).isoformat(), now=ctx.now, contract=contract_id,
    )  # fmt: skip
    fieldlog.entry(ctx, "contract", contract_id, "state", found.state, "signed")
    return _detail(ctx, contract_id)


def _check_discount(ctx: Context, deal: Opportunity) -> None:
    """Refuse a contract on a deal's own lines with a discount that nobody has approved: approvals are of quotes."""
    off, most = discounts.off_list(amounts.lines(ctx, deal.id), 0), discounts.limit(ctx.actor.role)
    if off > most:
        raise Forbidden(
            "approval_needed",
            f"The lines of deal {deal.number} give {spelled(off)} % off, and you may give {spelled(most)} %; name the "
            "quote that was approved and accepted.",
            field="quote_id",
        )


def _check_edit(ctx: Context, found: ContractFile) -> None:
    """Whoever may change a contract's deal, or else its account, may write down that it was signed."""
    kind, key = ("account", found.account_id)
    if found.opportunity_id is not None:
        kind, key = "opportunity", found.opportunity_id
    if not access.may_edit(ctx, kind, key):
        raise Forbidden(
            "edit_not_permitted",
            f"You may open the contract {found.number} but not change it; ask for access to its "
            f"{'deal' if kind == 'opportunity' else 'account'}.",
            field="contract_id",
        )


def _a_year(starts: date) -> date:
    """The day before the same day of the next year."""
    month, day = (starts.month, starts.day) if (starts.month, starts.day) != (2, 29) else (3, 1)
    return date(starts.year + 1, month, day) - timedelta(days=1)


def _detail(ctx: Context, contract_id: int) -> ContractDetail:
    found = contract_file.contract(ctx, contract_id)
    return ContractDetail.model_validate({**found._asdict(), "version": ctx.version(Contract, contract_id)})
