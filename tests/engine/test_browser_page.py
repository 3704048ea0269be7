"""The hands of a browser solution find things by what a person reads, and say what is there when something is not."""

import pytest

import worlds
from worlds.engine.surfaces.browser import NotOnPage
from worlds.engine.surfaces.browsing.outline import read_snapshot

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def episode():
    with worlds.open("kiosk/recount", seed=2) as opened:
        yield opened


@pytest.fixture
def page(episode):
    """Hands at the list of parts."""
    hands = episode.browser().hands()
    hands.open("/counter/")
    return hands


@pytest.fixture
def part(page):
    """Hands at one part."""
    page.row("Bolt 20 mm").click("link")
    return page


def test_hands_know_the_request_and_what_it_says(page, episode):
    assert page.instruction == episode.task.instruction
    assert set(page.facts) == {"part", "count"}


def test_a_rows_cells_go_by_their_columns(page):
    row = page.row("Bolt 20 mm", "C", table="Parts")
    assert (row.cells["Name"], row.cells["Shelf"], row.cells["Stock"]) == ("Bolt 20 mm", "C", "79")
    assert row.text.startswith("Bolt 20 mm C 79 ")
    assert len(page.rows()) == 12


def test_whole_cells_go_before_words_in_cells(page):
    assert page.row("Latch 10 mm").cells["Stock"] == page.row("Latch 1").cells["Stock"]
    with pytest.raises(NotOnPage, match=r"3 rows with Bolt. There are: Bolt 20 mm C .*; Bolt 60 mm"):
        page.row("Bolt")
    with pytest.raises(NotOnPage, match=r"0 rows with Anvil. There are: Latch 10 mm"):
        page.row("Anvil")


def test_names_of_a_role_are_listed_in_reading_order(page):
    assert page.names("link")[:3] == ["All parts", "Ways out", "Latch 10 mm"]
    assert page.names("link", "Bolt") == ["Bolt 20 mm", "Bolt 60 mm", "Bolt 100 mm"]


def test_headings_and_what_stands_below_them(page):
    assert page.heading == "Parts"
    assert page.text("Hints") == 'Ask: who "counted"?'
    assert page.text("Hours") == "Opens 08:00 Closes 18:00"
    assert (page.value("Opens"), page.value("Closes")) == ("08:00", "18:00")
    with pytest.raises(
        NotOnPage, match=r"part named 'News' is not on the page /counter/ \(Parts Counter\). There are: "
    ):
        page.text("News")


def test_fields_go_by_their_labels(part):
    part.fill("Stock", "12")
    part.choose("Reason", "Broken")
    part.check("Tell the buyer")
    assert (part.value("Stock"), part.value("Reason")) == ("12", "Broken")
    assert 'checkbox "Tell the buyer" [checked]' in part.see()
    part.check("Tell the buyer", on=False)
    assert 'checkbox "Tell the buyer" [checked]' not in part.see()


def test_what_is_not_there_is_answered_with_what_is(part):
    with pytest.raises(NotOnPage, match=r"""button 'Delete' is not on the page .* There are: button "Correct"\."""):
        part.click("button", "Delete")
    with pytest.raises(NotOnPage, match=r"""textbox 'Count' is not on .* There are: spinbutton "Stock"; combobox"""):
        part.fill("Count", "3")
    with pytest.raises(NotOnPage, match="list or group 'Colour' is not on"):
        part.choose("Colour", "Red")
    with pytest.raises(NotOnPage, match="has no option 'Stolen'; it has: Choose…, Miscounted, Broken, Found"):
        part.choose("Reason", "Stolen")
    with pytest.raises(NotOnPage, match="is no path of this site"):
        part.open("https://example.com/")


def test_messages_tell_what_an_action_did(part):
    part.choose("Reason", "Found")
    part.fill("Stock", part.facts["count"])
    part.click("button", "Correct")
    assert part.message.startswith("Part 2 was corrected.")
    assert part.shows(f"{part.facts['count']} on shelf C")
    part.back()
    assert part.url == "/counter/parts/2"


def test_a_refusal_stands_on_the_page_and_in_the_message(part):
    part.click("button", "Correct")
    assert "Reason" in part.message
    with pytest.raises(NotOnPage, match="The page says: This was not done"):
        part.click("button", "Delete")


def test_the_text_of_odd_names_is_read_as_it_is_shown(page):
    tree = read_snapshot(page.see())
    assert [node.value for node in tree.find("paragraph")] == ['Ask: who "counted"?']
    assert tree.find("link")[0].url == "/counter/"
