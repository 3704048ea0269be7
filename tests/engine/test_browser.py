"""What an agent in a browser can rely on: it sees, it acts, and nothing that it sends ever raises or hangs."""

import contextlib
import threading

import pytest
from playwright.async_api import Error

import worlds
from worlds.engine.errors import Gone, WorldBug
from worlds.engine.surfaces.browser import BrowserFailure, BrowserSession, close_browser
from worlds.engine.surfaces.browsing.host import HOST

pytestmark = pytest.mark.browser


@pytest.fixture
def counter():
    """A browser at the counter of the kiosk, in free play."""
    with worlds.open("kiosk") as episode:
        yield episode.browser()


@pytest.fixture
def traps(counter):
    """The same at the page that is full of ways out."""
    counter.act({"action": "goto", "path": "/counter/traps"})
    return counter.hands()


def test_an_observation_tells_path_title_and_refs_and_hides_the_key(counter):
    seen = counter.observe()
    assert (seen.url, seen.title, seen.ok, seen.notice, seen.screenshot) == (
        "/counter/",
        "Parts Counter",
        True,
        "",
        None,
    )
    assert 'link "Ways out" [ref=' in seen.snapshot
    assert "/url: /counter/traps" in seen.snapshot
    assert "episodes" not in seen.text


def test_a_click_by_ref_is_followed_by_the_page_that_it_leads_to(counter):
    link = counter.observe().snapshot.split('link "Ways out" [ref=')[1].split("]")[0]
    assert counter.act({"action": "click", "ref": link}).url == "/counter/traps"


def test_a_ref_of_an_earlier_page_is_answered_at_once(counter):
    link = counter.observe().snapshot.split('link "Ways out" [ref=')[1].split("]")[0]
    counter.act({"action": "goto", "path": "/counter/parts/1"})
    seen = counter.act({"action": "click", "ref": link})
    assert (seen.ok, seen.notice) == (False, f"{link} is not on the page any more; look again.")
    assert seen.url == "/counter/parts/1"


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ({"action": "dance"}, "There is no such action; there are: click, fill,"),
        ({}, "There is no such action"),
        (None, "There is no such action"),
        (["click"], "There is no such action"),
        ({"action": "click"}, "not valid at ref: Field required"),
        ({"action": "click", "ref": 'e1"] >> body'}, "not valid at ref"),
        ({"action": "click", "ref": "e2", "force": True}, "not valid at force: Extra inputs"),
        ({"action": "click", "ref": "e99999"}, "e99999 is not on the page any more"),
        ({"action": "fill", "ref": "e3", "text": "y" * 100_001}, "not valid at text"),
        ({"action": "fill", "ref": "e3", "text": "y"}, "e3 cannot be filled: it is no field that takes text."),
        ({"action": "select", "ref": "e3", "option": "y"}, "e3 cannot be set: it is no drop-down list."),
        ({"action": "check", "ref": "e3"}, "e3 cannot be ticked: it is no check box or radio button."),
        ({"action": "press", "key": "Nope"}, "There is no key 'Nope'"),
        ({"action": "click_at", "x": 4000, "y": 1}, "not valid at x"),
        ({"action": "back"}, "There is no page before this one."),
    ],
)
def test_what_cannot_be_done_is_answered_by_a_sentence_and_the_page(counter, action, said):
    counter.observe()
    seen = counter.act(action)
    assert not seen.ok
    assert said in seen.notice
    assert (seen.url, "Parts" in seen.snapshot) == ("/counter/", True)


def test_keys_of_a_browser_window_do_nothing(counter):
    for key in (
        "Control+t",
        "Control+n",
        "Control+w",
        "Alt+F4",
        "F12",
        "Control+o",
        "Control+Shift+i",
        "Alt+ArrowLeft",
    ):
        assert counter.act({"action": "press", "key": key}).url == "/counter/"


def test_an_option_that_is_not_offered_is_answered_with_those_that_are(counter):
    hands = counter.hands()
    hands.open("/counter/parts/1")
    ref = hands.see().split('combobox "Reason" [ref=')[1].split("]")[0]
    seen = counter.act({"action": "select", "ref": ref, "option": "Stolen"})
    assert seen.notice == f"{ref} has no option 'Stolen'; it has: Choose…, Miscounted, Broken, Found."


def test_a_disabled_button_is_answered_at_once(traps, counter):
    ref = traps.see().split('button "Never" [disabled] [ref=')[1].split("]")[0]
    assert counter.act({"action": "click", "ref": ref}).notice == f"{ref} is disabled."


def test_a_screenshot_is_a_png_of_the_window(counter):
    for seen in (counter.observe(screenshot=True), counter.act({"action": "screenshot"})):
        assert seen.screenshot[:8] == b"\x89PNG\r\n\x1a\n"
        assert [int.from_bytes(seen.screenshot[place : place + 4], "big") for place in (16, 20)] == [1280, 800]


def test_a_preview_that_a_script_fetches_later_is_there_when_the_page_is_looked_at(counter):
    hands = counter.hands()
    hands.open("/counter/parts/1")
    assert hands.text("Preview") == "no change"
    hands.fill("Stock", "500")
    assert hands.text("Preview").startswith("change +4")


def test_a_navigation_that_a_script_starts_later_is_waited_for(traps):
    traps.click("button", "Slowly")
    assert traps.url == "/counter/"


def test_enter_in_a_field_sends_the_form_and_shows_what_came_of_it(counter):
    hands = counter.hands()
    hands.open("/counter/parts/2")
    hands.choose("Reason", "Found")
    hands.fill("Stock", "999")
    ref = hands.see().split('spinbutton "Stock" [active] [ref=')[1].split("]")[0]
    counter.act({"action": "press", "ref": ref, "key": "Enter"})
    assert "Part 2 was corrected." in counter.observe().snapshot


def test_time_in_the_page_is_the_worlds_and_stands_still(traps, counter):
    assert "Time 2026-03-16T08:00:20.000Z 17h, string" in traps.see()  # Tokyo reads 17 o'clock
    counter.observe()
    assert "A minute has passed" not in counter.observe().snapshot


def test_long_timers_run_when_the_worlds_time_has_come(traps, counter):
    for _ in range(4):
        counter._episode.call("list_parts")  # two virtual seconds each, and a page twenty
    assert "A minute has passed" not in counter.observe().snapshot
    for _ in range(30):
        counter._episode.call("list_parts")
    assert "A minute has passed" in counter.observe().snapshot


def test_chance_in_the_page_is_the_same_in_every_episode():
    seen = []
    for _ in range(2):
        with worlds.open("kiosk") as episode:
            seen.append(episode.browser().act({"action": "goto", "path": "/counter/traps"}).snapshot)
    assert "Chance 0." in seen[0]
    assert seen[0] == seen[1]


def test_a_question_of_the_page_is_dismissed_and_told(traps, counter):
    ref = traps.see().split('button "Ask" [ref=')[1].split("]")[0]
    seen = counter.act({"action": "click", "ref": ref})
    assert seen.notice == "The page asked “Really?”; the dialog was dismissed."
    assert "confirmed false" in seen.snapshot


def test_reset_gives_a_fresh_browser_and_the_old_one_is_gone():
    with worlds.open("kiosk") as episode:
        old = episode.browser()
        hands = old.hands()
        hands.open("/counter/parts/1")
        hands.choose("Reason", "Found")
        hands.fill("Stock", "999")
        hands.click("button", "Correct")
        assert "999 on shelf" in hands.see()
        episode.reset()
        with pytest.raises(Gone):
            old.observe()
        fresh = episode.browser()
        assert fresh is not old
        assert "999" not in fresh.act({"action": "goto", "path": "/counter/parts/1"}).snapshot
        assert fresh.act({"action": "back"}).url == "/counter/"


def test_a_graded_episode_shows_that_it_is_over():
    with worlds.open("kiosk/recount", seed=1) as episode:
        browser = episode.browser()
        browser.observe()
        episode.grade("status: done")
        seen = browser.act({"action": "goto", "path": "/counter/parts/1"})
        assert "Stock" not in seen.snapshot
        assert episode.diff() == []


def test_a_crash_of_the_world_ends_the_episode_and_is_never_shown(traps, counter):
    ref = traps.see().split('button "Jam" [ref=')[1].split("]")[0]
    with pytest.raises(WorldBug, match="jam crashed at step"):
        counter.act({"action": "click", "ref": ref})


def test_a_page_that_fails_is_the_worlds_bug_and_is_never_shown(counter):
    with pytest.raises(WorldBug, match=r"A page failed: GET /counter/broken answered 500\."):
        counter.act({"action": "goto", "path": "/counter/broken"})


def test_many_threads_drive_many_episodes_in_one_browser():
    found = {}

    def correct(number):
        with worlds.open("kiosk") as episode:
            hands = episode.browser().hands()
            hands.open(f"/counter/parts/{number}")
            hands.choose("Reason", "Found")
            hands.fill("Stock", str(900 + number))
            hands.click("button", "Correct")
            found[number] = [(change.key, change.after["stock"]) for change in episode.diff() if change.table == "part"]

    threads = [threading.Thread(target=correct, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [(number, 900 + number)] for number in range(1, 5)}


def test_one_browser_is_driven_by_several_threads(counter):
    seen = []
    for path in ("/counter/parts/1", "/counter/parts/2"):
        thread = threading.Thread(
            target=lambda path=path: seen.append(counter.act({"action": "goto", "path": path}).url)
        )
        thread.start()
        thread.join()
    assert seen == ["/counter/parts/1", "/counter/parts/2"]


@pytest.mark.parametrize("how", ["page", "browser"])
def test_a_browser_that_dies_is_our_failure_and_the_next_one_works(counter, how):
    counter.observe()
    killed = counter._tab._page.goto("chrome://crash") if how == "page" else HOST._browser.close()
    with contextlib.suppress(Error):
        HOST.run(killed)
    with pytest.raises(BrowserFailure, match="The browser died"):
        counter.act({"action": "goto", "path": "/counter/traps"})
    with pytest.raises(BrowserFailure, match="The browser died"):
        counter.observe()
    counter._episode.reset()
    assert counter._episode.browser().observe().url == "/counter/"


def test_a_browser_that_is_closed_while_it_works_is_gone(counter):
    counter.observe()
    HOST.run(counter._tab._page.route("**/slow", lambda _: counter.close()))
    with pytest.raises(Gone):
        counter.act({"action": "goto", "path": "/counter/slow"})


def test_a_page_that_never_comes_to_rest_is_shown_as_it_is(counter, monkeypatch):
    monkeypatch.setattr("worlds.engine.surfaces.browsing.tab.LOADING_SECONDS", 0.3)
    counter.observe()
    HOST.run(counter._tab._page.evaluate("() => void fetch('/never')"))
    HOST.run(counter._tab._page.route("**/never", lambda _: None))
    HOST.run(counter._tab._page.evaluate("() => void fetch('/never')"))
    seen = counter.observe()
    assert (seen.notice, seen.url) == ("The page is still loading.", "/counter/")
    assert "Parts" in seen.snapshot


def test_the_browser_starts_again_after_it_was_closed():
    with worlds.open("kiosk") as episode:
        assert episode.browser().observe().ok
    close_browser()
    with worlds.open("kiosk") as episode:
        assert episode.browser().observe().ok


def test_a_session_that_never_looked_closes_without_a_browser():
    with worlds.open("kiosk") as episode:
        session = BrowserSession(episode)
        session.close()
        session.close()
        with pytest.raises(Gone):
            session.observe()
