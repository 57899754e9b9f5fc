"""Static files with their hash in the name, in ES module imports too."""

import re
from collections.abc import Callable
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """`import "./queue.js"` leads to the hashed file, so a phone never mixes two versions of the gate page."""

    support_js_module_import_aggregation = True
    # Collected by root in the image, read by whoever serves: not for the owner's eyes alone, as uploads are.
    file_permissions_mode = 0o644
    directory_permissions_mode = 0o755

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None, *args: Any
    ) -> "Callable[[re.Match[str]], str]":
        """Hash what names a file; `import("../htmx")` in a comment of a package names a type."""
        convert = super().url_converter(name, hashed_files, template, *args)

        def converted(match: "re.Match[str]") -> str:
            if name.endswith(".js") and not match["url"].strip().endswith((".js", ".map")):
                return match["matched"]
            return str(convert(match))

        return converted
