"""What customers and staff write at the desk, from the tables in words/; prepared replies and help articles beside them.

`given` holds what a text may speak of, by name: `first` and `article` always; `name`, `order`, `wrong_order`,
`other_article`, `day` and `date` (in the text's language), `amount`, `tracking`, `carrier`, `city`, `street`,
`postal_code`, `company`, `code`, `email`, `new_email`, `agent`, `ticket` and `flaw` where they are known. Texts that need
more than is given are not drawn; the words for an article (`thing`, `flaw`, …) follow from its title.
"""

import json
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from worlds.seeds.letters import LANGUAGES, Quoted, Stock, quote, toned, unsaid

NEEDING_CARE: Final = ("legal", "safety", "card_number")
"""Openings that are escalated or redacted, beside those of the ordinary topics."""
NEEDING_NO_ANSWER: Final = ("spam", "auto_reply")
INTENTS: Final = (
    "answers_with_number", "answers_partly", "wrong_number", "nudge", "angry_nudge", "thanks", "change_of_mind",
    "second_issue", "confirms", "declines", "out_of_office",
)  # fmt: skip
HABITS: Final = ("formal", "warm", "terse")
NOTES: Final = ("diagnosis", "handover", "call", "warning", "warehouse", "decision", "general")
PARTIES: Final = ("warehouse", "carrier", "supplier", "finance")
_HERE: Final = Path(__file__).parent
_SUBJECT_CAPITAL: Final = 0.8
_NOTHING: Final[frozenset[str]] = frozenset()
_WITHOUT_ARTICLE: Final = {
    "en": {"thing": "order"},
    "nl": {"thing": "de bestelling", "bare": "bestelling"},
    "de": {"thing": "die Bestellung", "thing_acc": "die Bestellung", "thing_dat": "der Bestellung"},
    "fr": {"thing": "la commande", "of_thing": "de la commande", "my_thing": "ma commande"},
}
"""What an article that the desk has no words for is called."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody writes first."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Good:
    """An article that customers have bought. `price` in cents with tax."""

    kind: str
    title: str
    price: int


@dataclass(frozen=True, slots=True)
class PreparedReply:
    """A macro as it is set up: `actions` is JSON as stored, `group` names who alone may use it.

    `stale` says what in its text is no longer true.
    """

    title: str
    language: str
    body: str
    public: bool
    actions: str
    group: str | None
    stale: str | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category of the knowledge base."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class HelpArticle:
    """An article of the knowledge base that is no rule of the house.

    `version_of` is the slug of the English article that it translates, `outdated` says what is no longer true.
    """

    slug: str
    title: str
    category: str
    language: str
    visibility: str
    state: str
    body: str
    outdated: str | None
    version_of: str | None


@cache
def _table(name: str) -> dict[str, Any]:
    with (_HERE / name).open("rb") as file:
        return tomllib.load(file)


@cache
def goods() -> tuple[Good, ...]:
    """Every article that customers have bought, by kind."""
    listed: Mapping[str, Mapping[str, int]] = _table("words/goods.toml")["goods"]
    return tuple(Good(kind, title, price) for kind, titles in listed.items() for title, price in titles.items())


def article_names(rng: random.Random) -> list[str]:
    """The titles of all articles, in an order of chance."""
    titles = [one.title for one in goods()]
    rng.shuffle(titles)
    return titles


@cache
def _kinds() -> dict[str, str]:
    return {one.title: one.kind for one in goods()}


def words_for(title: str | None, language: str) -> dict[str, tuple[str, ...]]:
    """What a language has to say of an article: what it is called, flaws and questions."""
    kind = _kinds().get(title or "")
    if kind is None:
        return {name: (value,) for name, value in _WITHOUT_ARTICLE[language].items()}
    rows: Mapping[str, Any] = _table("words/goods.toml")["kind"][kind][language]
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in rows.items()}


def _stock(language: str, given: Mapping[str, str], *tables: Mapping[str, Any]) -> Stock:
    known = {"name": given.get("first", ""), **given}
    slots: dict[str, Sequence[str]] = {}
    maybe: dict[str, Sequence[str]] = {}
    for table in tables:
        slots |= table.get("slots", {})
        maybe |= table.get("maybe", {})
    return Stock.of({**slots, **words_for(given.get("article"), language)}, known, maybe)


def _fitting(stock: Stock, texts: Sequence[str]) -> list[str]:
    return [one for one in texts if stock.fits(one)]


def opening(
    rng: random.Random,
    language: str,
    topic: str,
    given: Mapping[str, str],
    tone: str = "polite",
    said: frozenset[str] = _NOTHING,
) -> Letter:
    """What somebody writes first about a topic, of the ticket's topics, `NEEDING_CARE` or `NEEDING_NO_ANSWER`.

    `said` are sentences (`worlds.seeds.letters.sentences`) that should not be said again.

    Raises:
        LookupError: if no text of the topic can do with what is given.
    """
    table = _table(f"words/openings_{language}.toml")
    stock = _stock(language, given, table)
    rows = [row for row in table[topic] if stock.fits(row["body"]) and _fitting(stock, row["subjects"])]
    if not rows:
        raise LookupError(f"no opening about {topic} in {language} can do with {', '.join(sorted(given))} alone")
    kept: list[Mapping[str, Any]] = []

    def draw() -> str:
        kept[:] = [rng.choice(rows)]
        body = stock.choose(rng, [kept[0]["body"]])
        if topic not in NEEDING_NO_ANSWER:
            greetings = [stock.choose(rng, [one]) for one in table["greetings"]]
            closings = [stock.choose(rng, [one]) for one in _fitting(stock, table["closings"])]
            body = toned(rng, body, greetings, closings, tone)
        return stock.shown(body)

    body = unsaid(draw, said)
    subject = stock.shown(stock.choose(rng, kept[0]["subjects"]))
    if rng.random() < _SUBJECT_CAPITAL:
        subject = subject[:1].upper() + subject[1:]
    return Letter(subject, body)


def follow_up(
    rng: random.Random,
    language: str,
    intent: str,
    given: Mapping[str, str],
    quoted: Quoted | None = None,
    tone: str = "brief",
    said: frozenset[str] = _NOTHING,
) -> str:
    """What a customer writes after an answer: one of INTENTS, signed as their program does, with what they answer.

    Raises:
        LookupError: if no text of the intent can do with what is given.
    """
    voices, table = _table(f"words/openings_{language}.toml"), _table("words/follow_ups.toml")[language]
    stock = _stock(language, given, voices, table)
    if intent == "out_of_office":
        return unsaid(lambda: stock.shown(stock.choose(rng, table[intent])), said)

    def draw() -> str:
        body = stock.choose(rng, table[intent])
        closings = [stock.choose(rng, [one]) for one in _fitting(stock, voices["closings"])]
        return stock.shown(toned(rng, body, voices["greetings"], closings, tone))

    parts = [unsaid(draw, said)]
    if "company" in given and rng.random() < 0.6:
        parts.append("-- \n" + stock.shown(stock.choose(rng, table["firm_signatures"])))
    elif rng.random() < 0.22:
        parts.append(rng.choice(table["signatures"]))
    if quoted is not None:
        below = quote(rng, language, quoted)
        parts = [below, *parts] if rng.random() < 0.1 else [*parts, below]
    return "\n\n".join(parts)


def reply(
    rng: random.Random,
    language: str,
    topic: str,
    stage: str,
    given: Mapping[str, str],
    agent_habit: str = "warm",
    said: frozenset[str] = _NOTHING,
) -> str:
    """What an agent answers in public: `stage` is `first` (often asking something), `answer` or `closing`.

    `given` holds `agent` as well. Legal threats are never answered, dangers only by the `first` reply.

    Raises:
        LookupError: if no text can do with what is given, or nothing is ever answered at this stage.
    """
    table = _table(f"words/replies_{language}.toml")
    stock, habit = _stock(language, given, table), table["habits"][agent_habit]
    texts = table["closing"]["texts"] if stage == "closing" else table["topics"].get(topic, {}).get(stage)
    if not texts or topic in NEEDING_NO_ANSWER or topic == "legal":
        raise LookupError(f"nothing is answered to {topic} at {stage}")

    def draw() -> str:
        said_first = "" if topic == "safety" else stock.choose(rng, habit[stage]) + " "
        opener = "" if agent_habit == "terse" and rng.random() < 0.5 else said_first
        greeting, farewell = stock.choose(rng, habit["greetings"]), stock.choose(rng, habit["farewells"])
        return stock.shown(f"{greeting},\n\n{opener}{stock.choose(rng, texts)}\n\n{farewell}")

    return unsaid(draw, said)


def note(rng: random.Random, kind: str, given: Mapping[str, str], said: frozenset[str] = _NOTHING) -> str:
    """An internal note of one of the kinds in NOTES, in English; `agent` is the colleague it speaks of.

    Raises:
        LookupError: if no text can do with what is given.
    """
    table = _table("words/backstage.toml")
    stock = _stock("en", given, table)
    text = unsaid(lambda: stock.shown(stock.choose(rng, table["notes"][kind])), said)
    return f"Diagnosis: {text}" if kind == "diagnosis" else text[:1].upper() + text[1:]


def side(rng: random.Random, kind: str, given: Mapping[str, str], said: frozenset[str] = _NOTHING) -> str:
    """A message to a party outside the desk or its answer: `to_` or `from_` and one of PARTIES, in English.

    Raises:
        LookupError: if no text can do with what is given.
    """
    table = _table("words/backstage.toml")
    stock = _stock("en", given, table)
    return unsaid(lambda: stock.shown(stock.choose(rng, table["side"][kind]["texts"])), said)


def side_subject(rng: random.Random, party: str, given: Mapping[str, str]) -> str:
    """What a conversation with a party is headed."""
    table = _table("words/backstage.toml")
    stock = _stock("en", given, table)
    return stock.shown(stock.choose(rng, table["side"][f"to_{party}"]["subjects"]))


@cache
def macros() -> tuple[PreparedReply, ...]:
    """Every macro, a good mix first."""
    return tuple(
        PreparedReply(
            row["title"], row["language"], row["body"].strip(), row.get("public", True),
            json.dumps(row.get("actions", {}), ensure_ascii=False, sort_keys=True), row.get("group"), row.get("stale"),
        )
        for row in _table("macros.toml")["macro"]
    )  # fmt: skip


@cache
def shelves() -> tuple[Shelf, ...]:
    """The categories of the help articles, in their order."""
    return tuple(Shelf(row["slug"], row["title"]) for row in _table("articles/shelves.toml")["shelf"])


@cache
def articles() -> tuple[HelpArticle, ...]:
    """Every help article that is no rule of the house, a good mix first."""
    return tuple(_read_articles())


def _read_articles() -> Iterator[HelpArticle]:
    for path in sorted((_HERE / "articles").glob("*.md")):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        facts = dict(line.split(": ", 1) for line in head.strip().splitlines())
        yield HelpArticle(
            slug=re.sub(r"^\d+-", "", path.stem),
            title=facts["title"],
            category=facts["category"],
            language=facts["language"],
            visibility=facts.get("visibility", "public"),
            state=facts.get("state", "published"),
            body=body.strip(),
            outdated=facts.get("outdated"),
            version_of=facts.get("version_of"),
        )


__all__ = [
    "HABITS", "INTENTS", "LANGUAGES", "NEEDING_CARE", "NEEDING_NO_ANSWER", "NOTES", "PARTIES", "Good", "HelpArticle",
    "Letter", "PreparedReply", "Quoted", "Shelf", "article_names", "articles", "follow_up", "goods", "macros", "note",
    "opening", "reply", "shelves", "side", "side_subject", "words_for",
]  # fmt: skip
