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
FILES = (
    "vendor/bootstrap.min.css",
    "vendor/htmx.min.js",
    "vendor/idb.js",
    "vendor/jsqr.js",
    "css/portal.css",
    "css/gate.css",
    "css/passes.css",
    "css/rounds.css",
    "css/visits.css",
    "img/sprite.svg",
    "img/favicon.svg",
    "img/icon-192.png",
    "gate.webmanifest",
    "js/skew.js",
    "js/entry_rules.js",
    "js/gate.js",
    "js/gate_code.js",
    "js/gate_entry.js",
    "js/gate_late.js",
    "js/gate_party.js",
    "js/gate_passes.js",
    "js/gate_rows.js",
    "js/kit.js",
    "js/offline.js",
    "js/pass_codes.js",
    "js/pass_rules.js",
    "js/portal.js",
    "js/portal_ask.js",
    "js/queue.js",
    "js/rounds.js",
    "js/scan.js",
    "js/suggest.js",
    "js/vault.js",
    "js/windows.js",
    "js/written.js",
)


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
    files = json.dumps([static(name) for name in FILES])
    return f'const RELEASE = "{release()}";\nconst FILES = {files};\nimportScripts("{static(SCRIPT)}");\n'


@cache
def release() -> str:
    """A name for these files as they are now."""
    whole = hashlib.sha256()
    for name in (SCRIPT, *FILES):
        whole.update((settings.BASE_DIR / "static" / name).read_bytes())
    return whole.hexdigest()[:16]
