"""Compile the translations."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.lib.catalogues import compile_catalogues


class Command(BaseCommand):
    """Makes each .mo beside its .po where the .po is newer."""

    help = "Compile the translations that changed (no gettext needed)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for source in compile_catalogues():
            self.stdout.write(f"Compiled {source.name} of {source.parent.parent.name}.")
