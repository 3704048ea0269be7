"""Heed a mail by which a contact objects to being written to or called.

What is typically got wrong: the record that wrote is marked and their other one is not; a channel too many or too few;
a wish to be erased is treated as an objection.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from worlds.crm.models import stand_in
from worlds.crm.rulings.record_objection import ruling
from worlds.crm.tasks import objection_pages, objections
from worlds.crm.tasks.casework import hand_over, mails_of, reference, reported
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE: Final = "marketing"
BRANCHES: Final = (SOLVABLE, "calls_only", "erasure")

WORDINGS: Final = (
    "{contact} of {firm} has sent us a mail on {day} about what we send and keep. Please do with it what our handbook "
    "asks for, wherever they are on record, and put {reference} into whatever you write down about it. Tell me on how "
    "many records of theirs we have them (records: contacts and open leads), and if you hand it over, its number "
    "(hand_over).",
    "{reference}: look at the mail of {day} from {contact}, {firm}. It is about our dealings with them; nobody has "
    "done anything about it yet. See to it by the rules, completely, with the reference in each note or message. I "
    "need the number of their contacts and open leads (records) and, where it goes to somebody else, the number of "
    "the hand-over (hand_over).",
    "There is a mail of {day} by {contact} ({firm}) that somebody has to act on, please do so as the pages on consent "
    "and on personal data say. Quote {reference} in what you note or hand over. Report how many records, contacts "
    "and open leads together, that person has with us (records), and the hand_over number should there be one.",
)

_ERASE: Final = re.compile(r"delet|data protection|lösch|dsgvo|wissen wat|avg wil|verwijder|effacer|rgpd|suppression")
_CALLS: Final = re.compile(r"any more calls|keine anrufe|geen telefoontjes|d'appels")
_ALONE: Final = re.compile(r"leave me alone|in ruhe|met rust|tranquille")
_ALL: Final = ("email", "phone", "post", "profiling")
_LETTERS: Final = ("email", "post")
_OPEN: Final = ("new", "assigned", "working", "qualified")


def instance(draw: Draw) -> Instance:
    """A mail of somebody, and a reference."""
    case = draw.pick(objections.cases, branch=draw.branch(BRANCHES))
    facts = {"contact": case.name, "firm": case.firm, "day": case.day, "reference": reference(draw, "CO")}
    target = objections.target_of(draw.session, case)
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=objections.expectation(draw.session, case, decision),
        target=target,
        decision=decision,
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """Who wrote, the channels that they named (none where they ask to be erased), and all that they are with us."""

    contact: Mapping[str, Any]
    channels: tuple[str, ...]
    records: tuple[tuple[str, Mapping[str, Any]], ...]

    @property
    def erased(self) -> bool:
        """Whether they ask to be erased."""
        return not self.channels


def channels_named(text: str) -> tuple[str, ...]:
    """The channels that a mail objects to; none where it asks for something else, to be erased."""
    words = text.casefold()
    if _ERASE.search(words):
        return ()
    if _CALLS.search(words):
        return ("phone",)
    return _ALL if _ALONE.search(words) else _LETTERS


def digits(number: str) -> str:
    """What two writings of one phone number have in common: its last digits, without an extension."""
    bare = re.split(r"ext|x|tst|dw|poste|toestel", number.casefold())[0]
    return re.sub(r"\D", "", bare)[-8:]


def _look(worker: Worker) -> Look:
    """The mail, and every contact and open lead of whoever wrote it: of one name, with a number or address."""
    name = worker.facts["contact"]
    named = [
        worker.call("get_contact", contact_id=one["contact_id"])
        for one in every_row(worker, "list_contacts", query=name)
    ]
    contact, text = next(
        (one, mail["body"])
        for one in named
        if one["account_name"] == worker.facts["firm"]
        for mail in mails_of(worker, contact_id=one["contact_id"])
        if mail["starts_at"].startswith(worker.facts["day"])
    )
    numbers = {digits(one["value"]) for one in contact["phones"]}
    own = [one for one in named if one is contact or numbers & {digits(phone["value"]) for phone in one["phones"]}]
    known = {mail["value"].casefold() for one in own for mail in one["emails"]}
    numbers |= {digits(phone["value"]) for one in own for phone in one["phones"]}
    leads = [
        worker.call("get_lead", lead_id=one["lead_id"])
        for one in every_row(worker, "list_leads", query=name)
        if one["status"] in _OPEN
        and ((one["email"] or "").casefold() in known or digits(one["phone"] or "") in numbers - {""})
    ]
    records = (*(("contact", one) for one in own), *(("lead", one) for one in leads))
    return Look(contact, channels_named(text), records)


def _said(worker: Worker) -> str:
    return f"{worker.facts['reference']}: they objected on {worker.facts['day']}."


def _objects(worker: Worker, look: Look, *, note: str = "", anew: bool = False) -> None:
    """Set the objection wherever it does not stand yet, or everywhere anew."""
    for kind, one in look.records:
        out = {said["channel"] for said in one["consents"] if said["state"] == "out"}
        for channel in look.channels:
            if anew or channel not in out:
                worker.call(
                    "set_consent", kind=kind, record_id=one[f"{kind}_id"], channel=channel, state="out",
                    source="e-mail", note=note or _said(worker),
                )  # fmt: skip


def _unsubscribe(worker: Worker, look: Look) -> None:
    """Mark them as unsubscribed in every campaign that runs."""
    for campaign in every_row(worker, "list_campaigns", state="running"):
        key = campaign["campaign_id"]
        for kind, one in look.records:
            whose = {f"{kind}_id": one[f"{kind}_id"]}
            for member in every_row(worker, "list_campaign_members", campaign_id=key, **whose):
                if member["status"] != "unsubscribed":
                    ids = [member["member_id"]]
                    worker.call("set_member_status", campaign_id=key, member_ids=ids, status="unsubscribed")


def _heed(worker: Worker, look: Look, *, note: str = "", anew: bool = False) -> FinalAnswer:
    _objects(worker, look, note=note, anew=anew)
    _unsubscribe(worker, look)
    return reported({"records": str(len(look.records))})


def _pass_on(worker: Worker, look: Look, message: str = "", key: int = 0) -> FinalAnswer:
    message = message or _asked(worker.facts)
    made = hand_over(worker, "contact", key or look.contact["contact_id"], "privacy", message)
    facts = {"records": str(len(look.records)), "hand_over": made["number"]}
    return reported(facts, "privacy")


def _asked(facts: Mapping[str, str]) -> str:
    return (
        f"{facts['reference']}: {facts['contact']} of {facts['firm']} asks in a mail to be erased. "
        "Nothing was deleted or changed."
    )


def solve(worker: Worker) -> FinalAnswer:
    """Read what they want, find all that they are, and set it there; hand over a wish to be erased."""
    look = _look(worker)
    return _pass_on(worker, look) if look.erased else _heed(worker, look)


def thorough(worker: Worker) -> FinalAnswer:
    """Leave a note first, begin with the last record, and say it anew where it stood already."""
    look = _look(worker)
    worker.call(
        "add_note",
        contact_id=look.contact["contact_id"],
        subject="Their mail",
        body="Read, and seen to by the handbook.",
    )
    turned = replace(look, records=tuple(reversed(look.records)))
    return _pass_on(worker, turned) if look.erased else _heed(worker, turned, anew=True)


def browse(page: "Page") -> FinalAnswer:
    """The same on the pages."""
    return objection_pages.browse(page, channels_named, digits)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def one_record(worker: Worker) -> FinalAnswer:
    """Set it on the record that wrote alone; mark as objection what is to be erased."""
    look = _look(worker)
    if look.erased:
        return _heed(worker, replace(look, channels=_LETTERS))
    own = replace(look, records=(("contact", look.contact),))
    _heed(worker, own, anew=True)
    return reported({"records": str(len(look.records))})


def crossed(worker: Worker) -> FinalAnswer:
    """Hand over an objection; heed a wish to be erased as if all were to be left off."""
    look = _look(worker)
    return _heed(worker, replace(look, channels=_ALL)) if look.erased else _pass_on(worker, look)


def both(worker: Worker) -> FinalAnswer:
    """Set an objection and hand it over as well."""
    look = _look(worker)
    _heed(worker, replace(look, channels=look.channels or _LETTERS))
    return _pass_on(worker, look)


def wrong_channels(worker: Worker) -> FinalAnswer:
    """Take one channel for another: calls for letters, letters for calls, e-mail alone for everything."""
    look = _look(worker)
    if look.erased:
        _objects(worker, replace(look, channels=("profiling",)))
        return _pass_on(worker, look)
    heard = {("phone",): ("phone", "email"), _LETTERS: ("email",), _ALL: ("email", "phone")}
    return _heed(worker, replace(look, channels=heard[look.channels]), anew=True)


def colleague_as_well(worker: Worker) -> FinalAnswer:
    """Set it on somebody else, too; hand somebody else's record over."""
    look = _look(worker)
    own = {one["contact_id"] for kind, one in look.records if kind == "contact"}
    rows = every_row(worker, "list_contacts")
    key = next(one["contact_id"] for one in rows if one["contact_id"] not in own)
    other = worker.call("get_contact", contact_id=key)
    if look.erased:
        return _pass_on(worker, look, key=other["contact_id"])
    more = replace(look, records=(*look.records, ("contact", other)))
    _heed(worker, more, anew=True)
    return reported({"records": str(len(look.records))})


def without_date(worker: Worker) -> FinalAnswer:
    """Write down neither day nor reference."""
    look = _look(worker)
    return (
        _pass_on(worker, look, "They want to be erased.") if look.erased else _heed(worker, look, note="They said so.")
    )


def miscounted(worker: Worker) -> FinalAnswer:
    """Do all of it, and report one record more than there is."""
    done = solve(worker)
    return done.model_copy(update={"facts": {**done.facts, "records": str(int(str(done.facts["records"])) + 1)}})


FAMILY = Family(
    name="record-objection",
    title="Heed a mail that objects",
    point="an objection counts for a person on all their records and the channels it names; erasure is none",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"note first, last record first": thorough},
    mistakes={
        "the record that wrote": one_record,
        "the other way": crossed,
        "both ways": both,
        "another channel": wrong_channels,
        "somebody else as well": colleague_as_well,
        "without the date": without_date,
        "miscounted": miscounted,
    },
    unenforced={
        "the record that wrote": "it is set on every contact and every open lead of that person, also under another "
        "address",
        "the other way": "A wish to be erased is not carried out by sales: it is handed over with reason privacy.",
        "both ways": "Hand over instead of doing something else, not beside it.",
        "another channel": "Do not write to me any more and take me off your list are e-mail and post",
        "somebody else as well": "It does not count for others at the same firm or in the same household.",
        "without the date": "The source of an objection is where it was said (e-mail, phone, letter), the note its "
        "date.",
    },
)
