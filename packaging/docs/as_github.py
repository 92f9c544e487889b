"""Whether the site reads a page as GitHub does; where not, a warning, and warnings are errors.

The two know different dialects: a list right below a paragraph, or one indented by two blanks, is none to Python-Markdown,
which mkdocs builds on, and would come out as one long line.
"""

from __future__ import annotations

import logging
import re

from markdown_it import MarkdownIt
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

LOG = logging.getLogger("mkdocs.hooks.as_github")
TAGS = ("ul", "ol", "li", "table", "tr", "td", "pre", "strong", "em", "h2", "h3")


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    github = MarkdownIt("commonmark").enable("table").render(page.markdown or "")
    for tag in TAGS:
        there, here = (len(re.findall(rf"<{tag}[ >]", text)) for text in (github, html))
        if there != here:
            LOG.warning("%s: %d <%s> on GitHub, %d in the site", page.file.src_uri, there, tag, here)
