"""What of a person a reader is shown: names and sensitive care in full only where a role grants it."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib import masks
from residents.access import Permission, may_in
from residents.models import Community


class Eyes:
    """What one reader sees, asked once for each community."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._sees: dict[int, bool] = {}

    def sees(self, community: Community) -> bool:
        """Whether names are shown in full."""
        if community.pk not in self._sees:
            self._sees[community.pk] = may_in(self.user, Permission.RESIDENT_NAME, community)
        return self._sees[community.pk]

    def name(self, resident: Any, community: Community) -> str:
        """王建国, or 王**."""
        return str(resident.name) if self.sees(community) else masks.name(resident.name)

    def lists(self, resident: Any, community: Community) -> list[str]:
        """The lists of care a resident (with `lists`) is on; of sensitive ones only that there is one."""
        sees = self.sees(community)
        hidden = _("special care")
        words = (hidden if profile.category.is_sensitive and not sees else profile.category.label for profile in resident.lists)
        return list(dict.fromkeys(words))

    def show(self, people: Iterable[Any], community: Community) -> None:
        """Put `shown` and, where lists are there, `care_shown` beside each of some people of one community."""
        for resident in people:
            resident.shown = self.name(resident, community)
            if hasattr(resident, "lists"):
                resident.care_shown = self.lists(resident, community)
