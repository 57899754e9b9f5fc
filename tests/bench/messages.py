"""10,000 messages to 240 bots on this machine: each arrives once, no bot gets more than twenty posts in a minute,
and bots that hang, fail or are gone keep nobody waiting."""

import time
from collections import Counter

from django.conf import settings

from portal.accounts import outbox
from portal.accounts.models import Channel, Delivery, Message
from portal.accounts.services import deliveries, routing
from tests.bench.timing import Line
from tests.bots import Bots, bots
from tests.factories import ChannelFactory

BUSY, BUSY_MESSAGES = 20, 50  # of 1,500 bytes: one a post, so that the pace of twenty a minute is what holds them back
CALM, CALM_MESSAGES = 225, 40
SICK = {"/hang": "hang", "/down": (500, {}), "/gone": (404, {})}
LONGEST = 600


def run() -> list[Line]:
    """Store, route and drain them."""
    with bots() as server:
        settings.OUTGOING_HOSTS = [server.host]
        server.moods |= SICK
        _fill(server)
        begun = time.monotonic()
        routing.route()
        routed = time.monotonic() - begun
        calm = _drain(server, begun)
        seconds = time.monotonic() - begun
        return _lines(server, routed, calm, seconds)


def _fill(server: Bots) -> None:
    drafts: list[Message] = []
    for n in range(BUSY):
        drafts += _of(server, f"/busy{n}", BUSY_MESSAGES, "字" * 480)
    for n in range(CALM):
        drafts += _of(server, f"/calm{n}", CALM_MESSAGES, "")
    for path in SICK:
        drafts += _of(server, path, 3, "")
    Message.objects.bulk_create(drafts, batch_size=1000)


def _of(server: Bots, path: str, count: int, words: str) -> list[Message]:
    channel = ChannelFactory(address=server.address(path), host="127.0.0.1", platform="wecom", language="en")
    return [outbox.draft(channel.user, "round_late", key=f"{path}{n}", name=f"<{path}:{n}>{words}") for n in range(count)]


def _drain(server: Bots, begun: float) -> float:
    """Run as the minute task does, until nothing waits but what is sick; when the calm ones were done."""
    well = Delivery.objects.filter(state=Delivery.State.WAITING).exclude(
        channel__in=Channel.objects.filter(failures__gt=0).values("pk")
    )
    calm = 0.0
    while time.monotonic() - begun < LONGEST:
        deliveries.run(seconds=30)
        waiting = list(well.filter(channel__failures=0).values_list("message__key", flat=True)[:10_000])
        if not calm and not any(key.startswith("/calm") for key in waiting):
            calm = time.monotonic() - begun
        if not waiting:
            break
        time.sleep(1)
    return calm


def _lines(server: Bots, routed: float, calm: float, seconds: float) -> list[Line]:
    healthy = [path for path in server.posts if path not in SICK]
    said = Counter(part.split(">")[0] for path in healthy for text in server.texts(path) for part in text.split("<")[1:])
    whole = BUSY * BUSY_MESSAGES + CALM * CALM_MESSAGES
    posts = sum(len(server.posts[path]) for path in healthy)
    most = max(_most_in_a_minute([moment for moment, *_rest in server.posts[path]]) for path in healthy)
    longest = max(len(text.encode()) for path in healthy for text in server.texts(path))
    doubled = sum(count - 1 for count in said.values())
    how = f"{posts} posts to {len(healthy)} bots, 3 sick ones beside them"
    return [
        Line("10,000 messages drained", f"{seconds:.0f} s", "<= 300 s", seconds <= 300, how),
        Line(
            "... lost, doubled", f"{whole - len(said)}, {doubled}", "0, 0", (len(said), doubled) == (whole, 0), f"{whole} sent"
        ),
        Line("... most posts to one bot in 60 s", str(most), "<= 20", most <= 20, "as the bots saw them"),
        Line("... longest post", f"{longest} bytes", "<= 2048 bytes", longest <= 2048, "as the bots saw them"),
        Line(
            "... those that need not wait", f"{calm:.0f} s", "<= 90 s", calm <= 90, f"{CALM} bots with {CALM_MESSAGES} messages"
        ),
        Line("... routed", f"{routed:.1f} s", "<= 20 s", routed <= 20, "from messages to deliveries"),
    ]


def _most_in_a_minute(moments: list[float]) -> int:
    return max((sum(start <= moment < start + 60 for moment in moments) for start in moments), default=0)
