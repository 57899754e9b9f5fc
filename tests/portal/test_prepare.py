"""What a start makes ready: an installation without the demo has something to choose from, and keeps what it made of it."""

import os

import pytest
from django.core.management import call_command

from portal.management.commands.prepare import static_state
from residents.models import District, ErrandKind, PolicyStage, QuarantinePolicy
from residents.services import errand_kinds, quarantine_policies

CATALOGUES = (ErrandKind, QuarantinePolicy, PolicyStage)


@pytest.fixture(autouse=True)
def collected(tmp_path, settings):
    """Static files that were collected before."""
    settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (tmp_path / "static.stamp").write_text(static_state())


def stored():
    return [list(model.objects.order_by("pk").values()) for model in CATALOGUES]


def test_an_empty_installation_gets_kinds_of_errand_and_rules_of_quarantine(db):
    call_command("prepare")

    assert list(ErrandKind.objects.order_by("position").values_list("code", flat=True)) == [
        code for code, *_more in errand_kinds.START_LIST
    ]
    assert list(QuarantinePolicy.objects.order_by("pk").values_list("name", flat=True)) == [
        name for name, *_more in quarantine_policies.START_LIST
    ]
    assert not District.objects.exists()


def test_a_second_start_keeps_what_the_operator_changed(db):
    call_command("prepare")
    ErrandKind.objects.filter(code="pet").update(name="猫狗", in_use=False)
    ErrandKind.objects.filter(code="rubbish").delete()
    QuarantinePolicy.objects.filter(name="14+7 第八版").update(ends_on="2022-06-27")
    before = stored()

    call_command("prepare")

    assert stored() == before


def test_static_files_of_the_image_are_left_alone(db, tmp_path, settings, monkeypatch):
    (tmp_path / "static.stamp").unlink()
    (settings.STATIC_ROOT / "came-with-the-image.css").touch()
    # The tests may run as root, who may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: path != settings.STATIC_ROOT)

    call_command("prepare")

    assert [path.name for path in settings.STATIC_ROOT.iterdir()] == ["came-with-the-image.css"]
    assert not (tmp_path / "static.stamp").exists()
