"""The demo's passes: rules of three kinds, a pass for many homes, and one of every state."""

import datetime as dt
from typing import Any

from django.utils import timezone

from checkpoints.models import EntryPass, Passage, PassPolicy, PassUse, Shift
from checkpoints.services import passages, passes
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.dates import moment
from residents.models import Compound, Dwelling

MINUTE = dt.timedelta(minutes=1)
# By household with hours and a limit, by person every day, by slips: three cities' rules.
RULES: dict[str, dict[str, Any]] = {
    "荷风苑": {
        "name": "每户每日两次，四小时内返回", "trips": 2, "max_minutes": 240, "exempt": ["special", "service", "epidemic"],
        "from_time": dt.time(6), "until_time": dt.time(20), "voids": ["returnee"], "document_no": "清荷防指〔2022〕6号",
    },
    "春分里": {
        "name": "每人每日一次，查健康码和体温", "scope": PassPolicy.Scope.PERSON, "proofs": ["green_code", "temperature"],
        "exempt": ["special"],
    },
    "榆树公租房": {
        "name": "每户三张通行条，用完即止", "scope": PassPolicy.Scope.SLIPS, "trips": 3, "proofs": ["pcr_48"],
        "exempt": ["special"],
    },
}  # fmt: skip


def build(compounds: dict[str, Compound], posts: dict[Any, Any], *, secretary: User, lead: User) -> None:
    """Rules since two weeks, passes since ten days, some trips of today."""
    today = timezone.localdate()
    for name, rule in RULES.items():
        compound = compounds[name]
        policy = PassPolicy.objects.create(
            community=compound.community, compound=compound, starts_on=today - dt.timedelta(days=14), **rule
        )
        audit.record("passpolicy.added", policy, by=secretary)
        passes.issue_all(compound=compound, valid_from=today - dt.timedelta(days=10), by=secretary)
    here = compounds["荷风苑"]
    cards = list(EntryPass.objects.filter(compound=here).order_by("number")[:12])
    _states(here, cards, secretary)
    gate = posts["荷风苑", "东门"]
    _trips(cards, gate, lead)


def _states(compound: Compound, cards: list[EntryPass], by: User) -> None:
    """Requested, suspended, voided and replaced, run out; a special need, a carer of today."""
    today = timezone.localdate()
    passes.suspend(pass_id=cards[0].pk, reason="聚集劝阻不听，暂停三天", by=by)
    passes.void(pass_id=cards[1].pk, reason="已搬走", by=by)
    passes.replace(pass_id=cards[2].pk, reason="遗失", by=by)
    EntryPass.objects.filter(pk=cards[3].pk).update(valid_until=today - dt.timedelta(days=1))
    home = Dwelling.objects.get(pk=cards[4].dwelling_id or 0)
    asked: dict[str, Any] = {"compound": compound, "by": by, "valid_from": today}
    passes.request(**asked, kind="service", dwelling=home, purpose="供水公司抢修")
    issued: tuple[dict[str, Any], ...] = (
        {"kind": "special", "dwelling": home, "purpose": "每周三次透析"},
        {"kind": "carer", "dwelling": home, "holder": "陈阿姨", "valid_until": today, "purpose": "照护卧床老人"},
    )
    for facts in issued:
        passes.issue(pass_id=passes.request(**asked, **facts).pk, by=by)


def _trips(cards: list[EntryPass], gate: Any, lead: User) -> None:
    """Out, out too long, used up, let go against the rule, used while outside."""
    now = timezone.now()
    start = moment(timezone.localdate(), dt.time.min)

    def ago(minutes: int) -> dt.datetime:
        # Not into yesterday.
        return max(now - minutes * MINUTE, start + MINUTE)

    _use(cards[5], "out", ago(50), gate, lead)
    _use(cards[6], "out", now - 300 * MINUTE, gate, lead)
    for out, back in ((90, 75), (60, 40)):
        _use(cards[7], "out", ago(out), gate, lead)
        _use(cards[7], "in", ago(back), gate, lead)
    _use(cards[8], "out", ago(30), gate, lead, found="trips", override_by=lead, override_reason="孩子突发高烧就医")
    _use(cards[9], "out", ago(45), gate, lead)
    _use(cards[9], "out", ago(20), gate, lead, found="out")


def _use(card: EntryPass, way: str, at: dt.datetime, gate: Any, by: User, **facts: Any) -> None:
    local = timezone.localtime(at)
    # Those before have handed over: their sheets are counted already.
    shift = Shift.objects.running().filter(post=gate, starts_at__lte=at).first()
    passage = Passage.objects.create(
        id=passages.new_id(), community_id=card.community_id, post=gate, shift=shift, happened_at=at, received_at=at,
        day=local.date(), hour=local.hour, direction=way, written_home=str(card.dwelling), dwelling_id=card.dwelling_id,
        logged_by=by,
    )  # fmt: skip
    PassUse.objects.create(
        community_id=card.community_id, entry_pass=card, passage=passage, post=gate, happened_at=at, direction=way,
        recorded_at=at, recorded_by=by, **facts,
    )  # fmt: skip
