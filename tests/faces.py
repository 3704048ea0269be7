"""The pages of a world in other faces, and what every front promises of them: a test names the pages and who looks."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property

from chrome import Chrome, forms, links, tree
from colleague import sit
from looking import complaints, of_size, served

from worlds.engine.episode import Episode
from worlds.engine.faults.plan import Conditions
from worlds.engine.surfaces.drift.variant import variant_of
from worlds.engine.surfaces.visitor import Visitor


@dataclass(frozen=True, eq=False)
class Place:
    """A page of an episode; `seat` is the (role, person) before it, where it is not whoever acts in the episode."""

    episode: Episode
    path: str
    seat: tuple[str, int] | None = None

    def in_variant(self, episode, number):
        """The same place of a copy of its episode, in a variant."""
        if self.seat:
            sit(episode, *self.seat)
        episode.conditions = Conditions(variant=number)
        return episode


class Faces:
    """Places of a world, and its pages there in any variant; lists have a size of their own, whatever the variant."""

    def __init__(self, world, app, places):
        self.app = app
        self.chrome = Chrome(world)
        self.places = [replace(place, path=of_size(world, place.path, 25)) for place in places]

    def shown(self, place, number):
        """A page of a fresh copy in a variant, so that no time has passed on it."""
        with place.episode.fork() as copy:
            return tree(Visitor(self.app, place.in_variant(copy, number)).get(place.path))

    @cached_property
    def plain(self):
        """The plain pages."""
        return {place: self.shown(place, 0) for place in self.places}

    def expect_to_be_read_as_they_are(self):
        """Plain pages say what they mean, and name no tool."""
        assert self.chrome.changed_by_reading(self.plain.values()) == []
        assert self.chrome.tools(self.plain.values()) == []

    def expect_words_in_every_language(self, *, least, missing=0.05, left_out="\0"):
        """So many words of the chrome have them; a part of the rest at most has none, what holds `left_out` aside."""
        counted, lacking = self.chrome.in_all_languages(self.plain.values(), self.places[0].episode)
        lacking = {one for one in lacking if left_out not in one}
        assert counted > least
        assert len(lacking) <= missing * (counted + len(lacking)), sorted(lacking)

    def expect_no_action_lost(self, number, step):
        """One page in so many has its links and forms in a variant; answers these pages in it."""
        asked = {place: self.shown(place, number) for place in self.places[number % step :: step]}
        for place, now in asked.items():
            assert links(now) == links(self.plain[place]), place.path
            assert forms(now) == forms(self.plain[place]), place.path
        return [*asked.values()]

    def expect_sizes_of_the_variant(self, numbers, place, rows):
        """A list whose address names no size has that of the variant; `rows` finds them on a page."""
        one_of_each = {variant_of(number).sizes: number for number in numbers}
        found = {size: len(rows(self.shown(place, number))) for size, number in one_of_each.items()}
        assert found == {"plain": 25, "fewer": 10, "more": 50}

    def expect_to_shut_nobody_out(self, browser, numbers, width, *others):
        """Each variant on one page at one width, wide and narrow taking turns, and so do further lists of places."""
        fronts = (self.places, *others)
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        with ExitStack() as opened:
            episodes = {place.episode for known in fronts for place in known}
            copies = {one: opened.enter_context(one.fork()) for one in episodes}
            prefixes = {one: f"/episodes/{at}" for at, one in enumerate(copies)}
            origin = opened.enter_context(served(self.app, {prefixes[one]: copy for one, copy in copies.items()}))
            for number in (one for one in numbers if one // 2 % 2 == (width < 1000)):
                known = fronts[number % len(fronts)]
                place = known[number * 7 % len(known)]
                place.in_variant(copies[place.episode], number)
                page.goto(f"{origin}{prefixes[place.episode]}{place.path}")
                assert complaints(page) == [], (number, place.path)
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (number, place.path)
        context.close()


def expect_own_names_in_rows(root):
    """No two links and buttons of a row have one name."""
    for row in root.iter("tr"):
        names = [one.get("aria-label") or "".join(one.itertext()) for one in row.iter("a", "button")]
        assert len(names) == len(set(names)), names
