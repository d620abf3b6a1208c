"""contains, regex_match and numeric_match."""

import pytest
from pydantic import ValidationError

from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.contains import Contains
from robustspec.metrics.numeric_match import NumericMatch
from robustspec.metrics.regex_match import RegexMatch


def score(metric, answer, label=None):
    return metric.score(Case(Row("7", "...", label=label), Answer(answer)))


class TestContains:
    def test_the_label_is_looked_for(self):
        """Case and line breaks do not matter."""
        assert score(Contains(), "See your\nGP today", "your gp") == 1
        assert score(Contains(), "Take aspirin", "ibuprofen") == 0

    def test_one_label_of_a_list_is_enough(self):
        """A list of labels holds spellings of one answer."""
        assert score(Contains(), "paracetamol 500", ["acetaminophen", "paracetamol"]) == 1

    def test_any_and_all(self):
        """Given texts take the place of the label."""
        assert score(Contains(any=("a1", "b1")), "b1") == 1
        assert score(Contains(all=("a1", "b1")), "b1") == 0
        assert score(Contains(all=("a1", "b1")), "b1 a1") == 1
        assert not Contains(any=("a1",)).needs_label(("answer",))

    def test_structures_are_searched_as_json(self):
        """A text may be a value of the answer."""
        assert score(Contains(any=("refer",)), {"action": "refer"}) == 1

    @pytest.mark.parametrize("fields", [{"any": ["a"], "all": ["b"]}, {"any": []}, {"all": [""]}])
    def test_what_cannot_be_meant_is_a_fault(self, fields):
        """Both at once, none, and the empty text."""
        with pytest.raises(ValidationError):
            Contains(**fields)

    def test_answers_with_the_same_findings_are_the_same(self):
        """Equality sees only the wanted texts."""
        row, metric = Row("1", "..."), Contains(any=("rest", "fluids"))
        assert metric.same(Answer("Rest!"), Answer("I advise rest"), row)
        assert not metric.same(Answer("rest"), Answer("fluids"), row)


class TestRegexMatch:
    def test_the_pattern_is_searched_without_case(self):
        """It may stand anywhere in the answer."""
        metric = RegexMatch(pattern=r"\b(?:911|emergency)\b")
        assert score(metric, "Call EMERGENCY services") == 1
        assert score(metric, "9111") == 0
        assert not metric.needs_label(("answer",))

    def test_a_label_can_be_the_pattern(self):
        """Without a pattern each row brings its own."""
        assert score(RegexMatch(), "200 mg", r"^200 ?mg$") == 1
        assert RegexMatch().needs_label(("answer",))

    def test_a_label_that_is_no_pattern_is_an_error_of_the_data(self):
        """The row is named."""
        with pytest.raises(DataError, match="row 7: the label"):
            score(RegexMatch(), "x", "(")

    def test_a_bad_pattern_is_a_fault_of_the_specification(self):
        """It is told when the file is read."""
        with pytest.raises(ValidationError, match="not a regular expression"):
            RegexMatch(pattern="[")

    def test_answers_with_the_same_match_are_the_same(self):
        """The rest of the text does not matter."""
        row, metric = Row("1", "..."), RegexMatch(pattern=r"\d+ mg")
        assert metric.same(Answer("take 5 mg"), Answer("5 mg daily"), row)
        assert not metric.same(Answer("5 mg"), Answer("6 mg"), row)


class TestNumericMatch:
    @pytest.mark.parametrize(
        ("answer", "label", "right"),
        [
            ("about 1,200 USD", 1200, 1),
            ("1,200", "1200.0", 1),
            ("1201", 1200, 0),
            ("many", 1200, 0),
            (1200, "1,200", 1),
        ],
    )
    def test_numbers_are_read_from_text(self, answer, label, right):
        """Thousands separators and words around the number do not matter."""
        assert score(NumericMatch(), answer, label) == right

    @pytest.mark.parametrize(
        ("fields", "answer", "right"),
        [
            ({"tolerance": 0.1}, 10.1, 1),
            ({"tolerance": 0.1}, 10.11, 0),
            ({"relative": 0.05}, 9.5, 1),
            ({"relative": 0.05}, 9.49, 0),
            ({"relative": 0.05, "tolerance": 1}, 11, 1),
        ],
    )
    def test_the_larger_allowance_counts(self, fields, answer, right):
        """The label is 10; a difference of exactly the allowance is right despite rounding."""
        assert score(NumericMatch(**fields), answer, 10) == right

    def test_a_field_holds_the_number(self):
        """Answers are mappings, labels may be plain."""
        metric = NumericMatch(field="dose.mg")
        assert score(metric, {"dose": {"mg": "400 mg"}}, 400) == 1
        assert score(metric, {"dose": {}}, {"dose": {"mg": 400}}) == 0

    def test_a_label_without_a_number_is_an_error_of_the_data(self):
        """The row is named."""
        with pytest.raises(DataError, match="row 7: numeric_match finds no number"):
            score(NumericMatch(), 1, "none")

    def test_answers_are_the_same_within_the_allowance(self):
        """Answers without numbers are compared as they are."""
        row, metric = Row("1", "..."), NumericMatch(relative=0.01)
        assert metric.same(Answer("100"), Answer("about 101"), row)
        assert not metric.same(Answer("100"), Answer("102"), row)
        assert not metric.same(Answer("100"), Answer("none"), row)
        assert metric.same(Answer("none"), Answer("none"), row)
