"""Problems: what hits several requesters at once, a carrier's depot that stands still or an article with a flaw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

FLAWS: Final = {
    "en": ("the seam opens at the first use", "the fastening breaks off", "it loses its colour in the rain"),
    "nl": ("de naad gaat bij het eerste gebruik open", "de sluiting breekt af", "hij verliest kleur in de regen"),
    "de": ("die Naht geht beim ersten Gebrauch auf", "der Verschluss bricht ab", "es färbt im Regen ab"),
    "fr": ("la couture s'ouvre à la première utilisation", "la fermeture casse", "il déteint sous la pluie"),
}  # fmt: skip
"""What goes wrong with articles, by language, the same in each at the same place."""


@dataclass(slots=True, eq=False)
class Problem:
    """Something that hits several requesters: a carrier's depot, or the flaw of an article."""

    serial: int
    topic: str
    at: datetime
    carrier: str = ""
    depot: str = ""
    kind: str = ""
    title: str = ""
    price: int = 0
    flaw: int = 0
    ticket_id: int = 0

    @property
    def subject(self) -> str:
        """As a colleague named it."""
        if self.carrier:
            return f"{self.carrier}: parcels stand still at the depot in {self.depot}"
        return f"{self.title}: {FLAWS['en'][self.flaw]}"

    @property
    def body(self) -> str:
        """What the colleague wrote down."""
        if self.carrier:
            return (
                f"{self.carrier} has told us that its depot in {self.depot} stands still; whatever lies there moves "
                f"from Tuesday on at the earliest. Incidents are orders whose parcel went with {self.carrier} and lies "
                f"in {self.depot}. Other carriers have depots there too, and theirs work: look at the order first."
            )
        return (
            f"Several customers report of the {self.title}: {FLAWS['en'][self.flaw]}. The supplier looks into the "
            "batch. Incidents are orders with exactly this article; similar ones come from other makers and are not "
            "part of this."
        )

    @property
    def fields(self) -> Sequence[tuple[str, str]]:
        """What the ticket holds in fields of the house's own."""
        return (("carrier", self.carrier),) if self.carrier else (("product", self.title),)
