"""Sentences that are kept as what they say, and told in the language of whoever reads them."""

import json

import pytest
from django.utils import translation

from portal.lib import sentences
from portal.lib.sentences import gettext as _
from portal.lib.sentences import ngettext
from portal.lib.sheets import BadCell, cells
from residents.models import Resident


def kept(said):
    """As it comes back from JSON."""
    return json.loads(json.dumps(sentences.facts(said)))


def fault() -> str:
    with pytest.raises(BadCell) as caught:
        cells.phone("12")
    return caught.value.args[0]


@pytest.mark.parametrize(
    ("make", "chinese", "english"),
    [
        (lambda: _("The row is blank."), "空行。", "The row is blank."),
        (lambda: _("%(heading)s is empty.") % {"heading": "姓名"}, "“姓名”没有填。", "姓名 is empty."),
        (
            lambda: _("%(heading)s “%(value)s” %(fault)s.") % {"heading": "电话", "value": "12", "fault": fault()},
            None,
            "电话 “12” is not a phone number.",
        ),
        (lambda: _("The row is blank.") + _("A row of totals."), None, "The row is blank.A row of totals."),
        (
            lambda: ngettext("%(count)d row", "%(count)d rows", 2) % {"count": 2},
            None,
            "2 rows",
        ),
        (lambda: sentences.named(Resident.Sex.FEMALE.label), "女", "female"),
        (lambda: [["A", _("yes"), 3]], [["A", "是", 3]], [["A", "yes", 3]]),
        (
            lambda: _("%(heading)s is empty.") % {"heading": sentences.listed(["姓名", "电话"])},
            "“姓名、电话”没有填。",
            "姓名, 电话 is empty.",
        ),
        # A row of before: words, and nothing else.
        (lambda: "已写入", "已写入", "已写入"),
    ],
)
def test_a_sentence_is_told_in_the_language_of_its_reader(make, chinese, english):
    with translation.override("zh-hans"):
        said = make()
        stored = kept(said)
        assert sentences.told(stored) == said
        assert chinese is None or said == chinese
    with translation.override("en"):
        assert sentences.told(stored) == english


def test_a_name_that_its_words_alone_do_not_find_is_kept_as_it_reads():
    words = translation.pgettext_lazy("import", "gone")
    with translation.override("zh-hans"):
        assert (sentences.named(words), type(sentences.named(words))) == (str(words), str)
