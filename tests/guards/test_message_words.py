"""Every kind of message has words in both languages, and every fact in it is known to be plain or is masked outside."""

import re

import pytest
from django.conf import settings
from django.utils import translation

from portal.accounts import outbox, wording
from portal.accounts.models import Channel, Message
from portal.accounts.platforms import Platform

FOLDER = settings.BASE_DIR / "templates" / "messages"
KINDS = sorted(path.stem for path in FOLDER.glob("*.txt"))
CHINESE = re.compile("[\u4e00-\u9fff]")


def facts(kind: str) -> set[str]:
    """The names a template asks for."""
    text = (FOLDER / f"{kind}.txt").read_text()
    found = set(re.findall(r"{{ *(\w+)", text)) | set(re.findall(r"{% *(?:el)?if (?:not )?(\w+)", text))
    return (found | set(re.findall(r"(?:count|with) \w+=(\w+)", text))) - {"link", "n"}


def message(kind: str) -> Message:
    said = {name: "1" if name in {"count", "hours", "stops", "day"} else f"<{name}>" for name in facts(kind)}
    return Message(kind=kind, key="x", facts=said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_words_in_both_languages(kind):
    texts = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            texts[language] = outbox.render(message(kind))

    assert all(text.partition("\n")[0].strip() for text in texts.values())
    assert (bool(CHINESE.search(texts["zh-hans"])), bool(CHINESE.search(texts["en"]))) == (True, False)


@pytest.mark.parametrize("kind", KINDS)
def test_every_fact_is_known_to_be_plain_or_is_masked(kind):
    assert facts(kind) - wording.PLAIN - set(wording.MASKED) == set()


@pytest.mark.parametrize("kind", sorted(outbox.TO_GROUPS))
def test_what_goes_to_a_chat_group_names_nobody(kind):
    assert facts(kind) & set(wording.MASKED) == set()
    assert kind in KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_what_leaves_says_nothing_that_is_masked(kind):
    said = wording.outside(message(kind), Channel(platform=Platform.WECOM, language="en"))

    assert [name for name in wording.MASKED if f"<{name}>" in said] == []


@pytest.mark.parametrize("words", ["短", "字" * 5000, "a" * 20_000, "句。" * 3000, "行\n" * 3000, "😀" * 3000])
def test_parts_fit_and_say_everything_until_they_are_too_many(words):
    channel = Channel(platform=Platform.WECOM, language="zh-hans")
    pieces = wording.parts(words, channel)

    assert len(pieces) <= wording.MOST_PARTS
    assert max(wording.size(wording.signed(piece, channel)) for piece in pieces) <= 2048
    if len(pieces) < wording.MOST_PARTS:
        assert "".join(re.sub(r"^\(\d/\d\) ", "", piece) for piece in pieces).replace("\n", "") == words.replace("\n", "")
