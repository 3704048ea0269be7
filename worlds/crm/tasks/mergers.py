"""What merging accounts and contacts leaves behind, worked out on a copy of their rows; no operation is asked.

Whatever refers to a record that goes refers to the one that stays, rows that this one has already are not doubled, its
empty columns are filled, and whoever has objected on one record has objected.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import Consent, DuplicateItem, DuplicateSet
from worlds.crm.models.model import Model
from worlds.crm.tasks.casework import word
from worlds.graders.effects import Where
from worlds.graders.expectation import Effect
from worlds.graders.predicates import any_value, mentions, one_of

_REFERS: Final = {
    "account": (
        ("contact", "account_id"), ("opportunity", "account_id"), ("account", "parent_id"),
        ("lead", "converted_account_id"), ("contact_account", "account_id"), ("contract", "account_id"),
        ("order_ref", "account_id"), ("activity", "account_id"), ("account_team", "account_id"),
    ),
    "contact": (
        ("opportunity", "primary_contact_id"), ("contact", "reports_to_id"), ("lead", "converted_contact_id"),
        ("email_address", "contact_id"), ("phone_number", "contact_id"), ("contact_account", "contact_id"),
        ("opportunity_contact_role", "contact_id"), ("activity", "contact_id"), ("campaign_member", "contact_id"),
        ("quote", "contact_id"),
    ),
}  # fmt: skip
"""Where records are referred to, table and column."""
_ALIKE: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("contact_account", "account_id"): ("contact_id", "role", "active"),
    ("contact_account", "contact_id"): ("account_id", "role", "active"),
    ("account_team", "account_id"): ("user_id",),
    ("email_address", "contact_id"): ("norm",),
    ("phone_number", "contact_id"): ("norm", "extension"),
    ("opportunity_contact_role", "contact_id"): ("opportunity_id",),
    ("campaign_member", "contact_id"): ("campaign_id",),
}
"""By which columns two rows of one record would be the same; the one that came with the loser is dropped then."""
_FILLED: Final = {
    "account": (
        "website", "employees", "billing_street", "billing_postal_code", "billing_city", "billing_country",
        "shipping_street", "shipping_postal_code", "shipping_city", "shipping_country", "phone", "parent_id",
        "legal_name", "registration_number", "price_book_id", "shop_customer",
    ),
    "contact": (
        "salutation", "first_name", "title", "department", "reports_to_id", "personal_id", "pay_notes", "birthday",
        "lead_source", "desk_user", "shop_customer",
    ),
}  # fmt: skip
"""Columns that may be empty on the record that stays, and are filled then."""
_WHOEVER: Final = any_value("a colleague may have merged the same a moment before")
_UNJUDGED: Final = frozenset({"volatile", "derived"})
_OPTED: Final = {"email": "email_address", "phone": "phone_number"}

Row = dict[str, Any]


class Mergers:
    """Merges on paper: rows before and after, by table and id."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: set[tuple[str, int]] = set()
        self._before: dict[tuple[str, int], Row] = {}
        self._after: dict[tuple[str, int], Row] = {}
        self._gone: list[tuple[str, int, int]] = []
        self._said: list[Effect] = []
        self._either: dict[tuple[str, int, str], tuple[Any, ...]] = {}
        """What may fill a column, whichever of the losers is named first."""

    def merge(self, kind: str, winner: int, losers: Sequence[int]) -> None:
        """Merge records into the one that stays."""
        self._kept.add((kind, winner))
        kept, going = self._one(kind, winner), [self._one(kind, key) for key in losers]
        for column in _FILLED[kind]:
            there = [row[column] for row in going if row[column] not in (None, "")]
            if kept[column] in (None, "") and there:
                kept[column] = there[0]
                self._either[kind, winner, column] = tuple(dict.fromkeys(map(_plain, there)))
        notes = dict.fromkeys(row["notes"] for row in (kept, *going) if row["notes"])
        kept["notes"] = "\n\n".join(notes) or None
        for row in going:
            row |= {"merged_into_id": winner, "is_deleted": True}
            self._gone.append((kind, winner, row["id"]))
        for loser in losers:
            if kind == "contact":
                self._restrict(winner, loser)
            for table, column in _REFERS[kind]:
                self._take_over(table, column, winner, loser)
            if kind == "contact":
                self._agree(kept, self._one(kind, loser))

    def filled(self) -> list[Effect]:
        """What may be on the records that stay: empty columns that are filled, if nobody did it before, and remarks."""
        return [one for key in sorted(self._kept) if not self._silenced(key) for one in self._changed(key)]

    def effects(self) -> list[Effect]:
        """All that changes, an effect a row."""
        rows = [key for key in sorted(self._after) if key not in self._kept or self._silenced(key)]
        found = [one for key in rows for one in self._changed(key)]
        merged = [
            Effect(
                f"merged-{kind}-{loser}", "merge_record", "insert",
                where={"kind": kind, "winner_id": winner, "loser_id": loser},
                set={
                    "choices": any_value("the values that it filled stand on the record itself"),
                    "actor_id": _WHOEVER, "actor_name": _WHOEVER,
                },
                by="any", words=f"The {kind} {loser} was merged into {winner}",
            )
            for kind, winner, loser in self._gone
        ]  # fmt: skip
        return [*merged, *found, *self._said, *self._closed()]

    # -- rows -----------------------------------------------------------------------------------------------------

    def _one(self, table: str, key: int) -> Row:
        if (table, key) not in self._after:
            self._load(table, "id", key)
        return self._after[table, key]

    def _load(self, table: str, column: str, value: int) -> None:
        """Read the rows whose column had a value at first, in so far as they were not read yet."""
        of = Model.metadata.tables[table]
        for found in self._session.execute(select(of).where(of.c[column] == value).order_by(of.c.id)).mappings():
            key = (table, int(found["id"]))
            if key not in self._before:
                self._before[key] = dict(found)
                self._after[key] = dict(found)

    def _where(self, table: str, column: str, value: int) -> list[Row]:
        """The rows whose column has a value now, in the order of their ids."""
        self._load(table, column, value)
        rows = [row for (name, _), row in sorted(self._after.items()) if name == table and row]
        return [row for row in rows if row[column] == value]

    # -- what a merge does to them ----------------------------------------------------------------------------------

    def _take_over(self, table: str, column: str, winner: int, loser: int) -> None:
        alike = _ALIKE.get((table, column))
        kept = self._where(table, column, winner)
        there = {tuple(row[name] for name in alike) for row in kept} if alike else set()
        for row in self._where(table, column, loser):
            if alike and tuple(row[name] for name in alike) in there:
                self._unsubscribe(kept, row)
                row.clear()
            elif (table, row["id"]) != (("account" if column == "parent_id" else "contact"), winner):
                row[column] = winner
                if "is_primary" in row:
                    row["is_primary"] = False
        rows = self._where(table, column, winner)
        if rows and "is_primary" in rows[0] and not any(row["is_primary"] for row in rows):
            rows[0]["is_primary"] = True

    @staticmethod
    def _unsubscribe(kept: Iterable[Row], gone: Row) -> None:
        for row in kept:
            if gone.get("status") == "unsubscribed" and row["campaign_id"] == gone["campaign_id"]:
                row["status"] = "unsubscribed"

    def _restrict(self, winner: int, loser: int) -> None:
        for table in _OPTED.values():
            silent = {row["norm"] for row in self._where(table, "contact_id", loser) if row["opted_out"]}
            for row in self._where(table, "contact_id", winner):
                row["opted_out"] = row["opted_out"] or row["norm"] in silent

    def _agree(self, kept: Row, gone: Row) -> None:
        """The strictest of what was said holds, and what follows from it for addresses and numbers."""
        kept["do_not_call"] = kept["do_not_call"] or gone["do_not_call"]
        own, other = (self._consents(row["id"]) for row in (kept, gone))
        for channel, said in sorted(other.items()):
            mine = own.get(channel)
            if mine is None and (said["state"] == "out" or not (channel == "phone" and kept["do_not_call"])):
                own[channel] = {name: said[name] for name in ("state", "source", "note")}
                self._say(kept["id"], channel, own[channel])
            elif mine is not None and (mine["state"], said["state"]) == ("in", "out"):
                mine |= {name: said[name] for name in ("state", "source", "note")}
        for channel, table in _OPTED.items():
            if own.get(channel, {}).get("state") == "out":
                for row in self._where(table, "contact_id", kept["id"]):
                    row["opted_out"] = True
        if own.get("phone", {}).get("state") == "out":
            kept["do_not_call"] = True

    def _consents(self, key: int) -> dict[str, Row]:
        found = self._session.scalars(select(Consent.id).where(Consent.kind == "contact", Consent.record_id == key))
        rows = [self._one("consent", one) for one in found]
        return {row["channel"]: row for row in rows}

    def _say(self, key: int, channel: str, said: Row) -> None:
        where: Where = {"kind": "contact", "record_id": key, "channel": channel}
        told = {"state": said["state"], "source": said["source"], "note": _text(said["note"])}
        words = f"What was said of {channel} on the record that goes stands on contact {key}"
        self._said.append(
            Effect(f"said-{key}-{channel}", "consent", "insert", where=where, set=told, by="any", words=words)
        )

    # -- effects --------------------------------------------------------------------------------------------------

    def _changed(self, key: tuple[str, int]) -> Iterable[Effect]:
        (table, number), before, after = key, self._before[key], self._after[key]
        name, spoken = f"{table}-{number}", f"The {table.replace('_', ' ')} {number}"
        if not after:
            yield Effect(name, table, "delete", where={"id": number}, by="any", words=f"{spoken} is not doubled")
            return
        shape = Model.metadata.tables[table]
        judged = [column.name for column in shape.c if column.info["class"] not in _UNJUDGED]
        prose = {column.name for column in shape.c if column.info["class"] == "prose"}
        changed = {one: after[one] for one in judged if after[one] != before[one]}
        told = {one: _text(value) if one in prose else _plain(value) for one, value in changed.items()}
        told |= {one: one_of(*self._either[*key, one]) for one in changed if len(self._either.get((*key, one), ())) > 1}
        if key in self._kept:
            told["notes"] = _remarks(after["notes"])
        if told:
            words = f"{spoken} has other {', '.join(one.replace('_', ' ') for one in told)} by the merge"
            count = (0, 1) if key in self._kept and not self._silenced(key) else 1
            yield Effect(name, table, "update", where={"id": number}, set=told, by="any", count=count, words=words)

    def _silenced(self, key: tuple[str, int]) -> bool:
        """Whether a merge keeps somebody from being called who was called before."""
        return bool(self._after[key].get("do_not_call")) and not self._before[key]["do_not_call"]

    def _closed(self) -> list[Effect]:
        """Sets of duplicates in which one record is left are closed."""
        found = []
        for place, members in open_sets(self._session, [(kind, loser) for kind, _, loser in self._gone]).items():
            left = [one for one in members if one not in {(kind, loser) for kind, _, loser in self._gone}]
            if len(left) <= 1:
                told: Where = {"state": "merged", "decided_by": _WHOEVER}
                words = f"The set of duplicates {place} is closed as merged"
                found.append(
                    Effect(f"set-{place}", "duplicate_set", "update", {"id": place}, told, by="any", words=words)
                )
        return found


def open_sets(session: Session, records: Iterable[tuple[str, int]]) -> dict[int, list[tuple[str, int]]]:
    """The open sets of duplicates in which any of some records stands, each with those of its members that live."""
    named = set(records)
    rows = session.execute(
        select(DuplicateItem.set_id, DuplicateItem.kind, DuplicateItem.record_id)
        .join(DuplicateSet, DuplicateSet.id == DuplicateItem.set_id)
        .where(DuplicateSet.state == "open")
        .order_by(DuplicateItem.set_id, DuplicateItem.id)
    ).tuples()
    members: dict[int, list[tuple[str, int]]] = {}
    for place, kind, key in rows:
        members.setdefault(place, []).append((kind, key))
    return {
        place: [one for one in found if _lives(session, *one)] for place, found in members.items() if named & set(found)
    }


def _lives(session: Session, kind: str, key: int) -> bool:
    of = Model.metadata.tables[kind]
    return not session.scalars(select(of.c.is_deleted).where(of.c.id == key)).one()


def _text(value: str | None) -> Any:
    """Prose as it has to stand there, beside what else may."""
    return None if value is None else mentions(*(word(part) for part in value.split("\n\n")))


def _remarks(value: str | None) -> Any:
    """What colleagues should know of a record: what stood there on all that were merged, and more."""
    return _text(value) or any_value("colleagues may say there, too, what was merged")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
