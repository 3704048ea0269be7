"""Lists of people from a fair: whom they name, how they are written down, and what is right to leave behind."""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.crm.matching import norms
from worlds.crm.models import Account, Consent, Contact, CrmUser, EmailAddress, Lead, PhoneNumber
from worlds.crm.rulings.import_list import CONTACT, COUNTRIES, NOBODY, agreed
from worlds.engine.folding import fold
from worlds.engine.task import SOLVABLE, Decision, Draw
from worlds.graders.answers import Answer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import Pred, any_value, one_of, ref
from worlds.graders.typed import Typed, quantity, record, set_of

COLUMNS: Final = ("first_name", "last_name", "company", "email", "phone", "country", "employees", "email_consent")
FEW: Final = 70
"""Cases of each branch."""
KNOWN, CONTACTS, DONORS = 6, 3, 20
"""Most leads, contacts, and leads after whom new people are made, that a list has."""
_WRITTEN: Final = {code: country for country, code in COUNTRIES.items()}
ROWS: Final = 21
"""New people, leads and contacts together: all lists are of one length, so that proofs compare them quickly."""
_SHORT: Final = 8
"""Digits of numbers that say no country."""
_HOST: Final = re.compile(r"@(?:\w+\.)?example\.(?:com|net|org)\Z")
"""Where anybody has a mailbox, so that an address does not tell the firm."""

_SOUND: Final = re.compile(r"@[\w.-]+\.(?:example|com|net|org)\Z")
"""Addresses without a slip at their end."""
_LATIN: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ0-9'’&. -]+")
"""Names as a file holds them without quotes."""


@dataclass(frozen=True, slots=True)
class Case:
    """Whom a list names: leads, one of whom has objected, contacts, and the one whose row has no company.

    `odd` is a lead, a contact, or where nobody knows them, the lead at whose host a new person has their address.
    `donors` are leads after whom new people are made.
    """

    branch: str
    odd: int
    objector: int
    known: tuple[int, ...]
    contacts: tuple[int, ...]
    donors: tuple[int, ...]


def cases(draw: Draw) -> list[Case]:
    """Every branch as often, with other people each."""
    session = draw.session
    leads = list(_leads(session))
    out = select(Consent.record_id).where(Consent.kind == "lead", Consent.channel == "email", Consent.state == "out")
    objected = set(session.scalars(out))
    objectors = [one.id for one in leads if one.id in objected]
    plain = [one for one in leads if one.id not in objected]
    countries = {one.id: one.country or "" for one in plain}
    private = [one.id for one in plain if _HOST.search(one.email or "")]
    firms = [one.id for one in plain if not _HOST.search(one.email or "")]
    near = sorted(firms, key=lambda key: (countries[key], key))
    people = list(_contacts(session))
    alone, others = [key for key, own in people if own], [key for key, own in people if not own]
    odd = {SOLVABLE: private, CONTACT: alone, NOBODY: private[::-1]}
    found = []
    for at in range(FEW):
        for turn, branch in enumerate((SOLVABLE, NOBODY, CONTACT)):
            place = 3 * at + turn
            found.append(
                Case(
                    branch,
                    odd[branch][at % len(odd[branch])],
                    objectors[place % len(objectors)],
                    _some(firms, place, KNOWN),
                    _some(others, place, CONTACTS),
                    _some(near, 7 * place, DONORS),
                )
            )
    return found


def _some(keys: Sequence[int], place: int, count: int) -> tuple[int, ...]:
    """So many of some ids, from another place for each case."""
    return tuple(keys[(place * count + step) % len(keys)] for step in range(count))


def _leads(session: Session) -> Iterator[Lead]:
    """Leads that an address is the only one to have, and that no contact has."""
    once = (
        select(Lead.email_norm)
        .where(~Lead.is_deleted)
        .group_by(Lead.email_norm)
        .having(func.count() == 1)
        .scalar_subquery()
    )
    taken = select(EmailAddress.norm)
    asked = select(Lead).where(
        ~Lead.is_deleted, Lead.status != "converted", Lead.email_norm.in_(once), Lead.email_norm.not_in(taken),
        Lead.country.in_(list(_WRITTEN)), Lead.first_name.is_not(None), Lead.phone_norm.is_not(None),
    )  # fmt: skip
    for one in session.scalars(asked.order_by(Lead.id)):
        if _SOUND.search(one.email or "") and _LATIN.fullmatch(f"{one.first_name} {one.last_name} {one.company}"):
            yield one


def _contacts(session: Session) -> Iterator[tuple[int, bool]]:
    """Contacts whose first address no lead has, and whether it is one of their own rather than the firm's."""
    taken = select(Lead.email_norm).where(Lead.email_norm.is_not(None))
    asked = (
        select(Contact.id, EmailAddress.norm, Contact.first_name + " " + Contact.last_name + " " + Account.name)
        .join(EmailAddress, EmailAddress.contact_id == Contact.id)
        .join(Account, Account.id == Contact.account_id)
        .where(~Contact.is_deleted, EmailAddress.is_primary, EmailAddress.norm.not_in(taken))
        .where(Account.country.in_(list(_WRITTEN)), Contact.first_name.is_not(None), ~Account.is_deleted)
        .where(Contact.id.in_(select(PhoneNumber.contact_id).where(func.length(PhoneNumber.norm) > _SHORT)))
        .order_by(Contact.id)
    )
    for key, norm, names in session.execute(asked).tuples():
        if _LATIN.fullmatch(names or ""):
            yield key, _HOST.search(norm) is not None


# -- how a list is written ----------------------------------------------------------------------------------------


def lines_of(draw: Draw, case: Case) -> list[str]:
    """The list as it comes, the header first, with its slips and in no order.

    Only one row with a slip is of somebody new: which key whom it makes gets does not hang on the order of mending.
    """
    session, rng, sizes = draw.session, draw.rng("list"), draw.rng("sizes")
    strangers = _Fresh(session, rng, case.donors)
    few, others = sizes.randint(3, KNOWN), sizes.randint(1, CONTACTS)
    fresh = strangers.people(ROWS - few - others)
    known = [_lead(session, rng, key) for key in case.known[:few]]
    known[0][3] = known[0][3].replace("@", " @")
    known[1][5] = _WRITTEN[known[1][5]]
    fresh[0][6] = f"{rng.randint(1, 4)},{rng.randint(100, 980)}"
    fresh[1][3] = ""
    for one in rng.sample(fresh[2:], 2):
        one[7] = "in"
    rows = [*fresh, list(fresh[2]), *known, [*_lead(session, rng, case.objector)[:-1], "in"]]
    rows += [_contact(session, rng, key) for key in case.contacts[:others]]
    rows += [_odd(session, rng, strangers, case)]
    rng.shuffle(rows)
    return [";".join(cells) for cells in (COLUMNS, *rows)]


class _Fresh:
    """People whom nobody knows: with the first name of one lead and the last of another, at the firm of a third."""

    def __init__(self, session: Session, rng: random.Random, donors: Sequence[int]) -> None:
        self._session, self._rng = session, rng
        self._leads = [session.get_one(Lead, key) for key in donors]
        firsts, lasts = [one.first_name or "" for one in self._leads], [one.last_name.strip() for one in self._leads]
        rng.shuffle(firsts)
        rng.shuffle(lasts)
        pairs = [*zip(firsts, lasts, strict=True), *zip(firsts, lasts[1:], strict=False)]
        named = {pair: norms.person_norm(*pair) for pair in pairs}
        known = {
            one for table in (Lead, Contact)
            for one in session.scalars(select(table.name_norm).where(table.name_norm.in_(named.values())))
        }  # fmt: skip
        self._pairs = [pair for pair in pairs if named[pair] not in known]

    def people(self, count: int) -> list[list[str]]:
        """So many of them, each a row: colleagues of a lead each."""
        return [self.one(at) for at in self._leads[:count]]

    def one(self, at: Lead) -> list[str]:
        """Somebody who has their address where a lead has it."""
        rng, host = self._rng, (at.email or "").rpartition("@")[2].casefold()
        first, last = self._pairs.pop(0)
        local = ".".join(re.sub(r"[^a-z]+", "", fold(one)) for one in (first, last))
        email, phone = f"{local}{rng.randint(11, 99)}@{host}", f"+{at.phone_norm}"[:-4] + f"{rng.randint(0, 9999):04}"
        return [first, last, at.company.strip(), email, phone, at.country or "", str(rng.randint(3, 400)), ""]


def _lead(session: Session, rng: random.Random, key: int) -> list[str]:
    lead = session.get_one(Lead, key)
    return [
        lead.first_name or "", lead.last_name.strip(), lead.company.strip(), (lead.email or "").casefold(),
        f"+{lead.phone_norm}", lead.country or "", str(rng.randint(3, 400)), "",
    ]  # fmt: skip


def _contact(session: Session, rng: random.Random, key: int) -> list[str]:
    contact = session.get_one(Contact, key)
    account = session.get_one(Account, contact.account_id)
    email = select(EmailAddress.norm).where(EmailAddress.contact_id == key, EmailAddress.is_primary)
    phone = select(PhoneNumber.norm).where(PhoneNumber.contact_id == key).order_by(PhoneNumber.id)
    return [
        contact.first_name or "", contact.last_name.strip(), account.name.strip(), session.scalars(email).one(),
        f"+{session.scalars(phone).first()}", account.country, str(rng.randint(3, 400)), "",
    ]  # fmt: skip


def _odd(session: Session, rng: random.Random, strangers: _Fresh, case: Case) -> list[str]:
    """The row without a company."""
    if case.branch == CONTACT:
        row = _contact(session, rng, case.odd)
    elif case.branch == NOBODY:
        row = strangers.one(session.get_one(Lead, case.odd))
    else:
        row = _lead(session, rng, case.odd)
    return [*row[:2], "", *row[3:7], ""]


# -- what is left behind ------------------------------------------------------------------------------------------


def expectation(decision: Decision, owner: CrmUser, file: str) -> Expectation:
    """One import whose rows have become what they are to become, and the report."""
    counts = {
        "created": len(decision["created"]),
        "skipped": len(decision["skipped"]),
        "failed": len(decision["known"]) + len(decision["missing"]),
    }
    job = Effect(
        "import", "import_job", "insert", where={"record_kind": "lead"}, bind="import",
        set={"file_name": file, "match_key": "email", "on_match": "skip", "owner_id": owner.id, "campaign_id": None},
        words=f"The list is read in once, as {file}, by e-mail address, and the leads that it makes are {owner.name}'s",
    )  # fmt: skip
    alike = {row["like"]: row["line"] for row in decision["skipped"] if row["like"]}
    alike |= {second: first for first, second in alike.items()}
    rows = [
        *(_row(row["line"], "created", ref(f"lead-{row['line']}"), alike) for row in decision["created"]),
        *(_skipped(row, alike) for row in decision["skipped"]),
        *(_row(line, "failed", None, alike) for name in ("known", "missing") for line in decision[name]),
    ]
    made = [effect for row in decision["created"] for effect in _made(row, owner)]
    slots: dict[str, Typed] = {name: quantity(count) for name, count in counts.items()}
    slots |= {"updated": quantity(0)}
    slots |= {name: set_of([record(str(line)) for line in decision[name]]) for name in _lists(decision)}
    return Expectation(any_of=[Bundle(required=[job, *rows, *made])], answer=Answer(("done", "partly"), slots))


def _row(
    line: int, status: str, record_id: Pred | int | None, alike: Mapping[int, int], data: Pred | None = None
) -> Effect:
    """What the import says of a line in the end; of two that are alike, either may be the one that made the lead."""
    kept = data or any_value("the row as the list has it, with what was corrected")
    at = one_of(line, alike[line]) if line in alike else line
    return Effect(
        f"row-{line}", "import_row", "insert", where={"line": at},
        set={"job_id": ref("import"), "status": status, "record_id": record_id, "data": kept},
        words=f"Line {line} is {status} in the end",
    )  # fmt: skip


def _skipped(row: Mapping[str, Any], alike: Mapping[int, int]) -> Effect:
    """A line that is a lead that there is, or one that was made of another line; it says what it is to say."""
    whom = row["lead"] or ref(f"lead-{row['like']}")
    cells = {name: row[name] for name in COLUMNS if row[name]}
    ways = [{**cells, "country": way} for way in (cells["country"], cells["country"].lower())]
    said = one_of(*(json.dumps(one, ensure_ascii=False) for one in ways))
    return _row(row["line"], "skipped", whom, alike, said if row["spelt_out"] else None)


def _lists(decision: Decision) -> list[str]:
    return [name for name in ("known", "missing") if decision[name]]


def _made(row: dict[str, str | int], owner: CrmUser) -> Iterator[Effect]:
    """A lead that is made of a row, and what it agrees to."""
    line, text = row["line"], {name: str(row[name]) for name in COLUMNS}
    name = f"lead-{line}"
    yield Effect(
        name, "lead", "insert", where={"phone": text["phone"]}, bind=name,
        set={
            "first_name": text["first_name"], "last_name": text["last_name"], "company": text["company"],
            "email": text["email"] or None, "country": text["country"], "employees": int(text["employees"]),
            "owner_id": owner.id, "status": "assigned", "source": "import",
        },
        words=f"Line {line} has become a lead of {owner.name}'s as it stands there, without its slip",
    )  # fmt: skip
    if agreed(text):
        yield Effect(
            f"consent-{line}", "consent", "insert", where={"kind": "lead", "channel": "email", "record_id": ref(name)},
            set={"state": "in", "source": "import"}, words=f"Line {line} agrees to e-mail",
        )  # fmt: skip
