"""Markdown of a world's own texts as HTML: no raw HTML, no unsafe links, tables with scoped headers."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markupsafe import Markup


class _Renderer(RendererHTML):
    """Writes what the content policy and screen readers need."""

    def table_open(self, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
        """A table that scrolls by itself where the screen is narrow, by keyboard too."""
        table = self.renderToken(tokens, index, options, env)
        return f'<div class="scroll" role="group" aria-label="Table" tabindex="0">{table}'

    def table_close(self, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
        """The end of both."""
        return f"{self.renderToken(tokens, index, options, env)}</div>"

    def th_open(self, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
        """A column's header, without the inline style of its alignment."""
        tokens[index].attrs = {"scope": "col"}
        return self.renderToken(tokens, index, options, env)

    def td_open(self, tokens: Sequence[Any], index: int, options: Any, env: Any) -> str:
        """A cell, without the inline style of its alignment."""
        tokens[index].attrs = {}
        return self.renderToken(tokens, index, options, env)


_MARKDOWN = MarkdownIt("js-default", {"html": False, "linkify": False}, renderer_cls=_Renderer).disable("image")


def render_markdown(text: str) -> Markup:
    """Safe HTML of a Markdown text."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - raw HTML is off, so what it writes is escaped
