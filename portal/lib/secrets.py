"""Secrets of one installation: read from the environment, else from a file made on first use.

A laptop has nobody who would set them; a city sets them in the environment and the file is never made.
"""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

NAMES = ("SECRET_KEY", "FIELD_KEYS", "LOOKUP_KEY")


def load(path: Path) -> dict[str, str]:
    """Return the three secrets, making and storing those that neither environment nor file has."""
    stored = _read(path)
    found = {name: os.environ.get(name) or stored.get(name, "") for name in NAMES}
    if all(found.values()):
        return found
    _create(path)
    stored = _read(path)
    return {name: found[name] or stored[name] for name in NAMES}


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in _fresh().items())
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(text)
    draft.chmod(0o600)
    try:
        # A link fails where the file exists: of two processes that start at once, one makes the secrets.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _fresh() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "LOOKUP_KEY": secrets.token_hex(32),
    }
