"""What stands on pages beside their records: the words, links and forms of a page, for tests of variants."""

import re
from itertools import chain

import lxml.html
from sqlalchemy import String

from worlds.engine import bookkeeping
from worlds.engine.surfaces.drift.lexicon import lexicon_of, parts_of, said
from worlds.engine.surfaces.drift.settings import settings_of
from worlds.engine.surfaces.drift.words import NAMES

SPEAKING = frozenset({"a", "button", "dt", "h1", "h2", "h3", "label", "legend", "option", "summary", "th", "title"})
"""Elements whose words are chrome, unless they are a record's."""
AROUND = frozenset({"nav", *SPEAKING})
MARKED = frozenset({"tag", "btn", "nothing", "counted", "soft", "form-text"})


def tree(page):
    """A page's elements."""
    return lxml.html.document_fromstring(page.text)


class Chrome:
    """Tells the words of a world's pages from its records."""

    def __init__(self, world):
        self.world = world
        self.settings = settings_of(world)
        self.lexicon = lexicon_of(world)

    def words(self, root):
        """Every text that an element says itself, with the element; what stands in fields is nobody's words."""
        for element in root.iter():
            if not isinstance(element.tag, str) or self.settings.within_data(element):
                continue
            texts = [element.get(name) for name in NAMES] + [element.text] + [child.tail for child in element]
            for text in filter(None, texts):
                if re.search(r"[^\W\d_]{2}", text):
                    yield element, " ".join(text.split())

    def chrome(self, root):
        """The words of navigation, buttons, links, labels, headings, options, badges and empty states."""
        for element, text in self.words(root):
            marked = any(MARKED & set((one.get("class") or "").split()) for one in lineage(element))
            if marked or within(element, AROUND):
                yield text

    def recorded(self, episode):
        """All texts that are records: what stands in the text columns of the tables."""
        with episode._fork.lease() as connection:
            driver = bookkeeping.driver_of(connection)
            return {
                str(row[0]).casefold()
                for table in self.world.metadata.sorted_tables
                for column in table.columns
                if isinstance(column.type, String)
                for row in driver.execute(f'SELECT DISTINCT "{column.name}" FROM "{table.name}"').fetchall()  # noqa: S608 - names of the schema
            }

    def misread(self, worth):
        """Wordings that are not read back as what they mean, with `worth(name)` in each of their holes."""
        for entry in self.lexicon.entries:
            for wording in chain.from_iterable(entry.wordings.values()):
                worded, meant = said(wording), said(entry.plain)
                for name in set(re.findall(r"\{(\w+)\}", wording)):
                    worded, meant = (text.replace(f"{{{name}}}", worth(name)) for text in (worded, meant))
                if self.lexicon.meaning(worded) != meant:
                    yield wording

    def changed_by_reading(self, roots):
        """Words of plain pages that are read as something else."""
        return [text for root in roots for _, text in self.words(root) if self.lexicon.meaning(text) != text]

    def tools(self, roots):
        """Words of pages that name a tool."""
        tools = re.compile(rf"\b({'|'.join(sorted(name for name in self.world.operations if '_' in name))})\b")
        return [text for root in roots for _, text in self.words(root) if tools.search(text)]

    def in_all_languages(self, roots, episode):
        """How many texts of the chrome have words in every language, and which have none and are no records."""
        records = self.recorded(episode)
        named = tuple(one for one in records if len(one) > 9)
        counted, missing = 0, set()
        for text in {text for root in roots for text in self.chrome(root)}:
            cores = [core for _, core, _ in parts_of(text) if re.search(r"[^\W\d_]{2}", core)]
            if self.lexicon.knows(text):
                found = [self.lexicon.find(text)] if self.lexicon.find(text) else map(self.lexicon.find, cores)
                counted += 1
                assert all({"en", "nl", "de"} <= one[0].wordings.keys() for one in found if one), text
            elif any(core.casefold() not in records and not any(n in core.casefold() for n in named) for core in cores):
                missing.add(text)
        return counted, missing


def expect_frame(html, *marks):
    """A whole page has one heading, one main part and one main navigation, and a way past it; and each of `marks`."""
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert {mark: html.count(mark) for mark in ("<main ", 'aria-label="Main"', *marks)} == dict.fromkeys(
        ("<main ", 'aria-label="Main"', *marks), 1
    )
    assert '<a class="skip" href="#main">' in html


def expect_own_names(html):
    """No two ids of a page are the same, and no two names that controls and links have for themselves."""
    for found in (
        re.findall(r' id="([^"]+)"', html),
        re.findall(r'<(?:a|input|select)[^>]*aria-label="([^"]+)"', html),
    ):
        assert len(found) == len(set(found))


def within(element, tags):
    return any(one.tag in tags for one in lineage(element))


def lineage(element):
    return [element, *element.iterancestors()]


def links(root):
    """Where a page leads to, its own style sheets left out."""
    return sorted({a.get("href").partition("#")[0] for a in root.iter("a") if a.get("href")})


def forms(root):
    """What a page's forms send where: addresses, fields with their values, buttons; never those of a notice."""
    return sorted((form.get("action"), form.get("method"), fields_of(form)) for form in form_elements(root))


def fields_of(form):
    found = {(one.get("name"), value_of(one)) for one in form.iter("input", "select", "textarea", "button")}
    return tuple(sorted(found, key=str))


def form_elements(root):
    return [form for form in root.iter("form") if "/notices/" not in (form.get("action") or "")]


def value_of(field):
    if field.get("name") in {"csrf_token", "idempotency_key"}:
        return "(sealed)"
    if field.tag == "select":
        return tuple(sorted((option.get("value"), option.get("selected")) for option in field.iter("option")))
    if field.tag == "textarea":
        return (field.text or "").strip()
    return (field.get("type"), field.get("value"), field.get("formaction"), field.get("checked"), field.get("disabled"))
