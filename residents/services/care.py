"""Who needs care, why, and since when. A list entry is ended, never deleted."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import CareCategory, CareProfile, Resident

# What a profile says besides its category and its days.
FIELDS = ("need", "drug", "hospital", "contact", "contact_phone", "note")


@dataclass(frozen=True)
class Start:
    """A category every community begins with; `also` are other words for it on lists."""

    code: str
    name: str
    name_en: str
    needs: tuple[str, ...] = ()
    visits_a_day: int = 0
    is_sensitive: bool = False
    also: tuple[str, ...] = ()


START_LIST = (
    Start("living_alone", "独居老人", "elder living alone", ("visit",), 1, also=("独居", "空巢独居老人")),
    Start("empty_nest", "空巢老人", "elders without children near", ("visit",), 1, also=("空巢",)),
    Start("childless_elder", "孤寡老人", "elder without children", ("visit", "food"), 1, also=("孤寡",)),
    Start("mobility", "行动不便", "cannot walk stairs", ("visit", "rubbish", "food"), 2, also=("不能下楼", "腿脚不便")),
    Start("bedridden", "失能卧床", "bedridden or dependent", ("visit", "medicine"), 2, also=("失能", "卧床", "失智")),
    Start("pregnant", "孕产妇", "pregnant or newly delivered", ("medical_trip",), 0, is_sensitive=True, also=("孕妇", "产妇")),
    Start("infant", "婴幼儿", "infant", ("infant_goods",), also=("婴儿", "幼儿")),
    Start("child_in_need", "困境儿童", "child in need", ("visit", "food"), 1, is_sensitive=True, also=("留守儿童",)),
    Start("dialysis", "透析", "dialysis", ("medical_trip",), 0, is_sensitive=True, also=("血液透析",)),
    Start("chemotherapy", "放化疗", "chemotherapy", ("medical_trip",), 0, is_sensitive=True, also=("化疗", "放疗", "肿瘤")),
    Start("chronic", "慢性病", "chronic illness", ("medicine",), 0, is_sensitive=True, also=("慢病", "基础病", "基础病患者")),
    Start("mental", "精神障碍", "mental disorder", ("visit", "medicine"), 0, is_sensitive=True, also=("精神病",)),
    Start("disabled", "残疾", "disabled", ("visit",), 0, is_sensitive=True, also=("残疾人", "残障")),
    Start("low_income", "低保", "on minimum allowance", ("food",), 0, is_sensitive=True, also=("低保户", "困难户", "特困")),
    Start("patient", "居家病人", "patient at home", ("visit", "medicine"), 1, is_sensitive=True, also=("病人",)),
    Start("medical_family", "医护家属", "family of medical workers", also=("医务人员家属",)),
    Start("stranded", "滞留人员", "stranded person", ("food",), also=("滞留",)),
)  # fmt: skip


def categories() -> dict[str, CareCategory]:
    """Every category by each word it goes by; those of the start list that are missing are put down."""
    stored = {category.code: category for category in CareCategory.objects.all()}
    if missing := [start for start in START_LIST if start.code not in stored]:
        CareCategory.objects.bulk_create(
            (
                CareCategory(
                    code=start.code,
                    name=start.name,
                    name_en=start.name_en,
                    needs=list(start.needs),
                    visits_a_day=start.visits_a_day,
                    is_sensitive=start.is_sensitive,
                )
                for start in missing
            ),
            ignore_conflicts=True,
        )
        stored = {category.code: category for category in CareCategory.objects.all()}
    named = {word: stored[start.code] for start in START_LIST for word in (start.name, *start.also)}
    return named | {category.name: category for category in stored.values()}


def words() -> dict[str, str]:
    """The code of each category by each word it goes by; writes nothing."""
    named = {word: start.code for start in START_LIST for word in (start.name, *start.also)}
    return named | dict(CareCategory.objects.values_list("name", "code"))


def labels() -> dict[str, str]:
    """The categories by code, in the reader's language; those of the start list are there from the beginning."""
    zh = (get_language() or "zh").startswith("zh")
    named = {start.code: start.name if zh else start.name_en for start in START_LIST}
    return named | {category.code: category.label for category in CareCategory.objects.all()}


@transaction.atomic
def add(*, resident_id: int, code: str, since: dt.date, values: Mapping[str, Any], by: User) -> CareProfile:
    """Put a resident on a list."""
    resident = Resident.objects.select_for_update(of=("self",)).select_related("community").get(pk=resident_id)
    if resident.left_on:
        raise Refused(_("This person does not live here any more."))
    category = next((found for found in categories().values() if found.code == code), None)
    if category is None:
        raise Refused(_("There is no such list any more. Reload the page."))
    with explained(CareProfile):
        profile = CareProfile.objects.create(
            resident=resident, category=category, since=since, **{name: values.get(name, "") for name in FIELDS}
        )
    audit.record("care.added", profile, by=by, community=resident.community, after={"category": code})
    return profile


@transaction.atomic
def update(*, profile_id: int, values: Mapping[str, Any], by: User) -> CareProfile:
    """Change what has to be known for it."""
    profile = _locked(profile_id)
    before, after = audit.changed(profile, {name: values[name] for name in FIELDS if name in values})
    if after:
        for name, value in after.items():
            setattr(profile, name, value)
        profile.save(update_fields=list(after))
        audit.record("care.changed", profile, by=by, before=before, after=after)
    return profile


@transaction.atomic
def end(*, profile_id: int, until: dt.date, by: User) -> CareProfile:
    """Take a resident off a list; the last day counts. Ending it twice is ending it once."""
    profile = _locked(profile_id)
    if profile.until == until:
        return profile
    if profile.until:
        raise Refused(_("It has ended already, on %(day)s.") % {"day": profile.until})
    profile.until = until
    with explained(CareProfile):
        profile.save(update_fields=["until"])
    audit.record("care.ended", profile, by=by, after={"until": until})
    return profile


def _locked(profile_id: int) -> CareProfile:
    rows = CareProfile.objects.select_for_update(of=("self",)).select_related("resident__community", "category")
    return rows.get(pk=profile_id)
