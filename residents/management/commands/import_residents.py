"""Read a base list: `manage.py import_residents FILE --community C [--apply]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.jobs import console
from residents.models import Community
from residents.services.household_import import HouseholdImporter


class Command(BaseCommand):
    help = "Show what a base list of residents would do, row by row; with --apply, do it in one transaction."
    # They read every page of the portal, and a long list needs the memory: a fifteenth of what 100,000 rows take.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        console.add_arguments(parser)
        parser.add_argument("--gone", action="store_true", help="whoever the list lacks has left")

    def handle(self, **options: Any) -> None:
        if not options["community"]:
            raise CommandError(_("Say for which community: --community CODE or NAME."))
        community = console.communities(Community.objects.select_related("subdistrict"), options["community"])[0]
        importer = HouseholdImporter(community, gone=options["gone"], by=console.person(options["by"]))
        console.run(self, importer, options)
