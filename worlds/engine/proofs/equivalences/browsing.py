"""E4, E6 and E7 in the real browser: pages with forms opened and left as they are, tools and pages in turn.

A page costs ten times as long as a tool, so what passes here passes slowly too.
"""

from worlds.engine.episode import Episode
from worlds.engine.proofs.equivalences.looking import sound_reads
from worlds.engine.proofs.equivalences.variations import NotApplicable, Played, Solved, Variation
from worlds.engine.proofs.mixed import Mixed
from worlds.engine.proofs.plays import play
from worlds.engine.surfaces.browser import Page
from worlds.graders.answers import FinalAnswer


def browse(solved: Solved) -> Played:
    """The browser solution; then once more with all its pages opened before, and a tool's read between its actions."""
    case = solved.case
    if not case.browser:
        return NotApplicable("the real browser is for the first seeds")
    visited = case.browsed.visited

    def mixed(episode: Episode) -> FinalAnswer:
        session = episode.browser()
        for path in list(dict.fromkeys(visited)):
            session.act({"action": "goto", "path": path})
        session.act({"action": "goto", "path": visited[0]})
        names = sound_reads(case.start, case.task.actor.role)
        needless = [one for one in names if not episode.world.operations[one].input_schema.get("required")]
        return case.family.browse(Page(Mixed(episode, [], needless)))

    plain = Variation("in the browser", case.browsed.play)
    if not (visited and plain.play.earned):
        return [plain]
    words = "in the browser, its pages opened before, with reads by tools in between"
    return [plain, Variation(words, play(case.start, case.task, mixed))]
