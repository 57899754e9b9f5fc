"""Load the communities of a city from an official list."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.jobs import console
from portal.lib.errors import Refused
from residents.models import Community
from residents.services import place_import


class Command(BaseCommand):
    """`manage.py import_places wuhan_communities.csv [--by USERNAME]`: twice changes nothing."""

    help = "Load districts, subdistricts and communities from a CSV file with code, district, subdistrict, community."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", default="", help="user name of whoever imports, for the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = place_import.load(rows=place_import.read(options["file"]), by=console.person(options["by"]))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(_("The file cannot be read: %(why)s") % {"why": error.strerror}) from error
        for line, why in outcome.refused:
            self.stderr.write(_("line %(line)s: %(why)s") % {"line": line, "why": why})
        self.stdout.write(
            _("%(created)s created, %(changed)s renamed, %(same)s unchanged, %(refused)s refused")
            % {
                "created": outcome.created,
                "changed": outcome.changed,
                "same": outcome.same,
                "refused": len(outcome.refused),
            }
        )
        if Community.objects.exists() and not Community.objects.filter(active_from__isnull=False).exists():
            self.stdout.write(
                _('Next, at /admin/: put in "On duty since" of each community that takes part, and give its secretary a role.')
            )
