"""Contracts: the list, the record, and the signature."""

from typing import Final

from flask import url_for

from worlds.crm.operations.contracts import create_contract, get_contract, list_contracts, record_signature
from worlds.crm.operations.opportunities import get_opportunity
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, sheet_page
from worlds.crm.pages.relations.choices import YES_NO
from worlds.crm.pages.relations.deals import crumbs_of, deal_url
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.selling.views import ContractDetail
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act
from worlds.engine.surfaces.pages import Done, Door

SORTS: Final = [("newest", "Newest first"), ("ends", "Ends first")]
QUICK: Final[Views] = (
    ("All contracts", {}),
    ("Not signed yet", {"state": "sent"}),
    ("Signed", {"state": "signed"}),
    ("Without a renewal", {"state": "signed", "renewed": "false"}),
)


@relations.page("/contracts")
def contracts(door: Door) -> str:
    """The list, with its filters in the URL."""
    filters = (
        Ask("query", "Search"), Ask("state", "State", blank="Any"), Ask("account_id", "Account’s id"),
        Ask("opportunity_id", "Deal’s id"), Ask("ends_from", "Ends from"), Ask("ends_to", "Ends to"),
        Ask("renewed", "Has a renewal", YES_NO, "Any"), Ask("sort", "Sort by", SORTS),
    )  # fmt: skip
    listed = Listed(
        "Contracts",
        "contract",
        "contract",
        "contracts",
        filters,
        QUICK,
        note="A contract is made from its deal’s page.",
    )
    return list_page(door, list_contracts, listed)


def _contract(contract_id: int) -> str:
    return url_for("relations.contract", contract_id=contract_id)


@relations.page("/contracts/<id:contract_id>")
def contract(door: Door, contract_id: int) -> str:
    """One contract."""
    shown = door.read(get_contract, contract_id=contract_id)
    acts = [
        act(
            door, "Record the signature", url_for("relations.signature", contract_id=contract_id), record_signature,
            (shown.state not in {"draft", "sent"}, f"it is {shown.state}"),
        ),
        Act("Hand over", url_for("relations.new_hand_over", kind="contract", record_id=contract_id)),
    ]  # fmt: skip
    return door.render("relations/contract.html", contract=shown, acts=acts)


@relations.page("/contracts/<id:contract_id>/signature")
def signature(door: Door, contract_id: int) -> str:
    """Says who signed a contract, and when."""
    shown = door.read(get_contract, contract_id=contract_id)
    asks = (Ask("signed_by", "Who signed it"), Ask("signed_on", "Signed on", hint="Today if left out."))
    sheet = Sheet(
        f"Signature of {shown.number}", "Record the signature", _contract(contract_id),
        [("Contracts", url_for("relations.contracts")), (shown.number, _contract(contract_id))], (Part("", asks),),
        note=shown.account_name,
    )  # fmt: skip
    return sheet_page(door, record_signature, url_for("relations.signed", contract_id=contract_id), sheet)


@relations.action("/contracts/<id:contract_id>/signature", record_signature, shows=signature)
def signed(_door: Door, done: ContractDetail | None, contract_id: int) -> Done:
    """It is signed."""
    return Done(f"{done.number} was signed by {done.signed_by}." if done else AGAIN, _contract(contract_id))


@relations.page("/deals/<id:opportunity_id>/contracts/new")
def new_contract(door: Door, opportunity_id: int) -> str:
    """A contract about a deal."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    accepted = [(str(one.quote_id), one.number) for one in shown.quotes if one.status == "accepted"]
    asks = (
        Ask("starts", "First day"), Ask("ends", "Last day", hint="A year after the first if left out."),
        Ask("quote_id", "Accepted quote", accepted, "none; the deal’s amount is agreed"),
    )  # fmt: skip
    sheet = Sheet(
        f"New contract of {shown.number}", "Make the contract", deal_url(opportunity_id), crumbs_of(shown),
        (Part("", asks),), note=f"{shown.name}, {shown.account_name}",
    )  # fmt: skip
    return sheet_page(door, create_contract, url_for("relations.contract_made", opportunity_id=opportunity_id), sheet)


@relations.action("/deals/<id:opportunity_id>/contracts/new", create_contract, shows=new_contract)
def contract_made(_door: Door, done: ContractDetail | None, opportunity_id: int) -> Done:
    """The contract is there."""
    if done is None:
        return Done(AGAIN, deal_url(opportunity_id))
    return Done(f"The contract {done.number} was made; it is {done.state}.", _contract(done.contract_id))
