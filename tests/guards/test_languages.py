"""Every page of the menu is whole in both languages: in English no Chinese but names, in Chinese no English."""

import re

import pytest
from django.test import Client

from deployments.models import Cadre, SendingUnit, Supervisor
from portal.accounts.models import User
from portal.nav import ENTRIES, entries_for
from residents.models import Community, Compound, District, Subdistrict
from residents.services import errand_kinds, quarantine_policies

pytestmark = pytest.mark.django_db

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
# Half a mark beside a Chinese character, or a word of three letters and more.
ENGLISH = re.compile("[\u4e00-\u9fff][,:;?!(]|[,:;?!)][\u4e00-\u9fff]|[A-Za-z]{3,}")
# With what is no text: among it the first character of a name, drawn as a picture.
TAGS = re.compile(r'<(script|style|svg)\b.*?</\1>|<span class="p-avatar[^>]*>.</span>|<!--.*?-->|<[^>]*>', re.DOTALL)
LABELS = re.compile(r'\s(?:aria-label|placeholder|title|data-label)="([^"]*)"')
# The switch, the mark, what is called so in either language, and examples of a plate and of initials.
ALIKE = "中文|沉|English|CSV|Excel|鄂A12345|wjg"


def said(page: str) -> list[str]:
    """What a reader or a screen reader meets."""
    body = page.partition("</head>")[2]
    return [" ".join(text.split()) for text in (*TAGS.sub("\x00", body).split("\x00"), *LABELS.findall(body)) if text.strip()]


@pytest.fixture
def names(cast) -> re.Pattern[str]:
    """Those of places, people and units, which are the same in every language."""
    errand_kinds.ensure()
    quarantine_policies.ensure()
    rows = [name for model in (District, Subdistrict, Community, Compound, User, Cadre, SendingUnit)
            for name in model.objects.values_list("name", flat=True)]  # fmt: skip
    return re.compile("|".join([*map(re.escape, sorted(filter(None, rows), key=len, reverse=True)), ALIKE]))


def test_every_page_of_the_menu_is_whole_in_both_languages(cast, names):
    seen: set[str] = set()
    strange = []
    for user in (cast.secretary, cast.cadre_user, cast.supervisor, cast.officer):
        client = Client()
        client.force_login(user)
        for entry in entries_for(user, supervises=Supervisor.objects.filter(user=user).exists()):
            if entry.address in seen:
                continue
            seen.add(entry.address)
            for language, foreign in (("en", CHINESE), ("zh-hans", ENGLISH)):
                page = client.get(entry.address, headers={"accept-language": language}, follow=True)
                strange += [(entry.address, text) for text in said(page.text) if foreign.search(names.sub("", text))]
    assert strange == []
    assert len(seen) > len(ENTRIES) - 5
