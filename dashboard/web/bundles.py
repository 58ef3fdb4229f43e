"""Scripts and styles that pages need together travel as one file; docs/decisions/0014-bundles.md says why."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.base import ContentFile
from django.template import Context, Engine, Node, NodeList
from django.templatetags.static import StaticNode
from django.utils.html import format_html
from whitenoise.storage import CompressedManifestStaticFilesStorage

# The joined file has other lines than its parts.
SOURCE_MAP = re.compile(rb"^//# sourceMappingURL=.*$", re.MULTILINE)


class BundleNode(Node):
    """The links of its files one by one, or where files were collected, a link to all of them."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    @property
    def parts(self) -> list[str]:
        """The files that are joined, in the order of their links."""
        links = self.nodelist.get_nodes_by_type(StaticNode)
        return [str(link.path.var) for link in links if isinstance(link, StaticNode)]

    def render(self, context: Context) -> str:
        if settings.DEBUG or not isinstance(staticfiles_storage, BundledStorage):
            return self.nodelist.render(context)
        url = staticfiles_storage.url(self.name)
        is_style = self.name.endswith(".css")
        link = '<link rel="stylesheet" href="{}">' if is_style else '<script src="{}" defer></script>'
        return format_html(link, url)


class BundledStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Makes the file of each bundle when files are collected; it then gets its hash as all others do."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        for name, parts in {} if dry_run else bundles().items():
            if self.exists(name):
                self.delete(name)
            self._save(name, ContentFile(self._joined(name, parts)))
            paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

    def _joined(self, name: str, parts: list[str]) -> bytes:
        end = b"\n" if name.endswith(".css") else b"\n;\n"
        texts = []
        for part in parts:
            with self.open(part) as file:
                texts.append(SOURCE_MAP.sub(b"", file.read()))
        return end.join(texts)


def bundles() -> dict[str, list[str]]:
    """The name of each bundle in the templates, and its files."""
    found: dict[str, list[str]] = {}
    for template in template_names():
        nodes = Engine.get_default().get_template(template).nodelist.get_nodes_by_type(BundleNode)
        for node in nodes:
            if isinstance(node, BundleNode) and found.setdefault(node.name, node.parts) != node.parts:
                raise ValueError(f"Two bundles are called {node.name}. Give each its own name.")
    return found


def template_names() -> Iterator[str]:
    for folder in Engine.get_default().dirs:
        for path in sorted(Path(folder).rglob("*.html")):
            yield path.relative_to(folder).as_posix()
