"""PSNR, SSIM, SNR and edit share, against brute force and numbers worked out by hand."""

import itertools
import math

import numpy as np
import pytest

from robustspec.data.picture import Image, Volume
from robustspec.perturbation.quality import Quality, edit_share, psnr_db, quality, snr, ssim, upright


def pixels(shape, seed=0):
    """Smooth shapes with some noise, uint8."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: shape[0], : shape[1]]
    grey = 120 + 60 * np.sin(x / 7) + 40 * np.cos(y / 5)
    colour = grey[..., None] * np.array([1.0, 0.8, 0.6]) if len(shape) == 3 else grey
    return np.clip(colour + rng.normal(0, 8, shape), 0, 255).astype(np.uint8)


def ball(noise=0.0, shape=(24, 28, 24), seed=0, level=400.0):
    """A bright ball with a darker core in an empty background, with Gaussian noise of this size within it."""
    rng = np.random.default_rng(seed)
    axes = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    radius = np.sqrt(sum(axis**2 for axis in axes))
    voxels = np.where(radius < 0.85, level, 0.0) - np.where(radius < 0.4, level / 4, 0.0)
    return Volume((voxels + (voxels > 0) * rng.normal(0, noise, shape)).astype(np.float32), np.diag([3.0, 3, 3, 1]))


def brute_force_ssim(one, other):
    """Wang's formula window by window, in loops: only windows that lie within the array."""
    taps = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    taps /= taps.sum()
    window = taps
    for _ in range(one.ndim - 1):
        window = np.multiply.outer(window, taps)
    values = []
    for corner in itertools.product(*(range(side - 10) for side in one.shape)):
        at = tuple(slice(start, start + 11) for start in corner)
        x, y = one[at], other[at]
        mean_x, mean_y = (window * x).sum(), (window * y).sum()
        var_x, var_y = (window * (x - mean_x) ** 2).sum(), (window * (y - mean_y) ** 2).sum()
        cov = (window * (x - mean_x) * (y - mean_y)).sum()
        top = (2 * mean_x * mean_y + 0.01**2) * (2 * cov + 0.03**2)
        values.append(top / ((mean_x**2 + mean_y**2 + 0.01**2) * (var_x + var_y + 0.03**2)))
    return np.mean(values)


def test_ssim_of_a_grey_image_is_that_of_loops_over_windows():
    """The filtered form agrees with Wang's formula taken window by window."""
    one, other = pixels((21, 26)), pixels((21, 26), seed=1) // 2 + 30
    expected = brute_force_ssim(one / 255, other / 255)
    assert expected == pytest.approx(ssim(Image(one), Image(other)), abs=1e-9)


def test_ssim_of_a_colour_image_is_that_of_its_brightness():
    """Red, green and blue are mixed by the weights of BT.601 first."""
    one, other = pixels((20, 20, 3)), pixels((20, 20, 3), seed=1)
    luma = np.array([0.299, 0.587, 0.114]) / 255
    expected = brute_force_ssim(one @ luma, other @ luma)
    assert expected == pytest.approx(ssim(Image(one), Image(other)), abs=1e-9)


def test_ssim_of_a_volume_is_in_three_dimensions():
    """Windows are cubes of 11 voxels, and the range is the white of the first volume."""
    before, after = ball(shape=(13, 12, 14)), ball(noise=60, shape=(13, 12, 14))
    expected = brute_force_ssim(before.voxels.astype(float) / before.white, after.voxels.astype(float) / before.white)
    assert expected == pytest.approx(ssim(before, after), abs=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_ssim_does_not_depend_on_the_type(dtype):
    """The same picture in another type has the same similarity."""
    scale = {np.uint8: 1, np.uint16: 257, np.float32: 1 / 255}[dtype]
    one, other = (Image((pixels((24, 24), seed).astype(float) * scale).astype(dtype)) for seed in (0, 1))
    expected = ssim(Image(pixels((24, 24))), Image(pixels((24, 24), 1)))
    assert expected == pytest.approx(ssim(one, other), abs=1e-5)


def test_an_equal_picture():
    """SSIM is 1, and there is no PSNR: the error is none."""
    image = Image(pixels((24, 24)))
    assert (psnr_db(image, image), pytest.approx(ssim(image, image))) == (None, 1.0)


def test_a_picture_smaller_than_the_window():
    """Nothing is cut from an axis of 10 or fewer pixels; a single pixel has a similarity too."""
    tiny = Image(np.full((1, 1), 100, np.uint8))
    darker = Image(np.full((1, 1), 50, np.uint8))
    x, y = 100 / 255, 50 / 255
    expected = (2 * x * y + 1e-4) / (x * x + y * y + 1e-4)
    assert expected == pytest.approx(ssim(tiny, darker))
    assert snr(tiny) is None


def test_psnr_by_hand():
    """A change of 51 everywhere is a fifth of white: 20 log10(5) = 13.979 dB."""
    before = Image(np.full((8, 8, 3), 100, np.uint8))
    after = Image(np.full((8, 8, 3), 151, np.uint8))
    assert psnr_db(before, after) == pytest.approx(20 * math.log10(5))
    assert psnr_db(after, before) == pytest.approx(20 * math.log10(5))


def test_psnr_of_a_volume_is_relative_to_its_own_white():
    """A change by a tenth of white is 20 dB, whatever the scale of the intensities."""
    before = ball()
    after = before.with_floats(before.floats() + before.white / 10)
    assert psnr_db(before, after) == pytest.approx(20, abs=1e-4)


@pytest.mark.parametrize("sigma", [4.0, 8.0, 16.0])
def test_snr_of_an_image_finds_the_noise_that_was_put_in(sigma):
    """Mean 120 over the sigma of the noise, within a tenth."""
    y, x = np.mgrid[:96, :96]
    smooth = 120 + 30 * np.sin(x / 20) * np.cos(y / 20)
    noisy = np.clip(smooth + np.random.default_rng(3).normal(0, sigma, smooth.shape), 0, 255)
    found = snr(Image(noisy.astype(np.uint8)))
    assert found == pytest.approx(noisy.mean() / sigma, rel=0.1)


@pytest.mark.parametrize("noise", [10.0, 20.0, 40.0])
def test_snr_of_a_volume_finds_the_noise_within_the_object(noise):
    """The background is empty, edges are sharp, and still it is mean over sigma within a tenth."""
    volume = ball(noise, shape=(48, 48, 40))
    inside = volume.voxels > 0
    assert snr(volume) == pytest.approx(float(volume.voxels[inside].mean()) / noise, rel=0.1)


@pytest.mark.parametrize("sigma", [10.0, 40.0, 100.0])
def test_snr_of_a_magnitude_volume_is_read_in_air(sigma):
    """Noise in both channels of the receiver: mean of the foreground over their sigma, within a tenth."""
    rng = np.random.default_rng(1)
    clean = ball(shape=(48, 48, 40))
    channels = rng.normal(0, sigma, (2, *clean.voxels.shape))
    noisy = clean.with_floats(np.hypot(clean.voxels + channels[0], channels[1]))
    inside = clean.voxels > 0
    assert snr(noisy) == pytest.approx(float(noisy.voxels[inside].mean()) / sigma, rel=0.1)


def test_snr_in_air_sees_past_a_neck():
    """Tissue in the four lower corners leaves the upper ones."""
    rng = np.random.default_rng(1)
    volume = ball(shape=(32, 32, 32))
    air = np.hypot(*rng.normal(0, 20.0, (2, 32, 32, 32)))
    noisy = volume.with_floats(np.where(volume.voxels > 0, volume.voxels, air))
    voxels = noisy.voxels.copy()
    voxels[:, :, :4] = 300 + rng.normal(0, 20, (32, 32, 4))
    assert snr(noisy.with_floats(voxels)) == pytest.approx(snr(noisy), rel=0.25)


def test_smoothing_does_not_feign_a_perfect_picture():
    """Blur takes noise away, and some is left to be measured."""
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(1)
    noisy = ball(shape=(48, 48, 40))
    channels = rng.normal(0, 20, (2, *noisy.voxels.shape))
    noisy = noisy.with_floats(np.hypot(noisy.voxels + channels[0], channels[1]))
    blurred = noisy.with_floats(gaussian_filter(noisy.voxels, 1.5))
    assert snr(noisy) < snr(blurred) < 12 * snr(noisy)


def test_snr_does_not_depend_on_the_scale():
    """Intensities of MRI have no unit."""
    volume = ball(20.0)
    assert snr(volume) == pytest.approx(snr(volume.with_floats(volume.floats() * 37)), rel=1e-4)


@pytest.mark.parametrize(
    "value", [Image(np.full((9, 9), 70, np.uint8)), ball(), Volume(np.zeros((9, 9, 9)), np.eye(4))]
)
def test_no_noise_no_ratio(value):
    """A flat image, a computed volume and an empty one have no noise to divide by."""
    assert snr(value) is None


def test_pictures_of_different_shapes_are_not_compared():
    """PSNR and SSIM are None, and the SNR is that of the second."""
    after = Image(pixels((30, 20)))
    assert Quality(None, None, snr(after)) == quality(Image(pixels((20, 20))), after)
    assert quality(Image(pixels((20, 20))), Image(pixels((20, 20, 3)))).ssim is None


def stored_otherwise(volume):
    """The same body with its first axis backwards and the last two exchanged."""
    voxels = np.transpose(volume.voxels[::-1], (0, 2, 1))
    affine = volume.affine[:, [0, 2, 1, 3]].copy()
    affine[:3, 3] += affine[:3, 0] * (len(voxels) - 1)
    affine[:3, 0] *= -1
    return volume.with_voxels(voxels, affine)


def test_a_volume_stored_in_another_order_is_the_same_body():
    """Nothing changed in the patient, whatever the order of the axes says."""
    volume = ball(noise=20, shape=(24, 28, 20))
    other = stored_otherwise(volume)
    assert other.orientation == "LSA"
    assert (quality(volume, other).psnr_db, quality(volume, other).ssim) == (None, pytest.approx(1.0))
    np.testing.assert_array_equal(volume.voxels, upright(other).voxels)
    np.testing.assert_allclose(volume.affine, upright(other).affine)


def test_a_volume_on_another_grid_is_not_compared():
    """The same array a centimetre further is another place in the body."""
    volume = ball(noise=20)
    moved = volume.with_voxels(volume.voxels, volume.affine + np.pad([[0, 0, 0, 10.0]], ((0, 3), (0, 0))))
    assert quality(volume, moved).ssim is None


def test_the_edit_share_is_of_the_longer_text():
    """Three letters put in after three are half of what stands there."""
    assert [edit_share("abc", text) for text in ("abc", "abcdef", "xyz")] == [0.0, 0.5, 1.0]
    assert edit_share("", "") == 0.0
