"""The pages of the site that lie outside docs/: README.md is its first one, CHANGELOG.md the one of changes.

A hook of mkdocs (mkdocs.yml). They stay where a visitor of the repository looks for them and are written once;
their links into docs/ become links beside them.
"""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"index.md": "README.md", "changelog.md": "CHANGELOG.md"}
PICTURES = {"images/buslens.svg": "resources/icons/buslens.svg"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for name, source in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, name, content=text))
    for name, source in PICTURES.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / source)))
    return files
