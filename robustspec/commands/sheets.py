"""What a contact sheet shows: the rows of a specification, or every operator on built-in samples."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from robustspec.commands.pictures import fates, in_words, kind_of, line
from robustspec.commands.rows import amount_in_words, pairs, perturbed_or_why, strength
from robustspec.commands.samples import Setting, sample_rows, settings
from robustspec.commands.text import counted, plain, turns
from robustspec.data.picture import Picture, Value
from robustspec.data.row import Content, Row, images_of
from robustspec.errors import PictureError
from robustspec.perturbation.calibration import ladder_of
from robustspec.perturbation.quality import edit_share, quality, snr
from robustspec.perturbation.scopes import AnyScope, scope_of
from robustspec.reports.contact_sheet import Section, Sheet, Strip, Thumbnail, Tile, Window, thumbnails, window_of
from robustspec.reports.diff import Segment, diff

if TYPE_CHECKING:
    from robustspec.engine.plan import CellPlan, Plan, ScenarioPlan

_VOLUMES = (
    "Of a volume the middle axial, coronal and sagittal slice are shown, turned as its affine says, the patient's right on "
    "the left; black is 0 (or the darkest voxel below it) and white the 99.5th percentile of the clean volume."
)
_MEASURES = (
    "Below each input stand the level, its physical amount, the realised magnitude in the operator's own unit, and how much "
    "is left: of a picture SSIM (1 is equal), PSNR, and the SNR of the picture by itself; of a text the edit share."
)
_UNUSABLE = "a picture cannot be used"


@dataclass(frozen=True, slots=True)
class _Clean:
    """A clean row, and how pictures made from it are drawn."""

    row: Row
    windows: dict[int, Window]


def sheet_of_spec(
    plan: Plan, chosen: Sequence[tuple[ScenarioPlan, Sequence[CellPlan]]], rows: int, on_row: Callable[[], None]
) -> Sheet:
    """The rows of scenarios as a run perturbs them; what may be shown of a row is what ``privacy.examples`` allows."""
    notes = [_MEASURES]
    if any(modality == "volume" for modality in _modalities(chosen, rows)):
        notes.append(_VOLUMES)
    if plan.spec.privacy.contains == "patient_data":
        notes.insert(0, "This page is made from what the specification calls patient data.")
    shown = plan.spec.privacy.examples
    if shown != "full":
        notes.insert(0, f"The specification allows examples in reports only as: {shown}. Rows themselves are left out.")
    sections = [
        Section(
            f"{scenario.id}: {scenario.scenario.title}",
            "" if cells else "No perturbations: the data itself holds the shift.",
            list(_strips(scenario, cells, plan.seed, rows, shown, on_row)),
        )
        for scenario, cells in chosen
    ]
    return Sheet(plan.spec.about.title or plan.name, f"Contact sheet {plan.name}", notes, sections)


def sheet_of_operators(modality: str, rows: int, seed: int, on_operator: Callable[[], None]) -> Sheet:
    """Every operator of a modality that needs no arguments, at each of its levels, on ``rows`` built-in samples."""
    found, left_out = settings(modality)
    notes = [_MEASURES, "The samples are simulated, made by code."]
    notes += [_VOLUMES] if modality == "volume" else []
    notes += [f"Left out: {'; '.join(left_out)}."] if left_out else []
    sections: dict[str, Section] = {}
    for setting in found:
        kind = setting.operator.kind
        page = inspect.cleandoc(type(setting.operator).__doc__ or "")
        text = page.partition("\n\n")[0].replace("\n", " ").replace("``", "")
        section = sections.setdefault(kind, Section(kind, text, []))
        sections[kind] = Section(kind, text, [*section.strips, *_of_setting(setting, rows, seed)])
        on_operator()
    title = f"{counted(len(sections), 'operator')} on {modality}s, level by level"
    return Sheet(title, "Contact sheet of operators", notes, list(sections.values()))


def _modalities(chosen: Sequence[tuple[ScenarioPlan, Sequence[CellPlan]]], rows: int) -> Iterator[str]:
    for scenario, _ in chosen:
        for row in scenario.dataset.rows(scenario.rows[:rows]):
            yield from (picture.modality for picture in images_of(row.input))


def _strips(
    scenario: ScenarioPlan, cells: Sequence[CellPlan], seed: int, rows: int, shown: str, on_row: Callable[[], None]
) -> Iterator[Strip]:
    for number, row in enumerate(scenario.dataset.rows(scenario.rows[:rows]), 1):
        clean = _clean(row)
        tiles = [_first(clean, shown)]
        for cell in cells:
            for draw in range(cell.draws):
                changed, absent = perturbed_or_why(cell, row, seed, draw)
                name = f"{cell.name} draw {draw}" if cell.draws > 1 else cell.name
                tiles.append(_tile(name, strength(cell), clean, changed, absent, shown))
        on_row()
        yield Strip(row.id if shown != "none" else f"row {number}", tiles)


def _of_setting(setting: Setting, rows: int, seed: int) -> Iterator[Strip]:
    operator = setting.operator
    ladder, scope = ladder_of(operator), scope_of(operator)
    levels: Sequence[int | None] = list(ladder.levels) if ladder is not None else [None]
    for row in sample_rows(operator, rows):
        clean = _clean(row)
        tiles = [_first(clean, "full")]
        for level in levels:
            changed, absent = _applied(scope, row, seed, level)
            name, amount = "on" if level is None else f"level {level}", amount_in_words(operator, level)
            tiles.append(_tile(name, amount, clean, changed, absent, "full"))
        yield Strip(f"{setting.what + ': ' if setting.what else ''}{row.id}", tiles)


def _applied(scope: AnyScope, row: Row, seed: int, level: int | None) -> tuple[Row, str]:
    try:
        return scope.apply(row, scope.sample(seed, row), level), ""
    except PictureError as error:
        return row, str(error)


def _clean(row: Row) -> _Clean:
    windows = {}
    for number, picture in enumerate(images_of(row.input), 1):
        value = _opened(picture)
        if value is not None:
            windows[number] = window_of(value)
    return _Clean(row, windows)


def _opened(picture: Picture) -> Value | None:
    try:
        return picture.open()
    except PictureError:
        return None


def _first(clean: _Clean, shown: str) -> Tile:
    """The clean row."""
    facts, small = [], list[Thumbnail]()
    for number, picture in enumerate(images_of(clean.row.input), 1):
        value = _opened(picture)
        if value is None:
            facts.append(line(number, picture) if shown == "full" else _UNUSABLE)
            continue
        noise = snr(value)
        facts += [kind_of(value), *([f"SNR {noise:.3g}"] if noise is not None else [])]
        small += thumbnails(value, clean.windows[number])
    if shown != "full":
        return Tile("clean", facts=facts, note="not shown")
    words = [(who, [Segment("equal", text)]) for who, text in _said(clean.row.input)]
    return Tile("clean", small, words, facts)


def _said(content: Content) -> Iterator[tuple[str, str]]:
    """Who said what; turns that only show pictures say nothing."""
    if isinstance(content, str):
        yield from turns(content)
    else:
        yield from ((message.name or message.role, message.content) for message in content if message.content)


def _tile(name: str, amount: str, clean: _Clean, changed: Row, absent: str, shown: str) -> Tile:
    """A row in one cell."""
    row = clean.row
    if absent or changed is row:
        why = f"missing: {absent if shown == 'full' else _UNUSABLE}"
        return Tile(name, facts=[amount], note=why if absent else "unchanged")
    facts = [amount] if amount else []
    if changed.magnitude is not None:
        facts.append(f"magnitude {changed.magnitude:.3g}")
    if changed.label != row.label and shown == "full":
        facts.append(f"label {plain(row.label)} becomes {plain(changed.label)}")
    small = list(_pictures(clean, changed, facts, shown))
    words = [(who, diff(old, new)) for who, old, new in pairs(row.input, changed.input) if old or new]
    if words:
        facts.append(f"edit share {_edits(words):.3f}")
    if shown != "full":
        return Tile(name, facts=facts, note="not shown")
    return Tile(name, small, [("" if isinstance(row.input, str) else who, segments) for who, segments in words], facts)


def _edits(words: Sequence[tuple[str, Sequence[Segment]]]) -> float:
    """The edit share of the parts that differ."""
    sides = [
        "\n".join("".join(each.text for each in segments if each.kind in ("equal", kind)) for _, segments in words)
        for kind in ("removed", "added")
    ]
    return edit_share(sides[0], sides[1])


def _pictures(clean: _Clean, changed: Row, facts: list[str], shown: str) -> Iterator[Thumbnail]:
    """Thumbnails of the pictures that changed; what happened to them is added to ``facts``."""
    several = len(images_of(clean.row.input)) > 1
    for fate in fates(clean.row.input, changed.input):
        where = f"image {fate.number}"
        if fate.came_from is not None:
            facts.append(f"{where} was image {fate.came_from}")
        elif fate.after is None:
            facts.append(f"{where} is taken out")
        elif fate.before is None:
            facts.append(f"{where} is put in")
            yield from _drawn(fate.after, None, shown)
        else:
            measured = in_words(quality(fate.before.open(), fate.after.open())).split(", ")
            facts += [f"{where}:", *measured] if several else measured
            yield from _drawn(fate.after, clean.windows.get(fate.number), shown)


def _drawn(picture: Picture, window: Window | None, shown: str) -> list[Thumbnail]:
    value: Any = picture.open()
    return thumbnails(value, window or window_of(value)) if shown == "full" else []
