"""Tell the person at the terminal where the portal is and how to get in."""

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from portal.accounts.models import User
from portal.demo import codes
from residents.models import Compound, Errand
from residents.services.ask_sheets import Sheet
from residents.services.asks import errand_link, sheet_link

PATIENCE = 60  # seconds
SIGN_INS = {
    "secretary": "secretary of 清荷社区: roster, board, report",
    "worker": "community worker of 清荷社区",
    "secretary2": "secretary of 榆树社区",
    "secretary3": "secretary of 石桥社区",
    "cadre": "cadre seconded to 清荷社区: open /my/ on a phone",
    "cadre2": "cadre seconded to 榆树社区",
    "supervisor": "supervisor of a sending unit",
    "officer": "officer of the subdistrict: who has reported",
    "district": "officer of the district",
    "operator": "operator: /admin/",
}


class Command(BaseCommand):
    """Waits until the web answers, so that the address printed last is one that works."""

    help = "Wait for the web, then print its address and the demo sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        here, *others = addresses(options["host"], options["port"])
        if not answers(f"{here}/accounts/login/"):
            return
        self.stdout.write(f"\n下沉值守 is ready: {here}/   (Ctrl-C stops everything)\n")
        for other in others:
            self.stdout.write(f"From a phone in the same room: {other}/\n")
        # What is scanned or sent is opened on a phone.
        self._sign_ins(others[0] if others else here)

    def _sign_ins(self, address: str) -> None:
        there = set(User.objects.filter(username__in=SIGN_INS).values_list("username", flat=True))
        first = User.objects.filter(username="secretary").first()
        if first is None:
            return
        if not first.check_password(settings.DEMO_PASSWORD):
            self.stdout.write("\nThe password of the sign-ins is not DEMO_PASSWORD: it stays what that was when the demo was")
            self.stdout.write("loaded, or what somebody has changed it to since.\n")
            return
        self.stdout.write(f"\nSign in with the password {settings.DEMO_PASSWORD} as\n")
        for username, who in SIGN_INS.items():
            if username in there:
                self.stdout.write(f"  {username:<11} {who}")
        asked = Errand.objects.open().filter(assignee__isnull=False, entrance__isnull=False).with_places().first()
        if asked and asked.entrance:
            sheet = Sheet(asked.entrance.building.compound, asked.entrance)
            self.stdout.write("\nResidents need no account:")
            self.stdout.write(f"  scan the sheet at their door   {address}/ask/{sheet_link(sheet)}/")
            self.stdout.write(f"  follow what they asked for     {address}/ask/{errand_link(asked)}/")
        if compound := Compound.objects.filter(passes__isnull=False).order_by("pk").first():
            path = Path(settings.VAR_DIR) / "demo-codes.html"
            codes.write(path, compound, address)
            self.stdout.write(f"\nCodes to print and to scan at the gate: {path}")
        self.stdout.write("")


def addresses(host: str, port: int) -> list[str]:
    """Where the web is opened: first on this machine, then, where it listens to all, by whoever shares a network with it."""
    name = host.strip("[]")
    names = ["127.0.0.1", *own_addresses()] if name in ("0.0.0.0", "::") else [name]  # noqa: S104 - read, not bound
    return [f"http://{f'[{name}]' if ':' in name else name}:{port}" for name in names]


def own_addresses() -> list[str]:
    """The machine's IPv4 addresses as `hostname -I` tells them (so does the Makefile); none where there is no such program."""
    program = shutil.which("hostname")
    if program is None:
        return []
    told = subprocess.run([program, "-I"], capture_output=True, text=True, check=False, timeout=5)  # noqa: S603 - nothing of others
    found = [ip_address(word) for word in told.stdout.split()]
    return [str(one) for one in found if one.version == 4 and not one.is_loopback and not one.is_link_local]


def answers(url: str) -> bool:
    """Ask until there is an answer; give up when the portal was stopped meanwhile."""
    parent, until = os.getppid(), time.monotonic() + PATIENCE
    while time.monotonic() < until and os.getppid() == parent:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            time.sleep(0.3)
    return False
