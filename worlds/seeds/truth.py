"""The sealed truth about a population: who each person is, which records are theirs, what was intended, what is mess.

It lies in a sidecar beside the snapshot that no episode opens; only graders and tests read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from worlds.seeds.people import Person


@dataclass(slots=True)
class Truth:
    """Collects the truth while a population is made."""

    persons: dict[int, dict[str, Any]] = field(default_factory=dict)
    mess: dict[str, list[int]] = field(default_factory=dict)

    def meet(self, person: Person) -> None:
        """Write a person down with the values that every record about them was derived from."""
        postal = person.postal
        self.persons[person.pid] = {
            "name": person.name.full,
            "email": person.email,
            "phone": person.phone.e164,
            "language": person.language,
            "company": person.company,
            "address": {
                "line1": postal.line1, "line2": postal.line2, "city": postal.city, "province": postal.province,
                "postal_code": postal.postal_code, "country": postal.country,
            },
            "records": {},
        }  # fmt: skip

    def record(self, pid: int, table: str, row_id: int) -> None:
        """Say that a row is about a person."""
        self.persons[pid]["records"].setdefault(table, []).append(row_id)

    def dirty(self, kind: str, row_id: int) -> None:
        """Say that a row shows a kind of mess."""
        rows = self.mess.setdefault(kind, [])
        if row_id not in rows[-3:]:  # the same row may be met twice in a row, never further apart
            rows.append(row_id)

    def sealed(self, counts: Mapping[str, int]) -> dict[str, Any]:
        """All of it as JSON values, in a stable order."""
        return {
            "persons": {str(pid): self.persons[pid] for pid in sorted(self.persons)},
            "mess": {kind: sorted(set(self.mess[kind])) for kind in sorted(self.mess)},
            "counts": dict(sorted(counts.items())),
        }
