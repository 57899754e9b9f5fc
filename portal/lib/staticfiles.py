"""Static files with their hash in the name, in ES module imports too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """`import "./queue.js"` leads to the hashed file, so a phone never mixes two versions of the gate page."""

    support_js_module_import_aggregation = True
