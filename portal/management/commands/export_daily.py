"""manage.py export_daily --date 2022-04-10 --out FILE [--community CODE | --subdistrict CODE]"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.management.commands.rollup import communities_of, day
from portal.reports.exports.jobs import write
from portal.reports.exports.tables import TABLES, Asked
from residents.models import Community, Subdistrict


class Command(BaseCommand):
    """Writes the daily form of a day, for print or as CSV by the file's ending."""

    help = "Write the daily form (社区疫情防控日报表) of a day to a .xlsx or .csv file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--date", type=day, required=True, help="2022-04-10")
        parser.add_argument("--out", type=Path, required=True, help="a file that ends in .xlsx or .csv")
        place = parser.add_mutually_exclusive_group()
        place.add_argument("--community", default="", help="12-digit code or name; all on duty when left out")
        place.add_argument("--subdistrict", default="", help="9-digit code or name: its communities on duty")

    def handle(self, **options: Any) -> None:
        out: Path = options["out"]
        if out.suffix not in (".xlsx", ".csv"):
            raise CommandError(_("--out ends in .xlsx or .csv."))
        communities = communities_of(options["community"])
        if name := options["subdistrict"]:
            found = Subdistrict.objects.filter(**{"code" if name.isdigit() else "name": name})
            if found.count() != 1:
                raise CommandError(
                    _("%(count)s subdistricts are called %(name)s: give the code of 9 digits.")
                    % {"count": found.count(), "name": name}
                )
            communities = Community.objects.filter(subdistrict__in=found, active_from__isnull=False)
        table, asked = TABLES["daily"], Asked(options["date"], options["date"], communities)
        # Beside its place first: a full disk leaves no half file where a whole one is looked for.
        draft = out.with_name(f".{out.name}.part")
        try:
            write(draft, table, asked, table.rows(asked), form=out.suffix[1:])
            draft.replace(out)
        except OSError as error:
            raise CommandError(_("%(file)s cannot be written: %(why)s") % {"file": out, "why": error.strerror}) from error
        finally:
            draft.unlink(missing_ok=True)
        count = table.count(asked)
        said = ngettext("%(count)d row in %(file)s", "%(count)d rows in %(file)s", count)
        self.stdout.write(said % {"count": count, "file": out})
