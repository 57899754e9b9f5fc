"""Sign-in by user name or by mobile number."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Q
from django.http import HttpRequest

from portal.accounts.models import User


class NameOrPhoneBackend(AuthenticationBackend):
    """Finds the account by user name or phone; passkeys and two-factor come from allauth."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the account, or None; an unknown name takes as long as a wrong password."""
        written, password = str(credentials.get("username", "")).strip(), credentials.get("password", "")
        user = User.objects.filter(Q(username=written) | Q(phone=written)).order_by("id").first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
