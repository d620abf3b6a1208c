import os
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError
from word_samples import (
    BLANK,
    CLINICAL,
    TEXTS,
    assert_contract,
    changed,
    holds_in_order,
    operator,
    outcomes,
    passage,
    protected,
    run_examples,
)

from robustspec.errors import PerturbationError

pytest.importorskip("nlpaug", reason="the extra nlpaug is not installed")

WAYS = {
    "KeyboardAug": {},
    "OcrAug": {},
    "RandomCharAug": {"action": "insert"},
    "RandomWordAug": {"action": "swap"},
    "ReservedAug": {"reserved_tokens": [["doctor", "physician"], ["medicine", "medication"], ["bank", "credit union"]]},
    "SpellingAug": {},
    "SplitAug": {},
}
"""Every augmenter that works without a download, with parameters."""
MORE = [
    ("RandomCharAug", {"action": "substitute"}),
    ("RandomCharAug", {"action": "swap"}),
    ("RandomCharAug", {"action": "delete", "min_char": 1, "aug_char_p": 1.0, "aug_word_p": 1.0}),
    ("RandomWordAug", {"action": "delete"}),
    ("RandomWordAug", {"action": "crop"}),
    ("RandomWordAug", {"action": "substitute", "target_words": ["banana", "two words"]}),
    ("ReservedAug", {"reserved_tokens": [["doctor", "physician"]], "generate_all_combinations": True, "aug_p": 1}),
]
ALL = [*WAYS.items(), *MORE]


def nlpaug(augmenter, **parameters):
    return operator("nlpaug", augmenter=augmenter, parameters=parameters)


@pytest.mark.parametrize(("augmenter", "parameters"), ALL)
def test_contract(augmenter, parameters):
    """Level 0, determinism, protection and blank texts, for every augmenter."""
    assert_contract(nlpaug(augmenter, **parameters))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("nlpaug") >= 4


@pytest.mark.parametrize(("augmenter", "parameters"), WAYS.items())
def test_changes_something(augmenter, parameters):
    """Every augmenter changes an ordinary request, differently for different seeds, and says how much."""
    text = CLINICAL + " The bank is near. Recieve it untill tomorow."
    assert text not in outcomes(nlpaug(augmenter, **parameters), text)
    assert 0 < nlpaug(augmenter, **parameters).apply(passage(text), {"seed": 1}, None).magnitude <= 1


@pytest.mark.parametrize("augmenter", ["KeyboardAug", "OcrAug", "RandomCharAug", "SpellingAug"])
def test_text_between_words_is_kept(augmenter):
    """Line breaks, tabs, double blanks, hyphens and JSON come back byte for byte; only words change."""
    text = '{"json":  ["take", "medicine"]}\n\n\te-mail bob@example.org,  well-known  –  ...\u00a0!?\r\n'
    words = r"[^\W_]+(?:['’-][^\W_]+)*"
    for result in outcomes(
        nlpaug(augmenter, **({"include_special_char": False} if augmenter == "KeyboardAug" else {})), text
    ):
        kept = [part for part in re.split(words, text) if part]
        assert holds_in_order(kept, result)
        assert len(text.split("\n")) == len(result.split("\n"))


def test_text_without_change_is_the_passage_itself():
    """Where nlpaug finds nothing to change, nothing is reformatted either."""
    before = passage("  I am ok ,  so\n\nis he - 薬 ! ")
    assert before is nlpaug("KeyboardAug").apply(before, {"seed": 1}, None)


@pytest.mark.parametrize("text", [*BLANK, "400 mg", "--- !!!"])
def test_text_without_free_words(text):
    """Blank texts, protected texts and bare punctuation are unchanged."""
    before = passage(text)
    assert before is nlpaug("RandomCharAug", min_char=1).apply(before, {"seed": 1}, None)


def test_numbers_and_drug_names_survive_full_noise():
    """With every word and letter changed, protected spans are as they were."""
    op = nlpaug("RandomCharAug", aug_word_p=1.0, aug_char_p=1.0, min_char=1)
    for text in TEXTS:
        assert all(holds_in_order(protected(text), result) for result in outcomes(op, text))


def test_cut_words_are_left_alone():
    """What a protected span leaves of a word is not handed over."""
    before = passage("non-drowsy 5-FU-like")
    assert before is nlpaug("RandomCharAug", aug_word_p=1.0, min_char=1).apply(before, {"seed": 1}, None)


def test_counts_are_not_capped_at_ten_words():
    """Half of 200 words means about half of them, where nlpaug alone stops at ten."""
    text = " ".join(["medicine"] * 200)
    assert nlpaug("RandomCharAug", aug_word_p=0.5).apply(passage(text), {"seed": 1}, None).magnitude == 0.5
    capped = nlpaug("RandomCharAug", aug_word_p=0.5, aug_word_max=10).apply(passage(text), {"seed": 1}, None)
    assert capped.magnitude == 0.05


def test_words_are_split_in_place():
    """A split word stays where it was, between the same blanks and commas."""
    result = changed(nlpaug("SplitAug", aug_p=1.0), "please,  medicine;\nnow")
    assert re.fullmatch(r"p ?l ?e ?a ?s ?e,  m ?e ?d ?i ?c ?i ?n ?e;\nnow", result)
    assert result.count(" ") == 4


def test_deleted_words_take_one_blank():
    """Deleting leaves neither double blanks nor a gap, and the protected span where it was."""
    results = outcomes(nlpaug("RandomWordAug", action="delete", aug_p=0.5), "please sell me 400 mg today my friend")
    assert all("400 mg" in result and "  " not in result and result == result.strip() for result in results)
    assert {len(result.split()) for result in results} <= {5, 6}  # nlpaug itself keeps one of three now and then


def test_same_seed_same_text_in_threads():
    """Four threads give what one gives, for every augmenter at once, over and over."""
    jobs = [(nlpaug(name, **parameters), text, seed) for name, parameters in ALL for text in TEXTS for seed in range(5)]
    alone = [changed(op, text, None, seed) for op, text, seed in jobs]
    for _ in range(3):
        with ThreadPoolExecutor(4) as pool:
            assert alone == list(pool.map(lambda job: changed(job[0], job[1], None, job[2]), jobs))


def test_global_generators_are_untouched():
    """Neither are the global generators moved, nor does their state matter."""
    numpy_random = pytest.importorskip("numpy").random
    seen = []
    for seed in (1, 2):
        random.seed(seed)
        numpy_random.seed(seed)
        before = random.getstate(), numpy_random.get_state()[1].tolist()
        seen.append([changed(nlpaug(name, **parameters), CLINICAL, None, 7) for name, parameters in ALL])
        assert before == (random.getstate(), numpy_random.get_state()[1].tolist())
    assert seen[0] == seen[1]


def test_same_text_in_every_process():
    """Lists that nlpaug takes out of sets are in one order, whatever the hash seed of the process."""
    code = (
        "from robustspec.registry import lookup\n"
        "from robustspec.perturbation.scope import perturb\n"
        "op = lookup('perturbations', 'nlpaug')(augmenter='SpellingAug', parameters={'aug_p': 0.9})\n"
        "print([perturb(op, 'because there is definitely a receipt for their medicine', seed=s) for s in range(5)])"
    )
    results = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(results) == 1


def test_own_dictionary(tmp_path):
    """A file of the parameters is found from the specification, and two operators keep theirs apart."""
    for name, wrong in (("one", "medisin"), ("two", "medecine")):
        (tmp_path / f"{name}.txt").write_text(f"medicine {wrong}\n", encoding="utf-8")
    ops = [nlpaug("SpellingAug", dict_path=f"{name}.txt", aug_p=1.0).bind(tmp_path) for name in ("one", "two")]
    assert [changed(op, "my medicine") for op in ops] == ["my medisin", "my medecine"]


@pytest.mark.parametrize(
    ("augmenter", "message"),
    [
        ("KeybordAug", r"nlpaug has no augmenter 'KeybordAug' for text -- did you mean 'KeyboardAug'\?"),
        ("NoiseAug", r"nlpaug has no augmenter 'NoiseAug' for text -- "),
        ("BackTranslationAug", r"rewrites the text with a language model.*kind: variants"),
        ("ContextualWordEmbsAug", r"rewrites the text with a language model.*kind: variants"),
    ],
)
def test_unknown_augmenter(augmenter, message):
    """A name that cannot be used is an error when the specification is read, with the nearest or the remedy."""
    with pytest.raises(ValidationError, match=message):
        nlpaug(augmenter)


@pytest.mark.parametrize(
    ("augmenter", "parameters", "message"),
    [
        ("KeyboardAug", {"aug_chr_p": 0.1}, r"parameters\.aug_chr_p: KeyboardAug has no .* -- did you mean 'aug_char_p'"),
        ("KeyboardAug", {"tokenizer": "x"}, r"parameters\.tokenizer: robustspec sets this itself"),
        ("KeyboardAug", {"lang": "xx"}, r"KeyboardAug failed with ValueError: "),
        ("KeyboardAug", {"aug_char_p": "much"}, r"KeyboardAug failed with TypeError: "),
        ("ReservedAug", {}, r"ReservedAug failed with TypeError: .*reserved_tokens"),
        ("RandomWordAug", {"action": "substitute"}, r"parameters\.target_words: RandomWordAug substitutes '_' without"),
        ("SpellingAug", {"dict_path": "nowhere.txt"}, r"SpellingAug failed with FileNotFoundError: "),
    ],
)  # fmt: skip
def test_parameters_that_do_not_work(augmenter, parameters, message):
    """What nlpaug raises, or silently accepts, becomes one sentence with the remedy."""
    with pytest.raises(PerturbationError, match=message):
        changed(nlpaug(augmenter, **parameters), CLINICAL)


@pytest.mark.parametrize("augmenter", ["SynonymAug", "AntonymAug"])
def test_no_download(augmenter, monkeypatch):
    """Where WordNet is not installed nothing is downloaded: the error says what to run."""
    nltk = pytest.importorskip("nltk")
    monkeypatch.setattr(nltk, "pos_tag", lambda tokens: (_ for _ in ()).throw(LookupError("no data")))
    monkeypatch.setattr(nltk, "download", lambda *arguments: pytest.fail("a download was tried"))
    with pytest.raises(PerturbationError, match=r"does not download -- .*nltk\.downloader"):
        changed(nlpaug(augmenter), CLINICAL)


def test_missing_package(monkeypatch):
    """Without nlpaug the error names the extra to install."""
    monkeypatch.setitem(sys.modules, "nlpaug.augmenter.char", None)
    with pytest.raises(PerturbationError, match=r'pip install "robustspec\[nlpaug\]"'):
        changed(nlpaug("KeyboardAug", aug_char_p=0.123), CLINICAL)


def test_import_is_lazy():
    """Importing the operator imports neither nlpaug nor pandas."""
    code = (
        "import sys; from robustspec.registry import lookup\n"
        "lookup('perturbations', 'nlpaug')(augmenter='KeyboardAug')\n"
        "assert not {'nlpaug', 'pandas', 'nltk'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
