"""What a world says of its pages, for those who change their face: `variants/pages.toml` in its folder.

    data = ["written", "timeline"]      # classes of what is no chrome: documents, what people wrote
    menus = ["acts-able"]               # classes of lists of actions that may move behind a menu
    pagers = ["pager"]                  # classes of what turns the pages of a list
    together = [["line1", "line2"]]     # ends of names of fields that stay beside each other in this order

    [sizes."/office/orders"]            # rows a page where the address names no number
    fewer = 10
    more = 50

A stylesheet `variants/<app>.css` holds the themes, densities and layouts of an app, by attributes of the root element.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lxml.html import HtmlElement

from worlds.engine.world import World

DATA_TAGS = frozenset({"address", "bdi", "code", "script", "style", "svg", "textarea", "time"})
DATA_CLASSES = frozenset({"prose", "every-subject", "every-body", "every-value"})


@dataclass(frozen=True, slots=True)
class Settings:
    """See the module's text."""

    data: frozenset[str] = DATA_CLASSES
    menus: frozenset[str] = frozenset()
    pagers: frozenset[str] = frozenset()
    together: tuple[tuple[str, ...], ...] = ()
    sizes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def is_data(self, element: HtmlElement) -> bool:
        """Whether an element holds records or what somebody wrote."""
        return element.tag in DATA_TAGS or element.get("dir") == "auto" or has_class(element, self.data)

    def within_data(self, element: HtmlElement) -> bool:
        """Whether an element or one around it does."""
        return self.is_data(element) or any(self.is_data(one) for one in element.iterancestors())


@lru_cache(maxsize=32)
def settings_of(world: World) -> Settings:
    """The settings of a world; plain ones where it says nothing."""
    path = world.folder / "variants" / "pages.toml"
    said: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return Settings(
        data=DATA_CLASSES | frozenset(said.get("data", ())),
        menus=frozenset(said.get("menus", ())),
        pagers=frozenset(said.get("pagers", ())),
        together=tuple(tuple(names) for names in said.get("together", ())),
        sizes=said.get("sizes", {}),
    )


def has_class(element: HtmlElement, names: frozenset[str]) -> bool:
    """Whether an element has one of these classes."""
    return not names.isdisjoint((element.get("class") or "").split())
