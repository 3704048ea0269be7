"""Enter somebody whom the CRM may know already, in a record that one's own region cannot open.

What is typically got wrong: the warning is overridden, or got past without an address; somebody is entered twice whose
record only lacked a number; a namesake is taken for the person.
"""

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from worlds.crm.models import Contact, PhoneNumber
from worlds.crm.rulings.request_access import KNOWN, ruling
from worlds.crm.tasks import entering
from worlds.crm.tasks.casework import hand_over, reference
from worlds.crm.tasks.entered_people import BRANCHES, LANGUAGES, TITLES, Case, cases
from worlds.crm.tasks.entered_records import expectation
from worlds.crm.tasks.entering import matches_in, said, told
from worlds.engine.task import Draw, Family, Instance, Refused, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer
from worlds.seeds.phones import FORMATS, phone_of

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

CODES: Final = {name: code for code, name in LANGUAGES.items()}
CONFLICT: Final = 409
TRIES: Final = 3

WORDINGS: Final = (
    "{rep}, please enter somebody for me: {name}, {title} at {firm}, e-mail {email}, phone at work {phone}, writes "
    "{language}, time zone {zone}. If you do not find the firm, leave the account empty. Do it as our pages on "
    "duplicates and on access say. On the record that you make or add to, leave a note with {reference} as its subject "
    "that names them, and anybody whose record you had to compare. Where you have to ask somebody, quote {reference}. "
    "Tell me the id of the record that it comes down to (record) and the name of its owner (owner).",
    "For you, {rep}, from the fair: {name} ({title}, {firm}) wants to be on record with us. E-mail {email}, work phone "
    "{phone}, language {language}, clock of {zone}. Put the account in if you find it, otherwise leave that open, and "
    "keep to the handbook about people whom we may have already. I file it under {reference}: that is the subject of "
    "your note on what you have made or completed, in which you name them and whoever had to be compared with them, "
    "and it stands in whatever you ask of colleagues. Which record is it in the end (record: its id), and whose "
    "(owner)?",
    "{rep}, {name} of {firm} has given me a card: {title}, {email}, {phone} at work; we write {language}, and their "
    "clock is that of {zone}. Please see that they are among our contacts, by the rules; the account stays empty where "
    "you find none. Note their name under {reference}, as the subject, on the record that you make or add something "
    "to, with the name of anybody with whom you could have mixed them up; the same reference goes into a request, if "
    "there has to be one. I need the id of the record that is theirs, or might be (record), and who owns it (owner).",
)


def instance(draw: Draw) -> Instance:
    """Somebody to be entered, and a reference."""
    case = draw.pick(cases, branch=draw.branch(BRANCHES))
    facts = {
        "rep": case.actor.name.split()[0], "name": f"{case.first} {case.last}", "title": _title(draw, case),
        "firm": case.firm, "email": case.email, "phone": _phone(draw, case), "language": LANGUAGES[case.language],
        "zone": case.zone, "reference": reference(draw, "EN"),
    }  # fmt: skip
    keys = {"contact": case.contact_id, "account": case.account_id}
    target = dict([(name, [key]) for name, key in keys.items() if key][:1])
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if (decision["branch"], decision["match"]) != (case.branch, case.contact_id):
        raise LookupError(f"{facts['name']} was taken for {case.branch}, but is {decision}")
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=expectation(draw, case, facts, decision),
        target=target,
        decision=decision,
    )


def _title(draw: Draw, case: Case) -> str:
    """What they are: as their record says it where they are there, otherwise something else than a namesake is."""
    held = draw.session.get_one(Contact, case.contact_id).title if case.contact_id else None
    if held and case.branch == KNOWN:
        return held
    return str(draw.rng("title").choice([one for one in TITLES if one != held]))


def _phone(draw: Draw, case: Case) -> str:
    """A number of their country that nobody has."""
    chance = draw.rng("phone")
    while True:
        number = phone_of(case.country, chance.randrange(1_000))
        taken = select(func.count()).where(PhoneNumber.norm == number.e164.removeprefix("+"))
        if not draw.session.scalar(taken):
            return FORMATS["international_spaced"](number)


# -- how it is solved ---------------------------------------------------------------------------------------------


def _account(worker: Worker) -> int | None:
    """The account of the firm, where it is found."""
    firm = worker.facts["firm"]
    rows = every_row(worker, "list_accounts", query=firm)
    return next((int(one["account_id"]) for one in rows if one["name"] == firm), None)


def _enter(worker: Worker, **more: Any) -> dict[str, Any]:
    """Enter the person as the request has them; what is None is left out."""
    facts = worker.facts
    first, last = facts["name"].split()
    given = {
        "first_name": first, "last_name": last, "title": facts["title"], "email": facts["email"],
        "phone": facts["phone"], "language": CODES[facts["language"]], "zone": facts["zone"],
        **({} if "account_id" in more else {"account_id": _account(worker)}), **more,
    }  # fmt: skip
    asked = {name: value for name, value in given.items() if value is not None}
    for _ in range(TRIES):
        made: dict[str, Any] = worker.call("create_contact", **asked)
        if made["name"] == facts["name"]:  # what comes back under another name is not what was to be made
            return made
    raise LookupError(f"{facts['name']} is not made, however often it is tried")


def _note_on(worker: Worker, key: int, *names: str, subject: str = "") -> None:
    worker.call(
        "add_note", contact_id=key, subject=subject or worker.facts["reference"], body=said(worker.facts, *names)
    )


def _ask(worker: Worker, key: int, owner: str, **more: Any) -> FinalAnswer:
    """Ask for access to a record that cannot be opened."""
    reason = f"{worker.facts['reference']}: is this {worker.facts['name']}, whom I am asked to enter?"
    worker.call("request_access", **{"kind": "contact", "record_id": key, "level": "read", "reason": reason, **more})
    return told(str(key), owner, "waiting")


def _complete(worker: Worker, key: int, **more: Any) -> dict[str, Any]:
    """Fill in what a record lacks: the title, the number."""
    shown: dict[str, Any] = worker.call("get_contact", contact_id=key)
    lacks = more if shown["title"] else {"title": worker.facts["title"], **more}
    if not shown["phones"]:
        worker.call("add_address", contact_id=key, kind="phone", value=worker.facts["phone"])
    if lacks:
        worker.call("update_contact", contact_id=key, **lacks)
    return shown


def _there(worker: Worker) -> int | None:
    """The record that has the very address, among those that can be opened, looked for by address and by name."""
    facts = worker.facts
    rows = [*every_row(worker, "list_contacts", email=facts["email"])]
    rows += every_row(worker, "list_contacts", query=facts["name"])
    own = (one for one in rows if (one["email"] or "").casefold() == facts["email"].casefold())
    return next((int(one["contact_id"]) for one in own), None)


def _refusal(worker: Worker, **more: Any) -> tuple[dict[str, Any] | None, str]:
    """Try to enter them: the record that was made, or the words in which the CRM says whom they are like."""
    try:
        return _enter(worker, **more), ""
    except Refused as refused:
        if refused.status != CONFLICT:
            raise
        return None, str(refused.body)


def _seen(worker: Worker, keys: list[str]) -> list[str]:
    """The names of those whom somebody is like and is not."""
    return [str(worker.call("get_contact", contact_id=int(key))["name"]) for key in keys]


def _settle(worker: Worker, subject: str = "", reason: str = "", level: str = "read", **more: Any) -> FinalAnswer:
    """Complete who is there, ask where nobody may look, enter who is not there."""
    account, key, names = _account(worker), _there(worker), list[str]()
    if key is not None:
        shown = _complete(worker, key, **more)
        _note_on(worker, key, subject=subject)
        return told(key, shown["owner_name"])
    more = {"account_id": account, **more}
    made, words = _refusal(worker, **more)
    if made is None:
        open_ones, closed = matches_in(words)
        if closed:
            ((hidden, owner),) = closed
            return _ask(worker, int(hidden), owner, level=level, **({"reason": reason} if reason else {}))
        names = _seen(worker, open_ones)
        made = _enter(worker, allow_save=True, **more)
    _note_on(worker, made["contact_id"], *names, subject=subject)
    return told(made["contact_id"], made["owner_name"])


def solve(worker: Worker) -> FinalAnswer:
    """Look for the address, try to enter them, and heed what the CRM says to it."""
    return _settle(worker)


def thorough(worker: Worker) -> FinalAnswer:
    """Try first and look then; say of a namesake that the two are none, and note it before anything is added."""
    made, words = _refusal(worker)
    open_ones, closed = matches_in(words)
    if closed:
        return _ask(worker, int(closed[0][0]), closed[0][1])
    key, names = _there(worker) if made is None else None, list[str]()
    if key is not None:
        _note_on(worker, key)
        return told(key, _complete(worker, key)["owner_name"])
    if made is None:
        names = _seen(worker, open_ones)
        made = _enter(worker, allow_save=True)
        _dismiss(worker, made["contact_id"])
    _note_on(worker, made["contact_id"], *names)
    return told(made["contact_id"], made["owner_name"])


def _dismiss(worker: Worker, key: int) -> None:
    """Say of the set in which a new contact stands with a namesake that they are two."""
    for one in every_row(worker, "list_duplicate_sets", kind="contact"):
        if key in {member["record_id"] for member in one["members"] if member["kind"] == "contact"}:
            reason = "Two people: another first name, another job."
            worker.call("dismiss_duplicate_set", set_id=one["set_id"], reason=reason)


def browse(page: "Page") -> FinalAnswer:
    """The same on the pages."""
    return entering.browse(page)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _entered(worker: Worker, **more: Any) -> FinalAnswer:
    made = _enter(worker, allow_save=True, **more)
    _note_on(worker, made["contact_id"])
    return told(made["contact_id"], made["owner_name"])


def without_address(worker: Worker) -> FinalAnswer:
    """Leave the address out, so that nothing is found."""
    return _entered(worker, email=None)


def other_address(worker: Worker) -> FinalAnswer:
    """Put a digit into the address, and save anyway."""
    name, _, domain = worker.facts["email"].partition("@")
    return _entered(worker, email=f"{name}2@{domain}")


def anybody(worker: Worker) -> FinalAnswer:
    """Put the number on the first record of one's own that comes, and a note with it."""
    rows = every_row(worker, "list_contacts")
    others = (worker.call("get_contact", contact_id=one["contact_id"]) for one in rows)
    shown = next(one for one in others if one["editable"] and one["name"] != worker.facts["name"])
    key = shown["contact_id"]
    worker.call("add_address", contact_id=key, kind="phone", value=worker.facts["phone"])
    _note_on(worker, key)
    return told(key, shown["owner_name"])


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    return _settle(worker, subject="Entered", reason="Is this who I am asked to enter?")


def more_than_asked(worker: Worker) -> FinalAnswer:
    """Ask to change what is only to be seen; say of them how they were met, which nobody has said."""
    return _settle(worker, level="edit", salutation="Dr.")


def handed_over_too(worker: Worker) -> FinalAnswer:
    """Do what is right, and hand the record over as well."""
    done = solve(worker)
    text = f"{worker.facts['reference']}: {worker.facts['name']}, please look."
    hand_over(worker, "contact", int(str(done.facts["record"])), "no_access", text)
    return done


FAMILY = Family(
    name="request-access",
    title="Enter somebody whom another region may know",
    point="a match that cannot be opened is asked for, not got past; who is there is completed, a namesake is no match",
    role="rep",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"try first, dismiss the set": thorough},
    mistakes={
        "without the address": without_address,
        "another address": other_address,
        "somebody else's record": anybody,
        "no reference": unquoted,
        "more than was asked": more_than_asked,
        "handed over as well": handed_over_too,
    },
    unenforced={
        "without the address": "Nobody is entered without an address that is known, or with another one, to get past "
        "a warning.",
        "another address": "make no second record of the same person or firm.",
        "more than was asked": "Because of a warning about duplicates you ask to read: who it is has to be seen first.",
        "handed over as well": "(an approval, a request for access) is not handed over as well.",
    },
)
