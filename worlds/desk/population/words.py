"""What customers and staff write at the desk, from tables in words/; prepared replies and help articles beside them.

`given` holds what a text may speak of, by name: `first` and `article` always; `name`, `order`, `wrong_order`,
`other_article`, `day` and `date` (in the text's language), `amount`, `tracking`, `carrier`, `city`, `street`,
`postal_code`, `company`, `code`, `email`, `new_email`, `agent`, `ticket` and `flaw` where they are known; an empty
value is not known. `wrote` is the weekday of the last message and `today` that of this one. `facts` says what is so, of
`FACTS`, with blanks between: a text with `{if_photos}` in it is drawn only where photos came; without `facts` anything
may be said. Texts that need more than is known are not drawn; the words for an article (`thing`, `flaw`, …) follow from
its title.
"""

import json
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from worlds.seeds.letters import Quoted, Stock, quote, toned, unsaid

NEEDING_CARE: Final = ("legal", "safety", "card_number")
"""Openings that are escalated or redacted, beside those of the ordinary topics."""
NEEDING_NO_ANSWER: Final = ("spam", "auto_reply")
INTENTS: Final = (
    "answers_with_number", "answers_partly", "wrong_number", "nudge", "angry_nudge", "thanks", "change_of_mind",
    "second_issue", "confirms", "declines", "out_of_office",
)  # fmt: skip
FACTS: Final = (
    "photos", "no_photos", "order", "no_number", "two_parcels", "several", "sent", "cancelled", "kept", "here",
    "waiting", "money", "returning", "damaged", "discount", "german", "morning", "afternoon", "evening",
)  # fmt: skip
"""What may be so: photos came or none did, there is an order whose number is not told yet, it has two parcels, several
articles, was sent, cancelled or not; the goods are here or waited for, it is about money, a return, damage or a code;
it is told in German; it is written in the morning, in the afternoon or in the evening."""
HABITS: Final = ("formal", "warm", "terse")
NOTES: Final = ("diagnosis", "handover", "call", "warning", "warehouse", "decision", "general")
PARTIES: Final = ("warehouse", "carrier", "supplier", "finance")
_HERE: Final = Path(__file__).parent
_SUBJECT_CAPITAL: Final = 0.8
_CAREFUL: Final = frozenset({"polite", "chatty"})
_NOTHING: Final[frozenset[str]] = frozenset()
_WITHOUT_ARTICLE: Final = {
    "en": {"thing": "order"},
    "nl": {"thing": "de bestelling", "bare": "bestelling"},
    "de": {"thing": "die Bestellung", "thing_acc": "die Bestellung", "thing_dat": "der Bestellung"},
    "fr": {"thing": "la commande", "of_thing": "de la commande", "my_thing": "ma commande"},
}
"""What an article that the desk has no words for is called."""
_BY_GROUP: Final = ("unwanted", "kept", "size")
"""Slots that differ between what is worn, what is big and what is small."""
_MARKS: Final = {"de": ("„", "“"), "fr": ("« ", " »")}
"""Languages that put an English title into quotation marks."""


class Letter(NamedTuple):
    """What somebody writes first."""

    subject: str
    body: str


class Exchange(NamedTuple):
    """A conversation with a party outside the desk."""

    subject: str
    question: str
    answer: str


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
    return _kind_words(_kinds().get(title or ""), language)


def _kind_words(kind: str | None, language: str) -> dict[str, tuple[str, ...]]:
    if kind is None:
        known = {**_WITHOUT_ARTICLE[language], **{f"{name}_kind": f"{{{name}_small}}" for name in _BY_GROUP}}
        return {name: (value,) for name, value in known.items()}
    book = _table("words/goods.toml")
    rows: Mapping[str, Any] = book["kind"][kind][language]
    group = next(name for name, kinds in book["class"].items() if kind in kinds)
    of_group = {f"{name}_kind": (f"{{{name}_{group}}}",) for name in _BY_GROUP}
    return of_group | {name: (value,) if isinstance(value, str) else tuple(value) for name, value in rows.items()}


@cache
def _shape(language: str, kind: str | None, names: tuple[str, ...], tables: tuple[str, ...]) -> Stock:
    """The slots that can be filled where so much is known: worked out once, since thousands of letters share it."""
    rows = _kind_words(kind, language)
    slots: dict[str, Sequence[str]] = {}
    maybe: dict[str, Sequence[str]] = {}
    for name in tables:
        table = _table(name)
        part = table.get(language, table)
        slots |= part.get("slots", {})
        maybe |= part.get("maybe", {})
    return Stock.of({**slots, **rows}, dict.fromkeys(names, ""), maybe)


def _stock(language: str, given: Mapping[str, str], *tables: str, titled: bool = False) -> Stock:
    """What texts are filled with; `titled` puts titles of articles into the quotation marks that a language wants."""
    known = {name: value for name, value in {"name": given.get("first", ""), **given}.items() if value}
    facts = known.pop("facts", " ".join(FACTS)).split()
    known = {**({"wrote": known["day"], "today": known["day"]} if "day" in known else {}), **known}
    known |= {f"if_{one}": "" for one in facts}
    kind = _kinds().get(known.get("article", ""))
    shape = _shape(language, kind, tuple(sorted(known)), tables)
    marks = _MARKS.get(language) if titled else None
    if marks:
        known |= {name: f"{marks[0]}{known[name]}{marks[1]}" for name in ("article", "other_article") if name in known}
    return shape.about(known)


def _fitting(stock: Stock, texts: Sequence[str]) -> list[str]:
    return [one for one in texts if stock.fits(one)]


def _casual(body: str) -> bool:
    """Whether a text begins with a small letter, as hurried people write."""
    return body[0].islower() or body.startswith("{thing")


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
    page = f"words/openings_{language}.toml"
    table, stock = _table(page), _stock(language, given, page, titled=tone in _CAREFUL)
    kind = _kinds().get(given.get("article", ""))
    rows = [row for row in table[topic] if kind is None or kind in row.get("kinds", (kind,))]
    rows = [row for row in rows if stock.fits(row["body"]) and _fitting(stock, row["subjects"])]
    rows = [row for row in rows if tone not in _CAREFUL or not _casual(row["body"])] or rows
    if not rows:
        raise LookupError(f"no opening about {topic} in {language} can do with {', '.join(sorted(given))} alone")
    kept: list[Mapping[str, Any]] = []

    def draw() -> str:
        kept[:] = [rng.choice(rows)]
        body = stock.choose(rng, [kept[0]["body"]])
        if topic not in NEEDING_NO_ANSWER:
            greetings = [stock.choose(rng, [one]) for one in _fitting(stock, table["greetings"])]
            closings = [stock.choose(rng, [one]) for one in _fitting(stock, table["closings"])]
            body = toned(rng, body, greetings, closings, tone)
        return stock.shown(body)

    body = unsaid(draw, said)
    plain = _stock(language, given, page)
    subject = plain.shown(plain.choose(rng, kept[0]["subjects"]))
    if rng.random() < _SUBJECT_CAPITAL:
        subject = subject[:1].upper() + subject[1:]
    return Letter(subject, body)


def follow_up(
    rng: random.Random,
    language: str,
    intent: str,
    given: Mapping[str, str],
    tone: str = "brief",
    quoted: Quoted | None = None,
    said: frozenset[str] = _NOTHING,
) -> str:
    """What a customer writes after an answer: one of INTENTS, signed as their program does, with what they answer.

    Raises:
        LookupError: if no text of the intent can do with what is given.
    """
    pages = (f"words/openings_{language}.toml", "words/follow_ups.toml")
    voices, table = _table(pages[0]), _table(pages[1])[language]
    stock = _stock(language, given, *pages, titled=tone in _CAREFUL)
    if intent in {"answers_with_number", "wrong_number"} and not _fitting(stock, table[intent]):
        intent = "answers_partly"  # who has no number cannot give one
    if intent == "out_of_office":
        return unsaid(lambda: stock.shown(stock.choose(rng, table[intent])), said)

    def draw() -> str:
        body = stock.choose(rng, table[intent])
        greetings = [stock.choose(rng, [one]) for one in _fitting(stock, voices["greetings"])]
        closings = [stock.choose(rng, [one]) for one in _fitting(stock, voices["closings"])]
        text = stock.shown(toned(rng, body, greetings, closings, tone))
        if given.get("company") and rng.random() < 0.6:
            return f"{text}\n\n-- \n{stock.shown(stock.choose(rng, table['firm_signatures']))}"
        return f"{text}\n\n{rng.choice(table['signatures'])}" if rng.random() < 0.22 else text

    parts = [unsaid(draw, said)]
    if quoted is not None:
        below = quote(rng, language, quoted)
        parts = [below, *parts] if rng.random() < 0.1 else [*parts, below]
    return "\n\n".join(parts)


def habit_of(agent: str) -> str:
    """How a colleague writes, always the same."""
    return HABITS[sha256(agent.encode()).digest()[0] % len(HABITS)]


def reply(
    rng: random.Random,
    language: str,
    topic: str,
    stage: str,
    given: Mapping[str, str],
    agent_habit: str | None = None,
    said: frozenset[str] = _NOTHING,
    after: str = "",
) -> str:
    """What an agent answers in public: `stage` is `first` (often asking something), `answer` or `closing`.

    `after` is the intent of what was written last, to some of which is answered in their own way.
    `given` holds `agent` as well, whose habit is one of HABITS. Legal threats are never answered, dangers only first.

    Raises:
        LookupError: if no text can do with what is given, or nothing is ever answered at this stage.
    """
    page = f"words/replies_{language}.toml"
    table = _table(page)
    manner = agent_habit or habit_of(given["agent"])
    stock, habit = _stock(language, given, page, titled=True), table["habits"][manner]
    texts = table["closing"]["texts"] if stage == "closing" else table["topics"].get(topic, {}).get(stage)
    if stage == "answer" and after in table["after"]:
        texts = table["after"][after]
    if not texts or topic in NEEDING_NO_ANSWER or topic == "legal":
        raise LookupError(f"nothing is answered to {topic} at {stage}")

    def draw() -> str:
        said_first = (
            "" if topic == "safety" or texts is table["after"].get(after) else stock.choose(rng, habit[stage]) + " "
        )
        opener = "" if manner == "terse" and rng.random() < 0.5 else said_first
        greeting, farewell = stock.choose(rng, habit["greetings"]), stock.choose(rng, habit["farewells"])
        return stock.shown(f"{greeting},\n\n{opener}{stock.choose(rng, texts)}\n\n{farewell}")

    return unsaid(draw, said)


def note(
    rng: random.Random,
    given: Mapping[str, str],
    kind: str | None = None,
    said: frozenset[str] = _NOTHING,
    kinds: Sequence[str] = NOTES,
) -> str:
    """An internal note in English, of a kind of NOTES or any of `kinds`; `agent` is the colleague it speaks of.

    Raises:
        LookupError: if no text can do with what is given.
    """
    table, stock = _table("words/backstage.toml"), _stock("en", given, "words/backstage.toml")
    drawn = kind or rng.choice([one for one in kinds if _fitting(stock, table["notes"][one])])
    text = unsaid(lambda: stock.shown(stock.choose(rng, table["notes"][drawn])), said)
    return f"Diagnosis: {text}" if drawn == "diagnosis" else text[:1].upper() + text[1:]


def side(rng: random.Random, party: str, given: Mapping[str, str], said: frozenset[str] = _NOTHING) -> Exchange:
    """What a colleague asks one of PARTIES, and what comes back, in English.

    Raises:
        LookupError: if no text can do with what is given.
    """
    rows, stock = _table("words/backstage.toml")["side"][party], _stock("en", given, "words/backstage.toml")
    at = rng.choice([at for at, row in enumerate(rows) if stock.fits(row["question"])])

    def draw(texts: Sequence[str]) -> str:
        return unsaid(lambda: stock.shown(stock.choose(rng, texts)), said)

    row = rows[at]
    return Exchange(draw(row["subjects"]), draw([row["question"]]), draw(row["answers"]))


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
