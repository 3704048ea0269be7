"""The pages of a world's handbook, as tests read them."""

from worlds.engine.house_rules import policy_pages
from worlds.engine.world import World


class Handbook:
    """All pages by slug, what they say, and the tables that stand on them."""

    def __init__(self, world: World) -> None:
        """Read the pages of a world."""
        self.pages = policy_pages(world.folder / "policy")

    def said(self, slug: str) -> str:
        """A page without emphasis, white space folded."""
        return " ".join(self.pages[slug].text.replace("*", "").split())

    def rows(self, slug: str) -> list[list[str]]:
        """The cells of all tables of a page, without emphasis."""
        lines = [line for line in self.pages[slug].text.splitlines() if line.startswith("|")]
        return [[cell.strip(" *`") for cell in line.strip("|").split("|")] for line in lines]
