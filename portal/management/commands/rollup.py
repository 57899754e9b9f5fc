"""manage.py rollup --date 2022-04-10 [--community 990101001001]"""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.errors import Refused
from portal.reports.services.rollups import count_by_hand
from residents.models import Community


def day(text: str) -> dt.date:
    """A day as 2022-04-10."""
    return dt.date.fromisoformat(text)


def communities_of(code: str) -> Any:
    """The community of a 12-digit code or a name that only one has; all communities on duty without either."""
    if not code:
        return Community.objects.filter(active_from__isnull=False)
    found = Community.objects.filter(code=code) if code.isdigit() else Community.objects.filter(name=code)
    if found.count() != 1:
        raise CommandError(
            _("%(count)s communities are called %(name)s: give the code of 12 digits.") % {"count": found.count(), "name": code}
        )
    return found


class Command(BaseCommand):
    """Counts a day into the reports of one community or of all."""

    help = "Count a day's records into draft reports; submitted, accepted and locked ones are left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=day, default=None, help="2022-04-10; today when left out")
        parser.add_argument("--community", default="", help="12-digit code or name; all on duty when left out")

    def handle(self, **options: Any) -> None:
        asked, communities = options["date"] or timezone.localdate(), communities_of(options["community"])
        try:
            rows = count_by_hand(day=asked, communities=communities, by=None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(ngettext("%(count)d report counted", "%(count)d reports counted", len(rows)) % {"count": len(rows)})
        if left := communities.count() - len(rows):
            sentence = _("%(count)s left out: submitted already, or not on duty yet")
            self.stdout.write(sentence % {"count": left})
