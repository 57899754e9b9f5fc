"""How each platform is spoken to: what its bot wants to be sent, how much of it how often, and what its answers mean."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote_plus

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.outgoing import Answer

JSON = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "duty-portal"}


class Platform(models.TextChoices):
    """Where a channel leads."""

    WECOM = "wecom", _("WeCom group bot")
    DINGTALK = "dingtalk", _("DingTalk group bot")
    FEISHU = "feishu", _("Feishu group bot")
    WEBHOOK = "webhook", _("webhook")
    MAIL = "mail", _("mail")


class Verdict(StrEnum):
    """What an answer means for the message and for the channel."""

    SENT = "sent"
    SLOW = "slow"  # too many; the same again in a minute
    LATER = "later"  # the other side is not well; try again
    UNFIT = "unfit"  # this message is refused, others may pass
    GONE = "gone"  # the bot is no more, or its secret is wrong: trying again changes nothing


@dataclass(frozen=True)
class Post:
    """One post, ready to leave."""

    address: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Speech:
    """How one platform is spoken to: `longest` bytes of text in one post, `per_minute` posts."""

    longest: int
    per_minute: int
    build: Callable[[str, str, str], Post]
    judge: Callable[[Answer], Verdict]
    # Begins with one of these, unless the settings name the host as trusted.
    hosts: tuple[str, ...] = ()
    example: str = ""
    signs: bool = False


def _json(address: str, payload: dict[str, Any], **headers: str) -> Post:
    return Post(address, json.dumps(payload, ensure_ascii=False).encode(), {**JSON, **headers})


def _wecom(address: str, secret: str, text: str) -> Post:
    return _json(address, {"msgtype": "text", "text": {"content": text}})


def _dingtalk(address: str, secret: str, text: str) -> Post:
    if secret:
        moment = str(round(time.time() * 1000))
        digest = hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256)
        join = "&" if "?" in address else "?"
        address = f"{address}{join}timestamp={moment}&sign={quote_plus(base64.b64encode(digest))}"
    return _json(address, {"msgtype": "text", "text": {"content": text}})


def _feishu(address: str, secret: str, text: str) -> Post:
    payload: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
    if secret:
        moment = str(int(time.time()))
        digest = hmac.digest(f"{moment}\n{secret}".encode(), b"", hashlib.sha256)
        payload |= {"timestamp": moment, "sign": base64.b64encode(digest).decode()}
    return _json(address, payload)


def _webhook(address: str, secret: str, text: str) -> Post:
    post = _json(address, {"text": text, "sent_at": int(time.time())})
    if secret:
        post.headers["X-Portal-Signature"] = "sha256=" + hmac.new(secret.encode(), post.body, hashlib.sha256).hexdigest()
    return post


def _by_status(answer: Answer) -> Verdict:
    if 200 <= answer.status < 300:
        return Verdict.SENT
    if answer.status in (400, 413, 415, 422):
        return Verdict.UNFIT
    if answer.status in (401, 403, 404, 405, 410):
        return Verdict.GONE
    return Verdict.SLOW if answer.status == 429 else Verdict.LATER


def _by_code(*names: str, slow: set[int], gone: set[int]) -> Callable[[Answer], Verdict]:
    """A bot says no with status 200 and a number: one that takes the status for an answer loses what was too much."""

    def judge(answer: Answer) -> Verdict:
        verdict = _by_status(answer)
        if verdict != Verdict.SENT:
            return verdict
        try:
            said = json.loads(answer.body)
            code = next((said[name] for name in names if name in said), None)
        except (ValueError, TypeError):
            code = None
        if code == 0:
            return Verdict.SENT
        if code in gone:
            return Verdict.GONE
        # Something that answers, but not as a bot does.
        return Verdict.SLOW if code in slow else Verdict.LATER if not isinstance(code, int) else Verdict.UNFIT

    return judge


# The limits are the platforms' own (WeCom: 20 a minute, text of 2,048 bytes), with a little room below.
SPEECH: dict[str, Speech] = {
    Platform.WECOM: Speech(
        longest=2048, per_minute=20, build=_wecom,
        judge=_by_code("errcode", slow={45009, 45033}, gone={93000, 93008, 93017}),
        hosts=("qyapi.weixin.qq.com",), example="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...",
    ),
    Platform.DINGTALK: Speech(
        longest=15_000, per_minute=20, build=_dingtalk,
        judge=_by_code("errcode", slow={130101, 410100}, gone={300001, 300005, 310000, 400013}),
        hosts=("oapi.dingtalk.com",), example="https://oapi.dingtalk.com/robot/send?access_token=...", signs=True,
    ),
    Platform.FEISHU: Speech(
        longest=15_000, per_minute=60, build=_feishu,
        judge=_by_code("code", "StatusCode", slow={9499, 11232}, gone={19001, 19021, 19022, 19024}),
        hosts=("open.feishu.cn", "open.larksuite.com"), example="https://open.feishu.cn/open-apis/bot/v2/hook/...", signs=True,
    ),
    Platform.WEBHOOK: Speech(
        longest=15_000, per_minute=60, build=_webhook, judge=_by_status, example="https://...", signs=True,
    ),
    # The mail server speaks for itself (services.posting).
    Platform.MAIL: Speech(longest=60_000, per_minute=30, build=_webhook, judge=_by_status),
}  # fmt: skip
