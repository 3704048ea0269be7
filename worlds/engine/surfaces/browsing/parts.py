"""Parts of a page's tree: what fields hold, terms with their definitions, what stands below a heading, cells."""

from worlds.engine.surfaces.browsing.outline import Node


def content(node: Node) -> str:
    """What a field holds: the options chosen in a list, or the text."""
    chosen = [option.name for option in node.find("option") if "selected" in option.states]
    return ", ".join(chosen) if chosen else node.text


def definitions(root: Node) -> list[tuple[str, str]]:
    """Each term with the text of the definition after it."""
    found, term = [], None
    for node in root.walk():
        if node.role == "term":
            term = node.text
        elif node.role == "definition" and term is not None:
            found.append((term, node.text))
            term = None
    return found


def below_headings(root: Node, name: str) -> list[str]:
    """For each heading of that name, the text of what follows beside it until a heading of its level or above."""
    texts = []
    for parent in root.walk():
        for index, node in enumerate(parent.children):
            if node.role == "heading" and node.name == name:
                texts.append(_following(parent.children[index + 1 :], node.states.get("level", "")))
    return texts


def _following(siblings: list[Node], level: str) -> str:
    parts: list[str] = []
    for node in siblings:
        if node.role == "heading" and node.states.get("level", "") <= level:
            break
        parts.append(node.text)
    return " ".join(filter(None, parts))


def by_heading(headings: list[str], cells: list[Node]) -> dict[str, str]:
    """The text of each cell by its column's heading; by its number where there are not as many headings."""
    if len(headings) != len(cells):
        return {str(number): cell.text for number, cell in enumerate(cells, start=1)}
    return {
        heading or str(number): cell.text for number, (heading, cell) in enumerate(zip(headings, cells, strict=True), 1)
    }
