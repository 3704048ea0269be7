"""Promises of the back office's templates, as they are written."""

import re
from pathlib import Path

from worlds.shop import WORLD


def test_templates_reach_no_further_than_what_their_views_give_them():
    folder = Path(WORLD.folder) / "pages" / "office" / "templates"
    for template in sorted(folder.rglob("*.html")):
        text = template.read_text()
        assert not re.search(r"\b(environ|episode|task|config|session|truth|seed)\b", text), template.name
        assert not re.search(r"<script(?! src=)| style=|\son\w+=|\|\s*safe|https?://", text), template.name
