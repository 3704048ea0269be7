"""What all parts of the population's history share: people, office, goods, words, and the sealed truth."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from worlds.crm.population import goods, words
from worlds.crm.population.firms import Firm
from worlds.crm.population.folk import Folk, Record
from worlds.crm.population.goods import Range, Ware
from worlds.crm.population.office import Office
from worlds.crm.population.words import Words
from worlds.crm.records import activity_file
from worlds.engine.build import Build
from worlds.engine.context import Actor
from worlds.engine.history import History
from worlds.seeds.mess import dirtied_note
from worlds.seeds.truth import Truth


@dataclass(slots=True)
class Life:
    """The house's past while it is lived.

    `firms` are account ids by legal entity, `doubles` leads of somebody who is one, each with the lead that came first.
    """

    build: Build
    history: History
    folk: Folk
    office: Office
    range: Range
    truth: Truth
    begin: datetime
    words: Words = field(default_factory=Words)
    firms: dict[int, list[int]] = field(default_factory=dict)
    doubles: list[tuple[Any, Any]] = field(default_factory=list)

    def rng(self, *names: object) -> random.Random:
        """A stream of chance."""
        return self.build.rng(*names)

    def given(
        self, rng: random.Random, now: datetime, language: str, *, firm: Firm | None = None,
        record: Record | None = None,
        ware: Ware | None = None, quantity: int | None = None, rep: str | None = None, **more: str,
    ) -> dict[str, str]:  # fmt: skip
        """What a text may name: goods, firm, people, days."""
        ware = ware or rng.choice(self.range.wares)
        at = firm or (record.firm if record else None)
        known = {
            "product": ware.name, "goods": goods.noun(ware.line, language),
            "qty": str(quantity or rng.choice((6, 8, 10, 12, 15, 18, 20, 24, 30, 36, 40, 48, 60, 75, 80, 120))),
            "firm": at.name.strip() if at else "our firm", "city": at.postal.city if at else "Utrecht",
            "first": record.given if record else "Office", "who": record.full if record else "the front desk",
            "rep": (rep or "Larkfield").split()[0], **more,
        }  # fmt: skip
        return words.facts(rng, language, now, known)

    def note(self, rng: random.Random, kind: str, given: Mapping[str, str], language: str, page: object) -> str:
        """A text as colleagues write it, with emoji or old markup here and there."""
        text = self.words.text(rng, kind, given, language, page)
        return dirtied_note(rng, text, self.build.rates)[0]

    def written(
        self, now: datetime, actor: Actor, kind: str, about: Mapping[str, int | None], *, zone: str | None = None,
        touches: bool = True, **columns: Any,
    ) -> int:  # fmt: skip
        """Write an activity down as it is written by operations; answers its id."""
        ctx = self.history.context(now, actor)
        on = activity_file.About(
            about.get("account_id"), about.get("contact_id"), about.get("lead_id"), about.get("opportunity_id"), zone
        )
        return activity_file.write(ctx, kind, on, touches=touches, **columns)
