"""After a backup was put back: `manage.py restored`."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from portal import erasure


class Command(BaseCommand):
    """Refuses other keys than those of the backup; ends every session; erases what was erased since."""

    help = "Make a restored database what it may be: nobody signed in, and nothing there that was erased since the backup."

    def handle(self, **options: Any) -> None:
        self.check(databases=["default"])
        ended = erasure.after_restore()
        self.stdout.write(
            ngettext(
                "%(count)d session ended; what may no longer be kept is erased.",
                "%(count)d sessions ended; what may no longer be kept is erased.",
                ended,
            )
            % {"count": ended}
        )
