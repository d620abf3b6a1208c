"""What every registered operator on images, volumes and conversations must hold, ours or an installed package's.

A kind that needs arguments has an example below; all others are taken with their defaults.
"""

from __future__ import annotations

import copy
import json
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sample_pictures import conversations, mixed_row, rows

from robustspec.data.picture import Image, Picture, Volume, digest_of
from robustspec.data.row import Row, images_of
from robustspec.errors import PerturbationError
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.frame import rms_change
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import listing, lookup

CLASSES = {line.entry.kind: line.cls for line in listing("perturbations") if line.cls is not None}
PICTURE_KINDS = sorted(kind for kind, cls in CLASSES.items() if cls.modality in ("image", "volume"))
CONVERSATION_KINDS = sorted(kind for kind, cls in CLASSES.items() if cls.modality == "conversation")

EXAMPLES: dict[str, dict[str, Any]] = {
    "albumentations": {"transform": "GaussNoise"},
    "at_turn": {"turn": 1, "operator": {"kind": "keyboard_typo", "level": 3}},
    "torchio": {"transform": "RandomMotion", "parameters": {"degrees": 5}},
}
"""Arguments of kinds that have no defaults."""

STYLES: dict[str, list[dict[str, Any]]] = {
    "albumentations": [
        {"transform": "RandomRain"},
        {"transform": "RandomCrop", "parameters": {"height": 32, "width": 32}},
    ],
    "background_swap": [{"pattern": "stripes"}],
    "contrast_gamma": [{"direction": "expand"}],
    "crop": [{"resize": False}],
    "dropped_slices": [{"fill": "repeat"}],
    "edge_sketch": [{"paper": "black"}],
    "field_of_view": [{"grid": "cropped"}],
    "missing_fact": [{"among": "any", "style": "unwilling"}],
    "occlude": [{"fill": "mean"}],
    "overlay_text": [{"place": "edges", "colour": "black"}],
    "scale": [{"zoom": "out"}],
    "slice_thickness": [{"grid": "thick"}],
    "translate": [{"border": "black"}],
}
"""Further settings that the contract is held to."""

OWN_FACTS = {"missing_fact"}
"""Kinds that change the row's facts, as their page says."""

DIMMED = {"frost"}
"""Kinds of which published levels dim the image while they add to it, so that it need not move away; their page says so."""

SEED = 7
Outcome = tuple[Any, ...]


@cache
def operators(kind: str) -> tuple[Perturbation, ...]:
    """The operator of ``kind`` in every setting that the contract is held to, and with the ladder of every profile."""
    cls = CLASSES[kind]
    settings = [EXAMPLES.get(kind, {}), *STYLES.get(kind, [])]
    settings += [EXAMPLES.get(kind, {}) | {"profile": profile} for profile in getattr(cls, "ladders", {})]
    made = [lookup("perturbations", kind)(**arguments) for arguments in settings]
    absent = next((reason for reason in (operator.missing_extra() for operator in made) if reason), None)
    if absent:
        pytest.skip(absent)
    return tuple(operator.bind(Path()) for operator in made)


@cache
def samples(modality: str) -> tuple[Row, ...]:
    return tuple(conversations() if modality == "conversation" else rows(modality))


@cache
def cases(kind: str, setting: int, seed: int = SEED) -> tuple[tuple[Row, tuple[Row, ...]], ...]:
    """Each sample with what the operator makes of it at every level."""
    scope = scope_of(operators(kind)[setting])
    return tuple(
        (row, tuple(scope.apply(row, params, level) for level in levels(scope.operator)))
        for row in samples(scope.operator.modality)
        for params in [scope.sample(seed, row)]
    )


def levels(operator: Perturbation) -> list[int | None]:
    return list(operator.ladder.levels) if operator.ladder else [None]


def named(operator: Perturbation) -> str:
    return repr(operator)


def shown_in(row: Row) -> list[Any]:
    """What a model would see: roles and words and, for each picture, what it shows."""
    if isinstance(row.input, str):
        return [row.input]
    return [(m.role, m.content, m.name, [picture.digest for picture in m.images]) for m in row.input]


def outcome(row: Row) -> Outcome:
    return shown_in(row), row.label, row.magnitude


def opened(row: Row) -> list[Image | Volume]:
    return [picture.open() for picture in images_of(row.input)]


@pytest.fixture(params=PICTURE_KINDS)
def picture_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[*PICTURE_KINDS, *CONVERSATION_KINDS])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_same_seed_same_picture_whatever_came_before(kind: str) -> None:
    """A case does not depend on the order of calls, on other rows, or on the operator object."""
    for setting, operator in enumerate(operators(kind)):
        twin = scope_of(type(operator)(**operator.model_dump()).bind(Path()))
        expected = {row.id: [outcome(changed) for changed in made] for row, made in cases(kind, setting)}
        for row in reversed(samples(operator.modality)):
            params = twin.sample(SEED, row)
            backwards = [outcome(twin.apply(row, params, level)) for level in reversed(levels(operator))]
            assert expected[row.id] == backwards[::-1], named(operator)


def test_threads_at_once_make_the_same(kind: str) -> None:
    """Four threads that share an operator make what one makes alone."""
    for setting, operator in enumerate(operators(kind)):
        scope, expected, tasks = scope_of(operator), [], []
        for row, made in cases(kind, setting):
            params = scope.sample(SEED, row)
            tasks += [(row, params, level) for level in levels(operator)[-2:]]
            expected += [outcome(changed) for changed in made[-2:]]
        with ThreadPoolExecutor(4) as pool:
            results = [pool.submit(scope.apply, *task) for task in tasks]
        assert expected == [outcome(result.result()) for result in results], named(operator)


def test_another_seed_or_draw_is_another_case(kind: str) -> None:
    """Seed and draw enter the params of every kind."""
    for operator in operators(kind):
        scope, row = scope_of(operator), samples(operator.modality)[-1]
        assert scope.sample(7, row, 0) != scope.sample(8, row, 0), named(operator)
        assert scope.sample(7, row, 0) != scope.sample(7, row, 1), named(operator)


def test_nothing_that_is_given_is_changed(kind: str) -> None:
    """apply is pure: values, rows, params and the global generators are as they were."""
    for operator in operators(kind):
        scope = scope_of(operator)
        for row in samples(operator.modality):
            params = scope.sample(SEED, row)
            before = [digest_of(value) for value in opened(row)], copy.deepcopy(params), repr(row)
            state = random.getstate(), np.random.get_state()[1].tolist()
            scope.apply(row, params, levels(operator)[-1])
            assert before == ([digest_of(value) for value in opened(row)], params, repr(row)), named(operator)
            assert state == (random.getstate(), np.random.get_state()[1].tolist()), named(operator)


def test_level_0_is_the_row_itself(kind: str) -> None:
    """Level 0 is no change: the very same row comes back."""
    for operator in operators(kind):
        scope = scope_of(operator)
        for row in samples(operator.modality):
            assert scope.apply(row, scope.sample(SEED, row), 0) is row, named(operator)


def test_an_unchanged_case_is_the_row_itself(kind: str) -> None:
    """A row is either the same object, of magnitude 0, or shows something else; no kind is an accidental no-op."""
    for setting, operator in enumerate(operators(kind)):
        changes = 0
        for row, made in cases(kind, setting):
            for changed in made:
                changes += changed is not row
                assert (changed is row) == (shown_in(changed) == shown_in(row)), named(operator)
                assert changed.magnitude is None or (changed.magnitude > 0) == (changed is not row), named(operator)
        assert changes, named(operator)


def test_the_type_stays_and_so_does_the_shape(picture_kind: str) -> None:
    """Type, channels, and shape unless the operator says otherwise; values are finite and images within their range."""
    for setting, operator in enumerate(operators(picture_kind)):
        for row, made in cases(picture_kind, setting):
            (before,) = opened(row)
            for changed in made:
                (after,) = opened(changed)
                assert type(before) is type(after)
                old, new = array(before), array(after)
                assert (old.dtype, old.ndim) == (new.dtype, new.ndim), named(operator)
                assert old.shape == new.shape or not operator.keeps_shape, named(operator)  # type: ignore[attr-defined]  # of both bases
                assert np.isfinite(new).all(), named(operator)
                if isinstance(after, Image):
                    assert new.min() >= 0, named(operator)
                    assert new.max() <= after.white, named(operator)
                else:
                    assert (after.affine.shape, after.affine.dtype) == ((4, 4), np.float64), named(operator)
                    assert np.isfinite(after.affine).all(), named(operator)


def array(value: Image | Volume) -> np.ndarray[Any, Any]:
    return value.pixels if isinstance(value, Image) else value.voxels


def test_the_magnitude_rises_with_the_level(kind: str) -> None:
    """On average over the samples it never falls, and is greater at the top than at level 1."""
    for setting, operator in enumerate(operators(kind)):
        if operator.ladder is None:
            continue
        per_row = [[changed.magnitude or 0.0 for changed in made] for _, made in cases(kind, setting)]
        means = np.mean([magnitudes for magnitudes in per_row if any(magnitudes)], axis=0)
        assert all(less <= more + 1e-9 for less, more in pairwise(means.tolist())), (named(operator), means)
        assert means[-1] > means[0], (named(operator), means)


def test_what_is_seen_moves_away_with_the_level(picture_kind: str) -> None:
    """The pictures themselves differ more from the clean ones at the top than at level 1, whatever is called magnitude."""
    for setting, operator in enumerate(operators(picture_kind)):
        if picture_kind in DIMMED:
            assert "monotone" in (type(operator).__doc__ or "")
            continue
        if operator.ladder is None or not operator.keeps_shape:  # type: ignore[attr-defined]  # of both bases
            continue
        first, last = np.mean(
            [
                [rms_change(opened(row)[0], opened(changed)[0]) for changed in (made[0], made[-1])]
                for row, made in cases(picture_kind, setting)
            ],
            axis=0,
        )
        assert last > first, (named(operator), first, last)


def test_a_level_extends_the_one_before(picture_kind: str) -> None:
    """Neighbouring levels of one seed are nearer to one another than those of two seeds: the draws are the same ones."""
    for setting, operator in enumerate(operators(picture_kind)):
        if operator.ladder is None:
            continue
        same, other = [], []
        for seed in (SEED, SEED + 1):
            for (_, made), (_, strange) in zip(
                cases(picture_kind, setting, seed), cases(picture_kind, setting, seed + 1), strict=True
            ):
                for low, high in pairwise(range(len(made))):
                    same.append(rms_change(opened(made[low])[0], opened(made[high])[0]))
                    other.append(rms_change(opened(strange[low])[0], opened(made[high])[0]))
        assert np.mean(same) <= np.mean(other), (named(operator), np.mean(same), np.mean(other))


def test_params_survive_json(kind: str) -> None:
    """A case can be replayed from its record: params read back from JSON make the same picture."""
    for setting, operator in enumerate(operators(kind)):
        scope = scope_of(operator)
        for row, made in cases(kind, setting):
            again = json.loads(json.dumps(scope.sample(SEED, row)))
            assert outcome(made[-1]) == outcome(scope.apply(row, again, levels(operator)[-1])), named(operator)


def test_a_picture_that_left_the_cache_is_made_again(picture_kind: str) -> None:
    """The handle of a changed picture makes the value that it stands for."""
    for setting, operator in enumerate(operators(picture_kind)):
        for _, made in cases(picture_kind, setting):
            (picture,) = images_of(made[-1].input)
            assert digest_of(picture._make()) == picture.digest, named(operator)


def test_one_picture_of_several_can_be_named(picture_kind: str) -> None:
    """`on: image.N` changes that picture alone, as it is changed under `on: input`; other modalities are left alone."""
    for operator in operators(picture_kind):
        row, level = mixed_row(operator.modality), levels(operator)[-1]
        whole, third = scope_of(operator), scope_of(operator, on="image.3")
        all_of_them = whole.apply(row, whole.sample(SEED, row), level)
        only = third.apply(row, third.sample(SEED, row), level)
        clean, both, one = ([picture.digest for picture in images_of(each.input)] for each in (row, all_of_them, only))
        assert one == [*clean[:2], both[2]], named(operator)
        assert both[0] == clean[0], named(operator)
        assert both[1] != clean[1], named(operator)
        assert both[2] != clean[2], named(operator)
        assert words(row) == words(all_of_them) == words(only), named(operator)


def words(row: Row) -> list[Any]:
    assert not isinstance(row.input, str)
    return [(message.role, message.content, message.name, len(message.images)) for message in row.input]


def test_a_picture_that_is_not_there_is_not_changed(picture_kind: str) -> None:
    """`image.9` of a row with three pictures leaves the row; a name that is none is an error."""
    for operator in operators(picture_kind):
        row, scope = mixed_row(operator.modality), scope_of(operator, on="image.9")
        assert scope.apply(row, scope.sample(SEED, row), levels(operator)[-1]) is row
        with pytest.raises(PerturbationError, match="is no picture"):
            scope_of(operator, on="last_user")


def test_labels_stay_where_the_answer_does(kind: str) -> None:
    """An operator that keeps the answer keeps the label; id, policy, groups, facts (but for some) and unit stay."""
    for setting, operator in enumerate(operators(kind)):
        for row, made in cases(kind, setting):
            for changed in made:
                assert operator.relation != "keeps" or changed.label == row.label, named(operator)
                same = replace(changed, input=row.input, label=row.label, magnitude=row.magnitude)
                if kind in OWN_FACTS:
                    same = replace(same, facts=row.facts)
                assert row == same, named(operator)


def test_a_changed_answer_is_another_label(picture_kind: str) -> None:
    """An operator that changes the answer moves a label that names a side."""
    for setting, operator in enumerate(operators(picture_kind)):
        if operator.relation == "changes":
            assert any(made[-1].label != row.label for row, made in cases(picture_kind, setting)), named(operator)


def test_the_operator_survives_json(kind: str) -> None:
    """What a specification says about an operator can be written out and read back."""
    for operator in operators(kind):
        data = json.loads(json.dumps(operator.model_dump(mode="json")))
        assert type(operator)(**data) == type(operator)(**operator.model_dump())


def test_conversations_have_no_parts_to_name() -> None:
    """`on` is for texts and pictures: a kind for conversations acts on the whole."""
    for name in CONVERSATION_KINDS:
        for operator in operators(name):
            with pytest.raises(PerturbationError, match="acts on whole conversations"):
                scope_of(operator, on="last_user")


def test_roles_and_pictures_stay_whole(kind: str) -> None:
    """What an operator makes is a conversation: roles that chat knows, pictures that open."""
    for setting, operator in enumerate(operators(kind)):
        for _, made in cases(kind, setting):
            for changed in made:
                assert isinstance(changed.input, str) or {m.role for m in changed.input} <= ROLES, named(operator)
                assert all(isinstance(picture, Picture) for picture in images_of(changed.input))


ROLES = {"system", "user", "assistant"}
