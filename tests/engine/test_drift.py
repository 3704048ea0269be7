"""Promises of interface drift: another face of the same pages, drawn from a number that nobody is told."""

import lxml.html
import pytest

import worlds
from worlds.engine.faults.layers.drift import InterfaceDrift
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.rollouts.runner import Batch
from worlds.engine.surfaces import pages as page_surface
from worlds.engine.surfaces.browsing.reading import read_meaning
from worlds.engine.surfaces.drift import notices, order, steps
from worlds.engine.surfaces.drift.lexicon import Entry, Lexicon
from worlds.engine.surfaces.drift.settings import Settings
from worlds.engine.surfaces.drift.variant import DENSITIES, LANGUAGES, LAYOUTS, PAGERS, SIZES, THEMES, variant_of
from worlds.engine.surfaces.drift.words import Wording
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor

ITEM = "/stall/items/7"
TABLE = """<table><thead><tr><th>Order</th><th>Placed</th><th>Units</th><th>Total</th></tr></thead><tbody>
<tr><th scope="row">LK-1</th><td>today</td><td>3</td><td>4.00</td></tr>
<tr><th scope="row">LK-2</th><td>later</td><td>1</td><td>9.00</td></tr></tbody></table>"""
FORM = """<form method="post">
<div class="field"><input name="street"></div> <div class="field"><input name="floor"></div>
<div class="field"><input name="town"></div> <div class="field"><input name="note"></div>
<p><button type="submit" formmethod="get" formaction="/x">Try</button><button type="submit">Save</button></p></form>"""


@pytest.fixture(scope="module")
def app():
    return create_pages(worlds.engine.world.find("tiny"))


@pytest.fixture
def wearing(app):
    """Somebody before the pages of the tiny world in a variant."""
    opened = []

    def wear(variant=0, faults=None):
        opened.append(worlds.open("tiny", role="keeper", variant=variant, faults=faults))
        return Visitor(app, opened[-1])

    yield wear
    for episode in opened:
        episode.close()


def number_with(**wanted):
    """The first variant that has these properties."""
    return next(n for n in range(1, 10_000) if all(getattr(variant_of(n), name) == is_ for name, is_ in wanted.items()))


def test_the_plain_face_is_what_the_templates_say_to_the_byte(wearing, monkeypatch):
    paths = ("/stall/", ITEM, "/nowhere", "/assets/wear/notices.css")
    visitor = wearing()
    worn = [visitor.get(path).data for path in paths]
    monkeypatch.setattr(page_surface.wearing, "install", lambda *_: None)
    bare = create_pages(worlds.engine.world.find("tiny"))
    with worlds.open("tiny", role="keeper") as episode:
        other = Visitor(bare, episode)
        assert [other.get(path).data for path in paths] == worn


def test_a_variant_looks_the_same_in_every_episode_and_others_look_different(wearing):
    faces = [wearing(number).get(ITEM).data for number in (5, 5, 6, 7)]
    assert faces[0] == faces[1]
    assert len(set(faces)) == 3


def test_nobody_is_told_the_number_of_a_variant(wearing):
    visitor = wearing(91_357)
    for path in ("/stall/", ITEM):
        page = visitor.get(path)
        assert "91357" not in page.text + str(page.headers)


def test_twenty_variants_show_all_that_can_be_different():
    faces = [variant_of(number) for number in range(1, 21)]
    for name, options in (
        ("language", LANGUAGES),
        ("theme", THEMES),
        ("density", DENSITIES),
        ("layout", LAYOUTS),
        ("sizes", SIZES),
        ("pager", PAGERS),
        ("menus", (False, True)),
        ("steps", (False, True)),
    ):
        assert {getattr(face, name) for face in faces} == set(options), name
    assert {name for face in faces for name in face.notices} == set(notices.ALL)


def test_columns_move_with_their_headings():
    for number in range(1, 6):
        table = lxml.html.fragment_fromstring(f"<div>{TABLE}</div>")
        order.reorder(table, Settings(), variant_of(number))
        headings = [cell.text for cell in table.iter("th") if cell.get("scope") is None]
        rows = [[cell.text for cell in row] for row in table.findall(".//tbody/tr")]
        as_before = [{"Order": "LK-1", "Placed": "today", "Units": "3", "Total": "4.00"},
                     {"Order": "LK-2", "Placed": "later", "Units": "1", "Total": "9.00"}]  # fmt: skip
        assert [dict(zip(headings, row, strict=True)) for row in rows] == as_before
    assert headings != ["Order", "Placed", "Units", "Total"]


def test_fields_that_belong_together_stay_together_whatever_their_order():
    seen = set()
    for number in range(1, 12):
        form = lxml.html.fragment_fromstring(f"<div>{FORM}</div>")
        order.reorder(form, Settings(together=(("street", "floor"),)), variant_of(number))
        names = [field.get("name") for field in form.iter("input")]
        assert sorted(names) == ["floor", "note", "street", "town"]
        assert names.index("floor") == names.index("street") + 1
        seen.add(tuple(names))
    assert len(seen) > 2


def test_a_step_stands_before_the_button_that_sends_and_not_before_the_one_that_only_asks():
    root = lxml.html.fragment_fromstring(f"<div>{FORM}</div>")
    steps.hide(root, Settings(), variant_of(number_with(steps=True)))
    (step,) = root.iter("details")
    assert [button.text for button in step.iter("button")] == ["Save"]
    assert step.getparent().tag == "p"
    assert [button.text for button in root.iter("button")] == ["Try", "Save"]


def test_what_goes_behind_a_menu_is_still_there_with_its_address():
    links = "".join(f'<li><a href="/{n}">Do {n}</a></li>' for n in range(6))
    root = lxml.html.fragment_fromstring(f'<div><ul class="acts">{links}</ul></div>')
    steps.hide(root, Settings(menus=frozenset({"acts"})), variant_of(number_with(menus=True)))
    assert [link.get("href") for link in root.iter("a")] == [f"/{n}" for n in range(6)]
    assert len(list(root.find(".//details").iter("a"))) in {4, 5}


def test_a_notice_is_put_away_by_a_form_and_does_not_come_again(wearing):
    visitor = wearing(number_with(notices=("news",)))
    visitor.get(ITEM)
    assert 'role="dialog"' in visitor.page.text
    assert " inert" in visitor.page.text
    visitor.send("/notices/news")
    assert visitor.page.request.path == ITEM
    for path in (ITEM, "/stall/"):
        assert "wear-notice" not in visitor.get(path).text


def test_a_notice_keeps_away_from_what_would_be_lost_under_it(wearing):
    visitor = wearing(number_with(notices=("news",)))
    visitor.get("/stall/items/7?quantity=4")
    assert "wear-notice" in visitor.page.text
    sell = next(form for form in visitor._parsed().forms if form.action.endswith("/sell"))
    done = visitor.post(sell.action.removeprefix(visitor.prefix), [*sell.fields[:2], ("quantity", "2")])
    assert done.status_code == 303
    assert "wear-notice" not in visitor.get(ITEM).text, "a message is said but once"
    assert "wear-notice" in visitor.get(ITEM).text
    visitor.post(sell.action.removeprefix(visitor.prefix), [sell.fields[0], ("quantity", "many")])
    assert "wear-notice" not in visitor.page.text, "what was typed stands on this page"


def test_a_forged_form_puts_no_notice_away(wearing):
    visitor = wearing(number_with(notices=("news",)))
    visitor.get(ITEM)
    for fields in (
        [],
        [("csrf_token", "1.abc")],
        [*visitor.form("/notices/news").fields[:1], ("next", "//else.where/")],
    ):
        assert visitor.post("/notices/news", fields).status_code == 400
    assert "wear-notice" in visitor.get(ITEM).text


def test_a_deploy_changes_the_face_in_the_middle_of_an_episode_and_the_trace_says_so(wearing):
    plan = FaultPlan(rules=(Rule(fault="F35", after=30),), seed=4)
    visitor, again = wearing(faults=plan), wearing(faults=plan)
    pages = [[one.get(ITEM).text for _ in range(4)] for one in (visitor, again)]
    assert pages[0] == pages[1]
    assert ["data-theme" in page for page in pages[0]] == [False, True, True, True]
    episode = visitor._environ["worlds.episode"]
    assert [entry.faults for entry in episode.journal] == [(), (InterfaceDrift().name,), (), ()]
    with episode.fork() as fork:
        assert "data-theme" in Visitor(visitor._client.application, fork).get(ITEM).text


def test_a_plan_may_name_the_face_of_a_deploy(wearing):
    chosen = number_with(language="de", notices=())
    plan = FaultPlan(rules=(Rule(fault="interface-drift", params={"variant": chosen}),))
    assert '<html lang="de"' in wearing(faults=plan).get(ITEM).text


def test_words_that_would_mean_two_things_are_refused():
    orders = Entry("Orders", {"en": ("Orders",), "de": ("Aufträge",)})
    with pytest.raises(ValueError, match="would mean both 'Orders' and 'Jobs'"):
        Lexicon([orders, Entry("Jobs", {"en": ("Jobs",), "de": ("Aufträge",)})])
    with pytest.raises(ValueError, match="other holes"):
        Lexicon([Entry("Order {number}", {"de": ("Auftrag",)})])
    with pytest.raises(ValueError, match="needs a space beside its bar"):
        Lexicon([Entry("Remove| {goods}", {"nl": ("Weghalen|: {goods}",)})])


LEXICON = Lexicon(
    [
        Entry("Order", {"de": ("Auftrag",)}),
        Entry("Paid", {"de": ("Bezahlt",)}),
        Entry("Refund order {number}", {"de": ("Auftrag {number} erstatten",)}),
        Entry("Remove| code {code}", {"de": ("Code {code}| entfernen",)}),
        Entry("Remove| {goods}", {"de": ("Entfernen| – {goods}",)}),
        Entry("{word} (optional)", {"de": ("{word} (freiwillig)",)}),
        Entry("optional", {"de": ("freiwillig",)}),
        Entry("Not possible: {wordacts}", {"de": ("Geht nicht: {wordacts}",)}),
    ]
)


def test_chrome_is_reworded_and_records_are_left_alone():
    german = variant_of(number_with(language="de"))
    root = lxml.html.document_fromstring(
        "<html><body><h1>Refund order LK-7</h1><p>Order · Paid</p><p>Not possible: Order, Paid</p>"
        '<button>Remove<span class="visually-hidden"> code PAID</span></button>'
        '<p class="prose">Order</p><bdi>Paid</bdi><p aria-label="Order">Something else</p></body></html>'
    )
    Wording(LEXICON, Settings(), german).put(root)
    words = " | ".join(root.xpath("//body//text()"))
    assert words == (
        "Auftrag LK-7 erstatten | Auftrag · Bezahlt | Geht nicht: Auftrag, Bezahlt | Code PAID |  entfernen"
        " | Order | Paid | Something else"
    )
    languages = [(one.text, one.get("lang")) for one in root.iter("p")]
    assert languages[-2:] == [("Order", "en"), ("Something else", "en")]
    assert [one.get("aria-label") for one in root.iter("p")][-1] == "Auftrag"


def test_a_page_in_other_words_is_read_in_the_plain_ones():
    snapshot = """- heading "Auftrag LK-7 erstatten" [level=1] [ref=e1]
- row [ref=e2]:
  - rowheader "RF-1 Bezahlt" [ref=e3]:
    - text: RF-1
    - generic [ref=e4]: Bezahlt
- button "Code AB entfernen" [ref=e5]
- button "Entfernen – Socken" [ref=e7]:
  - text: Entfernen
  - generic [ref=e8]: "– Socken"
- textbox "Auftrag (freiwillig)" [ref=e6]: Bezahlt"""
    root, written = read_meaning(snapshot, LEXICON.meaning)
    assert [node.name for node in root.find("heading", "rowheader", "button", "textbox")] == [
        "Refund order LK-7",
        "RF-1 Paid",
        "Remove code AB",
        "Remove Socken",
        "Order (optional)",
    ]
    assert root.find("textbox")[0].value == "Bezahlt", "what was typed is what was typed"
    assert root.find("button")[0].shown == "Code AB entfernen"
    assert '- heading "Refund order LK-7" [level=1] [ref=e1]' in written
    assert read_meaning(written, LEXICON.meaning)[1] == written


def test_rollouts_wear_one_face_after_another_and_all_the_plain_one_where_none_is_named(tmp_path):
    worn = {
        variant: [plan.variant for plan in Batch(tasks=["tiny/recount"], n=3, out=tmp_path, variant=variant).plans()]
        for variant in (0, 5)
    }
    assert worn == {0: [0, 0, 0], 5: [5, 6, 7]}
