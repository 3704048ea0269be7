"""The wizard that converts a lead: which records it goes to, then what happens to every field, then it is done."""

from typing import Any

from flask import request, url_for

from worlds.crm.lead_views import Conversion
from worlds.crm.operations.converting import convert_lead, preview_conversion
from worlds.crm.operations.leads import get_lead
from worlds.crm.pages.relations.app import id_in, relations
from worlds.crm.pages.relations.asking import Ask, form_for
from worlds.crm.pages.relations.choices import colleagues
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door

_ASKS = (
    Ask("opportunity_name", "Name of a deal to open", hint="Leave it empty to open none."),
    Ask("owner_id", "Owner of what is made", blank="the lead’s owner"),
    Ask("overwrite_source", "Give an existing contact the lead’s source"),
    Ask("account_id", "Account"),
    Ask("contact_id", "Contact"),
)


@relations.page("/leads/<id:lead_id>/convert")
def convert(door: Door, lead_id: int) -> str:
    """First step: the account and the contact that the lead goes to, existing ones or new ones."""
    preview = door.read(preview_conversion, lead_id=lead_id)
    likes: dict[str, list[Any]] = {"account": [], "contact": [], "lead": []}
    for one in preview.likes:
        likes.setdefault(one.kind, []).append(one)
    return door.render(
        "relations/convert.html",
        lead=door.read(get_lead, lead_id=lead_id),
        preview=preview,
        likes=likes,
        hidden=[one for one in preview.likes if not one.openable],
    )


@relations.page("/leads/<id:lead_id>/convert/confirm")
def convert_confirm(door: Door, lead_id: int) -> str:
    """Second step: what would come of it, field by field, and the button."""
    asked = door.query(convert_lead)
    given: dict[str, Any] = {name: asked[name] for name in ("account_id", "contact_id", "owner_id") if name in asked}
    for name in ("account", "contact"):  # an id that was typed goes before the one that was ticked
        if typed := id_in(request.args.get(f"other_{name}")):
            given[f"{name}_id"] = str(typed)
    lead = door.read(get_lead, lead_id=lead_id)
    preview = door.read(preview_conversion, lead_id=lead_id, **given)
    values = {**given, "opportunity_name": ""}
    form = form_for(door, convert_lead, url_for("relations.converted", lead_id=lead_id), _ASKS, values, name="convert")
    return door.render(
        "relations/convert_confirm.html",
        lead=lead,
        preview=preview,
        form=form,
        given=given,
        owners=colleagues(door),
    )


@relations.action("/leads/<id:lead_id>/convert/confirm", convert_lead, shows=convert_confirm)
def converted(_door: Door, done: Conversion | None, lead_id: int) -> Done:
    """The lead is a customer's now."""
    if done is None:
        return Done(AGAIN, url_for("relations.lead", lead_id=lead_id))
    deal = f" and the deal {done.opportunity_number}" if done.opportunity_number else ""
    said = f"The lead was converted into {done.contact_name} at {done.account_name}{deal}."
    return Done(said, url_for("relations.account", account_id=done.account_id))
