"""A Python object becomes a model by what it is, and a bad target is a sentence."""

import asyncio
import re
import sys
import textwrap
from functools import partial

import pytest
from pydantic import ValidationError

from robustspec import registry
from robustspec.adapters.base import Model
from robustspec.adapters.callable import CallableAdapter, wrap
from robustspec.data.row import Input, Message
from robustspec.errors import AdapterError

TALK = (Message("system", "You are a pharmacist."), Message("user", "ibuprofen?"), Message("user", "and aspirin?"))


def shout(text):
    return text.upper()


async def shout_later(text):
    await asyncio.sleep(0)
    return text.upper()


class Shouter:
    def predict(self, text):
        return text.upper()


class AsyncShouter:
    async def __call__(self, text):
        return text.upper()


@pytest.fixture
def module(tmp_path):
    """Writes a module beside the spec and forgets it afterwards."""
    written = []

    def write(name, source):
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        written.append(name)
        return tmp_path

    yield write
    for name in written:
        sys.modules.pop(name, None)


def test_the_registry_finds_both_kinds():
    """`kind: callable` names this adapter."""
    assert registry.lookup("adapters", "callable") is CallableAdapter


@pytest.mark.parametrize("obj", [shout, Shouter(), Shouter, str.upper, partial(str.upper), lambda text: text.upper()])
def test_plain_callables_answer_one_input_at_a_time(obj):
    """A function, an object with predict, a class of such objects, a partial and a lambda all work."""
    model = wrap(obj)
    assert (model.is_async, model.batch_size, model.predict([Input("abc")])) == (False, 1, ["ABC"])


@pytest.mark.parametrize("obj", [shout_later, AsyncShouter(), AsyncShouter, partial(shout_later)])
def test_async_callables_are_recognised_and_get_sixteen_calls_in_flight(obj):
    """An async function, an object with an async call, its class, and a partial of it."""
    model = wrap(obj)
    assert (model.is_async, model.in_flight) == (True, 16)
    assert asyncio.run(model.predict_one(Input("abc"))) == "ABC"


def test_a_batch_function_gets_a_list():
    """With batch the callable is called once with all inputs."""
    seen = []
    model = wrap(lambda texts: seen.append(texts) or [t.upper() for t in texts], batch=True, batch_size=7)
    assert model.predict([Input("a"), Input("b")]) == ["A", "B"]
    assert (seen, model.batch_size) == ([["a", "b"]], 7)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(["one"], "returned 1 outputs for 2 inputs"), ("ab", "returned str for a batch"), (None, "returned NoneType")],
)
def test_a_batch_function_that_returns_something_else_is_an_error(answer, words):
    """Which output belongs to which input would be a guess."""
    with pytest.raises(AdapterError, match=words):
        wrap(lambda texts: answer, batch=True).predict([Input("a"), Input("b")])


def test_batch_of_an_async_function_is_refused():
    """An async function takes one input a call."""
    with pytest.raises(AdapterError, match="is async and takes one input a call"):
        wrap(shout_later, batch=True)


def test_auto_gives_text_for_text_and_dicts_for_a_conversation():
    """The name of a message is there only where it has one."""
    model = wrap(lambda item: item)
    named = (Message("user", "leaflet", "context"),)
    assert model.predict([Input("hello")]) == ["hello"]
    assert model.predict([Input(TALK)])[0][:1] == [{"role": "system", "content": "You are a pharmacist."}]
    assert model.predict([Input(named)]) == [[{"role": "user", "content": "leaflet", "name": "context"}]]


def test_form_text_gives_the_last_user_message():
    """A text model can answer a conversation."""
    assert wrap(lambda item: item, form="text").predict([Input(TALK)]) == ["and aspirin?"]


def test_form_conversation_wraps_plain_text():
    """A chat model can answer plain text."""
    assert wrap(lambda item: item, form="conversation").predict([Input("hi")]) == [[{"role": "user", "content": "hi"}]]


def test_a_model_is_left_as_it_is():
    """The fixture may return a Model already."""
    model = Model()
    assert wrap(model) is model


@pytest.mark.parametrize("obj", [42, "text", None, object()])
def test_what_cannot_be_called_is_an_error(obj):
    """The error names the type."""
    with pytest.raises(AdapterError, match=f"is a {type(obj).__name__}, neither callable nor an object with predict"):
        wrap(obj)


def test_a_class_that_needs_arguments_is_an_error():
    """The error carries the constructor's own words."""

    class Needy:
        def __init__(self, weights):
            raise AssertionError("never reached")

    with pytest.raises(AdapterError, match=r"Needy cannot be instantiated without arguments: TypeError: .*weights"):
        wrap(Needy)


def test_a_target_beside_the_spec_opens_and_leaves_the_path_as_it_was(module):
    """The spec's folder is on Python's path only while the target is imported."""
    folder = module(
        "beside_spec_model", "class Inner:\n    @staticmethod\n    def answer(text):\n        return text[::-1]"
    )
    before = list(sys.path)
    with CallableAdapter(target="beside_spec_model:Inner.answer").open(folder) as model:
        assert model.predict([Input("abc")]) == ["cba"]
    assert before == sys.path


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("beside_spec_modle:answer", "there is no module 'beside_spec_modle' -- did you mean 'beside_spec_model'?"),
        ("beside_spec_model:anwser", "beside_spec_model has no 'anwser' -- did you mean 'answer'?"),
        ("beside_spec_model:VERSION", "is a int, neither callable"),
        ("beside_spec_broken:answer", "needs the module 'no_such_dependency', which is not installed"),
        ("beside_spec_raises:answer", "does not import: ZeroDivisionError"),
    ],
)
def test_a_bad_target_says_what_is_wrong_and_what_would_be_right(module, target, words):
    """A missing module, a missing name, a value, and a module that does not import."""
    module("beside_spec_model", "VERSION = 1\ndef answer(text): return text")
    module("beside_spec_broken", "import no_such_dependency")
    folder = module("beside_spec_raises", "1 / 0")
    with pytest.raises(AdapterError, match=re.escape(words)):
        CallableAdapter(target=target).open(folder)


def test_a_target_without_a_colon_is_refused_with_the_right_spelling():
    """Which dot separates module and name would be a guess."""
    with pytest.raises(ValidationError, match="did you mean 'pharmacy:answer'"):
        CallableAdapter(target="pharmacy.answer")


def test_an_unset_environment_variable_is_named(tmp_path, monkeypatch):
    """$NAME may be missing in the spec and only there."""
    monkeypatch.delenv("ROBUSTSPEC_NO_SUCH", raising=False)
    with pytest.raises(AdapterError, match="ROBUSTSPEC_NO_SUCH is not set"):
        CallableAdapter(target="$ROBUSTSPEC_NO_SUCH").open(tmp_path)


def test_the_fingerprint_follows_the_source_file(module):
    """Editing the module makes another model; opening it again does not."""
    adapter = CallableAdapter(target="beside_spec_model:answer")
    folder = module("beside_spec_model", "def answer(text): return text")
    first, again = (adapter.open(folder).fingerprint for _ in range(2))
    module("beside_spec_model", "def answer(text): return text + '.'")
    assert first == again
    assert first.startswith("beside_spec_model:answer-")
    assert first != adapter.open(folder).fingerprint


def test_an_explicit_fingerprint_wins_over_the_objects_own(module):
    """Field, then attribute, then source."""
    source = "class Bot:\n    fingerprint = 'bot-7'\n    def predict(self, text): return text"
    folder = module("beside_spec_model", source)
    assert CallableAdapter(target="beside_spec_model:Bot").open(folder).fingerprint == "bot-7"
    pinned = CallableAdapter(target="beside_spec_model:Bot", fingerprint="pinned").open(folder)
    assert pinned.fingerprint == "pinned"


@pytest.mark.parametrize("obj", [lambda text: text, Shouter(), partial(shout), Shouter().predict])
def test_what_has_a_state_that_no_source_shows_has_no_fingerprint(obj):
    """Outputs of one instance must not be reused for another."""
    assert wrap(obj).fingerprint is None


def test_a_function_at_the_top_of_a_module_is_identified_by_its_source():
    """A fixture that returns such a function gets a store that lasts."""
    assert wrap(shout).fingerprint is not None
    assert wrap(shout).fingerprint != wrap(shout_later).fingerprint


def test_only_an_object_that_was_made_here_is_closed(module):
    """A fixture's object belongs to the fixture."""
    source = (
        "class Bot:\n    closed = 0\n    def predict(self, t): return t\n    def close(self): type(self).closed += 1"
    )
    folder = module("beside_spec_model", source)
    with CallableAdapter(target="beside_spec_model:Bot").open(folder):
        bot = sys.modules["beside_spec_model"].Bot
        wrap(bot()).close()
        assert bot.closed == 0
    assert bot.closed == 1
