"""The words of a message as they leave the portal: masked, in the channel's language, cut to what one post may hold."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts import outbox
from portal.accounts.audit import hidden
from portal.accounts.models import Channel, Message
from portal.lib import masks

# Facts that name a person or may lead to one, and how they look outside; tests/guards/test_message_words.py
# keeps every fact of every template in one of the two.
MASKED: dict[str, Callable[[str], str]] = {
    "by": masks.name,
    "cadre": masks.name,
    "reason": hidden,
    "where": hidden,
}
PLAIN = frozenset(
    {"body", "case", "channel", "community", "count", "day", "due", "end", "errand", "first", "hours", "label", "last", "link",
     "matter", "name", "place", "post", "slot", "start", "starts", "stops", "subdistrict", "task", "time", "title", "urgent"}
)  # fmt: skip
# A text of more posts than this is cut; the whole stands in the portal.
MOST_PARTS = 5
GAP = "\n\n"


def outside(message: Message, channel: Channel) -> str:
    """What one message says where strangers may read over one's shoulder."""
    with override(channel.language):
        facts = outbox.said(message.facts)
        masked = {name: MASKED.get(name, hidden)(value) for name, value in facts.items() if name not in PLAIN}
        words = outbox.render(message, **masked)
    link = f"\n{settings.PORTAL_ADDRESS}{message.link}" if settings.PORTAL_ADDRESS and message.link.startswith("/") else ""
    return words + link


def parts(words: str, channel: Channel) -> list[str]:
    """The posts of one message: mostly one; a long one at line ends, numbered."""
    room = channel.speech.longest - size(_mark(channel)) - 16
    if size(words) <= room:
        return [words]
    pieces = _pieces(words, room)
    if len(pieces) > MOST_PARTS:
        pieces = pieces[:MOST_PARTS]
        pieces[-1] = cut(pieces[-1], room - 4) + "…"
    return [f"({number}/{len(pieces)}) {piece}" for number, piece in enumerate(pieces, 1)]


def signed(text: str, channel: Channel) -> str:
    """The text with the portal's name in front: bots that ask for a key word find it there."""
    return _mark(channel) + text


def room(channel: Channel) -> int:
    """How many bytes of text one post holds."""
    return channel.speech.longest - size(_mark(channel))


def size(text: str) -> int:
    """Bytes, as platforms count: a Chinese character is three."""
    return len(text.encode())


def cut(text: str, longest: int) -> str:
    """The beginning of a text, whole characters only."""
    return text.encode()[:longest].decode(errors="ignore")


def _mark(channel: Channel) -> str:
    with override(channel.language):
        return _("[Duty Portal]") + " "


def _pieces(words: str, longest: int) -> list[str]:
    """At the end of a line where one is near, else of a sentence, else anywhere."""
    found = []
    while size(words) > longest:
        piece = cut(words, longest)
        for end in ("\n", "。", ". ", ";", ","):
            if piece.rfind(end) > len(piece) // 2:
                piece = piece[: piece.rfind(end) + len(end)]
                break
        found.append(piece.strip())
        words = words[len(piece) :]
    return [piece for piece in (*found, words.strip()) if piece]
