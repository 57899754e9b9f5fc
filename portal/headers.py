"""Headers that are the same on every page."""

from functools import lru_cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What no page is made of alone.
PARTS = ("text/css", "text/javascript")
# The gate reads passes through the camera; nothing here listens, or asks where somebody is.
FEATURES = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"


class Policy(CSPMiddleware):
    """The content policy, put together once instead of twice an answer; an answer that asks for another gets its own."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        # A style sheet or a script is held to the policy of its page: said with each of thirty files, it is a tenth of what a
        # phone fetches with its first page.
        if request.path.startswith(settings.STATIC_URL) and response.get("Content-Type", "").startswith(PARTS):
            return response
        response["Permissions-Policy"] = FEATURES
        if HEADER in response or any(name.startswith("_csp_") for name in response.__dict__) or hasattr(request, "_csp_nonce"):
            return super().process_response(request, response)
        response[HEADER] = usual()
        return response


@lru_cache
def usual() -> str:
    """The policy of the settings."""
    return str(build_policy())
