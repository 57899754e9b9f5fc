"""Sessions in the database that bring along who is signed in, and with what roles: one statement a request, not three.

Nothing is kept between requests: a role that ended, a password that changed, an account that was closed count at once.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from portal.accounts.models import Session, User
from portal.lib.prepared import Prepared, columns, made
from residents.access import remember_roles
from residents.models import Membership

ROLE = ("id", "user_id", "role", "community_id", "subdistrict_id", "district_id")
# Built by the ORM it took longer than the answer: every page and every phone asks it. One row for each role.
PERSON = len(User._meta.concrete_fields)
WHO = Prepared("who", f"""
SELECT {columns(User, "u")}, {", ".join(f"m.{column}" for column in ROLE)},
    s.session_data
FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id
    LEFT JOIN residents_membership m
        ON m.user_id = u.id AND m.starts_on <= %(today)s AND (m.ends_on IS NULL OR m.ends_on >= %(today)s)
WHERE s.session_key = %(key)s AND s.expire_date > %(now)s
ORDER BY m.id
""", key="text", today="date", now="timestamptz")  # fmt: skip  # noqa: S608 - names of columns


class SessionStore(DatabaseStore):
    """What Django keeps of a session; `owner` is whose it is, where somebody is signed in."""

    owner: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Write down whose session it is."""
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.user_id = data.get(SESSION_KEY)
        return row

    def load(self) -> dict[str, Any]:
        """What the session holds; the owner and the roles come with it."""
        day = connection.ops.adapt_datefield_value(timezone.localdate())
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        rows = WHO.rows({"key": self.session_key, "today": day, "now": now})
        if not rows:
            # Nobody's session, or none: Django's way.
            return super().load()
        (self.owner,) = made(rows[0], User)
        roles = [row[PERSON:-1] for row in rows if row[PERSON] is not None]
        remember_roles(self.owner, [Membership.from_db(connection.alias, ROLE, role) for role in roles])
        return self.decode(rows[0][-1])


class WhoMiddleware(AuthenticationMiddleware):
    """`request.user` as the session brought it along; whatever is unusual is left to Django."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _who(request))  # type: ignore[assignment]


def _who(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    session = request.session
    said = session.get(HASH_SESSION_KEY)
    owner = getattr(session, "owner", None)
    if (
        said
        and owner
        and owner.is_active
        and session[SESSION_KEY] == str(owner.pk)
        and session[BACKEND_SESSION_KEY] in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(said, owner.get_session_auth_hash())
    ):
        return owner
    return get_user(request)
