"""The category tree as the storefront's menu and breadcrumbs show it."""

from collections.abc import Iterable
from dataclasses import dataclass

from worlds.shop.operations.catalogue import CategoryView


@dataclass(frozen=True, slots=True)
class Department:
    """A category with those below it, in the shop's order; `products` counts all below it too."""

    name: str
    path: str
    products: int
    children: tuple["Department", ...]

    @property
    def slug(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


def departments(categories: Iterable[CategoryView]) -> tuple[Department, ...]:
    """The tree of a list in which parents stand before their children."""
    below: dict[int | None, list[CategoryView]] = {}
    for category in categories:
        below.setdefault(category.parent_id, []).append(category)

    def node(category: CategoryView) -> Department:
        children = tuple(node(child) for child in below.get(category.category_id, ()))
        return Department(category.name, category.path, category.products, children)

    return tuple(node(category) for category in below.get(None, ()))


def trail(menu: Iterable[Department], path: str) -> tuple[Department, ...]:
    """The categories from the root down to a path; empty where there is no such category."""
    for department in menu:
        if department.path == path:
            return (department,)
        if path.startswith(f"{department.path}/") and (rest := trail(department.children, path)):
            return (department, *rest)
    return ()
