"""Images on a chat endpoint: what arrives over HTTP is what the perturbation made, and volumes are never sent."""

from __future__ import annotations

import asyncio
import json

import cv2
import numpy as np
import pytest
from picture_messages import colour, grey, pixels_of, row, talk, volume
from stub_endpoint import StubEndpoint

from robustspec.adapters.openai import OpenAIAdapter
from robustspec.data.picture import Picture
from robustspec.data.row import Input, Message
from robustspec.engine.calls import call_one
from robustspec.engine.session import Options, load_plan, open_model, run_plan
from robustspec.errors import AdapterError, PictureError
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import lookup

SPEC = """
robustspec: 1
about: {{title: Discs}}
model: {{kind: openai, base_url: "{url}", model: m, retries: 0, in_flight: {in_flight}}}
{privacy}
data:
  discs: {{kind: jsonl, path: discs.jsonl, origin: synthetic}}
statistics: {{method: fixed}}
scenarios:
  noise:
    title: Noise
    mechanism: Sensors are noisy.
    data: discs
    perturbations: [{{kind: gaussian_noise, level: [1], profile: medical}}]
    requirements:
      - {{metric: accuracy, cells: all, at_least: 0.5}}
"""
ROWS = 24


def ask(stub, *contents, **fields):
    """The outputs for some contents, asked one after another as a run asks."""
    model = OpenAIAdapter(base_url=stub.url, model="m", retries=0, **fields).open(".")

    async def each():
        try:
            return [await call_one(model, Input(content), 10.0) for content in contents]
        finally:
            await model.aclose()

    return asyncio.run(each())


def parts(call, message=-1):
    """The parts of a message as it arrived: texts, and pictures as pixels."""
    content = call.payload["messages"][message]["content"]
    assert isinstance(content, list)
    return [part["text"] if part["type"] == "text" else pixels_of(part["image_url"]["url"]) for part in content]


@pytest.fixture
def stub():
    """An endpoint that says yes."""
    with StubEndpoint(lambda call: "yes") as endpoint:
        yield endpoint


@pytest.mark.parametrize("kind", ["gaussian_noise", "rotate", "jpeg"])
def test_the_perturbed_pixels_arrive(stub, kind):
    """Each bit of them, in colour, as one PNG."""
    clean = row(colour(1, side=32))
    scope = scope_of(lookup("perturbations", kind)())
    changed = scope.apply(clean, scope.sample(3, clean), 2)
    (output,) = ask(stub, changed.input)
    assert output.raw == "yes"
    words, pixels = parts(stub.calls[0])
    assert words == "What is this?"
    assert np.array_equal(pixels, changed.input[0].images[0].open().pixels)
    assert not np.array_equal(pixels, colour(1, side=32).open().pixels)


def test_parts_are_in_the_shape_of_the_protocol(stub):
    """The words first, then each picture under ``image_url`` as a mapping with ``url``."""
    ask(stub, talk(grey(1), grey(2)))
    content = stub.calls[0].payload["messages"][0]["content"]
    assert content[0] == {"type": "text", "text": "What is this?"}
    assert [(part["type"], list(part["image_url"])) for part in content[1:]] == [("image_url", ["url"])] * 2


def test_sixteen_bits_arrive(stub):
    """A uint16 image, as radiographs are, loses nothing."""
    ask(stub, talk(grey(1, kind=np.uint16)))
    _, pixels = parts(stub.calls[0])
    assert pixels.dtype == np.uint16
    assert np.array_equal(pixels, grey(1, kind=np.uint16).open().pixels)


def test_a_picture_without_words_is_sent_without_an_empty_text(stub):
    """Some endpoints refuse a part with an empty text."""
    ask(stub, talk(grey(1), words=""))
    (pixels,) = parts(stub.calls[0])
    assert np.array_equal(pixels, grey(1).open().pixels)


def test_a_conversation_keeps_each_picture_in_its_own_message(stub):
    """Messages of words are plain texts, as before; the system prompt stands first."""
    messages = (*talk(grey(1), words="March."), Message("assistant", "I see."), *talk(grey(2), grey(3), words="June."))
    ask(stub, messages, system="You report.")
    sent = stub.calls[0].payload["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "user"]
    assert [sent[0]["content"], sent[2]["content"]] == ["You report.", "I see."]
    shown = [*parts(stub.calls[0], 1)[1:], *parts(stub.calls[0], 3)[1:]]
    for pixels, number in zip(shown, (1, 2, 3), strict=True):
        assert np.array_equal(pixels, grey(number).open().pixels)


def test_words_beside_a_picture_are_quoted(stub):
    """Quotes, line breaks and letters beyond ASCII survive."""
    words = 'He said "no",\nçüñ 手 \\ \x00'
    ask(stub, talk(grey(1), words=words))
    assert parts(stub.calls[0])[0] == words


def test_a_volume_is_never_sent(stub):
    """Nor is the image beside it; text is."""
    shown, words = ask(stub, talk(grey(1), volume(1)), "words")
    assert shown.error == "the input shows a volume, and m at 127.0.0.1 takes image and text"
    assert words.raw == "yes"
    assert [call.text for call in stub.calls] == ["words"]


def test_a_picture_that_has_gone_is_one_missing_answer(stub):
    """The next call is made."""

    def gone():
        raise PictureError("scan.png: no such file")

    lost, found = ask(stub, talk(Picture(b"gone", "scan.png", "image", gone)), talk(grey(1)))
    assert lost.error == "PictureError: scan.png: no such file"
    assert found.raw == "yes"


# A run.


def disc(side, bright):
    """A disc on the left that is brighter than the ground, or darker."""
    y, x = np.mgrid[0:side, 0:side]
    image = np.full((side, side), 128, np.uint8)
    image[(x - side * 0.3) ** 2 + (y - side / 2) ** 2 < (side / 5) ** 2] = 220 if bright else 30
    return image


def judge(call):
    """A model that looks: whether the disc is brighter than the ground. Answers the last picture that it is shown."""
    pixels = parts(call)[-1].astype(float)
    side = len(pixels)
    return "bright" if pixels[side // 2, int(side * 0.3)] > np.median(pixels) else "dark"


@pytest.fixture
def folder(tmp_path):
    """Rows with one image each, no two alike."""
    rows = []
    for number in range(ROWS):
        bright = number % 2 == 0
        image = disc(32, bright)
        image[0, 0] = number
        cv2.imwrite(str(tmp_path / f"{number}.png"), image)
        said = "bright" if bright else "dark"
        rows.append({"id": f"d{number}", "input": "Bright or dark?", "images": f"{number}.png", "label": said})
    (tmp_path / "discs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def judged(folder, url, *, in_flight=4, privacy="", fresh=False):
    """The result of a run on the endpoint."""
    (folder / "spec.yaml").write_text(SPEC.format(url=url, in_flight=in_flight, privacy=privacy))
    options = Options(cache=folder / "cache", fresh=fresh)
    plan = load_plan(folder / "spec.yaml", options)
    model, timeout_s = open_model(plan)
    with model:
        return run_plan(plan, model, options, timeout_s=timeout_s)


def test_a_run_on_an_endpoint_that_looks(folder):
    """Clean and perturbed images arrive, are answered by what they show, and a second run asks nothing."""
    with StubEndpoint(judge) as stub:
        first = judged(folder, stub.url)
        asked = len(stub.calls)
        again = judged(folder, stub.url)
        assert len(stub.calls) == asked
    (arm,) = first.arms
    assert (arm.verdict, arm.value, arm.missing) == ("PASS", 1.0, 0)
    assert (first.counts.called, asked) == (2 * ROWS, 2 * ROWS)
    assert (again.counts.called, again.counts.reused) == (0, 2 * ROWS)
    assert (again.arms[0].verdict, again.arms[0].value) == ("PASS", 1.0)


@pytest.mark.parametrize("in_flight", [1, 16])
def test_the_pictures_do_not_depend_on_how_many_calls_are_under_way(folder, in_flight):
    """The same set of images arrives, each once."""
    with StubEndpoint(judge) as stub:
        judged(folder, stub.url, in_flight=in_flight)
        urls = [call.payload["messages"][-1]["content"][-1]["image_url"]["url"] for call in stub.calls]
    with StubEndpoint(judge) as stub:
        judged(folder, stub.url, in_flight=4, fresh=True)
        others = [call.payload["messages"][-1]["content"][-1]["image_url"]["url"] for call in stub.calls]
    assert len(set(urls)) == len(urls) == 2 * ROWS
    assert set(urls) == set(others)


def test_pictures_of_patients_stay_here(folder):
    """An endpoint that is not listed gets no call, and one that is listed gets them all."""
    with StubEndpoint(judge) as stub:
        with pytest.raises(AdapterError, match=r"127\.0\.0\.1 is not in privacy\.may_send_to"):
            judged(folder, stub.url, privacy="privacy: {contains: patient_data}")
        assert stub.calls == []
        judged(folder, stub.url, privacy="privacy: {contains: patient_data, may_send_to: [127.0.0.1]}")
        assert len(stub.calls) == 2 * ROWS


def test_volumes_are_refused_before_the_first_call(folder):
    """One sentence that says what the endpoint takes."""
    scans = np.random.default_rng(0).uniform(0, 900, (ROWS, 6, 7, 8)).astype(np.float32)
    np.savez(folder / "scans.npz", volumes=scans)
    rows = [{"id": f"d{n}", "input": "Sick?", "images": f"scans.npz#volumes[{n}]", "label": "no"} for n in range(ROWS)]
    (folder / "discs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    text = SPEC.replace("{{kind: gaussian_noise, level: [1], profile: medical}}", "{{kind: rician_noise, level: [1]}}")
    with StubEndpoint(judge) as stub:
        (folder / "spec.yaml").write_text(text.format(url=stub.url, in_flight=4, privacy=""))
        plan = load_plan(folder / "spec.yaml", Options(cache=folder / "cache"))
        model, _ = open_model(plan)
        with model, pytest.raises(AdapterError) as raised:
            run_plan(plan, model, Options(cache=folder / "cache"))
        assert stub.calls == []
    assert str(raised.value) == (
        "data 'discs' shows a model volumes, and m at 127.0.0.1 takes image and text -- use a model that takes them, or "
        "give it other data"
    )
