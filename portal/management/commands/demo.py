"""manage.py demo: load the invented district."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from checkpoints.models import Post
from deployments.models import Secondment
from portal.accounts import audit
from portal.accounts.models import User
from portal.demo import (
    chats,
    deliveries,
    desk,
    duty,
    elsewhere,
    errands,
    households,
    jobs,
    kindness,
    ledgers,
    matters,
    messages,
    notices,
    passages,
    people,
    places,
    quarantine,
    reports,
    rounds,
    tasks,
    visits,
)
from portal.demo import passes as demo_passes
from residents.models import Compound, District, Errand

SIGN_INS = (
    "secretary",
    "worker",
    "secretary2",
    "secretary3",
    "cadre",
    "cadre2",
    "supervisor",
    "officer",
    "district",
    "operator",
)


class Command(BaseCommand):
    """Fill an empty database with the demo; refuse where real people might be."""

    help = "Load the invented demo district into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--when-empty", action="store_true", help="do nothing where there are places already")
        parser.add_argument("--anyway", action="store_true", help="load it although DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        if District.objects.exists():
            if options["when_empty"]:
                return
            raise CommandError("There are places already: the demo only goes into an empty database.")
        if not settings.DEBUG and not options["anyway"]:
            raise CommandError("DEBUG is off, so this may be a real installation. Say --anyway to load invented people.")
        asked = load()
        self.stdout.write("Demo loaded. Sign in as one of: " + ", ".join(SIGN_INS))
        self.stdout.write("What a resident sees who has asked for something: " + errands.link(asked))


@transaction.atomic
def load() -> Errand:
    """Create the whole demo, or nothing; return the errand whose resident can follow it."""
    compounds = places.build()
    accounts = people.accounts()
    secretary = accounts["secretary"]
    secondments = _sent(compounds, accounts)
    households.build(compounds, secretary=secretary)
    posts = duty.posts(compounds)
    duty.shifts(posts, secondments)
    there = [one for one in secondments if one.compound == compounds["榆树公租房"] and one.reported_at]
    _on_duty(secondments[0], there[0], accounts)
    loggers, others = _users(secondments), _users(there)
    everybody = {**accounts, "cadre": loggers[0], "cadre2": others[0]}
    messages.give_channels(everybody)
    _passed(posts, loggers, secretary)
    quarantine.build(compounds, secretary)
    _rounds(compounds, secondments, accounts)
    asked = errands.build(
        compounds["荷风苑"],
        helpers=[loggers[0], accounts["worker"], *loggers[1:4]],
        worker=accounts["worker"],
        secretary=secretary,
    )
    _at_the_gates(compounds, posts, secretary=secretary, lead=loggers[0])
    _papers(compounds["荷风苑"], accounts, loggers[:5])
    elsewhere.build(posts["榆树公租房", "南门"], secretary=accounts["secretary2"], cadres=others)
    desk.build(compounds["荷风苑"], secondments, accounts=accounts)
    reports.build(accounts["officer"])
    jobs.build(compounds, posts["荷风苑", "西门"], secondments, accounts=accounts)
    messages.build(everybody)
    _on_record(secondments, by=secretary)
    return asked


def _sent(compounds: dict[str, Compound], accounts: dict[str, User]) -> list[Secondment]:
    """Whom the units have sent, who of them is away, and who answers for what."""
    secondments = people.cadres(compounds, people.units(accounts["supervisor"]), accounts["secretary"])
    people.leave(secondments)
    people.responsibilities(compounds, secondments)
    return secondments


def _users(secondments: list[Secondment]) -> list[User]:
    return [secondment.cadre.user for secondment in secondments if secondment.cadre.user]


def _passed(posts: dict[tuple[str, str], Post], loggers: list[User], secretary: User) -> None:
    passages.build(posts, loggers)
    _measured()
    passages.handovers(posts, secretary)


def _at_the_gates(compounds: dict[str, Compound], posts: dict[tuple[str, str], Post], *, secretary: User, lead: User) -> None:
    """Who and what comes to the gates of 荷风苑."""
    visits.build(compounds["荷风苑"], asker=lead, secretary=secretary)
    deliveries.build(posts["荷风苑", "东门"], taker=lead, secretary=secretary)
    demo_passes.build(compounds, posts, secretary=secretary, lead=lead)


def _measured() -> None:
    """Let PostgreSQL know what it holds before it is asked: its own look comes minutes later, and only once this is stored."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _rounds(compounds: dict[str, Compound], secondments: list[Secondment], accounts: dict[str, User]) -> None:
    """Have the first cadre of each compound walk; in the one of the story with the worker."""
    first = {s.compound.name: s.cadre.user for s in reversed(secondments) if s.compound and s.cadre.user and s.reported_at}
    rounds.build(compounds["荷风苑"], secretary=accounts["secretary"], walkers=[first["荷风苑"], accounts["worker"]])
    rounds.elsewhere(compounds, first)


def _on_duty(secondment: Secondment, other: Secondment, accounts: dict[str, User]) -> None:
    """Let the demo's two cadres stand at a gate now, the first with the phones of a crew."""
    duty.stand_now(secondment, "东门")
    duty.stand_now(other, "南门")
    duty.correction(secondment.cadre.user)
    duty.phones(secondment.cadre, lost_by=accounts["worker"], shut_out_by=accounts["secretary"])


def _papers(compound: Compound, accounts: dict[str, User], helpers: list[User]) -> None:
    """What lies on the desk of the office: ledgers, notices, tasks, what was brought up, what was done out of kindness."""
    ledgers.build(compound.community, secretary=accounts["secretary"])
    notices.build(compound, secretary=accounts["secretary"])
    tasks.build(compound, accounts=accounts, helpers=helpers)
    chats.build(compound, worker=accounts["worker"])
    matters.build(compound, accounts={**accounts, "cadre": helpers[0]})
    kindness.build(compound, accounts=accounts, cadres=[helper.cadre for helper in helpers[:3]])


def _on_record(secondments: list[Secondment], *, by: User) -> None:
    audit.record_many("compound.created", list(Compound.objects.select_related("community")), by=by)
    audit.record_many(f"secondment.{Secondment.State.ON_DUTY}", [s for s in secondments if s.reported_at], by=by)
