"""Sign-in by user name or by mobile number."""

import unicodedata
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Case, Q, When
from django.http import HttpRequest

from portal.accounts.models import User


def find(written: str) -> User | None:
    """The account somebody means: a phone's keyboard writes capitals, full-width digits and spaces."""
    plain = "".join(unicodedata.normalize("NFKC", written).split())
    if not plain:
        return None
    # Whose number it is goes before who is only named so: a name can be chosen, a number has its owner.
    owner_first = Case(When(phone=plain, then=0), default=1)
    return User.objects.filter(Q(username__iexact=plain) | Q(phone=plain)).order_by(owner_first, "id").first()


class NameOrPhoneBackend(AuthenticationBackend):
    """Finds the account by user name or phone; passkeys and two-factor come from allauth."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the account, or None; an unknown name takes as long as a wrong password."""
        password = credentials.get("password", "")
        user = find(str(credentials.get("username", "")))
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
