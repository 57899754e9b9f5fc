"""The service worker: which files a phone keeps so that the gate and a round open without network."""

import hashlib
import json
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from portal.accounts.access import public

SCRIPT = "js/worker.js"
EVERYWHERE = (
    "vendor/idb.js",
    "css/portal.css",
    "img/sprite.svg",
    "img/favicon.svg",
    "js/away.js",
    "js/offline.js",
    "js/portal.js",
    "js/portal_ask.js",
    "js/queue.js",
    "js/reader.js",
    "js/vault.js",
)
# By the addresses a worker serves: each takes along what its pages need and no more.
FILES = {
    "/checkpoints/gate/": (
        *EVERYWHERE,
        "vendor/bootstrap-light.min.css",
        "css/gate.css",
        "css/passes.css",
        "css/visits.css",
        "gate.webmanifest",
        "js/entry_rules.js",
        "js/gate.js",
        "js/gate_code.js",
        "js/gate_entry.js",
        "js/gate_late.js",
        "js/gate_party.js",
        "js/gate_passes.js",
        "js/gate_rows.js",
        "js/kit.js",
        "js/pass_codes.js",
        "js/pass_rules.js",
        "js/scan.js",
        "js/skew.js",
        "js/suggest.js",
        "js/written.js",
    ),
    "/residents/rounds/": (
        *EVERYWHERE,
        "vendor/bootstrap.min.css",
        "vendor/htmx.min.js",
        "css/rounds.css",
        "manifest.webmanifest",
        "js/rounds.js",
        "js/windows.js",
    ),
}
# For phones that read no code by themselves: fetched when such a phone says so, once the page opens without network.
READER = "vendor/jsqr.js"


@require_safe
@public
def worker(request: HttpRequest) -> HttpResponse:
    """A phone asks whether there is a new release: it is one when this answer has changed."""
    answer = HttpResponse(_script(), content_type="text/javascript")
    # The pages it serves lie in several folders; each registers it for its own.
    answer["Service-Worker-Allowed"] = "/"
    answer["Cache-Control"] = "no-cache"
    return answer


@cache
def _script() -> str:
    files = json.dumps({place: [static(name) for name in names] for place, names in FILES.items()})
    facts = f'const RELEASE = "{release()}";\nconst FILES = {files};\nconst READER = "{static(READER)}";\n'
    return f'{facts}importScripts("{static(SCRIPT)}");\n'


@cache
def release() -> str:
    """A name for these files as they are now."""
    whole = hashlib.sha256()
    for name in sorted({SCRIPT, READER}.union(*FILES.values())):
        whole.update((settings.BASE_DIR / "static" / name).read_bytes())
    return whole.hexdigest()[:16]
