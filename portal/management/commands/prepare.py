"""Make everything ready that the processes need, so that a start is one command."""

import hashlib
import os
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.reloader import translation_file_changed

from portal.lib.catalogues import compile_catalogues
from residents.models import District
from residents.services import errand_kinds, quarantine_policies


class Command(BaseCommand):
    """Each step is done only where something changed; a second start takes a second or two."""

    help = "Catalogues, database, what a city chooses from, static files; with --demo an invented district where there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=0, help="also see whether this port is free")
        parser.add_argument("--demo", action="store_true", help="load the demo district into an empty database")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["port"]:
            refuse_taken(options["host"], options["port"])
        if compile_catalogues():
            # What was read before lacks them, and the demo would be written in English.
            translation_file_changed(None, Path("django.mo"))
        call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
        # A city begins with something to choose from; what it made of that stays.
        errand_kinds.ensure()
        quarantine_policies.ensure()
        self._collect()
        if options["demo"] and not District.objects.exists():
            self.stdout.write("Making an invented district to try everything in ...")
            call_command("demo", "--when-empty", "--anyway")

    def _collect(self) -> None:
        if settings.STATIC_ROOT.is_dir() and not os.access(settings.STATIC_ROOT, os.W_OK):
            return  # They came with the image, where nobody may write.
        stamp = settings.VAR_DIR / "static.stamp"
        state = static_state()
        if stamp.exists() and stamp.read_text() == state and settings.STATIC_ROOT.is_dir():
            return
        self.stdout.write("Collecting the static files ...")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(state)


def static_state() -> str:
    """A digest of all static files by path, size and time: another digest means collecting them again."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            there = storage.path(path)
            seen.update(f"{there} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    return seen.hexdigest()


def refuse_taken(host: str, port: int) -> None:
    """Raise CommandError in words where the address cannot be listened on."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        raise CommandError(
            f"Port {port} of {host} cannot be used: {error}. "
            f"Stop the program that uses it, or choose another: make run PORT={port + 1}"
        ) from error
