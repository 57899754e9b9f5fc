"""Every figure of the day's report, defined once. To add one, add a line to FIGURES (README of this app)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, Func, IntegerField, Q, Sum
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoints.models import Passage, Post
from deployments.models import Cadre
from portal.reports import sources
from portal.reports.periods import Period, Scope, Source
from residents.models.matters import INCIDENTS
from residents.services import errand_totals


@dataclass(frozen=True)
class Tally:
    """Counts passages: `Tally(sources.BY_PERSON, direction="in")` is how many of them go in.

    The rows of a city are first grouped by all columns of the source in one pass; every figure then adds up groups.
    """

    source: Source
    equal: dict[str, Any]


@dataclass(frozen=True)
class Counted:
    """Counts rows of a source by an aggregate of the ORM."""

    source: Source
    aggregate: Callable[[Scope], Any]


@dataclass(frozen=True)
class Figure:
    """A number of the day: what it is called, in which unit, where it is printed, how it is counted."""

    key: str
    label: Any
    unit: Any
    block: str
    how: Tally | Counted
    # The column of the city's daily form (社区疫情防控日报表), where it has one.
    heading: str = ""
    # Part of another figure (an hour, a kind of person): shown in its own table, not among the main lines.
    part_of: str = ""
    # Hour or kind, for the table of parts.
    part: Any = ""
    # Of nothing there is none, which is not zero; and medians are not added up.
    median: bool = False


PEOPLE, TIMES, HOURS, PLACES, VEHICLES = _("people"), pgettext_lazy("unit", "passages"), _("hours"), _("places"), _("vehicles")
HOMES, ROUNDS, ERRANDS = pgettext_lazy("unit", "homes"), pgettext_lazy("unit", "rounds"), pgettext_lazy("unit", "errands")
CASES, LOADS = pgettext_lazy("unit", "cases"), pgettext_lazy("unit", "deliveries")
TIMES_CALLED = pgettext_lazy("unit", "calls")

BLOCKS = {
    "duty": _("People on duty"),
    "gates": _("Posts and gates"),
    "places": _("Who answers for what"),
    "homes": _("Homes and people"),
    "quarantine": _("Quarantine"),
    "rounds": _("Rounds and services"),
    "errands": _("Errands"),
    "goods": _("Goods and visitors at the gate"),
    "matters": _("Problems and disputes"),
}


def _kind(kind: str) -> Q:
    return Q(cadre__kind=kind)


def _distinct(field: str, *filters: Q) -> Count:
    return Count(field, distinct=True, filter=Q(*filters))


def _absent(at: Scope) -> Any:
    """People who signed in to none of their shifts although one has long begun: all who should be there, less who is."""
    expected = sources.signed(at) | sources.missed(at)
    return _distinct("cadre", _kind(Cadre.Kind.CADRE), expected) - _distinct(
        "cadre", _kind(Cadre.Kind.CADRE), sources.signed(at)
    )


class Hours(Func):
    """Whole hours of a summed duration, rounded half up."""

    output_field = IntegerField()
    seconds = 3600

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        return super().as_sql(
            compiler, connection,
            template=f"CAST(ROUND(EXTRACT(EPOCH FROM (%(expressions)s)) / {self.seconds}.0) AS integer)", **extra,
        )  # fmt: skip

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # A duration is kept in microseconds there.
        return super().as_sql(
            compiler, connection, template=f"CAST(ROUND((%(expressions)s) / {self.seconds}000000.0) AS integer)", **extra
        )


class Minutes(Hours):
    """Whole minutes of a duration, rounded half up."""

    seconds = 60


def hours(at: Period) -> Any:
    """From sign-in to sign-out; who has not signed out is counted up to now, at most to the end of the shift."""
    until = Least(Coalesce(F("attendance__signed_out_at"), F("ends_at")), at.moment)
    since = F("attendance__signed_in_at")
    return Hours(Coalesce(Sum(Greatest(until, since) - since, filter=sources.signed(at)), sources.NO_TIME))


def _stands(
    key: str, label: Any, unit: Any, aggregate: Callable[[Scope], Any], *, block: str = "duty", heading: str = ""
) -> Figure:
    return Figure(key, label, unit, block, Counted(sources.STANDS, aggregate), heading)


def _passages(key: str, label: Any, *, unit: Any = TIMES, heading: str = "", **equal: Any) -> Figure:
    return Figure(key, label, unit, "gates", Tally(sources.BY_PERSON, equal), heading)


def _parts() -> Iterator[Figure]:
    """Passages in and out by kind of person, then by hour."""
    for way, label in Passage.Direction.choices:
        whole, passed = f"passages_{way}", {"direction": way, "result": Passage.Result.PASSED.value}
        for kind, name in Passage.Person.choices:
            how = Tally(sources.BY_PERSON, {**passed, "person": kind})
            yield Figure(f"{whole}_{kind}", label, TIMES, "gates", how, part_of=whole, part=name)
        for hour in range(24):
            how = Tally(sources.BY_HOUR, {"direction": way, "hour": hour})
            yield Figure(f"{whole}_h{hour:02}", label, TIMES, "gates", how, part_of=f"{whole}_by_hour", part=hour)


def _of_kind(*kinds: str) -> Callable[[Scope], Any]:
    return lambda at: Count("pk", filter=Q(round__kind__in=kinds))


def _amount(kind: str) -> Callable[[Scope], Any]:
    return lambda at: Coalesce(Sum("quantity", filter=Q(round__kind=kind)), 0)


def _stops(key: str, label: Any, unit: Any, aggregate: Callable[[Scope], Any], heading: str = "") -> Figure:
    return Figure(key, label, unit, "rounds", Counted(sources.STOPS, aggregate), heading)


def _rounds(key: str, label: Any, aggregate: Callable[[Scope], Any], heading: str = "") -> Figure:
    return Figure(key, label, ROUNDS, "rounds", Counted(sources.ROUNDS, aggregate), heading)


def _errands(key: str, label: Any, aggregate: Callable[[Scope], Any], heading: str = "") -> Figure:
    return Figure(key, label, ERRANDS, "errands", Counted(sources.ERRANDS, aggregate), heading)


def _done(key: str, label: Any, *kinds: str, but: Sequence[str] = (), heading: str = "") -> Figure:
    kind = Q(kind__code__in=kinds) if kinds else ~Q(kind__code__in=but)
    how = Counted(sources.DELIVERED, lambda at: Count("pk", filter=kind))
    return Figure(key, label, ERRANDS, "errands", how, heading)


def _tasks(key: str, label: Any, aggregate: Callable[[Scope], Any]) -> Figure:
    return Figure(key, label, pgettext_lazy("unit", "tasks"), "errands", Counted(sources.TASKS_DONE, aggregate))


def _of_errands() -> Iterator[Figure]:
    """What homes asked on the day and how soon somebody had it; what was done on it, whenever asked, and how long that took."""
    yield _errands("errands_asked", _("errands asked"), lambda at: Count("pk"))
    yield _done("errands_done", _("errands done"), heading="代办服务次数")
    yield _errands("errands_late", _("errands taken later than promised"), lambda at: Count("pk", filter=sources.late(at)))
    yield _done("errands_medicine", _("medicine brought"), *errand_totals.MEDICINE, heading="购药次数")
    yield _done("errands_goods", _("goods brought"), *errand_totals.GOODS)
    portions = Counted(sources.PORTIONS, lambda at: Count("pk"))
    yield Figure("portions", _("portions brought"), pgettext_lazy("unit", "portions"), "errands", portions)
    yield _done("errands_parcels", _("parcels and takeaway brought"), "parcel", "takeaway")
    yield _done("errands_rubbish", _("rubbish taken away"), "rubbish")
    yield _done("errands_trips", _("ways to the hospital"), "medical_trip")
    yield _done("errands_gas", _("gas bottles changed"), "gas_bottle")
    yield _done("errands_bills", _("bills paid for homes"), "bill_payment")
    yield _done("errands_others", _("other errands done"), but=errand_totals.NAMED)
    for key, label, source in (
        ("errands_minutes_taken", _("median minutes until somebody has it"), sources.TAKEN_AFTER),
        ("errands_minutes_done", _("median minutes until it is done"), sources.DONE_AFTER),
    ):
        yield Figure(key, label, _("minutes"), "errands", Counted(source, lambda at: Minutes(Avg("took"))), median=True)
    yield _tasks("tasks_done", _("tasks done"), lambda at: Count("pk"))
    yield _tasks("tasks_by_teams", _("of them given to teams"), lambda at: Count("for_team"))


# What a home lacks or what is broken; a suggestion is neither.
PROBLEMS = ("problem", "fault")


def _matters(key: str, label: Any, among: Callable[[Scope], Q], heading: str = "") -> Figure:
    how = Counted(sources.MATTERS, lambda at: Count("pk", filter=among(at)))
    return Figure(key, label, CASES, "matters", how, heading)


def _of_matters() -> Iterator[Figure]:
    """What residents brought up, and what of it was settled."""
    problems, disputes, solved = Q(kind__in=PROBLEMS), Q(kind="dispute"), Q(state="solved")
    yield _matters("problems_new", _("problems brought up"), lambda at: problems & sources.reported(at), "困难诉求新增")
    yield _matters("problems_solved", _("problems solved"), lambda at: problems & solved & sources.ended(at), "困难诉求解决")
    yield _matters("mediations", _("disputes mediated"), lambda at: disputes & sources.ended(at), "调解件数")
    calls = Counted(sources.HOTLINE, lambda at: Count("pk"))
    yield Figure("hotline_calls", _("calls of the psychological hotline"), TIMES_CALLED, "matters", calls, "心理疏导")
    agreed = Counted(sources.TALKS, lambda at: Count("pk", filter=Q(result="agreed")))
    yield Figure("talked_round", _("people talked round"), PEOPLE, "matters", agreed)
    yield Figure("praise", _("praise received"), CASES, "matters", Counted(sources.PRAISE, lambda at: Count("pk")))
    incidents = Q(kind__in=[kind.value for kind in INCIDENTS])
    yield _matters("incidents", _("incidents"), lambda at: incidents & sources.reported(at))


def _of_homes() -> Iterator[Figure]:
    """What the ledger says of the day."""
    homes, there = (Counted(source, lambda at: Count("pk")) for source in (sources.DWELLINGS, sources.LIVING_IN))
    yield Figure("homes", _("homes in all"), HOMES, "homes", homes, "住户总数")
    yield Figure("living_in", _("people living in"), PEOPLE, "homes", there, "在住人数")
    came = Counted(sources.CAME, lambda at: _distinct("resident"))
    yield Figure("returnees", _("back or come from another area"), PEOPLE, "homes", came, "今日返(来)人员")


def _of_rounds() -> Iterator[Figure]:
    """What was done at doors and places."""
    yield _rounds("rounds_done", _("rounds done"), lambda at: Count("pk", filter=Q(closed_at__lte=at.as_of)))
    yield _rounds(
        "rounds_missed",
        _("rounds missed"),
        lambda at: Count("pk", filter=Q(due_at__lte=at.as_of) & (Q(closed_at=None) | Q(closed_at__gt=at.as_of))),
    )
    yield _rounds("patrols", _("patrols"), lambda at: Count("pk", filter=Q(kind="patrol", closed_at__lte=at.as_of)), "巡逻次数")
    yield _stops("persuaded", _("people persuaded to go home"), PEOPLE, _amount("patrol"), "聚集劝离人次")
    swept = Counted(sources.SWEPT, lambda at: _distinct("dwelling", Q(round__day=at.day)))
    yield Figure("swept_today", _("homes swept today"), HOMES, "rounds", swept, "今日摸排户数")
    so_far = Counted(sources.SWEPT, lambda at: _distinct("dwelling"))
    yield Figure("swept_so_far", _("homes swept so far"), HOMES, "rounds", so_far, "累计摸排户数")
    yield _stops("disinfections", _("places disinfected"), PLACES, _of_kind("disinfection"), "消杀次数")
    yield _stops("disinfected_m2", _("area disinfected"), _("m²"), _amount("disinfection"), "消杀面积(㎡)")
    yield _stops(
        "disinfecting", _("people who disinfected"), PEOPLE, lambda at: _distinct("done_by", Q(round__kind="disinfection")),
        "消杀人数",
    )  # fmt: skip
    yield _stops("kits", _("antigen kits handed out"), _("kits"), _amount("antigen"), "发放抗原")
    yield _stops("door_services", _("services at doors"), HOMES, _of_kind("rubbish", "vegetables"), "上门服务户次")
    yield _stops("care_calls", _("special-care contacts"), HOMES, _of_kind("wellbeing_call"), "关爱电话")
    yield _stops("letters", _("letters handed out"), _("letters"), _of_kind("letter"), "宣传品份数")
    announced = Counted(sources.NOTICES, lambda at: Count("pk"))
    yield Figure("notices", _("notices published"), pgettext_lazy("unit", "notices"), "rounds", announced, "通知条数")


def _goods(key: str, label: Any, unit: Any, source: Source, aggregate: Callable[[Scope], Any], *, heading: str = "") -> Figure:
    return Figure(key, label, unit, "goods", Counted(source, aggregate), heading)


def _of_goods() -> Iterator[Figure]:
    """What came to the gates for homes, how it got there, and who asked to come in."""
    yield _goods("deliveries", _("deliveries taken in"), LOADS, sources.DELIVERIES, lambda at: Count("pk"))
    yield _goods(
        "deliveries_disputed", _("deliveries short or wrong"), LOADS, sources.DELIVERIES,
        lambda at: Count("pk", filter=~Q(dispute="")),
    )  # fmt: skip
    yield _goods(
        "packages_handed_out", _("packages handed out"), pgettext_lazy("unit", "packages"), sources.DROPS,
        lambda at: Coalesce(Sum("packages"), 0), heading="配送份数",
    )  # fmt: skip
    yield _goods(
        "drops_door", _("homes served at the door"), HOMES, sources.DROPS, lambda at: Count("pk", filter=Q(handed="door"))
    )
    yield _goods("visits_asked", _("visitors, workers and carers asked for"), PEOPLE, sources.VISITS, lambda at: Count("pk"))
    yield _goods(
        "visits_agreed", _("of them with the home's consent"), PEOPLE, sources.VISITS,
        lambda at: Count("pk", filter=Q(answer="agreed")),
    )  # fmt: skip


def _cases(key: str, label: Any, heading: str, among: Callable[[Scope], Q]) -> Figure:
    how = Counted(sources.CASES, lambda at: Count("pk", filter=among(at)))
    return Figure(key, label, PEOPLE, "quarantine", how, heading)


def _of_quarantine() -> Iterator[Figure]:
    """Who is in quarantine, where, and who came and left."""
    at_home, monitored = ~sources.AWAY | Q(place=None), Q(kind__in=["home_monitoring", "self_monitoring"])
    yield _cases(
        "quarantined", _("in quarantine at home"), "居家隔离现有",
        lambda at: sources.running(at) & at_home & (~monitored | Q(kind=None)),
    )  # fmt: skip
    yield _cases(
        "quarantined_new", _("new in quarantine"), "今日新增", lambda at: Q(**at.moments("started_at"))
    )  # fmt: skip
    released = Q(state="released")
    yield _cases("released", _("released today"), "今日解除", lambda at: released & Q(ended_on=at.day))
    yield _cases("released_so_far", _("released so far"), "累计解除", lambda at: released & Q(ended_on__lte=at.day))
    yield _cases(
        "monitored", _("monitored at home"), "居家健康监测现有", lambda at: sources.running(at) & at_home & monitored
    )  # fmt: skip
    yield _cases("at_sites", _("in central quarantine"), "集中隔离现有", lambda at: sources.running(at) & sources.AWAY)
    moved = Counted(sources.TRANSFERS, lambda at: Count("pk"))
    yield Figure("transferred", _("transferred today"), PEOPLE, "quarantine", moved, "今日转运")
    for contact_class, label, heading in (
        ("close", _("close contacts"), "密接"), ("secondary", _("secondary contacts"), "次密接"),
        ("positive", _("positive"), "阳性"),
    ):  # fmt: skip
        yield _cases(f"class_{contact_class}", label, heading, _of_class(contact_class))


def _of_class(contact_class: str) -> Callable[[Scope], Q]:
    return lambda at: sources.running(at) & Q(contact_class=contact_class)


PASSED = Passage.Result.PASSED.value

FIGURES: tuple[Figure, ...] = (
    Figure(
        "cadres_seconded",
        _("cadres seconded"),
        PEOPLE,
        "duty",
        Counted(sources.SECONDMENTS, lambda at: _distinct("cadre", _kind(Cadre.Kind.CADRE))),
    ),
    _stands(
        "cadres_on_duty",
        _("cadres on duty"),
        PEOPLE,
        lambda at: _distinct("cadre", _kind(Cadre.Kind.CADRE), sources.signed(at)),
        heading="下沉干部在岗",
    ),
    _stands("cadres_absent", _("cadres absent"), PEOPLE, _absent),
    _stands(
        "volunteers_on_duty",
        _("volunteers on duty"),
        PEOPLE,
        lambda at: _distinct("cadre", _kind(Cadre.Kind.VOLUNTEER), sources.signed(at)),
        heading="志愿者在岗",
    ),
    _stands(
        "people_on_duty", _("people on duty"), PEOPLE, lambda at: _distinct("cadre", sources.signed(at)), heading="值守人数"
    ),
    _stands("hours_served", _("hours served"), HOURS, hours),
    Figure(
        "checkpoints",
        _("checkpoints"),
        PLACES,
        "gates",
        Counted(sources.POSTS, lambda at: Count("pk", filter=Q(kind=Post.Kind.CHECKPOINT))),
        "卡口数",
    ),
    _stands(
        "posts_on_duty",
        _("posts on duty"),
        PLACES,
        lambda at: _distinct("shift__post", sources.signed(at)),
        block="gates",
    ),
    _passages("passages_in", _("passages in"), heading="卡口进人次", direction="in", result=PASSED),
    _passages("passages_out", _("passages out"), heading="卡口出人次", direction="out", result=PASSED),
    _passages("turned_back", _("turned back"), heading="劝返人次", result=Passage.Result.TURNED_BACK.value),
    _passages("fever", _("fever"), heading="体温异常", fever=1),
    _passages("vehicles", _("vehicles in and out"), unit=VEHICLES, heading="进出车辆", vehicle=1, result=PASSED),
    Figure(
        "buildings_unanswered",
        _("buildings nobody answers for"),
        PLACES,
        "places",
        Counted(sources.BUILDINGS, lambda at: Count("pk")),
    ),
    Figure(
        "entrances_unanswered",
        _("entrances nobody answers for"),
        PLACES,
        "places",
        Counted(sources.ENTRANCES, lambda at: Count("pk")),
    ),
    *_of_homes(),
    *_of_quarantine(),
    *_of_rounds(),
    *_of_errands(),
    *_of_goods(),
    *_of_matters(),
    *_parts(),
)

BY_KEY = {figure.key: figure for figure in FIGURES}
MAIN = tuple(figure for figure in FIGURES if not figure.part_of)
BY_HEADING = {figure.heading: figure for figure in FIGURES if figure.heading}


def parts_of(whole: str) -> tuple[Figure, ...]:
    """The parts of a figure, in order."""
    return tuple(figure for figure in FIGURES if figure.part_of == whole)
