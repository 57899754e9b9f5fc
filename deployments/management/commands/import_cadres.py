"""Read a roster: `manage.py import_cadres FILE [--community C] [--apply]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from deployments.services.rosters import RosterImporter
from portal.jobs import console
from residents.models import Community


class Command(BaseCommand):
    help = "Show what a roster would do, row by row; with --apply, do it in one transaction."

    def add_arguments(self, parser: CommandParser) -> None:
        console.add_arguments(parser)

    def handle(self, **options: Any) -> None:
        communities = console.communities(Community.objects.select_related("subdistrict"), options["community"])
        console.run(self, RosterImporter(communities, by=console.person(options["by"])), options)
