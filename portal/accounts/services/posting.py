"""One post to one channel: what leaves, and what came of it. Knows no database, so that many can be in the air at once."""

import logging
import smtplib
from dataclasses import dataclass

from django.core.mail import EmailMessage

from portal.accounts.models import Fault
from portal.accounts.platforms import SPEECH, Platform, Verdict
from portal.lib.outgoing import NotSent, Trouble, post

logger = logging.getLogger(__name__)

SECONDS = 10.0
# Trying the same address again changes nothing.
FINAL = frozenset({Trouble.ADDRESS, Trouble.PRIVATE})
FAULTS = {
    Verdict.SENT: "",
    Verdict.SLOW: Fault.SLOW,
    Verdict.LATER: Fault.UNWELL,
    Verdict.UNFIT: Fault.UNFIT,
    Verdict.GONE: Fault.GONE,
}


@dataclass(frozen=True)
class Outcome:
    """What came of a post."""

    verdict: Verdict
    fault: str = ""


def send(platform: str, address: str, secret: str, text: str, seconds: float = SECONDS) -> Outcome:
    """Send; it never raises, and never says where to."""
    try:
        if platform == Platform.MAIL:
            return _mail(address, text)
        speech = SPEECH[platform]
        ready = speech.build(address, secret, text)
        verdict = speech.judge(post(ready.address, ready.body, headers=ready.headers, seconds=seconds))
        return Outcome(verdict, FAULTS[verdict])
    except NotSent as error:
        return Outcome(Verdict.GONE if error.trouble in FINAL else Verdict.LATER, error.trouble.value)
    except Exception as error:
        # Without the message: it may quote the address.
        logger.error("a post by %s failed: %s", platform, type(error).__name__)
        return Outcome(Verdict.LATER, Fault.UNWELL)


def _mail(address: str, text: str) -> Outcome:
    heading = text.partition("\n")[0]
    try:
        EmailMessage(subject=heading[:200], body=text, to=[address]).send()
    except smtplib.SMTPRecipientsRefused:
        return Outcome(Verdict.GONE, Fault.GONE)
    except TimeoutError:
        return Outcome(Verdict.LATER, Fault.TIMEOUT)
    except (smtplib.SMTPException, OSError):
        return Outcome(Verdict.LATER, Fault.CLOSED)
    return Outcome(Verdict.SENT)
