"""One contract as operations read it, and who may open it: whoever may open its account."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from datetime import datetime
from typing import Final, NamedTuple

from worlds.crm.records import access
from worlds.crm.selling.views import ContractRow
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.rows import Query, number


class ContractFile(NamedTuple):
    """A contract with the names of what it refers to."""

    contract_id: int
    number: str
    state: str
    account_id: int
    account_name: str
    opportunity_id: int | None
    opportunity_number: str | None
    quote_id: int | None
    quote_number: str | None
    starts: str
    ends: str
    value: int
    currency: str
    signed_on: str | None
    signed_by: str | None
    renewal_opportunity_id: int | None
    renewal_number: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def view(self) -> ContractRow:
        """It as lists show it."""
        values = self._asdict()
        return ContractRow.model_validate({name: values[name] for name in ContractRow.model_fields})


SELECTED: Final = """c.id, c.number, c.state, c.account_id, a.name, c.opportunity_id, o.number, c.quote_id, q.number,
  c.starts, c.ends, c.value, c.currency, c.signed_on, c.signed_by, c.renewal_opportunity_id, w.number, c.created_at,
  c.updated_at"""
SOURCE: Final = """contract c JOIN account a ON a.id = c.account_id LEFT JOIN opportunity o ON o.id = c.opportunity_id
  LEFT JOIN quote q ON q.id = c.quote_id LEFT JOIN opportunity w ON w.id = c.renewal_opportunity_id"""
_ONE = Query(ContractFile, f"SELECT {SELECTED} FROM {SOURCE} WHERE c.id = :contract")
_SEEN = "SELECT count(*) FROM contract c WHERE c.id = :contract AND {}"


def contract(ctx: Context, contract_id: int, field: str = "contract_id") -> ContractFile:
    """A contract that the acting person may open.

    Raises:
        NotFound: when there is none.
    """
    found = _ONE.first(ctx, contract=contract_id)
    if found is None or not _opens(ctx, contract_id):
        raise NotFound(
            "contract_not_found",
            f"There is no contract with id {contract_id} that you may open; the list of contracts holds those you may.",
            field=field,
        )
    return found


def _opens(ctx: Context, contract_id: int) -> bool:
    condition = access.opens_each(ctx, "contract", "c")
    return condition == "1" or bool(number(ctx, _SEEN.format(condition), contract=contract_id, **access.me(ctx)))
