"""What every form shares."""

from uuid import UUID

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms

from portal.lib.forms import CleanCharField, CleanTextMixin, KeyField, helper, pair


class NoteForm(CleanTextMixin, forms.Form):
    name = forms.CharField(max_length=10)
    note = forms.CharField(widget=forms.Textarea, required=False)


class SentForm(CleanTextMixin, forms.Form):
    key = KeyField()


UNREADABLE = ["a\x00b", "a\ud800b", "王\u202e建国", "a\u2066b", "a\x1bb", "a\x85b"]
READABLE = ["王建国", "Ann Lee", "𠮷野家", "é", "😷", "古丽·阿依", "a<script>", "{{ x }}", "%s"]


@pytest.mark.parametrize("written", UNREADABLE)
def test_what_no_keyboard_writes_is_refused_kindly(written):
    form = NoteForm({"name": written})

    assert form.errors == {"name": ["This contains characters that cannot be read. Please type it again."]}


@pytest.mark.parametrize("written", READABLE)
def test_what_people_write_is_kept_as_written(written):
    form = NoteForm({"name": f"  {written} "})

    assert form.is_valid()
    assert form.cleaned_data["name"] == written


def test_a_long_text_keeps_its_lines_and_has_a_bound():
    assert NoteForm({"name": "a", "note": "one\ntwo\tthree"}).is_valid()
    assert NoteForm({"name": "a", "note": "x" * 2000}).is_valid()
    assert list(NoteForm({"name": "a", "note": "x" * 100_000}).errors) == ["note"]


@pytest.mark.parametrize("written", UNREADABLE)
def test_the_single_field_refuses_the_same(written):
    with pytest.raises(forms.ValidationError, match="cannot be read"):
        CleanCharField().clean(written)


def test_a_form_ends_in_one_button_and_a_way_back():
    form = NoteForm()
    form.helper = helper(form, pair("name", "note"), submit="Save", cancel="/back/")
    html = render_crispy_form(form)

    assert html.count("<button") == 1
    assert '<a class="btn btn-outline-secondary" href="/back/">' in html
    assert html.index('name="name"') < html.index('name="note"') < html.index("<button")


@pytest.mark.parametrize("sent", [{}, {"key": ""}, {"key": "x"}, {"key": "\x00"}, {"key": "\ud800"}])
def test_a_missing_or_broken_key_is_no_mistake_of_the_person_and_is_a_good_one_when_the_page_is_shown_again(sent):
    form = SentForm(sent)
    assert form.is_valid()
    assert isinstance(form.cleaned_data["key"], UUID)
    shown = str(form["key"].value())
    again = SentForm({"key": shown})
    assert again.is_valid()
    assert str(again.cleaned_data["key"]) == str(form["key"].value()) == shown


def test_a_form_sent_again_has_the_key_its_page_was_given():
    form = SentForm()
    shown = form["key"].value()
    again = SentForm({"key": str(shown)})
    assert again.is_valid()
    assert str(again.cleaned_data["key"]) == str(form["key"].value()) == str(shown)
