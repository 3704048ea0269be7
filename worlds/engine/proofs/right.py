"""Right ways earn the whole reward: the solution, every alternative, and the solution in the real browser."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from worlds.engine.proofs.plays import Case, Play, missed
from worlds.engine.proofs.proof import Verdict, View


@dataclass(frozen=True, slots=True)
class Found:
    """What the right ways of one instance earned: way -> why it did not, or nothing."""

    ways: dict[str, str] = field(default_factory=dict)
    browser: str | None = None
    label: str = ""


class Right:
    """Whoever works rightly is paid, on whatever path the family names."""

    name = "right ways"

    def examine(self, case: Case) -> Found:
        """Play them all; the browser only where the case asks for it."""
        found = Found(browser=self._browsed(case), label=case.label)
        for way, one in self._ways(case):
            case.keep(way, one, right=True)
            found.ways[way] = "" if one.earned else f"earns {one.grade.reward}: {missed(one)}"
        return found

    def conclude(self, view: View, found: Sequence[Found]) -> Verdict:
        """How many of each passed."""
        ways = list(dict.fromkeys(way for one in found for way in one.ways))
        passed = {way: sum(one.ways.get(way) == "" for one in found) for way in ways}
        browsed = [one for one in found if one.browser is not None]
        holes = [f"{one.label}: {way} {why}" for one in found for way, why in one.ways.items() if why]
        holes += [f"{one.label}: the browser solution {one.browser}" for one in browsed if one.browser]
        in_browser = sum(not one.browser for one in browsed)
        figures = {"passed": passed, "of": len(found), "browser": in_browser, "browser_of": len(browsed)}
        others = sum(count for way, count in passed.items() if way != "the solution")
        tried = f"{in_browser} of {len(browsed)} in the browser" if browsed else "not tried in the browser"
        says = f"{passed.get('the solution', 0)} of {len(found)} solutions pass, {tried}"
        if view.family.alternatives:
            says += f"; {others} of {(len(ways) - 1) * len(found)} by other ways"
        else:
            says += f"; no other way: {view.family.only_way}"
        return Verdict(figures, holes, says)

    def _ways(self, case: Case) -> Iterator[tuple[str, Play]]:
        yield "the solution", case.solution
        for name, one in case.alternatives.items():
            yield f"the alternative “{name}”", one

    def _browsed(self, case: Case) -> str | None:
        if not case.browser:
            return None
        one = case.browsed.play
        case.keep("the browser solution", one, right=True)
        return "" if one.earned else f"earns {one.grade.reward}: {missed(one)}"


PROOF = Right()
