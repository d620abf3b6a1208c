"""Pictures reach every kind of model as they are: opened in this process, as data URLs elsewhere, none dropped in silence."""

import asyncio
import hashlib
import json
import sys
import textwrap

import numpy as np
import pytest
from aiohttp import web
from picture_messages import AFFINE, colour, grey, nifti_of, pixels_of, row, talk, volume
from pydantic import ValidationError
from stub_endpoint import StubEndpoint

from robustspec.adapters.base import EVERYTHING, Model, as_data_url, not_taken, plain_messages
from robustspec.adapters.callable import CallableAdapter, wrap
from robustspec.adapters.command import CommandAdapter
from robustspec.adapters.http import HttpAdapter
from robustspec.adapters.recorded import RecordedAdapter, input_sha
from robustspec.data.picture import Image, Picture, Volume, made
from robustspec.data.row import Input, Message
from robustspec.engine.calls import call_batch, call_one
from robustspec.errors import AdapterError, PictureError
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import lookup


def of(model, *contents):
    """The outputs of a model as a run gets them: of an async one all asked at once, of another one in one batch."""
    inputs = [Input(content, f"case-{number}") for number, content in enumerate(contents)]
    if not model.is_async:
        return call_batch(model, inputs)

    async def ask():
        try:
            return await asyncio.gather(*(call_one(model, item, 30.0) for item in inputs))
        finally:
            await model.aclose()

    return asyncio.run(ask())


# Messages as plain objects.


def test_a_message_without_pictures_has_no_key_for_them():
    """A conversation of words is what it was before there were pictures."""
    messages = (Message("system", "Be brief."), Message("user", "leaflet", "context"))
    plain = plain_messages(messages, Picture.open)
    assert plain == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "leaflet", "name": "context"},
    ]


def test_pictures_stand_in_their_own_message_in_order():
    """`show` says what stands for each picture."""
    messages = (*talk(grey(1), grey(2), words="Before and after."), Message("assistant", "I see."), *talk(colour(3)))
    plain = plain_messages(messages, lambda picture: picture.name)
    assert [message.get("images") for message in plain] == [["grey-1.png", "grey-2.png"], None, ["colour-3.png"]]


@pytest.mark.parametrize("picture", [grey(1), grey(2, kind=np.uint16), colour(3)], ids=["grey", "uint16", "colour"])
def test_a_data_url_holds_every_pixel(picture):
    """PNG keeps 8 and 16 bits, and red stays red."""
    shown = pixels_of(as_data_url(picture))
    assert shown.dtype == picture.open().pixels.dtype
    assert np.array_equal(shown, picture.open().pixels)


@pytest.mark.parametrize("kind", [np.int16, np.uint8, np.float32])
def test_the_data_url_of_a_volume_holds_voxels_and_affine(kind):
    """Gzipped NIfTI, in the type that it had."""
    image = nifti_of(as_data_url(volume(1, kind)))
    voxels = np.asarray(image.dataobj)
    assert voxels.dtype == kind
    assert np.array_equal(voxels, volume(1, kind).open().voxels)
    assert np.allclose(image.affine, AFFINE)


def test_a_picture_that_does_not_open_has_no_url():
    """Its own error passes through."""

    def gone():
        raise PictureError("scan.png: no such file")

    with pytest.raises(PictureError, match="no such file"):
        as_data_url(Picture(b"gone", "scan.png", "image", gone))


# What a model takes.


class Declares(Model):
    """Takes what it is told to."""

    def __init__(self, *modalities):
        self.modalities = frozenset(modalities)
        self.name, self.asked = "the model", []

    def predict(self, inputs):
        self.asked += inputs
        return ["seen" for _ in inputs]


@pytest.mark.parametrize(
    ("modalities", "content", "fault"),
    [
        (("text",), "words", None),
        (("text",), talk(words="words"), None),
        (("text",), talk(grey()), "the input shows an image, and the model takes text"),
        (("text", "image"), talk(grey()), None),
        (("text", "image"), talk(grey(), volume()), "the input shows a volume, and the model takes image and text"),
        (("image", "volume"), talk(volume()), None),
        (("image",), "words", "the input shows no picture, and the model takes image"),
        (("image",), talk(words="words"), "the input shows no picture, and the model takes image"),
        (EVERYTHING, talk(grey(), volume()), None),
    ],
)  # fmt: skip
def test_what_a_model_does_not_take(modalities, content, fault):
    """Every modality of the input must be one of the model's, and one of pictures alone is shown one."""
    assert not_taken(Declares(*modalities), Input(content)) == fault


def test_inputs_that_a_model_does_not_take_cost_the_others_of_their_batch_nothing():
    """They have no output and are not handed over; the rest is, in order."""
    model = Declares("text")
    outputs = call_batch(model, [Input("a"), Input(talk(grey())), Input("b"), Input(talk(volume()))])
    assert [output.raw for output in outputs] == ["seen", None, "seen", None]
    assert ["an image" in (outputs[1].error or ""), "a volume" in (outputs[3].error or "")] == [True, True]
    assert [item.content for item in model.asked] == ["a", "b"]


def test_an_async_model_is_not_asked_what_it_does_not_take():
    """The error says what it takes."""

    async def answer(text):
        raise AssertionError("asked")

    model = wrap(answer, form="text", name="bot")
    (output,) = of(model, talk(grey()))
    assert output.error == "the input shows an image, and bot takes text"


# Callables.


def test_a_function_gets_messages_with_opened_pictures():
    """An image with pixels, a volume with voxels and affine, in the message that shows them."""
    seen = []
    model = wrap(lambda messages: seen.append(messages) or "ok")
    assert [output.raw for output in of(model, (Message("system", "Report."), *talk(grey(1), volume(2))))] == ["ok"]
    (system, user) = seen[0]
    assert system == {"role": "system", "content": "Report."}
    image, scan = user["images"]
    assert isinstance(image, Image)
    assert isinstance(scan, Volume)
    assert np.array_equal(image.pixels, grey(1).open().pixels)
    assert np.array_equal(scan.voxels, volume(2).open().voxels)
    assert np.array_equal(scan.affine, AFFINE)


def test_a_function_of_a_picture_gets_the_last_one():
    """`form: picture` hands over a value, not messages."""
    model = wrap(lambda image: int(image.pixels.sum()), form="picture")
    outputs = of(
        model, talk(grey(1), grey(2)), (*talk(grey(3)), Message("assistant", "Fine."), Message("user", "Sure?"))
    )
    assert [output.raw for output in outputs] == [int(grey(number).open().pixels.sum()) for number in (2, 3)]


def test_a_function_of_pictures_in_batches():
    """A batch is a list of values, and a row without a picture costs only itself."""
    sizes = []

    def means(images):
        sizes.append(len(images))
        return [float(image.pixels.mean()) for image in images]

    model = wrap(means, form="picture", batch=True, batch_size=8)
    outputs = of(model, talk(grey(1)), "no picture", talk(grey(2)))
    assert [output.raw for output in outputs] == [
        pytest.approx(grey(1).open().pixels.mean()),
        None,
        pytest.approx(grey(2).open().pixels.mean()),
    ]
    assert sizes == [2]


def test_a_picture_that_has_gone_costs_only_its_own_input():
    """A file that vanished between the making of a case and its call is one missing output of a batch."""
    gone = Picture(b"gone", "scan.png", "image", lambda: (_ for _ in ()).throw(PictureError("scan.png: no such file")))
    model = wrap(lambda images: [image.pixels.shape[0] for image in images], form="picture", batch=True)
    first, second = of(model, talk(grey(1)), talk(gone))
    assert first.raw == 12
    assert second.error == "PictureError: scan.png: no such file"


@pytest.mark.parametrize("form", ["auto", "conversation", "picture"])
@pytest.mark.parametrize("picture", [grey(5), volume(5)], ids=["image", "volume"])
def test_a_model_that_normalises_in_place_spoils_nothing(form, picture):
    """It has a copy: what others are shown, and what perturbed pictures are made of, stays as it was."""

    def spoil(shown):
        value = shown if form == "picture" else shown[-1]["images"][0]
        array = value.pixels if isinstance(value, Image) else value.voxels
        array[:] = 0
        if isinstance(value, Volume):
            value.affine[:] = 0
        return "done"

    before = picture.digest
    (output,) = of(wrap(spoil, form=form), talk(picture))
    assert output.raw == "done"
    assert made("again", picture.open()).digest == before


@pytest.mark.parametrize(
    ("form", "modalities"),
    [
        ("text", {"text"}),
        ("conversation", {"text", "image", "volume"}),
        ("auto", {"text", "image", "volume"}),
        ("picture", {"image", "volume"}),
    ],
)
def test_the_form_says_what_a_function_takes(form, modalities):
    """A function of text alone must not be shown a picture that it would never see."""
    assert wrap(lambda shown: "x", form=form).modalities == modalities


@pytest.mark.parametrize("declared", ["image", ("image",), {"image"}])
def test_an_object_says_itself_what_it_takes(declared):
    """Its attribute ``modalities`` wins, one word or several."""

    class Bot:
        modalities = declared

        def predict(self, messages):
            return "x"

    assert wrap(Bot()).modalities == {"image"}


def test_a_picture_is_asked_for_in_a_specification(tmp_path, monkeypatch):
    """`form: picture` of the adapter reaches the function."""
    (tmp_path / "looking_model.py").write_text("def area(image):\n    return str(image.pixels.size)\n")
    adapter = CallableAdapter.model_validate({"kind": "callable", "target": "looking_model:area", "form": "picture"})
    try:
        with adapter.open(tmp_path) as model:
            assert [output.raw for output in of(model, talk(grey()))] == ["180"]
    finally:
        sys.modules.pop("looking_model", None)


# Programs.

ECHO = """
    import json, sys
    for line in sys.stdin:
        line = json.loads(line)
        for request in line if isinstance(line, list) else [line]:
            print(json.dumps({"id": request["id"], "output": {key: request[key] for key in request if key != "id"}}))
"""


@pytest.fixture
def program(tmp_path):
    """A program that sends back what it was sent."""

    def make(**fields):
        (tmp_path / "echo.py").write_text(textwrap.dedent(ECHO))
        return CommandAdapter(run=(sys.executable, "-S", "echo.py"), **fields).open(tmp_path)

    return make


@pytest.mark.parametrize("batch", [False, True])
def test_a_program_gets_data_urls(program, batch):
    """The perturbed pixels, as PNG in the message that shows them, and volumes as NIfTI; text stays text."""
    scope = scope_of(lookup("perturbations", "gaussian_noise")())
    clean = row(colour(1))
    noisy = scope.apply(clean, scope.sample(7, clean), 3)
    with program(batch=batch, in_flight=4) as model:
        shown, scan, words = of(model, noisy.input, talk(volume(2)), "words")
    (message,) = shown.raw["messages"]
    assert (message["role"], message["content"]) == ("user", "What is this?")
    assert np.array_equal(pixels_of(message["images"][0]), noisy.input[0].images[0].open().pixels)
    assert not np.array_equal(pixels_of(message["images"][0]), colour(1).open().pixels)
    assert np.array_equal(np.asarray(nifti_of(scan.raw["messages"][0]["images"][0]).dataobj), volume(2).open().voxels)
    assert words.raw == {"input": "words"}


def test_a_program_of_text_is_shown_no_picture(program):
    """With `form: text` it would never know that there was one."""
    with program(form="text") as model:
        shown, words = of(model, talk(grey()), talk(words="words"))
    assert shown.error.startswith("the input shows an image, and ")
    assert words.raw == {"input": "words"}


def test_a_program_has_no_form_of_a_picture_alone():
    """What is sent is JSON; `form: picture` is of callables."""
    with pytest.raises(ValidationError, match="form"):
        CommandAdapter(run=("true",), form="picture")


# JSON endpoints.


def echoing():
    """An endpoint that sends back what it was sent."""
    return StubEndpoint(lambda call: web.json_response({"got": call.payload}))


def test_an_http_endpoint_gets_data_urls():
    """They stand under ``images`` of each message of ``{messages}``."""
    with echoing() as stub:
        adapter = HttpAdapter(
            url=stub.url, body={"talk": "{messages}", "system": "{system}"}, response="got", retries=0
        )
        model = adapter.open(".")
        (output,) = of(model, (Message("system", "Report."), *talk(grey(1), volume(2))))
    assert output.raw["system"] == "Report."
    image, scan = output.raw["talk"][1]["images"]
    assert np.array_equal(pixels_of(image), grey(1).open().pixels)
    assert np.array_equal(np.asarray(nifti_of(scan).dataobj), volume(2).open().voxels)


def test_an_http_endpoint_of_text_is_sent_no_picture():
    """A template with ``{input}`` alone has no place for one: the call is not made, and the text beside it is."""
    with echoing() as stub:
        model = HttpAdapter(url=stub.url, body={"q": "{input}"}, response="got", retries=0).open(".")
        assert model.modalities == {"text"}
        shown, words = of(model, talk(grey()), "words")
        assert [call.payload for call in stub.calls] == [{"q": "words"}]
    assert shown.error == "the input shows an image, and 127.0.0.1 takes text"
    assert words.raw == {"q": "words"}


# Recorded outputs.


def test_the_sha_of_a_conversation_with_pictures_is_that_of_its_canonical_json():
    """Keys sorted, digests in hex: what somebody who records elsewhere can compute."""
    picture = grey(1)
    canonical = f'[{{"content":"Ünd?","images":["{picture.digest.hex()}"],"role":"user"}}]'
    assert input_sha(talk(picture, words="Ünd?")) == hashlib.sha256(canonical.encode()).hexdigest()


def test_the_sha_tells_pictures_apart():
    """By what they show, where they stand, and not by their names."""
    renamed = made("another name", grey(1).open())
    shown = [(grey(1),), (grey(2),), (grey(1), grey(2)), (grey(2), grey(1)), ()]
    shas = [input_sha(content) for content in (*(talk(*each) for each in shown), talk(grey(1)) * 2)]
    assert len(set(shas)) == len(shas)
    assert input_sha(talk(renamed)) == shas[0]


def test_the_sha_of_a_volume_covers_its_affine():
    """The same voxels mirrored by their affine are another input."""
    scan = volume(1).open()
    mirrored = Volume(scan.voxels, np.diag([-1.0, 1, 1, 1]) @ scan.affine)
    assert input_sha(talk(made("a", scan))) != input_sha(talk(made("a", mirrored)))


def test_an_output_recorded_for_another_picture_is_missing(tmp_path):
    """The same words with other pixels are another input."""
    lines = [{"case_id": "case-0", "output": "a", "input_sha": input_sha(talk(grey(1)))}]
    lines += [{"case_id": "case-1", "output": "b", "input_sha": input_sha(talk(grey(1)))}]
    (tmp_path / "out.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with RecordedAdapter(path="out.jsonl").open(tmp_path) as model:
        good, stale = of(model, talk(grey(1)), talk(grey(2)))
    assert good.raw == "a"
    assert stale.error == "recorded for another input than case case-1 now has: record it again"


def test_a_direct_call_without_a_picture_is_told():
    """A function of a picture that is called on text, outside of a run."""
    with pytest.raises(AdapterError, match="holds no picture -- write form: auto"):
        wrap(lambda image: "x", form="picture").predict([Input("text")])
