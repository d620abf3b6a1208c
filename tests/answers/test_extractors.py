"""Where in a raw output the answer stands."""

import json

import pytest
from pydantic import ValidationError

from robustspec.answers.base import Unparsed
from robustspec.answers.extractors import AfterMarker, Json, LastLabel, Whole

MEGABYTES = 10_000_000


class TestWhole:
    def test_text_is_stripped(self):
        """White space around the answer is not part of it."""
        assert Whole().extract(" Rise\n") == "Rise"

    def test_data_is_left_as_it_is(self):
        """A model may answer with structures or numbers."""
        assert Whole().extract({"a": 1}) == {"a": 1}
        assert Whole().extract(0) == 0

    @pytest.mark.parametrize("raw", ["", " \n", None])
    def test_nothing_is_unparsed(self, raw):
        """An empty output holds no answer."""
        with pytest.raises(Unparsed):
            Whole().extract(raw)


class TestLastLabel:
    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("It may rise, but I say fall.", "Fall"),
            ("FALL? No: RISE", "Rise"),
            ("Yesterday it fell. Rise!", "Rise"),
            ("rise falling", "Rise"),
        ],
    )
    def test_the_last_whole_word_counts(self, text, label):
        """Case does not matter, and a label inside another word is none."""
        assert LastLabel(labels=("Rise", "Fall")).extract(text) == label

    def test_the_longer_label_wins_over_the_one_inside_it(self):
        """ "not guilty" states not guilty, although its last word is a label too."""
        assert LastLabel(labels=("guilty", "not guilty")).extract("We find: not  guilty.") == "not guilty"

    def test_case_can_matter(self):
        """The article in "a better choice" is not the option A."""
        extractor = LastLabel(labels=("A", "B"), case_sensitive=True)
        assert extractor.extract("B, which is a better choice.") == "B"

    def test_labels_are_no_patterns(self):
        """A label's own punctuation is taken literally."""
        assert LastLabel(labels=("C++", "C")).extract("I prefer C++") == "C++"
        with pytest.raises(Unparsed):
            LastLabel(labels=("a.c",)).extract("abc")

    @pytest.mark.parametrize("raw", ["none of them", "", None, {"label": "Rise"}])
    def test_without_a_label_there_is_no_answer(self, raw):
        """Text without a label, and structures, are unparsed."""
        with pytest.raises(Unparsed):
            LastLabel(labels=("Rise",)).extract(raw)

    def test_a_number_can_be_a_label(self):
        """A model that returns 1 states the label "1"."""
        assert LastLabel(labels=("0", "1")).extract(1) == "1"

    def test_an_empty_label_is_refused(self):
        """It would be found everywhere."""
        with pytest.raises(ValidationError, match="a label is empty"):
            LastLabel(labels=("a", " "))


class TestJson:
    @pytest.mark.parametrize(
        "text",
        [
            '{"a": [1, {"b": 2}]}',
            '  \n{"a": [1, {"b": 2}]}\n',
            'Sure!\n```json\n{"a": [1, {"b": 2}]}\n```\nBye {"a": 0}',
            'I think {maybe} it is {"a": [1, {"b": 2}]} and {"a": 3}',
            'As shown in [1] and \\frac{x}{y}: {"a": [1, {"b": 2}]}',
            'Schema {"a": ...}. Answer: {"a": [1, {"b": 2}]}',
        ],
    )
    def test_the_object_is_found_wherever_it_stands(self, text):
        """Alone, in a fence, in prose, after citations, formulas and torn examples."""
        assert Json().extract(text) == {"a": [1, {"b": 2}]}

    def test_structures_need_no_text(self):
        """A model may hand over what it would have written."""
        assert Json().extract([{"a": 1}]) == [{"a": 1}]

    def test_a_list_counts_where_there_is_no_object(self):
        """A list of plain values is an answer, if it is the only one."""
        assert Json().extract("The doses: [200, 400]") == [200, 400]
        assert Json().extract('[{"a": 1}, {"a": 2}]') == [{"a": 1}, {"a": 2}]

    def test_a_field_can_be_the_answer(self):
        """The first document that has the field is taken."""
        assert Json(field="dose.mg").extract('{"note": 1} {"dose": {"mg": 200}}') == 200

    @pytest.mark.parametrize("raw", ['{"dose": null}', '{"drug": "x"}', [1], "no"])
    def test_an_absent_or_null_field_is_unparsed(self, raw):
        """There is no answer where the field says nothing."""
        with pytest.raises(Unparsed):
            Json(field="dose").extract(raw)

    @pytest.mark.parametrize("raw", ["", "yes", "{'a': 1}", '{"a": {"b": 1}, "c"', 3, None, '"text"'])
    def test_what_is_no_json_is_unparsed(self, raw):
        """The inside of a torn object is not taken for the answer."""
        with pytest.raises(Unparsed):
            Json().extract(raw)

    def test_nan_reads_as_null(self):
        """JSON has no NaN; a model that writes it says nothing."""
        assert Json().extract('{"a": NaN}') == {"a": None}

    def test_a_large_object_is_read_whole(self):
        """Only the search is bounded, not the answer."""
        value = {"text": "x" * MEGABYTES}
        assert Json().extract(json.dumps(value)) == value

    @pytest.mark.parametrize(
        "raw",
        [
            "[" * MEGABYTES,
            '{"' * (MEGABYTES // 2),
            "{" * MEGABYTES,
            "[1," * (MEGABYTES // 3),
            '[1,"\\"' * 2_000_000,
            '{"a":' + "9" * MEGABYTES,
        ],
        ids=["brackets", "quotes", "braces", "nested", "escapes", "digits"],
    )
    def test_hostile_text_is_unparsed_and_not_fatal(self, raw):
        """Ten megabytes of opening brackets neither crash nor hang the reader."""
        with pytest.raises(Unparsed):
            Json().extract(raw)


class TestAfterMarker:
    @pytest.mark.parametrize(
        "text",
        [
            "Final Answer: Rise",
            "Final Answer: Fall\nNo.\nFinal answer: Rise.\nThanks",
            "**Final Answer:** Rise",
            "**Final Answer:**\n\nRise",
            'Final Answer: "Rise".',
        ],
    )
    def test_the_line_after_the_last_marker_counts(self, text):
        """Emphasis, quotes and a full stop are not part of the answer."""
        assert AfterMarker().extract(text) == "Rise"

    def test_stripping_can_be_switched_off(self):
        """An empty ``strip`` removes white space only."""
        assert AfterMarker(strip="").extract("Final Answer: *U.S.* ") == "*U.S.*"

    def test_a_decimal_keeps_its_point(self):
        """Only a closing full stop goes."""
        assert AfterMarker(marker="=").extract("x = .5.") == ".5"

    @pytest.mark.parametrize("raw", ["Rise", "Final Answer:", "Final Answer: **", None, {"a": 1}])
    def test_nothing_after_a_marker_is_unparsed(self, raw):
        """No marker, or no text behind it."""
        with pytest.raises(Unparsed):
            AfterMarker().extract(raw)
