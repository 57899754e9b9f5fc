"""What the frame of every page needs: the menu, what may be done, how many messages wait."""

from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from portal import nav
from portal.accounts.models import User
from portal.lib.prepared import Prepared
from residents.access import Permission, has, roles_of

# Every page asks it: built by the ORM it took longer than the answer.
FACTS = Prepared("frame_facts", """
SELECT (SELECT COUNT(*) FROM accounts_message WHERE to_id = %(user)s AND read_at IS NULL),
    EXISTS (SELECT 1 FROM deployments_supervisor
        WHERE user_id = %(user)s AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on >= %(today)s))
""", user="bigint", today="date")  # fmt: skip


class Allowed:
    """`{% if perm.BOARD_EDIT %}`: whether the reader may, by any role; a name nobody knows is an error."""

    def __init__(self, user: Any) -> None:
        self.user = user

    def __getattr__(self, name: str) -> bool:
        return has(self.user, Permission[name])


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the templates `perm`, and `frame` for the parts around the content (asked only when a whole page is drawn)."""
    user = getattr(request, "user", None)
    around = SimpleLazyObject(lambda: _around(request.path, user))
    return {"perm": Allowed(user), "frame": around, "here": SimpleLazyObject(lambda: _here(request))}


def _here(request: HttpRequest) -> str:
    """Where the reader comes back to in another language: what answers a form may have no address of its own."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = urlsplit(request.headers.get("referer", ""))
    return came_from._replace(scheme="", netloc="").geturl() if came_from.netloc == request.get_host() else "/"


def _around(path: str, user: Any) -> dict[str, Any]:
    if user is None or not user.is_authenticated:
        return {"entries": [], "current": None, "unread": 0, "role": ""}
    facts = _facts(user)
    entries = nav.entries_for(user, supervises=facts["supervises"])
    return {
        "entries": entries,
        "current": nav.current(entries, path),
        "unread": facts["unread"],
        "role": next((role.get_role_display() for role in roles_of(user)), ""),
        "inbox": nav.address_of("accounts:message_list"),
        # Whoever may look nobody up is shown no box for it.
        "search": nav.address_of("search") if has(user, Permission.CADRE_VIEW) else "",
    }


def _facts(user: User) -> dict[str, Any]:
    """Unread messages and whether the person supervises a unit, in one statement."""
    today = connection.ops.adapt_datefield_value(timezone.localdate())
    ((unread, supervises),) = FACTS.rows({"user": user.pk, "today": today})
    return {"unread": unread, "supervises": bool(supervises)}
