"""Who has a part in a deal: the people at the customer's who decide, evaluate, pay or use."""

from typing import NamedTuple

from worlds.crm.models import OpportunityContactRole
from worlds.crm.records import changing, fieldlog, heads
from worlds.crm.records.heads import Opportunity
from worlds.crm.rules import SELLERS
from worlds.crm.selling import amounts
from worlds.crm.selling.deal_detail import detail, now
from worlds.crm.selling.views import ContactRole, ContactRoleView
from worlds.crm.views import UpTo50
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import writes
from worlds.engine.rows import Query, insert, number, run

MOST_ROLES = 50


class ContactRoles(Result):
    """Who has a part in a deal now."""

    opportunity_id: int
    version: int
    primary_contact_id: int | None
    contact_roles: UpTo50[ContactRoleView]


class _Role(NamedTuple):
    id: int
    contact_id: int
    role: str


_ONE = Query(_Role, "SELECT {fields} FROM opportunity_contact_role WHERE id = :role AND opportunity_id = :deal")
_OF_CONTACT = "SELECT count(*) FROM opportunity_contact_role WHERE opportunity_id = :deal AND contact_id = :contact"
_ALL = "SELECT count(*) FROM opportunity_contact_role WHERE opportunity_id = :deal"


@writes(roles=SELLERS)
def add_contact_role(
    ctx: Context, opportunity_id: RecordId, contact_id: RecordId, role: ContactRole, primary: bool = False
) -> ContactRoles:
    """Write down that somebody has a part in a deal.

    Args:
        opportunity_id: The deal's id.
        contact_id: Who.
        role: What part they have in it.
        primary: Whether the deal is mainly with them; it names one primary contact.
    """
    deal = amounts.workable(ctx, opportunity_id)
    person = heads.contact(ctx, contact_id)
    if number(ctx, _OF_CONTACT, deal=deal.id, contact=contact_id):
        raise Conflict(
            "contact_role_exists",
            f"{person.label} has a part in deal {deal.number} already; change that one.",
            field="contact_id",
        )
    if number(ctx, _ALL, deal=deal.id) >= MOST_ROLES:
        raise Conflict(
            "too_many_roles", f"{MOST_ROLES} people have a part in deal {deal.number}; remove one first.",
            field="opportunity_id",
        )  # fmt: skip
    insert(ctx, OpportunityContactRole, opportunity_id=deal.id, contact_id=contact_id, role=role)
    fieldlog.entry(ctx, "opportunity", deal.id, f"contact_role.{contact_id}", None, role)
    if primary:
        changing.change(ctx, "opportunity", deal, {"primary_contact_id": contact_id})
    return _shown(ctx, deal.id)


@writes(
    roles=SELLERS,
    record="opportunity_id",
    columns={"role": ("opportunity_contact_role.role",), "primary": ("primary_contact_id",)},
)
def update_contact_role(
    ctx: Context,
    opportunity_id: RecordId,
    contact_role_id: RecordId,
    role: ContactRole | None = None,
    primary: bool | None = None,
) -> ContactRoles:
    """Change what part somebody has in a deal, or make them its primary contact.

    Args:
        opportunity_id: The deal's id.
        contact_role_id: Their part, as get_opportunity gives it.
        role: What part they have.
        primary: True makes them the primary contact; false leaves the deal without one if they are it.
    """
    deal = amounts.workable(ctx, opportunity_id)
    found = _role(ctx, deal, contact_role_id)
    if role is None and primary is None:
        raise Invalid("nothing_to_change", "The call names nothing that is to be changed.")
    if primary is True and found.contact_id != deal.primary_contact_id:
        deal = changing.change(ctx, "opportunity", deal, {"primary_contact_id": found.contact_id})
    elif primary is False and found.contact_id == deal.primary_contact_id:
        deal = changing.change(ctx, "opportunity", deal, {"primary_contact_id": None})
    if role is not None and role != found.role:
        run(ctx, "UPDATE opportunity_contact_role SET role = :role WHERE id = :id", role=role, id=found.id)
        fieldlog.entry(ctx, "opportunity", deal.id, f"contact_role.{found.contact_id}", found.role, role)
    return _shown(ctx, deal.id)


@writes(
    roles=SELLERS,
    record="opportunity_id",
    conflicts="columns",
    columns={"contact_role_id": ("opportunity_contact_role.*",)},
)
def remove_contact_role(ctx: Context, opportunity_id: RecordId, contact_role_id: RecordId) -> ContactRoles:
    """Take somebody's part in a deal away; a primary contact stays so until another one is named.

    Args:
        opportunity_id: The deal's id.
        contact_role_id: Their part, as get_opportunity gives it.
    """
    deal = amounts.workable(ctx, opportunity_id)
    found = _role(ctx, deal, contact_role_id)
    run(ctx, "DELETE FROM opportunity_contact_role WHERE id = :id", id=found.id)
    fieldlog.entry(ctx, "opportunity", deal.id, f"contact_role.{found.contact_id}", found.role, None)
    return _shown(ctx, deal.id)


def _role(ctx: Context, deal: Opportunity, contact_role_id: int) -> _Role:
    found = _ONE.first(ctx, role=contact_role_id, deal=deal.id)
    if found is None:
        raise NotFound(
            "contact_role_not_found",
            f"Deal {deal.number} has no contact role with id {contact_role_id}; the deal shows those it has.",
            field="contact_role_id",
        )
    return found


def _shown(ctx: Context, deal_id: int) -> ContactRoles:
    shown = detail(ctx, now(ctx, deal_id))
    return ContactRoles(
        opportunity_id=deal_id, version=shown.version, primary_contact_id=shown.primary_contact_id,
        contact_roles=shown.contact_roles,
    )  # fmt: skip
