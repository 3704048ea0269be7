"""Convert a few web leads of people whom we know into the accounts and contacts that there are.

What is typically got wrong: a lead that is not qualified, or that nobody knows, is converted with the others; what a
record says is replaced by what the form said, or the form's word is lost; a slip in an address makes a second contact.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from worlds.crm.models import Lead
from worlds.crm.rulings.convert_leads import PEOPLE, UNKNOWN, UNQUALIFIED, ruling
from worlds.crm.tasks import convert_pages, known_leads
from worlds.crm.tasks.casework import reference
from worlds.crm.tasks.record_objection import digits
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Refused, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE: Final = "sdr"
BRANCHES: Final = (SOLVABLE, UNQUALIFIED, UNKNOWN)

WORDINGS: Final = (
    "Three web leads that may be people we have as contacts already: {first}; {second}; {third}. Look them up, please,"
    " and convert whom our rules let us convert into the account and the contact that are there, without a deal, the "
    "owners see to that. Whoever is no contact of ours stays a lead for now, we want no new account and no new "
    "contact. Do it all as the handbook says; every note that you leave has {reference} as its subject, and on a lead "
    "that stays a note names the firm as the form gave it and says why. How many have you converted (converted), and "
    "who stays a lead (left, the name, if anybody does)?",
    "{reference}: please clear up the web leads {first}, {second} and {third}. I believe we know them all. Where that "
    "is so and the rules allow it, convert them into the existing contact at the existing account; open no deals and "
    "make no new records of accounts or contacts. Who is not known to us remains a lead. Please heed what the handbook"
    " says of converting, and write {reference} over your notes; a lead that remains gets one, too, with the firm's "
    "name as it stands there and the reason. Tell me the number that you converted (converted) and the name of whoever"
    " is left (left).",
    "Could you go through {first}, {second} and {third}? All of them wrote by the web form, and I think they are "
    "contacts of ours. Those that may be converted go into the contact and the account that we have, no deals please. "
    "For anybody whom we do not have nothing new is made this time, they stay as they are, with a note on the lead "
    "that says so and names the firm as they wrote it. The pages on leads and on converting apply. The subject of each"
    " note is {reference}. Report back how many are converted (converted) and, if one is not, the name (left).",
)

_NAMED: Final = re.compile(r"(.+?) \((.+)\)\Z")
_SLIP: Final = 0.9
"""From this likeness on an address is somebody's own with a slip."""


def instance(draw: Draw) -> Instance:
    """Three leads by name and firm, and a reference."""
    case = draw.pick(known_leads.cases, branch=draw.branch(BRANCHES))
    keys = list(case.leads)
    draw.rng("order").shuffle(keys)
    leads = [draw.session.get_one(Lead, key) for key in keys]
    facts = {
        name: f"{known_leads.name_of(lead)} ({lead.company.strip()})" for name, lead in zip(PEOPLE, leads, strict=True)
    }
    facts["reference"] = reference(draw, "WL")
    target = known_leads.target_of(draw.session, keys, case)
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"leads {keys} were taken for {case.branch}, but are {decision['branch']}")
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=known_leads.expectation(draw.session, decision),
        target=target,
        decision=decision,
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """A lead as an agent sees it, the contact who it is (empty if none), and its address without its slip, if any."""

    lead: Mapping[str, Any]
    contact: Mapping[str, Any]
    email: str | None

    @property
    def goes(self) -> bool:
        """Whether the lead is to be converted."""
        return bool(self.contact) and self.lead["status"] == "qualified"

    @property
    def waits(self) -> bool:
        """Whether the lead waits in a queue."""
        return self.lead["queue_id"] is not None


def _look(worker: Worker, who: str) -> Look:
    named = _NAMED.match(worker.facts[who])
    if named is None:
        raise LookupError(f"{worker.facts[who]} is no name with a firm")
    name, firm = named.groups()
    found = every_row(worker, "list_leads", query=name, status="open")
    keys = [one["lead_id"] for one in found if (one["name"], one["company"].strip()) == (name, firm)]
    if not keys:
        raise LookupError(f"there is no open lead {name} of {firm}")
    lead = worker.call("get_lead", lead_id=keys[0])
    for row in every_row(worker, "list_contacts", query=name):
        contact = worker.call("get_contact", contact_id=row["contact_id"])
        right = _own(lead["email"], [one["value"] for one in contact["emails"]])
        called = {digits(one["value"]) for one in contact["phones"]}
        if contact["name"].casefold() == name.casefold() and (right or digits(lead["phone"] or "") in called):
            return Look(lead, contact, right if right and right.casefold() != lead["email"].casefold() else None)
    return Look(lead, {}, None)


def _own(written: str, known: list[str]) -> str | None:
    """Which of somebody's addresses is the one that was written: the same before the @, and like it after."""
    local, _, host = written.casefold().partition("@")
    for one in known:
        other, _, right = one.casefold().partition("@")
        if other == local and SequenceMatcher(None, host, right).ratio() > _SLIP:
            return one
    return None


def _note(worker: Worker, body: str, **about: int) -> None:
    worker.call("add_note", subject=worker.facts["reference"], body=body, **about)


def _mend(worker: Worker, look: Look) -> None:
    if look.email:
        worker.call("update_lead", lead_id=look.lead["lead_id"], email=look.email)


def _lost(worker: Worker, look: Look) -> str:
    """What the record keeps and the lead says otherwise."""
    shown = worker.call(
        "preview_conversion", lead_id=look.lead["lead_id"], contact_id=look.contact["contact_id"],
        account_id=look.contact["account_id"],
    )  # fmt: skip
    kept = [
        f"{one['field']}: {one['from_lead']}"
        for one in shown["fields"]
        if one["kept"] and one["record"] == "contact" and one["field"] in ("email", "phone", "title")
    ]
    return f"The web form says otherwise, {'; '.join(kept)}." if kept else ""


def _convert(worker: Worker, look: Look, **changes: Any) -> None:
    asked = {"account_id": look.contact["account_id"], "contact_id": look.contact["contact_id"]}
    if look.waits:
        asked["owner_id"] = worker.call("get_account", account_id=asked["account_id"])["owner_id"]
    worker.call("convert_lead", lead_id=look.lead["lead_id"], **(asked | changes))


def _settle(worker: Worker, look: Look, **changes: Any) -> None:
    """Correct a slip; convert into what is there and note what it said otherwise, or note why it stays."""
    _mend(worker, look)
    if not look.goes:
        _stay(worker, look)
        return
    lost = _lost(worker, look)
    _convert(worker, look, **changes)
    if lost:
        _note(worker, lost, contact_id=look.contact["contact_id"])


def _stay(worker: Worker, look: Look) -> None:
    why = "is not qualified yet" if look.contact else "is neither a contact nor an account of ours"
    _note(worker, f"{look.lead['name']} of {look.lead['company'].strip()} {why}.", lead_id=look.lead["lead_id"])


def _told(looks: list[Look], goes: Callable[[Look], bool] = lambda look: look.goes) -> FinalAnswer:
    facts: dict[str, Any] = {"converted": str(sum(goes(one) for one in looks))}
    left = [one.lead["name"] for one in looks if not goes(one)]
    if left:
        facts["left"] = left[0]
    return FinalAnswer(status="partly" if left else "done", facts=facts)


def _looks(worker: Worker) -> list[Look]:
    return [_look(worker, who) for who in PEOPLE]


def solve(worker: Worker) -> FinalAnswer:
    """Look each one up, correct slips, convert who is known and qualified, and note what would be lost."""
    looks = _looks(worker)
    for one in looks:
        _settle(worker, one)
    return _told(looks)


def notes_first(worker: Worker) -> FinalAnswer:
    """Write all notes first, one on each contact, and convert in the end, from the last to the first."""
    looks = _looks(worker)
    for one in looks:
        _mend(worker, one)
        if one.goes:
            lost = _lost(worker, one) or "They have written by the web form."
            _note(worker, lost, contact_id=one.contact["contact_id"])
        else:
            _stay(worker, one)
    for one in reversed(looks):
        if one.goes:
            _convert(worker, one)
    return _told(looks)


def browse(page: "Page") -> FinalAnswer:
    """The same in the CRM's pages."""
    return convert_pages.browse(page, PEOPLE, _NAMED, _own, digits)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def crossed(worker: Worker) -> FinalAnswer:
    """Convert the one that has to stay as well; where all may go, leave the last one."""
    looks = _looks(worker)
    all_go = all(one.goes for one in looks)
    for one in looks[:-1] if all_go else looks:
        if one.goes:
            _settle(worker, one)
        elif not one.contact:
            worker.call("convert_lead", lead_id=one.lead["lead_id"], allow_save=True)
        else:
            _mend(worker, one)
            _convert(worker, one)
    if all_go:
        _stay(worker, looks[-1])
        return _told(looks, lambda look: look is not looks[-1])
    return _told(looks, lambda _: True)


def new_number(worker: Worker) -> FinalAnswer:
    """Give the contact what the form said, over what the record says."""
    looks = _looks(worker)
    for one in looks:
        _mend(worker, one)
        if not one.goes:
            _stay(worker, one)
            continue
        lost = _lost(worker, one)
        contact = one.contact["contact_id"]
        _convert(worker, one)
        if "phone:" in lost:
            worker.call(
                "change_address",
                contact_id=contact,
                kind="phone",
                address_id=one.contact["phones"][0]["phone_id"],
                value=one.lead["phone"],
            )
        if "email:" in lost:
            worker.call(
                "change_address",
                contact_id=contact,
                kind="email",
                address_id=one.contact["emails"][0]["email_id"],
                value=one.lead["email"],
            )
        if lost:
            _note(worker, lost, contact_id=contact)
    return _told(looks)


def word_lost(worker: Worker) -> FinalAnswer:
    """Convert without a look at what the form said otherwise."""
    looks = _looks(worker)
    for one in looks:
        _mend(worker, one)
        if one.goes:
            _convert(worker, one)
        else:
            _stay(worker, one)
    return _told(looks)


def slip_left(worker: Worker) -> FinalAnswer:
    """Leave a slip in an address as it is; the person is clear anyhow."""
    looks = [Look(one.lead, one.contact, None) for one in _looks(worker)]
    for one in looks:
        _settle(worker, one)
    return _told(looks)


def second_contact(worker: Worker) -> FinalAnswer:
    """Find the firm and not the person: the one with a slip in the address becomes a second contact there."""
    looks = _looks(worker)
    for one in looks:
        if one.goes and one.email:
            account = one.contact["account_id"]
            owner = worker.call("get_account", account_id=account)["owner_id"]
            if "," in one.lead["email"]:  # the CRM refuses it, so it is left out
                worker.call("update_lead", lead_id=one.lead["lead_id"], empty=["email"])
            worker.call(
                "convert_lead", lead_id=one.lead["lead_id"], account_id=account, owner_id=owner, allow_save=True
            )
        else:
            _settle(worker, one)
    return _told(looks)


def own_owner(worker: Worker) -> FinalAnswer:
    """Take what waits in the queue oneself before converting it."""
    looks = _looks(worker)
    for one in looks:
        if one.goes and one.waits:
            taken = worker.call("take_lead", lead_id=one.lead["lead_id"])
            _settle(worker, one, owner_id=taken["owner_id"])
        else:
            _settle(worker, one)
    return _told(looks)


def deals_too(worker: Worker) -> FinalAnswer:
    """Open a deal with each conversion."""
    looks = _looks(worker)
    for one in looks:
        _settle(worker, one, **({"opportunity_name": f"{one.lead['company'].strip()}, web form"} if one.goes else {}))
    return _told(looks)


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    looks = _looks(worker)
    for one in looks:
        _mend(worker, one)
        if one.goes:
            lost = _lost(worker, one)
            _convert(worker, one)
            with suppress(Refused):
                worker.call("add_note", subject="Web form", body=lost or "Done.", contact_id=one.contact["contact_id"])
        else:
            worker.call(
                "add_note",
                subject="Web form",
                body=f"{one.lead['company'].strip()}: stays.",
                lead_id=one.lead["lead_id"],
            )
    return _told(looks)


FAMILY = Family(
    name="convert-leads",
    title="Convert web leads into the accounts and contacts that there are",
    point="who is known is converted into what is there and nothing is overwritten; who is not qualified stays a lead",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"notes first": notes_first},
    mistakes={
        "the other way": crossed,
        "the form's word over the record's": new_number,
        "the form's word is lost": word_lost,
        "slip left": slip_left,
        "second contact": second_contact,
        "one's own name on the queue's": own_owner,
        "deals too": deals_too,
        "unquoted": unquoted,
    },
    unenforced={
        "the other way": "Leads that are not qualified are not converted, whoever asks for it.",
        "the form's word is lost": "What the record already says stays: a phone number, a title or an address that "
        "differs goes into a note on the contact, not over the old value.",
        "slip left": "An obvious slip in an address (gmial.com, .con, a comma for a full stop) is corrected on the "
        "lead, and then looked for again.",
        "one's own name on the queue's": "the owner of the account where it goes into one that exists, otherwise "
        "whoever converts it.",
    },
)
