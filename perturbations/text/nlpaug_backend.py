"""Any character or word augmenter of nlpaug, made safe to test with."""

from __future__ import annotations

import difflib
import importlib
import inspect
import json
import random
import re
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from itertools import accumulate
from types import ModuleType
from typing import Any, Literal

from pydantic import Field, JsonValue, field_validator

from robustspec.errors import PerturbationError
from robustspec.perturbation.base import Params, Passage, Range
from robustspec.perturbation.edits import Edit, splice

from ..table_file import FileOperator
from .phrases import inside

AUGMENTERS: dict[str, str] = {
    "KeyboardAug": "char",
    "OcrAug": "char",
    "RandomCharAug": "char",
    "AntonymAug": "word",
    "RandomWordAug": "word",
    "ReservedAug": "word",
    "SpellingAug": "word",
    "SplitAug": "word",
    "SynonymAug": "word",
    "TfIdfAug": "word",
    "WordEmbsAug": "word",
}
"""The augmenters that can be used, with the module of nlpaug that holds them."""

_REWRITERS = (
    "AbstSummAug",
    "BackTranslationAug",
    "ContextualWordEmbsAug",
    "ContextualWordEmbsForSentenceAug",
    "LambadaAug",
)
_UNCAPPED = ("aug_max", "aug_char_max", "aug_word_max")
_FILES = ("dict_of_path", "dict_path", "model_path")
_OURS = ("device", "include_detail", "name", "reverse_tokenizer", "tokenizer", "verbose")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_LOCK = threading.RLock()
"""nlpaug draws from the global generators and its augmenters hold state: one thread at a time."""


class Nlpaug(FileOperator):
    """Makes a character or word augmenter of nlpaug 1.1.11 an operator: ``{kind: nlpaug, augmenter: KeyboardAug}``.

    Stands for what the augmenter stands for; it is here to compare with results that were had with nlpaug. Prefer the
    operators of this package where there is one. ``parameters`` are the augmenter's own (``aug_char_p``, ``aug_p``,
    ``action``, ``stopwords``, ...), as nlpaug documents them. Needs ``pip install "robustspec[nlpaug]"``.

    What is different from calling nlpaug:

    - only words outside protected spans are handed over, and everything between words (blanks, punctuation, protected
      spans) comes back as it was; nlpaug alone splits "e-mail" and collapses line breaks;
    - draws depend on the case's seed alone, also under threads, and the global generators of ``random`` and ``numpy``
      are left as they were;
    - counts are not capped at 10 words unless you say so (``aug_max``, ``aug_char_max``, ``aug_word_max``);
    - a word list is in the same order in every process, and nothing is downloaded.

    Augmenters that rewrite with a language model are refused: let them write a file and use ``variants``. AntonymAug
    and RandomWordAug (with ``action: delete`` or ``swap``) may change what is right. There is no ladder. Magnitude:
    words changed per word handed over.

    >>> from robustspec.perturbation.scope import perturb
    >>> typos = Nlpaug(augmenter="RandomCharAug", parameters={"action": "swap", "aug_word_p": 0.2, "aug_char_max": 1})
    >>> perturb(typos, "Could I take ibuprofen 400 mg together with warfarin?")
    'Coudl I take ibuprofen 400 mg together wtih warfarin?'

    Source: Edward Ma, nlpaug (2019), https://github.com/makcedward/nlpaug.
    """

    kind: Literal["nlpaug"] = "nlpaug"
    augmenter: str
    """Name of the augmenter's class, such as KeyboardAug or SplitAug."""
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    """Arguments of the augmenter's constructor; file names are relative to the specification."""

    @field_validator("augmenter")
    @classmethod
    def _known(cls, augmenter: str) -> str:
        if augmenter in _REWRITERS:
            raise ValueError(
                f"{augmenter} rewrites the text with a language model, which a run must not do -- "
                "let it write the texts beforehand, review them, and read them with {kind: variants, path: ...}"
            )
        if augmenter not in AUGMENTERS:
            raise ValueError(
                f"nlpaug has no augmenter '{augmenter}' for text -- {_nearest(augmenter, list(AUGMENTERS))}"
            )
        return augmenter

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with its free words augmented."""
        places = _words(passage) if level != 0 else []
        if not places:
            return passage
        words = [passage.text[start:end] for start, end in places]
        slots = _aligned(words, self._augmented(words, params["seed"]))
        edits = list(_edits(passage, places, slots))
        if not edits:
            return passage
        changed = sum(old != new for old, new in zip(words, slots, strict=True))
        return passage.with_text(splice(passage.text, edits), changed / len(words))

    def _augmented(self, words: Sequence[str], seed: int) -> list[str]:
        with _LOCK:
            augmenter = _augmenter(self.augmenter, self._arguments())
            with _explained(self.augmenter), _seeded(augmenter, seed):
                result: Any = augmenter.augment(" ".join(words))
        while isinstance(result, list):
            if not result:  # nothing to do, in nlpaug's words
                return list(words)
            result = result[0]
        return str(result).split()

    def _arguments(self) -> str:
        """The constructor's arguments as JSON, which serves as the key of the cache too."""
        named = {key: self.parameters.get(key) for key in _FILES}
        files = {key: str(self.located(name)) for key, name in named.items() if isinstance(name, str)}
        return json.dumps({**self.parameters, **files}, sort_keys=True)


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"write one of {', '.join(known)}"


def _words(passage: Passage) -> list[Range]:
    """The words that lie inside free ranges; what is left of one that a protected span cuts is none."""
    text = passage.text
    found = [match.span() for start, end in passage.free for match in _WORD.finditer(text, start, end)]
    return [(a, z) for a, z in found if not (_JOINED_BEFORE.search(text[max(0, a - 2) : a]) or _JOINED.match(text, z))]


_JOINED = re.compile(r"[-'’]?[^\W_]")
_JOINED_BEFORE = re.compile(r"[^\W_][-'’]?$")


def _aligned(words: Sequence[str], new: Sequence[str]) -> list[str]:
    """What becomes of each word: ``new`` shared out over ``words``; several words where some were added, "" where none.

    >>> _aligned(["my", "medicine", "ran", "out"], ["my", "medi", "cine", "ran", "out"])
    ['my', 'medi cine', 'ran', 'out']
    """
    if len(words) == len(new):
        return list(new)
    if "".join(words) == "".join(new):
        return _split(words, new)
    slots: list[list[str]] = [[] for _ in words]
    for _, a, z, first, last in difflib.SequenceMatcher(None, words, new, autojunk=False).get_opcodes():
        if a == z:  # added words go before the next word, or after the last one
            slots[min(a, len(words) - 1)] += new[first:last]
            continue
        for index in range(a, z):
            stop = last if index == z - 1 else min(first + 1, last)
            slots[index] += new[first:stop]
            first = stop
    return [" ".join(slot) for slot in slots]


def _split(words: Sequence[str], pieces: Sequence[str]) -> list[str]:
    """Each word with a blank wherever one of ``pieces``, which have the same letters in all, ends inside it."""
    ends = set(accumulate(map(len, pieces)))
    starts = accumulate(map(len, words), initial=0)
    return [
        "".join(
            letter + " " * (start + index in ends and index < len(word)) for index, letter in enumerate(word, start=1)
        )
        for start, word in zip(starts, words, strict=False)
    ]


def _edits(passage: Passage, places: Sequence[Range], slots: Sequence[str]) -> Iterator[Edit]:
    """The changes that put ``slots`` in the words' places; a deleted word takes one blank along."""
    text, free, done = passage.text, passage.free, 0
    for (start, end), slot in zip(places, slots, strict=True):
        if text[start:end] == slot:
            continue
        if not slot:
            if start > done and text[start - 1] == " " and inside(free, start - 1, end):
                start -= 1
            elif text[end : end + 1] == " " and inside(free, start, end + 1):
                end += 1
        done = end
        yield Edit(start, end, slot)


def _nlpaug(module: str) -> ModuleType:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a package of 2022; they are no concern of the user's
            return importlib.import_module(f"nlpaug.augmenter.{module}")
    except ImportError as error:
        raise PerturbationError(
            f'kind nlpaug needs the package nlpaug, which does not import ({error}) -- pip install "robustspec[nlpaug]"'
        ) from error


@lru_cache(maxsize=32)
def _augmenter(name: str, arguments: str) -> Any:
    """The augmenter, built once for each set of arguments (JSON); the caller holds the lock."""
    cls = getattr(_nlpaug(AUGMENTERS[name]), name)
    known = inspect.signature(cls).parameters
    given = json.loads(arguments)
    _check(name, given, list(known))
    _check_data(name, given)
    ours = {"tokenizer": str.split, "reverse_tokenizer": " ".join, "force_reload": True, **dict.fromkeys(_UNCAPPED)}
    with _explained(name):
        augmenter = cls(**{**{key: value for key, value in ours.items() if key in known}, **given})
        if name in ("SpellingAug", "TfIdfAug"):  # they keep the first file that any of them was given
            augmenter.model = augmenter.get_model(force_reload=True)
    if name == "SpellingAug":  # its lists come out of sets, in another order in every process
        augmenter.model.dict = {word: sorted(others) for word, others in augmenter.model.dict.items()}
    return augmenter


def _check(name: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    open_to_user = sorted(set(known) - set(_OURS))
    for key in given:
        if key in _OURS:
            raise PerturbationError(f"nlpaug.parameters.{key}: robustspec sets this itself -- leave it out")
        if key not in known:
            raise PerturbationError(
                f"nlpaug.parameters.{key}: {name} has no such parameter -- {_nearest(key, open_to_user)}"
            )
    if name == "RandomWordAug" and given.get("action") == "substitute" and not given.get("target_words"):
        raise PerturbationError(
            "nlpaug.parameters.target_words: RandomWordAug substitutes '_' without them -- list the words to put in"
        )


def _check_data(name: str, given: Mapping[str, Any]) -> None:
    """Refuse to run on WordNet where its data is not installed: nlpaug would start to download it."""
    if name != "AntonymAug" and not (name == "SynonymAug" and given.get("aug_src", "wordnet") == "wordnet"):
        return
    try:
        nltk = importlib.import_module("nltk")
        nltk.corpus.wordnet.synsets("test", lang=given.get("lang", "eng"))
        nltk.pos_tag(["test"])
    except (ImportError, LookupError) as error:
        raise PerturbationError(
            f"nlpaug.augmenter: {name} needs data that robustspec does not download -- pip install nltk and run "
            "python -m nltk.downloader wordnet omw-1.4 averaged_perceptron_tagger_eng, or use {kind: synonym}"
        ) from error


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Whatever nlpaug raises becomes one sentence that names the augmenter."""
    try:
        yield
    except Exception as error:  # a third party's code: it raises what it likes
        raise PerturbationError(
            f"nlpaug.augmenter: {name} failed with {type(error).__name__}: {error} -- see its documentation for "
            "what its parameters must be and which packages or model files it needs"
        ) from error


@contextmanager
def _seeded(augmenter: Any, seed: int) -> Iterator[None]:
    """Let ``augmenter`` draw from ``seed`` alone.

    All draws of nlpaug go through two methods of the augmenter, which are replaced; only TfIdfAug's model draws from
    numpy's global generator besides, which is then seeded and put back.
    """
    rng = random.Random(seed)

    def sample(x: Any, num: int | None = None) -> Any:
        return rng.sample(x, num or 0) if isinstance(x, list) else rng.randrange(1, x - 1) if x > 2 else max(0, x - 1)

    augmenter.sample, augmenter.prob = sample, rng.random
    with _numpy_seeded(seed) if type(augmenter).__name__ == "TfIdfAug" else nullcontext():
        try:
            yield
        finally:
            del augmenter.sample, augmenter.prob


@contextmanager
def _numpy_seeded(seed: int) -> Iterator[None]:
    from numpy import random as numpy_random

    before = numpy_random.get_state()
    numpy_random.seed(seed % 2**32)
    try:
        yield
    finally:
        numpy_random.set_state(before)
