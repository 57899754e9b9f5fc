"""What is shipped names all it needs, and nothing that is not there."""

import os
import re
import subprocess

import pytest
import yaml
from django.core.files.base import ContentFile

from portal.lib import secrets
from portal.lib.staticfiles import ModuleManifestStorage
from tests.guards.sources import ROOT

READERS = ("portal/settings.py", "portal/gunicorn.py", "portal/lib/secrets.py")
# By the image and docker-compose.yml.
SET_BY_US = {"HOST"}


def names_read() -> set[str]:
    """Every environment variable that is read by name, and the secrets."""
    text = "\n".join((ROOT / reader).read_text() for reader in READERS)
    return set(re.findall(r"(?:environ\.get|flag|listed)\(\s*\"([A-Z_]+)\"", text)) | set(secrets.NAMES)


def names_listed() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_every_variable_that_is_read_is_in_the_example():
    assert names_read() - SET_BY_US - names_listed() == set()


def test_compose_has_one_image_and_every_service_says_whether_it_is_well():
    services = compose()["services"]
    assert set(services) == {"postgres", "redis", "migrate", "web", "worker", "beat"}
    assert {services[name]["image"] for name in ("migrate", "web", "worker", "beat")} == {"xiachen-zhishou"}
    # Also the web's: an image in the OCI format loses the check of its Dockerfile.
    assert all("healthcheck" in service for service in services.values())
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_compose_prepares_what_a_city_chooses_from():
    assert compose()["services"]["migrate"]["command"] == ["python", "manage.py", "prepare"]


def test_a_fresh_machine_gets_every_program_that_tests_call():
    text = (ROOT / ".ci/run").read_text()
    asked = set(re.findall(r"^command -v (\S+) >", text, re.MULTILINE))
    assert asked == {"xgettext", "redis-server", "node"}


def test_the_image_runs_as_nobody_in_particular_from_the_lock():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER portal$", dockerfile, re.MULTILINE)
    assert "--require-hashes" in dockerfile


def test_another_user_than_who_collected_can_read_every_static_file(tmp_path):
    storage = ModuleManifestStorage(location=tmp_path)
    storage.save("css/one.css", ContentFile(b"a { color: red }"))
    storage.save_manifest()

    modes = {path.relative_to(tmp_path).as_posix(): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert modes == {"css": 0o755, "css/one.css": 0o644, "staticfiles.json": 0o644}


def test_programs_of_the_procfile_replace_their_shell():
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert [line.split(": ")[0] for line in lines if line.split(": ")[1].startswith("exec ")] == ["web", "worker", "beat"]


@pytest.mark.parametrize("script", [".ci/run"])
def test_scripts_are_bash_that_parses(script):
    subprocess.run(["bash", "-n", ROOT / script], check=True)
    assert os.access(ROOT / script, os.X_OK)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_pin_by_hash_and_hold_no_addresses(lock):
    text = (ROOT / lock).read_text()
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert "://" not in text
