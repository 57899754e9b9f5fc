"""A client for guards, which ask thousands of pages and read no more of an answer than came over the wire."""

from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.test.client import ClientHandler

ZEAL = "zeal.middleware.zeal_middleware"


def handler(*, without: str = "") -> ClientHandler:
    """One for many clients: to build the chain of middleware takes longer than most answers."""
    made = ClientHandler(enforce_csrf_checks=False)
    with override_settings(MIDDLEWARE=[one for one in settings.MIDDLEWARE if one != without]):
        made.load_middleware()
    return made


class Plain(Client):
    """Somebody signed in by a session, reading English. What a view throws is a 500, as on a server.

    Keeps cookies, but neither templates nor contexts: to copy them took a tenth of the guards' time.
    """

    def __init__(self, handler: ClientHandler, session: str = "") -> None:
        super().__init__(headers={"accept-language": "en"})
        self.handler = handler
        if session:
            self.cookies[settings.SESSION_COOKIE_NAME] = session

    def request(self, **request: Any) -> HttpResponseBase:
        """Ask, and return what the handler returns."""
        answer = self.handler(self._base_environ(**request))
        self.cookies.update(answer.cookies)
        return answer
