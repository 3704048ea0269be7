"""Somebody wants all contacts of one name at a firm merged: one person becomes one contact, and no two people do.

What is typically got wrong: father and son become one, or namesakes; what may be of either is merged with one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from worlds.crm.rulings.merge_namesakes import PEOPLE, UNCLEAR, ruling
from worlds.crm.tasks import namesake_pages
from worlds.crm.tasks.casework import hand_over, reference, reported
from worlds.crm.tasks.merge_pages import digits
from worlds.crm.tasks.mergework import age, is_anothers, kept, merge, note, remark
from worlds.crm.tasks.namesake_pages import Told, bare, in_one
from worlds.crm.tasks.namesakes import REASON, cases, expectation
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES: Final = (SOLVABLE, PEOPLE, UNCLEAR)

WORDINGS: Final = (
    "Please merge all the contacts called {name} at {firm} into one; somebody keeps getting our letters twice. Mind "
    "our pages on duplicates and on merging, though. When you are through, each contact of the name that is left gets "
    "a note with {reference} as its subject and the contact's own main e-mail address in its text. Should it have to "
    "go to somebody else, hand it over in place of all that, with {reference} and the main e-mail addresses of all of "
    "them in the message. Tell me how many contacts of that name are left (contacts), how many went into another "
    "(merged), and the number of a hand-over (hand_over).",
    "{reference}: {firm} has the name {name} in our CRM more than once, make one contact of them where the handbook "
    "lets you. Those that remain each get a note under the reference (that is the subject) in which their own main "
    "e-mail address stands. If the rules want somebody else to look at it, then nothing but a hand-over, which names "
    "the reference and everybody's main e-mail address. I want to know: contacts of the name that remain (contacts), "
    "contacts that were merged away (merged) and, if there is one, the hand_over number.",
    "Could you merge everybody called {name} at {firm}? As far as it is right by our rules on merging, that is. I keep "
    "it under {reference}: that is the subject of a note on every contact of the name that you leave, and in the note "
    "stands that contact's main e-mail address; or the reference stands in a hand-over together with the main e-mail "
    "addresses of all of them, if it must be decided elsewhere, and nothing else is written then. Report the number "
    "of those left (contacts), of those that went into another (merged), and the hand-over (hand_over), if any.",
)


def instance(draw: Draw) -> Instance:
    """A surname at a firm, and a reference."""
    case = draw.pick(cases, branch=draw.branch(BRANCHES))
    facts = {"name": case.name, "firm": case.firm, "reference": reference(draw, "NA")}
    target = {"contact": list(case.contacts)}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"{case.name} was taken for {case.branch}, but is {decision['branch']}")
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
    """All contacts of the name, the oldest first; those that are one person, which stays first; whether it is clear."""

    every: tuple[Mapping[str, Any], ...]
    pair: tuple[Mapping[str, Any], ...]
    unclear: bool

    @property
    def left(self) -> list[Mapping[str, Any]]:
        """The contacts that are left."""
        return [one for one in self.every if one not in self.pair[1:]]

    @property
    def counts(self) -> dict[str, str]:
        """How many are left, and how many go."""
        return {"contacts": str(len(self.left)), "merged": str(len(self.every) - len(self.left))}


def _look(worker: Worker) -> Look:
    firm, name = worker.facts["firm"], bare(worker.facts["name"])
    rows = every_row(worker, "list_accounts", query=firm)
    account = next(row for row in rows if row["name"].strip() == firm)["account_id"]
    found = [
        worker.call("get_contact", contact_id=row["contact_id"])
        for row in list(every_row(worker, "list_contacts", account_id=account))
        if bare(row["name"]).endswith(name)
    ]
    every = sorted((one for one in found if bare(one["last_name"]) == name), key=age)
    told = [_told(one) for one in every]
    pairs = in_one(told)
    if pairs is None:
        return Look(tuple(every), (), unclear=True)
    pair = [every[at] for at in pairs]
    stays = kept(pair) if pair else {}
    return Look(tuple(every), (stays, *(one for one in pair if one is not stays)) if pair else (), unclear=False)


def _told(contact: Mapping[str, Any]) -> Told:
    numbers = frozenset(digits(one["value"]) for one in contact["phones"])
    return Told(
        contact["first_name"] or "", contact["last_name"], contact["birthday"] or "", contact["title"] or "", numbers
    )


def _mail(contact: Mapping[str, Any]) -> str:
    return str(next(one["value"] for one in contact["emails"] if one["is_primary"]))


def _notes(worker: Worker, left: Sequence[Mapping[str, Any]], subject: str = "") -> None:
    """Leave a note on each; one that turns out not to have been kept is written once more."""
    subject = subject or worker.facts["reference"]
    said = [f"Looked through all contacts of this name; the one reached by {_mail(one)} is this one." for one in left]
    made = [note(worker, "contact", one["contact_id"], subject, text) for one, text in zip(left, said, strict=True)]
    for one, text, written in zip(left, said, made, strict=True):
        if written is not None and is_anothers(worker, written):
            note(worker, "contact", one["contact_id"], subject, text)


def _pass_on(worker: Worker, look: Look, quoted: str = "") -> FinalAnswer:
    mails = ", ".join(map(_mail, look.every))
    said = (
        f"{quoted or worker.facts['reference']}: it cannot be told whose these records are: {mails}. None was merged."
    )
    made = hand_over(worker, "contact", look.every[-1]["contact_id"], REASON, said)
    return reported(look.counts | {"hand_over": made["number"]}, REASON)


def _settle(worker: Worker, look: Look, subject: str = "", **more: Any) -> FinalAnswer:
    if look.unclear:
        return _pass_on(worker, look, subject)
    if look.pair:
        merge(worker, "contact", look.pair, **more)
    _notes(worker, look.left, subject)
    return reported(look.counts)


def solve(worker: Worker) -> FinalAnswer:
    """Look at everybody of the name, merge the two records of one person, note or hand over."""
    return _settle(worker, _look(worker))


def with_remarks(worker: Worker) -> FinalAnswer:
    """Leave a note that nobody asked for first, and say on the record that stays that there were two."""
    look = _look(worker)
    key = look.every[0]["contact_id"]
    note(worker, "contact", key, worker.facts["name"], "Is being looked at.")
    done = _settle(worker, look)
    if look.pair:
        remark(
            worker, "contact", look.pair[0]["contact_id"], f"There were two records; see {worker.facts['reference']}."
        )
    return done


def browse(page: "Page") -> FinalAnswer:
    """The same on the pages."""
    return namesake_pages.browse(page, REASON)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def everybody(worker: Worker) -> FinalAnswer:
    """Merge all of them into the record that the preview proposes."""
    look = _look(worker)
    ids = [one["contact_id"] for one in look.every]
    stays = worker.call("preview_merge", kind="contact", record_ids=ids)["winner_id"]
    turned = sorted(look.every, key=lambda one: one["contact_id"] != stays)
    return _settle(worker, Look(look.every, tuple(turned), unclear=False))


def crossed(worker: Worker) -> FinalAnswer:
    """Hand over what is clear, merge what is not."""
    look = _look(worker)
    if not look.unclear:
        return _pass_on(worker, Look(look.every, (), unclear=True))
    return _settle(worker, Look(look.every, (look.every[0], look.every[-1]), unclear=False))


def left_alone(worker: Worker) -> FinalAnswer:
    """Take all of them for different people."""
    look = _look(worker)
    first = Look(look.every, (look.every[0], look.every[1]), unclear=False)
    two = not look.unclear and not look.pair
    return _settle(worker, first if two else Look(look.every, (), unclear=False))


def both(worker: Worker) -> FinalAnswer:
    """Do what is right, and hand it over or leave notes as well."""
    look = _look(worker)
    done = _settle(worker, look)
    if look.unclear:
        _notes(worker, look.every)
        return done
    return _pass_on(worker, look)


def consent_lifted(worker: Worker) -> FinalAnswer:
    """Set somebody's consent to mail to in, since another record of the name says so."""
    look = _look(worker)
    done = _settle(worker, look)
    key = look.left[0]["contact_id"]
    worker.call("set_consent", kind="contact", record_id=key, channel="email", state="in", source="another record")
    return done


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    return _settle(worker, _look(worker), "Double contacts")


def miscounted(worker: Worker) -> FinalAnswer:
    """Count one contact too many as left."""
    done = solve(worker)
    return done.model_copy(update={"facts": {**done.facts, "contacts": str(int(str(done.facts["contacts"])) + 1)}})


FAMILY = Family(
    name="merge-namesakes",
    title="Merge all contacts of a name, where they are one person",
    point="name and number or birthday make one person; father and son, namesakes and what may be of either stay apart",
    role="rep",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"a note before, a remark after": with_remarks},
    mistakes={
        "everybody in one": everybody,
        "the other way": crossed,
        "nobody, or the first two": left_alone,
        "both ways": both,
        "a consent lifted": consent_lifted,
        "no reference": unquoted,
        "miscounted": miscounted,
    },
    unenforced={
        "everybody in one": "Two people: father and son, sisters, namesakes in one firm.",
        "the other way": "Where it cannot be told whose a record is, nothing is merged: hand it over with reason "
        "unclear_identity.",
        "nobody, or the first two": "A hint alone is no proof. Two hints that do not depend on each other are.",
        "both ways": "Hand over instead of doing something else, not beside it.",
        "a consent lifted": "Nobody sets a consent back to in because a colleague, a list or an import says so.",
    },
)
