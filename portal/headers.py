"""Headers that are the same on every answer."""

from functools import lru_cache

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest
from django.http.response import HttpResponseBase

# The gate reads passes through the camera; nothing here listens, or asks where somebody is.
FEATURES = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"


class Policy(CSPMiddleware):
    """The content policy, put together once instead of twice an answer; an answer that asks for another gets its own."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response["Permissions-Policy"] = FEATURES
        if HEADER in response or any(name.startswith("_csp_") for name in response.__dict__) or hasattr(request, "_csp_nonce"):
            return super().process_response(request, response)
        response[HEADER] = usual()
        return response


@lru_cache
def usual() -> str:
    """The policy of the settings."""
    return str(build_policy())
