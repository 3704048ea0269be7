"""A firm stands in the CRM more than once: what is one firm becomes one account, and who is there twice one contact.

What is typically got wrong: the record that the preview proposes stays, another legal entity goes in with them, an
objection that one record holds is lost on the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from worlds.crm.rulings.merge_accounts import ENTITIES, MIXED, ruling
from worlds.crm.tasks import merge_pages
from worlds.crm.tasks.casework import hand_over, reference, reported
from worlds.crm.tasks.doubled_firms import REASON, cases, expectation, target_of
from worlds.crm.tasks.merge_pages import digits, host
from worlds.crm.tasks.mergework import age, kept, merge, note, remark
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES: Final = (SOLVABLE, MIXED, ENTITIES)
_HINTS: Final = 2

WORDINGS: Final = (
    "{firm} in {town} is in our CRM more than once. Please make one account of what is one firm, by our pages on "
    "duplicates and on merging, and one contact of people at it who are there twice, with one name and one phone "
    "number; leave all other people as they are. If accounts went into another, put a note on the one that stays, with "
    "{reference} as its subject and their names in its text. What may not be merged goes where the handbook wants it, "
    "with {reference} and the registration numbers of both firms in the message. Tell me how many accounts (accounts) "
    "and how many contacts (people) went into others and, where you handed something over, its number (hand_over).",
    "{reference}: there is more than one {firm} ({town}) among our accounts. Tidy that up as the handbook says: "
    "accounts that are one firm become one, and so do contacts there who share name and phone number, nobody else. The "
    "account that others went into gets a note: its subject is the reference, its text names the others. If one of "
    "them must stay by itself, hand it over as the pages say and write the reference and both registration numbers "
    "into it. I need two counts, of the accounts and the people that have gone into others (accounts, people), and "
    "the hand_over number if any.",
    "Whenever I look for {firm}, {town}, I find several accounts. Do merge them, please, as far as our rules allow, "
    "together with contacts who are one person, same name and same phone; do not touch the others. Leave a note on "
    "the account that is left of those you merged, subject {reference}, in which the merged ones are named; whatever "
    "the rules keep apart you hand over with {reference} and the two registration numbers. What I want to hear: "
    "accounts gone (accounts), contacts gone (people), number of the hand-over where there was one (hand_over).",
)


def instance(draw: Draw) -> Instance:
    """Accounts that look like one firm, and a reference."""
    case = draw.pick(cases, branch=draw.branch(BRANCHES))
    facts = {"firm": case.firm, "town": case.town, "reference": reference(draw, "DU")}
    target = target_of(case)
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"{case.firm} was taken for {case.branch}, but is {decision['branch']}")
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=expectation(draw.session, case, decision),
        target=target,
        decision=decision,
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """The accounts of one firm, the one that stays first; other firms that look like it; people there twice."""

    one: tuple[Mapping[str, Any], ...]
    others: tuple[Mapping[str, Any], ...]
    people: tuple[tuple[Mapping[str, Any], ...], ...]

    @property
    def counts(self) -> dict[str, str]:
        """How many accounts and contacts go into others."""
        return {"accounts": str(len(self.one) - 1), "people": str(sum(len(those) - 1 for those in self.people))}


def _look(worker: Worker) -> Look:
    found = _accounts(worker)
    oldest = min(found, key=age)
    one = [each for each in found if each is oldest or _is_same(each, oldest, found)]
    others = [each for each in found if each not in one]
    stays = kept(one)
    return Look(
        (stays, *(each for each in one if each is not stays)),
        tuple(others),
        tuple(_people(worker, [each["account_id"] for each in one])),
    )


def _accounts(worker: Worker) -> list[dict[str, Any]]:
    """All accounts of the firm's name in the town, and all there that the CRM or their marks find beside them."""
    found: dict[int, dict[str, Any]] = {}
    keys = [row["account_id"] for row in every_row(worker, "list_accounts", query=worker.facts["firm"])]
    asked = {worker.facts["firm"]}
    while keys:
        key = keys.pop()
        if key in found:
            continue
        found[key] = account = worker.call("get_account", account_id=key)
        if account["billing_city"] != worker.facts["town"]:
            continue
        likes = worker.call("find_duplicates", kind="account", record_id=key)["items"]
        keys += [one["record_id"] for one in likes if one["kind"] == "account" and one["openable"]]
        for mark in (account["registration_number"], host(account["website"] or "")):
            if not mark or mark in asked:
                continue
            asked.add(mark)
            keys += [row["account_id"] for row in every_row(worker, "list_accounts", query=mark)]
    return [one for one in found.values() if one["billing_city"] == worker.facts["town"]]


def _is_same(one: Mapping[str, Any], oldest: Mapping[str, Any], every: Iterable[Mapping[str, Any]]) -> bool:
    """Whether an account is of the firm of the oldest one: by its number, or by two of website, phone and street."""
    number = oldest["registration_number"]
    if one["registration_number"] and number:
        return bool(one["registration_number"] == number)
    family = [each for each in every if each is oldest or (number and each["registration_number"] == number)]
    return any(_hints(one, each) >= _HINTS for each in family)


def _hints(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    marks = (
        (host(each["website"] or ""), digits(each["phone"] or ""), each["billing_street"]) for each in (one, other)
    )
    return sum(mine == theirs and bool(mine) for mine, theirs in zip(*marks, strict=True))


def _people(worker: Worker, accounts: Iterable[int]) -> list[tuple[dict[str, Any], ...]]:
    """Contacts of one name and one phone number, whoever stays first."""
    named: dict[str, list[dict[str, Any]]] = {}
    for key in accounts:
        for row in every_row(worker, "list_contacts", account_id=key):
            named.setdefault(" ".join(row["name"].split()).casefold(), []).append(row)
    groups = []
    for rows in named.values():
        found: list[tuple[set[str], list[dict[str, Any]]]] = []
        for row in rows if len(rows) > 1 else ():
            contact = worker.call("get_contact", contact_id=row["contact_id"])
            numbers = {digits(phone["value"]) for phone in contact["phones"]}
            own = next((those for known, those in found if known & numbers), None)
            if own is None:
                found.append((numbers, [contact]))
            else:
                own.append(contact)
        for _, those in found:
            stays: Any = kept(those)
            groups.append((stays, *(each for each in those if each is not stays)))
    return [those for those in groups if len(those) > 1]


def _note(worker: Worker, look: Look, subject: str = "") -> None:
    text = f"Into this account went {' and '.join(one['name'].strip() for one in look.one[1:])}."
    note(worker, "account", look.one[0]["account_id"], subject or worker.facts["reference"], text)


def _message(look: Look, quoted: str) -> str:
    numbers = " and ".join(str(each["registration_number"]) for each in (look.one[0], *look.others))
    return f"{quoted}: {look.others[0]['name']} looks like {look.one[0]['name']}, but is registered apart: {numbers}."


def _pass_on(worker: Worker, look: Look, message: str = "") -> dict[str, str]:
    told = message or _message(_numbered(look), worker.facts["reference"])
    made = hand_over(worker, "account", look.others[0]["account_id"], REASON, told)
    return {"hand_over": made["number"]}


def _numbered(look: Look) -> Look:
    """The look with the record of the firm first that bears its registration number."""
    ordered = sorted(look.one, key=lambda one: not one["registration_number"])
    return Look(tuple(ordered), look.others, look.people)


def _done(worker: Worker, look: Look, message: str = "") -> FinalAnswer:
    """Hand over what is another firm, and report."""
    if not look.others:
        return reported(look.counts)
    facts = look.counts | _pass_on(worker, look, message)
    answer = reported(facts, REASON)
    return answer.model_copy(update={"status": "partly"}) if len(look.one) > 1 else answer


def _settle(worker: Worker, look: Look, subject: str = "", message: str = "", **more: Any) -> FinalAnswer:
    if len(look.one) > 1:
        merge(worker, "account", look.one, **more)
        _note(worker, look, subject)
    for those in look.people:
        merge(worker, "contact", those)
    return _done(worker, look, message)


def solve(worker: Worker) -> FinalAnswer:
    """Find all of them, see which are one firm, merge those and their people, and hand over what is another firm."""
    return _settle(worker, _look(worker))


def people_first(worker: Worker) -> FinalAnswer:
    """Begin with the people, name the accounts the other way round, write more, dismiss sets with another firm in."""
    look, quoted = _look(worker), worker.facts["reference"]
    sets = list(every_row(worker, "list_duplicate_sets", kind="account"))
    if len(look.one) > 1:
        _note(worker, look, worker.facts["firm"])
    for those in look.people:
        merge(worker, "contact", those)
    turned = (*look.one[:1], *reversed(look.one[1:]))
    done = _settle(worker, Look(turned, look.others, ()))
    if len(look.one) > 1:
        remark(worker, "account", look.one[0]["account_id"], f"One with {look.one[1]['name']} since {quoted}.")
    for those in look.people:
        remark(worker, "contact", those[0]["contact_id"], f"There were two records of them; see {quoted}.")
    apart = {each["account_id"] for each in look.others}
    for one in sets:
        if apart & {each["record_id"] for each in one["members"] if each["kind"] == "account"}:
            worker.call("dismiss_duplicate_set", set_id=one["set_id"], reason="They are registered as two firms.")
    return done.model_copy(update={"facts": {**done.facts, **look.counts}})


def browse(page: "Page") -> FinalAnswer:
    """The same on the pages."""
    return merge_pages.merge_firm(page, REASON)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def as_proposed(worker: Worker) -> FinalAnswer:
    """Let the preview say which record stays; another firm is merged like any other."""
    look = _look(worker)
    every = [*look.one, *look.others] if len(look.one) == 1 else look.one
    ids = [one["account_id"] for one in every]
    stays = worker.call("preview_merge", kind="account", record_ids=ids)["winner_id"]
    turned = sorted(every, key=lambda one: one["account_id"] != stays)
    return _settle(worker, Look(tuple(turned), look.others, look.people))


def crossed(worker: Worker) -> FinalAnswer:
    """Merge what is another firm, hand over what is one."""
    look = _look(worker)
    if look.others:
        return _settle(worker, Look((*look.one, *look.others), (), look.people))
    turned = Look(look.one[:1], look.one[1:], ())
    return _settle(worker, turned)


def handed_over_twice(worker: Worker) -> FinalAnswer:
    """Hand over what was merged as well; of two firms each."""
    look = _look(worker)
    done = _settle(worker, look)
    _pass_on(worker, Look(look.one, look.one[:1], ()), _message(Look(look.one, look.one[:1], ()), "again"))
    return done


def consent_lifted(worker: Worker) -> FinalAnswer:
    """Write down for somebody there that they agree to mail, since one of their records says so."""
    look = _look(worker)
    done = _settle(worker, look)
    row = next(every_row(worker, "list_contacts", account_id=look.one[0]["account_id"]), None)
    key = look.people[0][0]["contact_id"] if look.people else row["contact_id"] if row else 0
    worker.call("set_consent", kind="contact", record_id=key, channel="email", state="in", source="other record")
    return done


def newest_values(worker: Worker) -> FinalAnswer:
    """Take the name of the record that goes for the newer one; of another firm make a daughter."""
    look = _look(worker)
    if len(look.one) > 1:
        return _settle(worker, look, choices=[{"field": "name", "record_id": look.one[-1]["account_id"]}])
    done = _settle(worker, look)
    worker.call("update_account", account_id=look.others[0]["account_id"], parent_id=look.one[0]["account_id"])
    return done


def miscounted(worker: Worker) -> FinalAnswer:
    """Do all of it, and count the accounts that stay as well."""
    done = solve(worker)
    return done.model_copy(update={"facts": {**done.facts, "accounts": str(int(str(done.facts["accounts"])) + 1)}})


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    look = _look(worker)
    return _settle(worker, look, "Merged", _message(_numbered(look), "Please look") if look.others else "")


FAMILY = Family(
    name="merge-accounts",
    title="Make one account of a firm that stands there more than once",
    point="the oldest account with a customer in the shop stays, not the one proposed; other legal entities stay apart",
    role="rep",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"people first, other order, more notes, sets dismissed": people_first},
    mistakes={
        "as proposed": as_proposed,
        "the other way": crossed,
        "handed over as well": handed_over_twice,
        "a consent lifted": consent_lifted,
        "newest values": newest_values,
        "miscounted": miscounted,
        "no reference": unquoted,
    },
    unenforced={
        "as proposed": "The record that stays is the oldest one that is linked to a customer of the shop; where none "
        "is, the oldest one.",
        "the other way": "Two legal entities: another registration number, another legal form, another country of "
        "registration.",
        "handed over as well": "Hand over instead of doing something else, not beside it.",
        "a consent lifted": "Nobody sets a consent back to in because a colleague, a list or an import says so.",
        "newest values": "Where the records differ, the value of the record that stays is kept, unless it is empty.",
    },
)
