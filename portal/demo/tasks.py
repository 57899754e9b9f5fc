"""The demo's tasks: a day of 荷风苑 in all states, from everywhere a task can come from."""

import datetime as dt
import uuid

from django.utils import timezone

from portal.accounts.models import User
from residents.access import Permission, holders
from residents.models import Compound, Dwelling, Errand, Finding, QuarantineCase, Task, TaskKind, TaskSource, TaskState
from residents.services import task_sources, tasks, teams
from residents.services.tasks import Place

K, S, T = TaskKind, TaskSource, TaskState
# minutes ago, due in minutes, title, details, kind, risk, source, building, state, what was done
DAY = (
    (200, -30, "东门帐篷换煤气罐", "备用罐在物业仓库", K.SUPPLIES, 1, S.MEETING, "", T.DOING, ""),
    (170, 25, "16栋电梯停运，联系维保", "群里业主反映，有老人住12楼", K.REPAIR, 2, S.CHAT, "16", T.ASSIGNED, ""),
    (95, -10, "劝离中心花园聚集下棋的人", "", K.ORDER, 2, S.HAND, "", T.NEW, ""),
    (80, 160, "上门劝说住户配合转运", "家属情绪激动，须两人同行", K.VISIT, 3, S.MEETING, "9", T.ASSIGNED, ""),
    (60, 240, "给各单元门补贴求助二维码", "", K.PAPERS, 1, S.MEETING, "", T.NEW, ""),
    (45, 300, "核对17栋空置房名单", "@所有人 17栋有两户说搬走了，麻烦核一下", K.PAPERS, 1, S.CHAT, "17", T.NEW, ""),
    (300, -90, "清理3栋后门堆放的纸箱", "", K.REPAIR, 1, S.HAND, "3", T.DONE, "已清理两车，通知保洁每日巡查"),
    (360, -200, "给独居老人送血压计", "", K.SUPPLIES, 1, S.HAND, "5", T.DONE, "已送到并教会使用"),
    (420, -240, "更换北门测温枪电池", "", K.SUPPLIES, 1, S.MEETING, "", T.CANCELLED, "已由物业更换"),
)


def build(compound: Compound, *, accounts: dict[str, User], helpers: list[User]) -> None:
    """Create the day; then three that came with one press."""
    worker, now = accounts["worker"], timezone.now()
    buildings = {one.number: one for one in compound.buildings.all()}
    for number, (minutes, due, title, what, kind, risk, source, building, state, result) in enumerate(DAY):
        helper = helpers[number % len(helpers)]
        place = Place(compound.community, compound, buildings.get(building))
        task = tasks.write(
            key=uuid.UUID(int=number + 1), place=place, title=title, what=what, kind=kind, risk=risk, source=source,
            due_at=now + dt.timedelta(minutes=due), by=worker,
        )  # fmt: skip
        _lived(task, state, result, helper, accounts["secretary"], worker)
        Task.objects.filter(pk=task.pk).update(created_at=now - dt.timedelta(minutes=minutes))
    _teams(compound, helpers, accounts["secretary"], worker)
    _pressed(compound, worker)


def _teams(compound: Compound, helpers: list[User], secretary: User, worker: User) -> None:
    """Two teams; what nobody has yet of papers is theirs."""
    here = list(holders(Permission.TASK_DO, compound.community_id).filter(pk__in=[one.pk for one in helpers]).order_by("pk"))
    teams.form(community=compound.community, name="物资保供专班", kind="task", leader=worker, members=here[:4], by=secretary)
    young = teams.form(
        community=compound.community, name="青年突击队", kind="commando", leader=here[0], members=here[2:8], by=secretary
    )
    for task in Task.objects.filter(community=compound.community, kind=K.PAPERS, state=T.NEW).order_by("id"):
        tasks.give_to_team(task_id=task.pk, team=young, by=worker)


def _lived(task: Task, state: str, result: str, helper: User, secretary: User, worker: User) -> None:
    if task.risk == Task.Risk.HIGH:
        tasks.name_lead(task_id=task.pk, lead=secretary, by=worker)
    if state == T.CANCELLED:
        tasks.cancel(task_id=task.pk, reason=result, by=worker)
        return
    if state != T.NEW:
        tasks.assign(task_id=task.pk, helper=helper, by=worker)
    if state in (T.DOING, T.DONE):
        tasks.start(task_id=task.pk, by=helper)
        tasks.note(task_id=task.pk, text="已到现场", by=helper)
    if state == T.DONE:
        tasks.finish(task_id=task.pk, result=result, by=helper)


def _pressed(compound: Compound, worker: User) -> None:
    """What was found, an alert and an errand that asks for more, where the demo has them."""
    finding = Finding.objects.open().filter(stop__dwelling__in=_homes(compound)).first()
    if finding:
        task_sources.from_finding(finding, by=worker)
    case = QuarantineCase.objects.filter(community=compound.community, alert_since__isnull=False).first()
    if case:
        task_sources.from_alert(case, by=worker)
    errand = Errand.objects.open().filter(community=compound.community, dwelling__isnull=False).order_by("id").last()
    if errand:
        task_sources.from_errand(errand, by=worker)


def _homes(compound: Compound) -> object:
    return Dwelling.objects.filter(entrance__building__compound=compound)
