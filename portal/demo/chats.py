"""The demo's chat messages, pasted as they stood in the group: one names two homes, the other none."""

import uuid

from portal.accounts.models import User
from residents.models import Compound, Dwelling, Errand, TaskKind, TaskSource
from residents.services import errand_chat, tasks
from residents.services.errand_kinds import in_use
from residents.services.errand_requests import Place, ask, things_in
from residents.services.tasks import Place as Somewhere

TWO_HOMES = "{first} 家里没菜了，青菜 3 斤、鸡蛋 30 个🥚，电话 19900031234\n{second} 老人要倒垃圾，两袋，谢谢🙏"
NO_HOME = "我妈一个人在家，电话一直打不通，麻烦社区去看看😭"


def build(compound: Compound, *, worker: User) -> None:
    """Read both as the page does; what names no home is asked back for, and is a task until then."""
    homes = Dwelling.objects.filter(entrance__building__compound=compound).select_related("entrance__building").order_by("id")
    first, second = (home for home in (homes.first(), homes.last()) if home)
    text = TWO_HOMES.format(first=first, second=second)
    known = {kind.code: kind for kind in in_use()}
    guess = errand_chat.read(text, community=compound.community, compound=compound)
    for home, said in ((guess.home, guess.text), *guess.rest):
        found = errand_chat.guess(home, said, community=compound.community, compound=compound)
        kind = found.kind or known["other"]
        ask(
            key=uuid.uuid4(), place=Place(compound.community, found.dwelling, written_home=home, written_phone=found.phone),
            kind=kind, what=found.wish, things=things_in(found.wish)[:3] if kind.is_goods else (), channel=Errand.Channel.CHAT,
            urgency=found.urgency, details=dict.fromkeys(kind.required, "—"), by=worker,
        )  # fmt: skip
    tasks.write(
        key=uuid.uuid4(), place=Somewhere(compound.community, compound, words="群里未写房号，已私信询问"), title=NO_HOME[:80],
        what=NO_HOME, kind=TaskKind.VISIT, risk=1, source=TaskSource.CHAT, by=worker,
    )  # fmt: skip
