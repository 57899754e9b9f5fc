"""What the demo's people were told: the older read, a few new; and the channels of some, which speak to nobody."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from checkpoints.models import Shift
from checkpoints.services import reminders as duty_reminders
from checkpoints.services import shifts
from portal.accounts import outbox
from portal.accounts.models import Channel, Fault, Message, User
from portal.accounts.platforms import Platform
from portal.accounts.services import channels, messages
from portal.demo.notices import NOWHERE
from portal.reports.models import DailyReport
from residents.services import chat_groups, errand_queue, missed_checks, notices, task_queue

# What the minute task would tell within the first minute: the first look finds it told.
TELL = (
    notices.due, chat_groups.due, duty_reminders.due, missed_checks.to_officers, errand_queue.escalate, task_queue.escalate,
)  # fmt: skip
# So many of each person's are new.
NEW = 3
# Who has one, what it is told, its quiet hours: enough to see the page, and few homes begin with a warning.
CHANNELS = (
    ("secretary", False, dt.time(23), dt.time(6)), ("officer", True, None, None), ("operator", True, None, None),
)  # fmt: skip


def give_channels(people: dict[str, User]) -> None:
    """To each their own, before anything is told: that it was given up is the oldest message."""
    for username, only_urgent, quiet_from, quiet_until in CHANNELS:
        _given_up(people[username], only_urgent, quiet_from, quiet_until)


def build(people: dict[str, User]) -> None:
    """Tell what is due, then let everybody have read all but the newest."""
    for shift in Shift.objects.running().filter(crew__cadre__user__in=people.values()):
        own = shift.crew.filter(cadre__user__in=people.values()).select_related("cadre__user")
        shifts.tell(shift, own, "shift_assigned", "shift-assigned")
    _about_reports(people["officer"])
    for tell in TELL:
        tell()
    _read(list(people.values()))


def _about_reports(officer: User) -> None:
    """Of the report that was returned, and of the one that never came."""
    returned = DailyReport.objects.filter(state=DailyReport.State.RETURNED).select_related("community").first()
    if returned and returned.submitted_by:
        outbox.tell(
            returned.submitted_by, "report_returned", key=f"report-returned:{returned.pk}:demo",
            link=reverse("reports:daily_detail", args=[returned.pk]), day=returned.day, community=returned.community.name,
            reason=returned.return_reason,
        )  # fmt: skip
    drafts = DailyReport.objects.filter(state=DailyReport.State.DRAFT).select_related("community__subdistrict").order_by("day")
    if (late := drafts.first()) is None:
        return
    day, subdistrict = late.day, late.community.subdistrict
    link = f"{reverse('reports:overview')}?day={day}"
    outbox.tell(
        officer, "reports_late", key=f"reports-late:{subdistrict.pk}:{day}", link=link,
        subdistrict=subdistrict.name, day=day, count=1,
    )  # fmt: skip


def _given_up(user: User, only_urgent: bool, quiet_from: dt.time | None, quiet_until: dt.time | None) -> None:
    """A webhook that nobody answers: it was given up, so nothing leaves the machine until somebody presses “Try again”."""
    values = {
        "platform": Platform.WEBHOOK, "address": f"https://{NOWHERE}/hooks/invented", "only_urgent": only_urgent,
        "quiet_from": quiet_from, "quiet_until": quiet_until,
    }  # fmt: skip
    channel, now = channels.create(values=values, user=user, by=user), timezone.now()
    Channel.objects.filter(pk=channel.pk).update(
        failures=6, fault=Fault.CLOSED, dead_at=now - dt.timedelta(minutes=20), sent_at=now - dt.timedelta(hours=2)
    )
    link = reverse("accounts:channel_list")
    outbox.tell(user, "channel_dead", key=f"channel_dead-{channel.pk}-demo", link=link, channel=channel.host)


def _read(people: list[User]) -> None:
    """All but the newest, each some time before the next."""
    now = timezone.now()
    for user in people:
        inbox = list(user.inbox.order_by("-id"))
        for number, message in enumerate(inbox):
            message.created_at = now - dt.timedelta(minutes=4 + number * 17)
        Message.objects.bulk_update(inbox, ["created_at"], batch_size=200)
        for message in inbox[NEW:]:
            messages.read(message=message, by=user)
