"""Around the sign-in."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.accounts.access import public
from portal.lib.pages import page


@require_safe
@public
def password_forgotten(request: HttpRequest) -> HttpResponse:
    """I forgot my password and learn who can give me a new one."""
    return page(request, "accounts/password_forgotten.html")
