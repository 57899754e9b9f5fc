"""What happens to one report: corrected, submitted, returned, accepted, locked, made anew."""

from typing import Any, cast

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import audit, outbox
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from portal.lib.languages import listed
from portal.reports.figures import BY_KEY, MAIN
from portal.reports.models import DailyReport, FigureCorrection
from portal.reports.numbers import is_missing, numbers_of
from portal.reports.services.rollups import cut_off

State = DailyReport.State
# The largest number a figure of one community can be.
LARGEST = 9_999_999


class Changed(Refused):
    """Somebody else changed the value since the page was opened; carries what it is now."""

    def __init__(self, sentence: str, now: Any) -> None:
        super().__init__(sentence)
        self.now = now


@transaction.atomic
def correct(*, report_id: int, figure: str, value: int, reason: str, seen: int | None, by: User) -> DailyReport:
    """Put a number by hand beside the counted one. `seen` is the number the person had before them."""
    report = _locked(report_id)
    _open_only(report)
    if figure not in BY_KEY:
        raise Refused(_("There is no such figure. Reload the page."))
    if not 0 <= value <= LARGEST:
        raise Refused(_("A figure lies between 0 and %(largest)s.") % {"largest": LARGEST})
    if not reason.strip():
        raise Refused(_("Say why the number differs from the records."))
    old = report.corrections.filter(figure=figure).select_related("corrected_by").first()
    now = old.corrected if old else report.counted.get(figure)
    if now != seen:
        raise Changed(_changed(figure, seen, now, old.corrected_by if old else None), now)

    row = old or FigureCorrection(report=report, figure=figure)
    row.counted, row.corrected, row.reason = report.counted.get(figure), value, reason.strip()
    row.corrected_at, row.corrected_by = timezone.now(), by
    with explained(FigureCorrection):
        row.save()
    after = {figure: value, "counted": row.counted, "reason": row.reason}
    audit.record("report.corrected", report, by=by, before={figure: now}, after=after)
    return report


@transaction.atomic
def take_back(*, report_id: int, figure: str, by: User) -> DailyReport:
    """Let the counted number stand again."""
    report = _locked(report_id)
    _open_only(report)
    row = report.corrections.filter(figure=figure).first()
    if row is None:
        raise Refused(_("This figure is not corrected; the counted number already stands."))
    row.delete()
    audit.record("report.correction_taken_back", report, by=by, before={figure: row.corrected}, after={figure: row.counted})
    return report


@transaction.atomic
def describe(*, report_id: int, special: str, seen: str, by: User) -> DailyReport:
    """Write down what no number says."""
    report = _locked(report_id)
    _open_only(report)
    if report.special != seen:
        sentence = _("The special events changed since you opened the page. Now they are: “%(now)s”. Add yours and save again.")
        raise Changed(sentence % {"now": report.special}, report.special)
    before, report.special = report.special, special.strip()
    report.save(update_fields=["special"])
    audit.record("report.described", report, by=by, before={"special": before}, after={"special": report.special})
    return report


@transaction.atomic
def submit(*, report_id: int, by: User) -> DailyReport:
    """Send it to the subdistrict."""
    report = _locked(report_id)
    if not report.is_open:
        raise Refused(
            _("This report is %(state)s already. Ask the subdistrict to return it if a number is wrong.")
            % {"state": report.get_state_display()}
        )
    if sentence := too_early(report):
        raise Refused(sentence)
    if missing := missing_in(report):
        names = listed(str(figure.label) for figure in missing)
        sentence = _("Not counted: %(figures)s. Count the day again or write the number; zero is a number too.")
        raise Refused(sentence % {"figures": names})
    # The first submission decides whether it came in time; a returned report is not late by that.
    report.first_submitted_at = report.first_submitted_at or report.submitted_at or timezone.now()
    # Each version has the name of whoever sent it up first.
    if report.state == State.DRAFT:
        report.submitted_at, report.submitted_by = timezone.now(), by
    _move(report, State.SUBMITTED, "report.submitted", by, "first_submitted_at", "submitted_at", "submitted_by")
    return report


@transaction.atomic
def send_back(*, report_id: int, reason: str, by: User) -> DailyReport:
    """Return it to the community with what is to be put right."""
    report = _locked(report_id)
    if report.state not in (State.SUBMITTED, State.ACCEPTED):
        raise Refused(_("Only a submitted or accepted report can be returned; this one is %(state)s.") % _state(report))
    if not reason.strip():
        raise Refused(_("Say what is to be put right."))
    report.return_reason, report.reviewed_at, report.reviewed_by = reason.strip(), timezone.now(), by
    _move(report, State.RETURNED, "report.returned", by, "return_reason", "reviewed_at", "reviewed_by")
    # Whoever submitted it hears of it; only a submitted report comes this far.
    outbox.tell(
        cast(User, report.submitted_by),
        "report_returned",
        key=f"report-returned:{report.pk}:{report.reviewed_at:%Y%m%d%H%M%S}",
        link=reverse("reports:daily_detail", args=[report.pk]),
        day=report.day,
        community=report.community.name,
        reason=report.return_reason,
    )
    return report


@transaction.atomic
def accept(*, report_ids: list[int], by: User) -> list[DailyReport]:
    """Accept submitted reports; those that changed their state in between are named, and none is accepted then."""
    reports = list(_for_update().filter(pk__in=report_ids).order_by("pk"))
    if not reports:
        raise Refused(_("Choose at least one submitted report."))
    for report in reports:
        if report.state != State.SUBMITTED:
            raise Refused(
                _("%(community)s: only a submitted report can be accepted; this one is %(state)s. Reload the page.")
                % {"community": report.community, **_state(report)}
            )
    now = timezone.now()
    DailyReport.objects.filter(pk__in=[report.pk for report in reports]).update(
        state=State.ACCEPTED, reviewed_at=now, reviewed_by=by, return_reason=""
    )
    states = {"before": {"state": State.SUBMITTED}, "after": {"state": State.ACCEPTED}}
    audit.record_many("report.accepted", reports, by=by, **states)
    return reports


@transaction.atomic
def lock(*, report_id: int, by: User) -> DailyReport:
    """Close it for good: from now on a correction is a new version."""
    report = _locked(report_id)
    if report.state != State.ACCEPTED:
        raise Refused(_("Only an accepted report can be locked; this one is %(state)s.") % _state(report))
    _move(report, State.LOCKED, "report.locked", by)
    return report


@transaction.atomic
def new_version(*, report_id: int, by: User) -> DailyReport:
    """Begin a correction of a locked report: a copy of its numbers as the next version, as a draft."""
    old = _locked(report_id)
    if old.state != State.LOCKED:
        raise Refused(_("Only a locked report needs a new version; this one is %(state)s.") % _state(old))
    if DailyReport.objects.filter(replaces=old).exists():
        raise Refused(_("There is a newer version of this report already. Open that one."))
    with explained(DailyReport):
        fresh = DailyReport.objects.create(
            community=old.community,
            day=old.day,
            version=old.version + 1,
            as_of=old.as_of,
            due_at=old.due_at,
            counted=old.counted,
            special=old.special,
            rolled_up_at=old.rolled_up_at,
            # It was in time or late with its first version.
            first_submitted_at=old.first_submitted_at or old.submitted_at,
            replaces=old,
        )
    for row in old.corrections.all():
        row.pk, row._state.adding, row.report = None, True, fresh
        row.save()
    audit.record("report.new_version", fresh, by=by, before={"version": old.version}, after={"version": fresh.version})
    return fresh


def too_early(report: DailyReport) -> str:
    """Why it cannot be submitted yet and what to do; empty when it can: nothing up to the cut-off may be left out."""
    until = cut_off(report.community, report.day)
    if not report.never_submitted or report.as_of >= until:
        return ""
    time = f"{timezone.localtime(until):%H:%M}"
    if timezone.now() < until:
        return _("The day is counted at %(time)s. Submit it after that.") % {"time": time}
    return _("The day is counted up to %(time)s and these numbers are older. Count again, then submit.") % {"time": time}


def missing_in(report: DailyReport) -> list[Any]:
    """The figures without any number: neither counted nor written."""
    numbers = numbers_of(report)
    return [figure for figure in MAIN if is_missing(figure, numbers)]


def _for_update() -> Any:
    return DailyReport.objects.select_for_update(of=("self",), no_key=True).select_related("community__subdistrict")


def _locked(report_id: int) -> DailyReport:
    found: DailyReport = _for_update().get(pk=report_id)
    return found


def _open_only(report: DailyReport) -> None:
    if not report.is_open:
        raise Refused(_("This report is %(state)s: its numbers stand. Ask for its return to change them.") % _state(report))


def _state(report: DailyReport) -> dict[str, Any]:
    return {"state": report.get_state_display()}


def _changed(figure: str, seen: Any, now: Any, who: User | None) -> str:
    empty = _("not counted")
    facts = {"figure": BY_KEY[figure].label, "seen": empty if seen is None else seen, "now": empty if now is None else now}
    if who is None:
        sentence = _(
            "%(figure)s changed since you opened the page: you saw %(seen)s, now it is %(now)s. Save again to replace it."
        )
        return sentence % facts
    sentence = _(
        "%(figure)s changed since you opened the page: you saw %(seen)s, %(who)s wrote %(now)s. Save again to replace it."
    )
    return sentence % {**facts, "who": who}


def _move(report: DailyReport, state: str, kind: str, by: User, *fields: str) -> None:
    before, report.state = report.state, state
    report.save(update_fields=["state", *fields])
    after = {"state": state, **({"reason": report.return_reason} if "return_reason" in fields else {})}
    audit.record(kind, report, by=by, before={"state": before}, after=after)
