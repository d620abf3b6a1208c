"""A budget stops a run cleanly: finished outputs stay, open arms are inconclusive, and the next run goes on."""

import asyncio
import json

import pytest

from robustspec.adapters.base import Model
from robustspec.adapters.callable import wrap
from robustspec.data.row import Output
from robustspec.engine.session import Options, load_plan, run_plan
from robustspec.errors import AdapterError

SPEC = """
robustspec: 1
about: {title: Budget}
data:
  rows: {kind: jsonl, path: rows.jsonl}
budget: %s
scenarios:
  one:
    title: One
    mechanism: None.
    data: rows
    requirements:
      - {metric: accuracy, cells: clean, at_least: 0.9, max_samples: 60, method: %s}
"""


@pytest.fixture
def run(tmp_path):
    """Runs 60 rows with a budget; the model echoes the label. Gives the result and the number of calls."""

    def ran(budget, model=None, method="fixed"):
        (tmp_path / "spec.yaml").write_text(SPEC % (budget, method))
        rows = ({"id": f"r{n}", "input": f"say {n}", "label": str(n)} for n in range(60))
        (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        calls = []

        def echo(text):
            calls.append(text)
            return text.split()[1]

        options = Options(cache=tmp_path / "cache")
        live = model or wrap(echo)
        live.fingerprint = "echo"
        return run_plan(load_plan(tmp_path / "spec.yaml", options), live, options), len(calls)

    return ran


def test_calls_stop_at_the_limit_and_the_next_run_goes_on(run):
    """20 calls a run: two runs are inconclusive, the third has all 60 and passes, as one look."""
    for _ in range(2):
        result, calls = run("{calls: 20}")
        [arm] = result.arms
        assert (arm.verdict, calls) == ("INCONCLUSIVE", 20)
        assert "budget is spent: 20 calls made" in arm.claim
        assert any("budget is spent" in note for note in result.notes)
    result, calls = run("{calls: 21}")
    [arm] = result.arms
    assert (arm.verdict, calls, arm.look, arm.units) == ("PASS", 20, 1, 60)


def test_a_decision_before_the_limit_stands(run):
    """A budget that suffices changes nothing."""
    [arm] = run("{calls: 60}", method="sequential")[0].arms
    assert arm.verdict == "PASS"


class Metered(Model):
    """An endpoint that tells its tokens, or not; many calls at once."""

    is_async, in_flight, endpoint, name = True, 4, "host", "metered"

    def __init__(self, tokens):
        self.tokens, self.calls = tokens, 0

    async def predict_one(self, item):
        self.calls += 1
        await asyncio.sleep(0)
        return Output(item.text.split()[1], tokens=self.tokens)


@pytest.mark.parametrize(
    ("budget", "spent"), [("{tokens: 100}", "tokens used"), ("{cost: 0.1, prices: {input: 500, output: 1000}}", "used")]
)
def test_tokens_and_money_stop_it_too(run, budget, spent):
    """10 tokens or 0.0075 a call: spent at the tenth or fourteenth, those under way are finished and kept."""
    model = Metered((5, 5))
    [arm] = run(budget, model)[0].arms
    assert arm.verdict == "INCONCLUSIVE"
    assert spent in arm.claim
    assert 10 <= model.calls <= 17
    again = Metered((5, 5))
    run(budget, again)
    assert 10 <= again.calls <= 17
    assert model.calls + again.calls < 60


def test_an_endpoint_that_tells_no_tokens_cannot_be_held_to_them(run):
    """One error with its remedy, instead of a limit that limits nothing."""
    with pytest.raises(AdapterError, match=r"does not tell how many tokens .* budget\.calls or budget\.hours"):
        run("{tokens: 100}", Metered(None))


def test_hours_stop_it(run):
    """Time is looked at before each call."""
    [arm] = run("{hours: 1.0e-12}")[0].arms
    assert (arm.verdict, arm.units) == ("INCONCLUSIVE", 0)


def test_a_function_that_tells_no_tokens_cannot_be_held_to_them_either(run):
    """A limit that nothing counts against would limit nothing."""
    with pytest.raises(AdapterError, match=r"does not tell how many tokens"):
        run("{cost: 1, prices: {input: 1}}")
