"""E3, E6 and E7: every write sent twice under one key, a slow agent, and calls by other surfaces; no browser here."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

from worlds.engine.cursors import takes_cursors
from worlds.engine.episode import SECONDS, Episode
from worlds.engine.proofs.equivalences.variations import NotApplicable, Played, Solved, Variation, varied
from worlds.engine.proofs.tapes import TapedCall
from worlds.engine.reply import Reply

SLOWER = 10
SURFACES = ("http", "pages", "mcp", "tools")


def retry(solved: Solved) -> Played:
    """Each write sent twice under an idempotency key of its own, as one who lost the answer does."""
    if not solved.writes:
        return NotApplicable("the solution writes nothing")
    steps: list[TapedCall] = []
    for call in solved.steps:
        keyed = replace(call, key=f"retry-{call.number}")
        steps += [keyed, keyed] if call.committed else [call]
    return [Variation("every write sent twice under one key", solved.replay(steps))]


def slow_down(solved: Solved) -> Played:
    """The solution by somebody who takes ten times as long over every call."""
    seconds = SLOWER * SECONDS["tools"]

    def passed(episode: Episode, name: str, given: dict[str, object]) -> Reply:
        return episode.perform(name, given, "tools", seconds=seconds)

    return [Variation(f"{seconds} virtual seconds a call", solved.through(passed))]


def change_surface(solved: Solved) -> Played:
    """The solution's calls by one surface after another, and its writes alone by each of them."""
    return varied(_surfaces(solved), "the solution calls nothing")


def _surfaces(solved: Solved) -> Iterator[Variation]:
    operations = solved.case.start.world.operations
    turns = cycle(SURFACES)

    def passed(episode: Episode, name: str, given: dict[str, object]) -> Reply:
        surface = next(turns)
        operation = operations[name]
        turned = not operation.dialect.by_number and takes_cursors(operation)  # by page numbers on pages alone
        offered = surface != "pages" or ("pages" in operation.doors and not turned)
        return episode.perform(name, given, surface if offered else "tools")

    yield Variation("surfaces taking turns", solved.through(passed))
    if solved.writes:
        yield Variation(
            "without looking, by http", solved.replay([replace(one, surface="http") for one in solved.steps])
        )
