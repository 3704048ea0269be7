"""Firms with more than one account: where there are such, and what it leaves behind when they are sorted out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import AccessRequest, Account, Contact, GdprRequest, LegalHold, PhoneNumber, RecordShare
from worlds.crm.rulings.merge_accounts import ENTITIES, MIXED, entities, stays, twice
from worlds.crm.tasks.casework import at_work, free_words, handed_over, noted, spare_note, word
from worlds.crm.tasks.mergers import Mergers, open_sets
from worlds.engine.context import Actor
from worlds.engine.folding import fold
from worlds.engine.task import SOLVABLE, Decision, Draw
from worlds.graders.answers import Answer, FromRow
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import one_of
from worlds.graders.typed import Typed, quantity, record

REASON: Final = "different_legal_entities"
_FORMS: Final = frozenset(
    (
        "bv", "nv", "vof", "gmbh", "ag", "kg", "ohg", "ug", "co", "sarl", "sas", "sa", "spa", "srl", "sl", "ltd",
        "limited", "llp", "plc", "dac", "ab", "as", "aps", "oy", "oyj", "sprl", "holding", "holdings", "&",
    )
)  # fmt: skip
"""Legal forms, without signs, which colleagues leave out when they speak of a firm."""
_MOST: Final = 3
_TWO: Final = 2
_DIGITS: Final = 6
"""Last digits in which two writings of one number agree, whatever their countries."""


@dataclass(frozen=True, slots=True)
class Case:
    """Accounts that look like one firm, all of one rep; `branch` says whether they are.

    `sets` are open sets of duplicates in which another firm stands.
    """

    branch: str
    accounts: tuple[int, ...]
    firm: str
    town: str
    actor: Actor
    sets: tuple[int, ...] = ()


def cases(draw: Draw) -> list[Case]:
    """Accounts of which it can be told whose they are, and of which nobody but one rep has to be asked."""
    session, reps = draw.session, at_work(draw.session)
    live = list(session.scalars(select(Account).where(~Account.is_deleted).order_by(Account.id)))
    held = _held(session)
    found = []
    for group in _groups(live):
        owners = {one.owner_id for one in group}
        first = min(group, key=lambda one: (one.created_at, one.id))
        owner = reps.get(first.owner_id)
        apart = entities(group)
        free = not any(one.locked or one.parent_id or ("account", one.id) in held for one in group)
        if owner is None or len(owners) > 1 or not free or apart is None or not _is_alone(first, group, live):
            continue
        branch = SOLVABLE if len(apart) == 1 else MIXED if len(apart[0]) > 1 else ENTITIES
        if len(apart) <= 2 and _is_plain(session, branch, apart[0], held):
            keys = tuple(one.id for one in group)
            others = [("account", one.id) for those in apart[1:] for one in those]
            sets = tuple(open_sets(session, others))
            found.append(Case(branch, keys, bare(first.name), str(first.billing_city), owner, sets))
    return found


def target_of(case: Case) -> dict[str, list[int]]:
    """The accounts, and the sets of duplicates that may be dismissed."""
    return {"account": list(case.accounts)} | ({"duplicate_set": list(case.sets)} if case.sets else {})


def bare(name: str) -> str:
    """A firm's name as colleagues say it, without its legal form."""
    words = name.split()
    while len(words) > 1 and fold(words[-1]).replace(".", "").replace("/", "") in _FORMS:
        words.pop()
    return " ".join(words)


def _groups(accounts: Sequence[Account]) -> Iterator[list[Account]]:
    """Accounts that hang together by a registration number, a domain, a phone number or a street."""
    by_mark: dict[tuple[str, ...], list[int]] = defaultdict(list)
    known = {one.id: one for one in accounts}
    for one in accounts:
        street = f"{one.billing_street}, {one.billing_city}" if one.billing_street else None
        for mark in ("registration_number", "domain_norm", "phone_norm"):
            if value := getattr(one, mark):
                by_mark[mark, value].append(one.id)
        if street:
            by_mark["street", street].append(one.id)
    group_of = {one.id: {one.id} for one in accounts}
    for keys in by_mark.values():
        together = set().union(*(group_of[key] for key in keys))
        for key in together:
            group_of[key] = together
    for key, group in sorted(group_of.items()):
        if key == min(group) and 1 < len(group) <= _MOST:
            yield [known[one] for one in sorted(group)]


def _is_alone(first: Account, group: Sequence[Account], live: Sequence[Account]) -> bool:
    """Whether all of them stand in one town, nothing else that is called so does, and other firms are called so."""
    town = first.billing_city or ""
    said = set(fold(bare(first.name)).split())
    called = {one.id for one in live if one.billing_city == town and said <= set(fold(one.name).split())}
    own = {one.id for one in group}
    strangers = {one.id for one in group if one.registration_number not in (None, first.registration_number)} - called
    one_town = all(one.billing_city == town for one in group)
    return town.replace("-", "").replace(" ", "").isalpha() and one_town and called <= own and not strangers


def _held(session: Session) -> set[tuple[str, int]]:
    """Records with which something else is to be settled first: holds, shares, requests."""
    found: set[tuple[str, int]] = set()
    for of in (LegalHold, RecordShare, GdprRequest, AccessRequest):
        found |= set(session.execute(select(of.kind, of.record_id)).tuples())
    return found


def _is_plain(session: Session, branch: str, one: Sequence[Account], held: set[tuple[str, int]]) -> bool:
    """Whether the default of the preview is wrong, and whoever is there twice is the owner's and stays where it is."""
    kept = stays(one)
    newest = max(one, key=lambda each: (each.updated_at, each.id)).id
    below = session.scalars(select(Account.id).where(Account.parent_id.in_([each.id for each in one]))).first()
    pairs = twice(session, [each.id for each in one])
    at_home = all(session.get_one(Contact, stays(those)).account_id == kept for those in pairs)
    people = [each for those in pairs for each in those]
    own = all(each.owner_id == one[0].owner_id and ("contact", each.id) not in held for each in people)
    if branch == ENTITIES:
        return not pairs
    few = all(len(those) == _TWO for those in pairs) and len(pairs) <= _TWO
    return newest != kept and below is None and at_home and own and few and not _is_doubtful(session, one, pairs)


def _is_doubtful(session: Session, one: Sequence[Account], pairs: Sequence[Sequence[Contact]]) -> bool:
    """Whether two numbers of one name are written so that they may be one, though they are not compared as one."""
    rows = session.execute(
        select(Contact.name_norm, Contact.id, PhoneNumber.norm)
        .join(PhoneNumber, PhoneNumber.contact_id == Contact.id)
        .where(Contact.account_id.in_([each.id for each in one]), ~Contact.is_deleted)
    ).tuples()
    likely: dict[tuple[str, str], set[int]] = defaultdict(set)
    for name, key, norm in rows:
        likely[name, norm[-_DIGITS:]].add(key)
    known = {frozenset(each.id for each in those) for those in pairs}
    return any(len(keys) > 1 and frozenset(keys) not in known for keys in likely.values())


# -- what is left behind ------------------------------------------------------------------------------------------


def expectation(session: Session, case: Case, decision: Decision) -> Expectation:
    """One account where it is one firm, one contact where it is one person; another firm handed over once."""
    quoted = record(decision["quoted"])
    about = {"account_id": decision["stays"]}
    required, allowed = [], []
    slots: dict[str, Typed | FromRow] = {
        "accounts": quantity(len(decision["goes"])),
        "people": quantity(sum(len(one["goes"]) for one in decision["people"])),
    }
    if decision["goes"]:
        done = Mergers(session)
        done.merge("account", decision["stays"], decision["goes"])
        for one in decision["people"]:
            done.merge("contact", one["stays"], one["goes"])
        names = [word(session.get_one(Account, key).name.strip()) for key in decision["goes"]]
        required += [*done.effects(), noted(about, *names, subject=(quoted,))]
        allowed += [spare_note(about, (quoted,)), *done.filled()]
    if not decision["others"]:
        return Expectation(any_of=[Bundle(required=required, allowed=allowed)], answer=Answer("done", slots))
    keys = (decision["stays"], *decision["others"])
    numbers = [record(one) for one in decision["numbers"]]
    passed_on = handed_over("account", decision["stays"], REASON, quoted, *numbers)
    required.append(replace(passed_on, where={"kind": "account", "record_id": one_of(*keys)}, bind="hand-over"))
    slots["hand_over"] = FromRow("record", "hand-over", "number")
    allowed += _dismissed(case)
    status = ("partly", "waiting") if decision["goes"] else "waiting"
    answer = Answer(status, slots, reasons=[REASON])
    return Expectation(any_of=[Bundle(required=required, allowed=allowed)], answer=answer)


def _dismissed(case: Case) -> list[Effect]:
    """Sets in which another firm stands may be dismissed, so that nobody looks again."""
    return [
        Effect(
            f"dismissed-{place}", "duplicate_set", "update", where={"id": place},
            set={"state": "dismissed", "reason": free_words(), "decided_by": case.actor.name}, count=(0, 1),
            words=f"The set of duplicates {place} is dismissed",
        )
        for place in case.sets
    ]  # fmt: skip
