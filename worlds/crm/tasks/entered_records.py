"""What is right for somebody who is to be entered: a record of theirs, what one lacked, or a request for access."""

from collections.abc import Mapping, Sequence

from worlds.crm.models import Contact, CrmUser
from worlds.crm.rulings.request_access import CLOSED, KNOWN
from worlds.crm.tasks.casework import noted, word
from worlds.crm.tasks.entered_people import Case
from worlds.engine.task import Decision, Draw
from worlds.graders.answers import Answer, FromRow
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import any_value, mentions, one_of, ref
from worlds.graders.typed import Typed, email, person, phone, record


def expectation(draw: Draw, case: Case, facts: Mapping[str, str], decision: Decision) -> Expectation:
    """What has to be there in the end, and what is told."""
    quote, session = record(decision["quoted"]), draw.session
    match = session.get_one(Contact, case.contact_id) if case.contact_id else None
    if decision["branch"] == CLOSED and match is not None:
        owner = session.get_one(CrmUser, match.owner_id)
        asked = Effect(
            "request", "access_request", "insert", where={"kind": "contact", "record_id": match.id},
            set={
                "user_id": decision["who"], "approver_id": owner.id, "level": "read", "state": "pending",
                "reason": mentions(quote),
            },
            words=f"Access to contact {match.id} is asked for once, to read it, with {decision['quoted']}",
        )  # fmt: skip
        return _whole([asked], match.id, owner.name, "waiting")
    number = Effect(
        "number", "phone_number", "insert",
        where={"contact_id": match.id if match is not None and decision["branch"] == KNOWN else ref("contact")},
        set={
            "label": "work", "value": mentions(phone(facts["phone"], "31")), "extension": None, "is_primary": True,
            "invalid": False, "opted_out": False,
        },
        words=f"The number {facts['phone']} is theirs now",
    )  # fmt: skip
    if decision["branch"] == KNOWN and match is not None:
        about: dict[str, int | Sequence[int | None]] = {"contact_id": match.id, "account_id": (match.account_id, None)}
        title = Effect("title", "contact", "update", where={"id": match.id}, set={"title": facts["title"]})
        required = [number, noted(about, word(facts["name"]), subject=(quote,)), *([] if match.title else [title])]
        return _whole(required, match.id, case.actor.name, ("done", "partly"))
    required = [*_made(case, facts, decision), number, _note(case, quote, match), *_warned(match)]
    return _whole(required, None, case.actor.name, "done")


def _whole(required: list[Effect], key: int | None, owner: str, status: str | tuple[str, ...]) -> Expectation:
    """What has to be there, and the record and its owner that are told."""
    told = FromRow("record", "contact", "id") if key is None else record(str(key))
    return Expectation(
        any_of=[Bundle(required=required)],
        answer=Answer(status, {"record": told, "owner": person(owner)}),
    )


def _made(case: Case, facts: Mapping[str, str], decision: Decision) -> list[Effect]:
    """The new record, with its address and its account."""
    contact = Effect(
        "contact", "contact", "insert", where={"last_name": case.last}, bind="contact",
        set={
            "first_name": case.first, "title": facts["title"], "account_id": case.account_id,
            "owner_id": decision["who"], "language": case.language, "zone": facts["zone"],
            "salutation": None, "department": None,
            "reports_to_id": None, "lead_source": None, "do_not_call": False, "birthday": None, "personal_id": None,
            "pay_notes": None, "desk_user": None, "shop_customer": None, "merged_into_id": None, "is_deleted": False,
            "notes": any_value("what a note of its own says may stand on the record, too"),
        },
        words=f"{facts['name']} is entered once, as {facts['title']}",
    )  # fmt: skip
    address = Effect(
        "address", "email_address", "insert", where={"contact_id": ref("contact")},
        set={
            "label": "work", "value": mentions(email(case.email)), "is_primary": True, "invalid": False,
            "opted_out": False,
        },
        words=f"{case.email} is their address",
    )  # fmt: skip
    if case.account_id is None:
        return [contact, address]
    link = Effect(
        "link", "contact_account", "insert", where={"contact_id": ref("contact"), "account_id": case.account_id},
        set={"role": "employee", "active": True, "until": None}, words=f"They work at {case.firm}",
    )  # fmt: skip
    return [contact, address, link]


def _note(case: Case, quote: Typed, match: Contact | None) -> Effect:
    """The note on the new record, which names them and a namesake."""
    named = [word(f"{one.first_name} {one.last_name}") for one in (match,) if one]
    return Effect(
        "note", "activity", "insert", where={"kind": "note", "contact_id": ref("contact")},
        set={
            "status": "done", "subject": mentions(quote), "body": mentions(word(f"{case.first} {case.last}"), *named),
            "account_id": one_of(case.account_id, None), "lead_id": None, "opportunity_id": None,
        },
        words="A note on the new record names them, and whoever is like them",
    )  # fmt: skip


def _warned(match: Contact | None) -> list[Effect]:
    """What a warning leaves behind that was overridden rightly: a set of the two, open or dismissed."""
    if match is None:
        return []
    found = Effect(
        "set", "duplicate_set", "insert", bind="set",
        set={
            "rule_id": 2, "state": one_of("open", "dismissed"),
            "reason": any_value("why they are two, in one's own words"), "decided_by": any_value("whoever has said so"),
        },
        words="The two stand in a set of likes, which is open or dismissed",
    )  # fmt: skip
    items = [
        Effect(
            name, "duplicate_item", "insert", where={"record_id": key},
            set={"kind": "contact", "set_id": ref("set")}, words=f"The {name} stands in that set",
        )
        for name, key in (("namesake", match.id), ("newcomer", ref("contact")))
    ]  # fmt: skip
    return [found, *items]
