"""Read a paper register: `manage.py import_passages FILE --community C [--compound NAME] [--apply]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from checkpoints.services.registers import RegisterImporter
from portal.accounts.models import User
from portal.jobs import console
from residents.models import Community, Membership, Role


class Command(BaseCommand):
    help = "Show what a paper register would add, row by row; with --apply, add it in one transaction."

    def add_arguments(self, parser: CommandParser) -> None:
        console.add_arguments(parser)
        parser.add_argument("--compound", default="", help="name of the compound, where file and title do not tell it")

    def handle(self, **options: Any) -> None:
        if not options["community"]:
            raise CommandError(_("Say for which community: --community CODE or NAME."))
        community = console.communities(Community.objects.all(), options["community"])[0]
        compound = community.compounds.filter(name=options["compound"]).first()
        if options["compound"] and compound is None:
            raise CommandError(_("%(community)s has no such compound.") % {"community": community.name})
        by = console.person(options["by"]) or self._somebody(community)
        importer = RegisterImporter(community, compound=compound, file_name=options["file"].name, by=by)
        console.run(self, importer, options)

    def _somebody(self, community: Community) -> User:
        """A passage is always logged by somebody: the secretary, else an operator."""
        secretary = Membership.objects.live().filter(role=Role.SECRETARY, community=community).order_by("id").first()
        found = secretary.user if secretary else User.objects.filter(is_superuser=True, is_active=True).order_by("id").first()
        if found is None:
            raise CommandError(_("The community has no secretary yet: say who imports with --by NAME."))
        return found
