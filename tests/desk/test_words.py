"""Promises of what people write at the desk: varied, complete in every language, and true to what is given."""

import json
import random
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from worlds.desk.automation.actions import KINDS, SETTABLE
from worlds.desk.models.tickets import PRIORITIES, STATUSES, TOPICS, TYPES
from worlds.desk.population import words
from worlds.desk.population.staffing import GROUPS
from worlds.engine.folding import fold
from worlds.seeds.letters import LANGUAGES, Quoted, sentences
from worlds.seeds.text import TONES

TONES_OF_CUSTOMERS = ("polite", "brief", "chatty", "hurried")
SHARES = {
    "wismo": 16, "return_exchange": 18, "refund_status": 12, "product_question": 14, "change_cancel": 10, "damaged": 8,
    "discount": 7, "account": 6, "invoice_b2b": 4, "complaint": 3, "praise": 1, "other": 1,
}  # fmt: skip
LITTLE = ("first", "article", "other_article", "day", "date", "amount", "agent", "code", "email", "new_email")
PLACEHOLDERS = {
    "ticket.number", "ticket.subject", "ticket.requester.name", "ticket.requester.first_name", "ticket.group",
    "ticket.assignee", "current_user.name", "current_user.first_name",
}  # fmt: skip
FIGURES = {"4.95", "9.95", "3.95", "25.00"}
"""Amounts that the handbook's figures in force hold."""


def known(rng, *, little=False):
    """What a caller might know of a matter: all there is, or the least."""
    titles = words.article_names(rng)
    first = rng.choice(("Ada", "Bo", "Cem", "Dirk", "Els", "Finn", "Gwen", "Hugo"))
    facts = {
        "first": first, "name": f"{first} Vos", "article": titles[0], "other_article": titles[1],
        "day": f"{rng.randint(1, 28)}/4", "date": f"{rng.randint(1, 28)}/3", "amount": f"{rng.randint(9, 399)}.95 EUR",
        "agent": "Mirthe", "code": "LENTE10", "email": "ada@example.org", "new_email": "vos@example.net",
        "order": f"LK-{rng.randint(10_000, 19_999)}", "wrong_order": f"LK-{rng.randint(10_000, 19_999)}",
        "tracking": f"3SLK{rng.randint(10**8, 10**9)}", "carrier": rng.choice(("PostNL", "DHL")),
        "city": rng.choice(("Graz", "Gent", "Cork")), "street": f"Hof {rng.randint(1, 90)}", "postal_code": "8010",
        "company": "Bosbouw BV", "ticket": "5012",
    }  # fmt: skip
    return {name: facts[name] for name in LITTLE} if little else facts


def drawn(count, language=None):
    """Openings as they come in: topics by their shares, languages and tones as customers have them."""
    for at in range(count):
        rng = random.Random(f"opening {at}")
        tongue = language or rng.choices(LANGUAGES, (40, 30, 18, 12))[0]
        topic = rng.choices(list(SHARES), list(SHARES.values()))[0]
        yield words.opening(rng, tongue, topic, known(rng), rng.choice(TONES_OF_CUSTOMERS))


def everything(rng, *, little):
    """One text of each kind in each language."""
    facts = known(rng, little=little)
    for language in LANGUAGES:
        for topic in (*TOPICS, *words.NEEDING_CARE, *words.NEEDING_NO_ANSWER):
            yield from words.opening(rng, language, topic, facts, rng.choice(TONES_OF_CUSTOMERS))
        for intent in words.INTENTS:
            yield words.follow_up(rng, language, intent, facts)
        for topic in TOPICS:
            for stage in ("first", "answer", "closing"):
                yield words.reply(rng, language, topic, stage, facts, rng.choice(words.HABITS))
        yield words.reply(rng, language, "safety", "first", facts)
    for kind in words.NOTES:
        yield words.note(rng, facts, kind)
    for party in words.PARTIES:
        yield from words.side(rng, party, facts)


@pytest.mark.parametrize(("language", "most"), [(None, 0.08), ("en", 0.16), ("de", 0.25)])
def test_four_hundred_openings_seldom_say_the_same_sentence(language, most):
    said = Counter(one for letter in drawn(400, language) for one in sentences(letter.body))
    again = sum(times - 1 for times in said.values())
    assert again / said.total() < most
    assert max(said.values()) <= 12


@pytest.mark.parametrize("little", [True, False])
def test_no_text_keeps_a_slot_a_choice_or_a_brace(little):
    for at in range(12):
        for text in everything(random.Random(at), little=little):
            assert text.strip()
            assert not re.search(r"[{}|]|<(?!\S+@)|[\ue000-\uf8ff]", text), text
            assert "  " not in text.replace("-- ", ""), text


def test_every_language_has_openings_of_every_topic():
    for language in LANGUAGES:
        table = words._table(f"words/openings_{language}.toml")
        for topic in TOPICS:
            assert len(table[topic]) >= 3, (language, topic)
            assert all(len(row["subjects"]) >= 2 for row in table[topic]), (language, topic)
    assert sum(len(words._table(f"words/openings_{one}.toml")[topic]) for one in LANGUAGES for topic in TOPICS) >= 150


def test_a_tone_never_touches_what_is_given():
    for at in range(200):
        rng = random.Random(at)
        facts = known(rng)
        topic = rng.choice(("wismo", "return_exchange", "refund_status", "damaged"))
        letter = words.opening(rng, rng.choice(LANGUAGES), topic, facts, "hurried")
        assert facts["order"] in f"{letter.subject} {letter.body}"


def test_the_same_chance_writes_the_same_letter():
    for topic in TOPICS:
        letters = {words.opening(random.Random(9), "nl", topic, known(random.Random(1))) for _ in range(2)}
        assert len(letters) == 1


def test_what_was_said_on_a_ticket_is_not_said_again():
    for at in range(40):
        rng, facts, said = random.Random(at), known(random.Random(at)), frozenset()
        for _ in range(3):
            text = words.follow_up(rng, "en", "nudge", facts, said=said)
            assert not said & sentences(text)
            said |= sentences(text)


def test_an_answer_quotes_the_mail_that_it_answers():
    mail = Quoted(
        datetime(2026, 3, 9, 14, 2, tzinfo=UTC), "Larkfield Care", "care@larkfield.example", "Which order is it?"
    )
    starts = {"en": "On Monday 9 March 2026 at 14:02", "nl": "Op maandag 9 maart 2026 om 14:02",
              "de": "Am Montag, 9. März 2026 um 14:02", "fr": "Le lundi 9 mars 2026 à 14:02"}  # fmt: skip
    for language in LANGUAGES:
        texts = [
            words.follow_up(random.Random(at), language, "confirms", known(random.Random(at)), quoted=mail)
            for at in range(12)
        ]
        assert all("Which order is it?" in text for text in texts)
        assert any(starts[language] in text and "> Which order" in text for text in texts)


def listened_for():
    """Words that the desk's rules take for danger or for law."""
    service = tomllib.loads((Path(words.__file__).parent / "service.toml").read_text("utf-8"))
    rules = [one for one in service["trigger"] if one["title"].startswith("Words of ")]
    assert len(rules) == 2
    conditions = [json.loads(one["when"]) for one in rules]
    return [fold(one["has"]) for when in conditions for one in when["any"] if one["field"] == "comment"]


def test_only_what_needs_care_speaks_the_words_that_rules_listen_for():
    listened = listened_for()
    for at in range(40):
        rng = random.Random(at)
        facts = known(rng)
        for language in LANGUAGES:
            texts = [words.opening(rng, language, topic, facts).body for topic in TOPICS]
            texts += [words.follow_up(rng, language, intent, facts) for intent in words.INTENTS]
            for text in map(fold, texts):
                assert not [one for one in listened if one in text], text


def test_accidents_happen_with_any_article_but_only_as_they_can():
    for good in words.goods():
        for language in LANGUAGES:
            facts = {**known(random.Random(1)), "article": good.title}
            bodies = {words.opening(random.Random(at), language, "safety", facts, "brief").body for at in range(6)}
            assert all(
                good.title in body or words.words_for(good.title, language)["thing"][0] in body for body in bodies
            )
            if good.kind == "jacket":
                assert not any(re.search("boiling|smoke|vlam|flamme", body) for body in bodies)


def test_legal_threats_and_spam_are_never_answered():
    for topic in ("legal", *words.NEEDING_NO_ANSWER):
        with pytest.raises(LookupError):
            words.reply(random.Random(1), "en", topic, "first", known(random.Random(1)))


def test_texts_name_no_real_address_and_no_card_but_the_test_card():
    for at in range(10):
        for text in everything(random.Random(at), little=False):
            assert set(re.findall(r"@([\w.-]+\w)", text)) <= {"example.org", "example.net"}, text
            assert set(re.findall(r"\b(?:\d{4}[ -]?){3}\d{4}\b", text)) <= {"4242 4242 4242 4242"}, text


def test_a_macro_does_only_what_macros_can():
    groups = {name for name, _, _ in GROUPS}
    held = {"status": STATUSES, "priority": PRIORITIES, "type": TYPES, "topic": TOPICS, "group": groups,
            "assignee": {"current_user"}, "spam": {True}}  # fmt: skip
    for macro in words.macros():
        actions = json.loads(macro.actions)
        assert actions.keys() <= set(KINDS), macro.title
        assert actions.get("set", {}).keys() <= set(SETTABLE), macro.title
        assert all(value in held[name] for name, value in actions.get("set", {}).items()), macro.title
        assert macro.group is None or macro.group in groups, macro.title
        assert set(re.findall(r"\{\{([\w.]+)\}\}", macro.body)) <= PLACEHOLDERS, macro.title
        assert macro.language in LANGUAGES


def test_eighty_macros_are_told_apart_and_the_first_ones_are_a_good_mix():
    macros = words.macros()
    first = macros[:24]
    assert len(macros) == len({one.title for one in macros}) == len({one.body for one in macros}) == 80
    assert {one.language for one in first} == set(LANGUAGES)
    assert any(one.group for one in first)
    assert any(one.stale for one in first)
    assert any(not one.public for one in first)


def amounts(text):
    """Sums in euros that a text names, with a point."""
    return {found.replace(",", ".") for found in re.findall(r"(\d+[.,]\d\d) EUR", text)}


def test_only_what_is_marked_as_old_contradicts_the_figures_in_force():
    texts = [(one.title, one.body, one.stale) for one in words.macros()]
    texts += [(one.slug, one.body, one.outdated) for one in words.articles()]
    old = [text for text in texts if text[2]]
    assert 10 <= len(old) <= 20
    for title, body, wrong in texts:
        assert wrong or amounts(body) <= FIGURES, title
    for title, body, wrong in old:
        told = re.findall(r"\d+(?:\.\d\d)?|one year", wrong)
        assert told, title
        assert any(figure in body.replace(",", ".") or figure == "one year" for figure in told), title


def test_articles_stand_on_shelves_and_say_something():
    shelves, articles = {one.slug for one in words.shelves()}, words.articles()
    slugs = {one.slug for one in articles}
    assert len(articles) == len(slugs) == 60
    for one in articles:
        assert one.category in shelves, one.slug
        assert one.language in LANGUAGES
        assert one.visibility in {"public", "internal"}
        assert one.state in {"published", "draft", "archived"}
        assert 80 <= len(one.body.split()) <= 250, one.slug
        assert one.version_of is None or one.version_of in slugs, one.slug
    assert {one.language for one in articles[:20]} >= {"en", "nl", "de"}
    assert any(one.outdated for one in articles[:20])
    assert any(one.visibility == "internal" for one in articles[:20])


def test_an_old_figure_stands_in_every_language_version():
    by_slug = {one.slug: one for one in words.articles()}
    for one in by_slug.values():
        if one.version_of:
            assert one.outdated == by_slug[one.version_of].outdated, one.slug


def test_every_article_that_is_sold_has_words_in_every_language():
    for good in words.goods():
        for language in LANGUAGES:
            found = words.words_for(good.title, language)
            assert {"thing", "flaw", "question"} <= found.keys()
            assert len(found["flaw"]) >= 3
            assert len(found["question"]) >= 3
    assert words.words_for("Something else", "en")["thing"] == ("order",)


def test_customers_write_in_known_tones():
    assert set(TONES_OF_CUSTOMERS) <= TONES.keys()
