"""What an agent sees of a browser after each action."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Observation:
    """The page as an agent sees it.

    Args:
        url: path and query below the episode's address; the address's key is left out.
        title: the page's title.
        snapshot: the accessibility tree as YAML, elements with refs such as `[ref=e12]`.
        screenshot: a PNG of 1280 x 800 pixels, where one was asked for.
        notice: one sentence on what the agent should know of its last action; empty if there is nothing to say.
        ok: whether the last action was carried out; the notice says why not.
    """

    url: str
    title: str
    snapshot: str
    screenshot: bytes | None = field(default=None, repr=False)
    notice: str = ""
    ok: bool = True

    @property
    def text(self) -> str:
        """The observation as text for a model, without the screenshot."""
        notice = f"{self.notice}\n" if self.notice else ""
        return f"{notice}Page: {self.url}\nTitle: {self.title}\n{self.snapshot}"

    def to_json(self, *, image: bool = False) -> dict[str, Any]:
        """The observation as JSON values; the screenshot in base 64 where `image` says so."""
        data = {"url": self.url, "title": self.title, "snapshot": self.snapshot, "notice": self.notice, "ok": self.ok}
        if image and self.screenshot is not None:
            data["screenshot"] = base64.b64encode(self.screenshot).decode()
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Observation":
        """Read what `to_json` wrote."""
        image = data.get("screenshot")
        parts = {name: value for name, value in data.items() if name != "screenshot"}
        return cls(**parts, screenshot=base64.b64decode(image) if image else None)
