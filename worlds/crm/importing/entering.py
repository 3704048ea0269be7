"""What becomes of one row: the record that it is, if there is one, and making or changing it (rule CR19)."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from worlds.crm.importing.reading import REQUIRED
from worlds.crm.matching import norms, sets
from worlds.crm.models import CampaignMember
from worlds.crm.records import addresses, assigning, changing, consenting, heads
from worlds.crm.records.contact_file import made
from worlds.crm.records.typed import LONGEST, typed
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound, Refusal
from worlds.engine.rows import Query, insert, number

VIA: Final = "import"
_BESIDE: Final = frozenset({"owner", "account", "email_consent", "phone_consent"})
_OF_CONTACT: Final = frozenset({"email", "phone"})
_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "account": {
        "kind": "prospect", "industry": "other", "segment": "small_business", "tier": "standard", "currency": "EUR",
    },
    "contact": {"language": "en", "zone": "Europe/Amsterdam"},
    "lead": {"language": "en", "source": "import"},
}  # fmt: skip


class Order(NamedTuple):
    """How the rows of an import are entered."""

    kind: str
    match_key: str
    on_match: str
    campaign_id: int | None
    owner_id: int | None


class Entered(NamedTuple):
    """What became of a row: `created`, `updated` or `skipped`, and of which record."""

    status: str
    record_id: int


class _Key(NamedTuple):
    id: int


_ROWS: Final = {
    ("account", "name"): "name_norm = :mark",
    ("account", "domain"): "domain_norm = :mark",
    ("account", "registration_number"): "registration_number = :mark",
    ("account", "phone"): "phone_norm = :mark",
    ("contact", "email"): "id IN (SELECT contact_id FROM email_address WHERE norm = :mark)",
    ("contact", "phone"): "id IN (SELECT contact_id FROM phone_number WHERE norm = :mark)",
    ("lead", "email"): "email_norm = :mark AND status <> 'converted'",
    ("lead", "phone"): "phone_norm = :mark AND status <> 'converted'",
    ("lead", "name"): "name_norm || '|' || company_norm = :mark AND status <> 'converted'",
}
_FOUND: Final = {
    place: Query(_Key, f"SELECT id FROM {place[0]} WHERE is_deleted = 0 AND {where} ORDER BY id LIMIT 3")  # noqa: S608 - texts of this module
    for place, where in _ROWS.items()
}
_FIRM: Final = Query(
    _Key,
    """SELECT id FROM account WHERE is_deleted = 0 AND (name_norm = :name OR domain_norm = :domain)
    ORDER BY id LIMIT 3""",
)
_COLLEAGUE: Final = Query(_Key, "SELECT id FROM crm_user WHERE lower(email) = :email")


def enter(ctx: Context, order: Order, texts: Mapping[str, str], *, allow_save: bool = False) -> Entered:
    """Make or change the record that a row is.

    Args:
        ctx: the call's context.
        order: how the import's rows are entered.
        texts: the row, by field.
        allow_save: whether it is made although rules on duplicates alert.

    Raises:
        Refusal: where it may not be; then nothing is written that the caller does not undo.
    """
    for name in REQUIRED[order.kind]:
        if not texts.get(name, "").strip():
            spoken = name.replace("_", " ")
            raise Invalid("required_field_missing", f"Every {order.kind} has a {spoken}; give it a value.", field=name)
    values = _values(ctx, order.kind, texts)
    known = _match(ctx, order, texts, values)
    if known is None or order.on_match == "create":
        key = _create(ctx, order, texts, values, allow_save=allow_save or known is not None)
        entered = Entered("created", key)
    elif order.on_match == "skip":
        return Entered("skipped", known)
    else:
        entered = Entered("updated", _update(ctx, order, texts, values, known))
    _consents(ctx, order.kind, entered.record_id, texts)
    if order.campaign_id is not None:
        _join(ctx, order, entered.record_id)
    return entered


def _values(ctx: Context, kind: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """The columns of a row, without those that stand beside the record."""
    beside = _BESIDE | _OF_CONTACT if kind == "contact" else _BESIDE
    values = {name: typed(kind, name, text) for name, text in texts.items() if name not in beside}
    if texts.get("email") and (len(texts["email"]) > LONGEST or not norms.is_email(texts["email"])):
        raise Invalid(
            "address_malformed",
            f"{texts['email'][:LONGEST]!r} is no e-mail address that anybody could be reached by.",
            field="email",
        )
    if len(texts.get("phone", "")) > LONGEST:
        raise Invalid("address_malformed", "That is no phone number; it is too long.", field="phone")
    if texts.get("phone") and kind != "contact":
        addresses.check_phone(texts["phone"], values.get("country"))
    for name in ("email_consent", "phone_consent"):
        if texts.get(name) and texts[name].casefold() not in ("in", "out"):
            raise Invalid("value_invalid", f"Consent is in or out, not {texts[name]!r}.", field=name)
    if texts.get("owner"):
        values["owner_id"] = _colleague(ctx, texts["owner"])
    if texts.get("account") and kind == "contact":
        values["account_id"] = _firm(ctx, texts["account"])
    return values


def _match(ctx: Context, order: Order, texts: Mapping[str, str], values: Mapping[str, Any]) -> int | None:
    """The record that a row is, by the match key; None where there is none or the row does not say.

    Raises:
        Conflict: where it may be several.
    """
    mark = _mark(order, texts, values)
    if not mark:
        return None
    found = [one.id for one in _FOUND[order.kind, order.match_key].all(ctx, mark=mark)]
    if len(found) > 1:
        listed = ", ".join(map(str, found))
        raise Conflict(
            "several_match",
            f"The row is {order.kind} {listed} by {order.match_key}; merge them first, or change the row.",
            field=order.match_key,
        )
    return found[0] if found else None


def _mark(order: Order, texts: Mapping[str, str], values: Mapping[str, Any]) -> str | None:
    if order.match_key == "email":
        return norms.email_norm(texts["email"]) if texts.get("email") else None
    if order.match_key == "phone":
        return norms.phone_norm(texts.get("phone"), values.get("country"))
    if order.match_key == "domain":
        return norms.domain_norm(texts.get("website"))
    if order.match_key == "registration_number":
        return texts.get("registration_number")
    if order.kind == "account":
        return norms.name_norm(texts["name"])
    return f"{norms.person_norm(texts.get('first_name'), texts['last_name'])}|{norms.name_norm(texts['company'])}"


def _create(ctx: Context, order: Order, texts: Mapping[str, str], values: dict[str, Any], *, allow_save: bool) -> int:
    row = {**_DEFAULTS[order.kind], **{name: value for name, value in values.items() if value is not None}}
    if "owner_id" not in row:
        row |= _owner(ctx, order, row)
    if order.kind == "contact":
        return made(ctx, row, texts.get("email"), texts.get("phone"), allow_save=allow_save, via=VIA).id
    if order.kind == "lead":
        row |= {"campaign_id": order.campaign_id, "status": "assigned" if row.get("owner_id") else "new"}
    likes = sets.looked_at(ctx, order.kind, row, allow_save=allow_save)
    key = changing.create(ctx, order.kind, row, via=VIA)
    sets.report(ctx, order.kind, key, likes)
    return key


def _owner(ctx: Context, order: Order, row: Mapping[str, Any]) -> dict[str, Any]:
    """Who owns what a row makes: whom the import names, for leads the assignment rules, or whoever imports."""
    if order.owner_id is not None:
        return {"owner_id": order.owner_id}
    if order.kind == "lead":
        return dict(assigning.decided(ctx, row))
    if row.get("account_id"):
        return {"owner_id": heads.account(ctx, row["account_id"]).owner_id}
    return {"owner_id": ctx.actor.person}


def _update(ctx: Context, order: Order, texts: Mapping[str, str], values: Mapping[str, Any], key: int) -> int:
    """Give a record what its row says, or with `fill` only what it lacks."""
    record: Any = heads.record(ctx, order.kind, key)
    filling = order.on_match == "fill"
    wanted = {
        name: value
        for name, value in values.items()
        if value is not None and not (filling and getattr(record, name) not in (None, ""))
    }
    record = changing.change(ctx, order.kind, record, wanted, via=VIA)
    if order.kind == "contact":
        if not (filling and addresses.EMAILS.all(ctx, contact=key)):
            _add_address(ctx, record, "email", texts.get("email"))
        if not (filling and addresses.PHONES.all(ctx, contact=key)):
            _add_address(ctx, record, "phone", texts.get("phone"))
    return key


def _add_address(ctx: Context, contact: heads.Contact, kind: str, value: str | None) -> None:
    """Add an address to a contact who is not known by it."""
    if not value:
        return
    try:
        add = addresses.add_email if kind == "email" else addresses.add_phone
        add(ctx, contact, value, via=VIA)
    except Refusal as refusal:
        if refusal.code != "address_known":
            refusal.field = kind
            raise


def _consents(ctx: Context, kind: str, key: int, texts: Mapping[str, str]) -> None:
    """Write down what a row says of consent; no file takes an objection back (rule CR5)."""
    for channel in ("email", "phone"):
        said = texts.get(f"{channel}_consent", "").casefold()
        if said == "out" or (said == "in" and not consenting.objected(ctx, kind, key, channel)):
            consenting.say(ctx, kind, key, channel, said, "import", via=VIA)


def _join(ctx: Context, order: Order, key: int) -> None:
    """Make a contact or lead a member of the import's campaign, once."""
    if order.kind == "account":
        return
    column = f"{order.kind}_id"
    there = f"SELECT count(*) FROM campaign_member WHERE campaign_id = :campaign AND {column} = :key"  # noqa: S608 - one of two columns
    if not number(ctx, there, campaign=order.campaign_id, key=key):
        insert(
            ctx, CampaignMember, campaign_id=order.campaign_id, status="responded", added_at=ctx.now, **{column: key}
        )


def _colleague(ctx: Context, email: str) -> int:
    found = _COLLEAGUE.first(ctx, email=email.strip().casefold())
    if found is None:
        raise NotFound("user_not_found", f"No colleague has the e-mail address {email!r}.", field="owner")
    return found.id


def _firm(ctx: Context, text: str) -> int:
    """The account that a row names, by its name or website.

    Raises:
        Conflict: where it may be several.
        NotFound: where there is none.
    """
    domain = norms.domain_norm(text) if "." in text and " " not in text.strip() else None
    found = [one.id for one in _FIRM.all(ctx, name=norms.name_norm(text), domain=domain)]
    if len(found) > 1:
        raise Conflict(
            "several_match", f"{text!r} may be account {', '.join(map(str, found))}; name its website.", field="account"
        )
    if not found:
        raise NotFound("account_not_found", f"There is no account {text!r}; make it first.", field="account")
    return found[0]
