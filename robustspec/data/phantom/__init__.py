"""Simulated studies and other pictures, made by code from small recipes: the same recipe, the same picture.

``render(recipe)`` gives a `Volume` or an `Image`; ``picture(recipe)`` a lazy `Picture` of it. Everything here is simulated,
and its facts say so (``simulated: True``). A recipe is JSON of one of three kinds.

**A head** (a volume)::

    {"kind": "head", "seed": 17, "sequence": "FLAIR",
     "lesions": [{"side": "left", "region": "frontal", "size_mm": 14, "pattern": "single"}]}

| key | meaning | default |
|---|---|---|
| seed | which head: anatomy, places of lesions, noise; a whole number | needed |
| sequence | T1w, T2w, PD or FLAIR, by the signal equation at 1.5 T | needed |
| lesions | list; at most one for each side and region | none |
| spacing_mm | a number, or three along right, anterior and superior; 1 to 12 | 3 |
| plane | axial, coronal or sagittal: slices are stacked along the last axis of the array | axial |
| orientation | where the axes of the array point; its last letter gives the plane | RAS, RSA, ASR by plane |
| tr_ms, te_ms, ti_ms | times of the sequence (``ti_ms`` for FLAIR alone) | `tissues.SEQUENCES` |
| noise | standard deviation of (Rician) noise, as a share of white matter's signal | 0.025: SNR 40 |
| scan | number of the scan: another one has other noise and the same head | 0 |
| scanner | name of the simulated scanner, in the facts | none |
| base | phantom, or mni152: the ICBM152 template that the package nilearn carries | phantom |

A lesion has ``side`` (left, right: the patient's own), ``region`` (frontal, parietal, temporal, occipital, cerebellum,
deep), ``size_mm`` (its largest diameter; of ``multiple``, that of the largest focus), ``pattern`` (single, the default;
multiple: three foci; ring: a rim about a core of the opposite signal; diffuse: faint and without an edge) and ``signal``
(hyper, hypo; by default hypo on T1w and hyper on the others). Sizes are 8 to 35 mm; ring from 14, diffuse from 12,
multiple up to 18. Its place follows from the seed and its index in the list, not from its size: a series of recipes with
the same seed and other sizes is one patient with a lesion that grows or shrinks.

**Another organ** (a volume): ``kind: organ``, ``organ`` (knee, spine, abdomen, heart, breast) and the keys above without
``lesions`` and ``base``.

**Not from MRI** (uint8, grey or colour): ``kind: not_mri``, ``seed``, ``what`` (ct, xray, photo, chart, text, noise, grid),
``size`` (pixels, 192) and, for ct, ``volume`` (true gives a stack of slices).

``lesion_mask`` and ``brain_mask`` give masks of a head's recipe in the shape and order of its volume; ``region_of`` is the
rule for regions. Frame: mm, right-anterior-superior, x < 0 is the patient's left. Facts of volumes: ``tr_ms``, ``te_ms``,
``ti_ms``, ``simulated``, ``MagneticFieldStrength``, ``Manufacturer``. ``volume.tissue()`` gives the maps from which the
voxels without noise follow: ``tissues.GAIN * tissues.signal(pd, t1, t2, timing)``.
"""

from robustspec.data.phantom.regions import REGIONS, SIDES, region_of
from robustspec.data.phantom.rendering import brain_mask, lesion_mask, picture, render
from robustspec.data.phantom.tissues import GAIN, SEQUENCES, Timing, signal

__all__ = [
    "GAIN",
    "REGIONS",
    "SEQUENCES",
    "SIDES",
    "Timing",
    "brain_mask",
    "lesion_mask",
    "picture",
    "region_of",
    "render",
    "signal",
]
