"""What is said about a matter: the words of the desk with the facts of its person and its order in them."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from worlds.desk.population import words
from worlds.desk.population.cases import letter, line
from worlds.desk.population.matters import Matter
from worlds.desk.population.purchases import Goods
from worlds.desk.population.staffing import ZONE
from worlds.desk.population.words import Letter
from worlds.engine.context import Actor
from worlds.seeds.addresses import Postal
from worlds.seeds.letters import Quoted, euros, long_date, sentences, weekday
from worlds.seeds.people import slug

_OURS: Final = "care@larkfieldcare.example"
_TWO_STOPS: Final = re.compile(r"(?<=\w)\.\.(?!\.)")
"""As after a firm whose name ends with a full stop."""
_RESENT: Final = 0.35
"""Of those who write twice, so many send the very same again."""
_CODES: Final = ("LENTE10", "HELLO15", "FREEPOST", "TENT20", "SPRING15", "BEDANKT5")


@dataclass(slots=True)
class Speech:
    """Words for matters; articles of the house serve those that are about no order."""

    goods: Goods

    def opening(self, rng: random.Random, matter: Matter) -> Letter:
        """What its requester writes first."""
        given = self.given(rng, matter, matter.at, "")
        if matter.silent:
            given = {name: value for name, value in given.items() if name not in ("order", "tracking")}
        first = matter.first
        if matter.letter == "again" and first is not None and first.opened is not None and rng.random() < _RESENT:
            again = first.opened
            return Letter(again.subject, "\n\n".join([again.body, *matter.more]))
        if matter.letter:
            said = letter(rng, matter.language, matter.letter, given)
        else:
            said = words.opening(rng, matter.language, matter.told or matter.topic, given, matter.tone)
        more = " ".join(matter.more)
        is_named = matter.case in ("twins", "pair") or matter.given.get("named") == "words"
        if is_named and matter.order and matter.order.number not in said.subject + said.body:
            more = f"{line(rng, matter.language, 'ref', given)} {more}".strip()
        body = f"{said.body}\n\n{more}" if more else said.body
        matter.opened = Letter(said.subject[:200].strip(), _remembered(matter, body))
        return matter.opened

    def absence(self, rng: random.Random, matter: Matter, now: datetime) -> Letter:
        """What its requester's mailbox writes while they are away."""
        given = self.given(rng, matter, now, "", language="en")
        return words.opening(rng, "en", "auto_reply", given, "brief")

    def follow_up(self, rng: random.Random, matter: Matter, intent: str, agent: Actor, now: datetime) -> str:
        """What its requester writes after an answer, some with the answer below it."""
        quoted = None
        if matter.heard and matter.channel == "email" and rng.random() < 0.35:
            when, text = matter.heard
            quoted = Quoted(when.astimezone(ZONE), agent.name, _OURS, text)
        given = self.given(rng, matter, now, agent.name)
        matter.wrote, matter.intent = now, intent
        text = words.follow_up(rng, matter.language, intent, given, matter.tone, quoted, frozenset(matter.said))
        return _remembered(matter, text)

    def reply(self, rng: random.Random, matter: Matter, stage: str, agent: Actor, now: datetime) -> str:
        """What an agent writes to them: `first`, `answer` or `closing`."""
        given = self.given(rng, matter, now, agent.name)
        text = words.reply(
            rng, matter.language, "card_number" if matter.told == "card_number" else matter.topic, stage, given,
            said=frozenset(matter.said), after=matter.intent,
        )  # fmt: skip
        matter.heard = (now, text)
        return _remembered(matter, text)

    def note(self, rng: random.Random, matter: Matter, agent: Actor, now: datetime, kinds: Sequence[str]) -> str:
        """What a colleague writes down for the others, of some kinds of notes."""
        given = self.given(rng, matter, now, agent.name, language="en")
        return _remembered(matter, words.note(rng, given, said=frozenset(matter.said), kinds=kinds))

    def side(self, rng: random.Random, matter: Matter, party: str, agent: Actor, now: datetime) -> words.Exchange:
        """A conversation with somebody outside: subject, question and answer."""
        return words.side(rng, party, self.given(rng, matter, now, agent.name, language="en"))

    def given(
        self, rng: random.Random, matter: Matter, now: datetime, agent: str, *, language: str = ""
    ) -> dict[str, str]:
        """The facts that words may speak of."""
        language = language or matter.language
        order, who = matter.order, matter.who
        person = who.person
        name = matter.sender[0] if matter.sender else person.name.full if person else who.name
        postal = person.postal if person else None
        day = now + timedelta(days=rng.choice((1, 2, 3))) if agent else now - timedelta(days=rng.choice((1, 2, 3, 4)))
        facts = {
            "name": name, "first": name.split(maxsplit=1)[0], "email": matter.sender[1] if matter.sender else who.email,
            "new_email": f"{slug(name).replace('-', '.') or 'new'}@example.net",
            "company": who.firm.name if who.firm else "", "agent": agent.split(maxsplit=1)[0] if agent else "",
            "day": weekday(language, _working(day).astimezone(ZONE).date()),
            "code": _CODES[rng.randrange(len(_CODES))], **_place(postal),
            "today": weekday(language, now.astimezone(ZONE).date()),
            "wrote": weekday(language, (matter.wrote or matter.at).astimezone(ZONE).date()),
            "facts": " ".join(sorted(matter.facts(now.astimezone(ZONE)))),
        }  # fmt: skip
        facts |= self._bought(rng, matter, language, now)
        if order is not None and matter.case == "two_parcels":
            facts["here"] = order.lines[0].title
        return facts | matter.given

    def _bought(self, rng: random.Random, matter: Matter, language: str, now: datetime) -> dict[str, str]:
        order = matter.order
        if matter.about is None:
            _, title, price = self.goods.draw(rng)
            matter.about = (title, self.goods.draw(rng)[1], price)
        title, other, price = matter.about
        if order is None:
            when = (now - timedelta(days=rng.randint(3, 20))).astimezone(ZONE).date()
            return {
                "article": title, "other_article": other, "amount": euros(language, price),
                "date": long_date(language, when),
            }  # fmt: skip
        about, late = order.missing, order.late
        others = [line.title for line in order.lines if line.title != about.title]
        number = matter.claimed or order.number
        facts = {
            "article": about.title, "other_article": others[0] if others else title,
            "amount": euros(language, about.price * about.units), "order": number,
            "date": long_date(language, order.at.astimezone(ZONE).date()),
            "wrong_order": mistyped(rng, number),
        }  # fmt: skip
        if late is not None:
            facts |= {"carrier": late.carrier, "tracking": late.tracking}
        return facts


def _remembered(matter: Matter, text: str) -> str:
    text = _TWO_STOPS.sub(".", text)
    matter.said |= sentences(text)
    return text


def _place(postal: Postal | None) -> dict[str, str]:
    if postal is None:
        return {}
    return {"city": postal.city, "street": postal.line1, "postal_code": postal.postal_code}


def _working(moment: datetime) -> datetime:
    """The moment, or the next day where it falls on a Sunday: then nothing is brought and nobody is here."""
    return moment + timedelta(days=1) if moment.astimezone(ZONE).weekday() == 6 else moment


def mistyped(rng: random.Random, number: str) -> str:
    """An order number with two digits in each other's place, or another last one."""
    at = rng.randrange(len(number) - 3, len(number) - 1)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return swapped if swapped != number else f"{number[:-1]}{(int(number[-1]) + 3) % 10}"
