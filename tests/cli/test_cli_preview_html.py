"""robustspec preview --html: contact sheets; and pictures on the terminal."""

import re

import pytest

from robustspec.commands import samples

picture_folder = pytest.importorskip("picture_folder", exc_type=ImportError)


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The current folder, with photos, scans and a specification about them."""
    picture_folder.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def privacy(folder, text):
    (folder / "spec.yaml").write_text((folder / "spec.yaml").read_text() + f"privacy: {{{text}}}\n")


def strips(html):
    """The tiles of each strip: title and markup."""
    return [
        re.findall(r'<figure class="tile.*?</figure>', part, re.DOTALL)
        for part in html.split('<div class="strip">')[1:]
    ]


def test_pictures_are_described_on_the_terminal(command, pictures):
    """Size, colours and type of an image; shape, spacing and orientation of a volume; what is left after the change."""
    code, out, _ = command("preview", "spec.yaml", "--rows", "1")
    assert code == 0
    assert re.search(r"\[image 1: 48 x 64 RGB uint8, p\d+\.png\]\n", out)
    assert re.search(r"\[image 1: volume 20 x 24 x 20, 3 x 3 x 3 mm, RAS, s\d\.nii\.gz\]\n", out)
    assert re.search(
        r"    rotate-1 \(rotate, degrees 5, magnitude 5\):\n      \[.*\] SSIM 0\.\d+, PSNR \S+ dB, SNR", out
    )


def test_a_picture_that_cannot_be_used_is_told(command, pictures):
    """The row is shown with the reason, its cases are missing and counted."""
    code, out, _ = command("preview", "spec.yaml", "--scenario", "turned", "--rows", "12")
    assert code == 0
    assert "[image 1: p3.png, cannot be used: " in out
    assert re.search(r"    rotate-1 \(rotate, degrees 5\): missing: \S*p3\.png: cannot be read", out)
    assert "rotate-1: 11 changed, mean magnitude 5, 0 unchanged, 1 missing" in out


def test_a_sheet_has_a_tile_for_clean_and_each_cell(command, pictures):
    """Row by row: the clean picture, then each cell with level, amount, magnitude and measures."""
    code, out, _ = command("preview", "spec.yaml", "--scenario", "turned", "--rows", "2", "--html", "sheet.html")
    html = (pictures / "sheet.html").read_text()
    tiles = strips(html)
    assert (code, out) == (0, "sheet.html: 2 rows of 1 scenario\n")
    assert [len(row) for row in tiles] == [4, 4]
    assert all(tile.count("<img") == 1 for tile in tiles[0][:3])
    assert re.search(r"<b>rotate-1</b>rotate, degrees 5<br>magnitude 5<br>SSIM 0\.\d+<br>PSNR \S+ dB<br>", tiles[0][1])
    assert "<del>" in tiles[0][3]


def test_a_volume_is_three_slices(command, pictures):
    """Of the clean and of the changed volume, and the page says how they are drawn."""
    command("preview", "spec.yaml", "--scenario", "blurred", "--rows", "1", "--html", "sheet.html")
    html = (pictures / "sheet.html").read_text()
    assert [tile.count("<img") for tile in strips(html)[0]] == [3, 3]
    assert 'alt="middle coronal slice, smoothing-4"' in html
    assert "the patient&#39;s right on the left" in html


def test_texts_are_marked_on_a_sheet(command, folder):
    """As on the terminal, within one page that holds everything."""
    command("preview", "spec.yaml", "--html", "sheet.html")
    html = (folder / "sheet.html").read_text()
    assert "<del>" in html
    assert "<ins>" in html
    assert "edit share 0." in html
    assert "unchanged" in html


@pytest.mark.parametrize(("examples", "has_id"), [("ids", True), ("none", False)])
def test_a_sheet_shows_no_more_of_a_row_than_reports_may(command, pictures, examples, has_id):
    """Without full examples there are measures, and no picture or text."""
    privacy(pictures, f"contains: patient_data, examples: {examples}")
    command("preview", "spec.yaml", "--html", "sheet.html")
    html = (pictures / "sheet.html").read_text()
    assert "<img" not in html
    assert "What is in" not in html
    assert "SSIM 0." in html
    assert bool(re.search(r"<h3>r\d", html)) == has_id


def test_a_file_name_is_not_shown_where_rows_are_not(command, pictures):
    """What cannot be read of a torn picture is no reason to print whose it is."""
    privacy(pictures, "examples: none")
    command("preview", "spec.yaml", "--scenario", "turned", "--rows", "12", "--html", "sheet.html")
    assert "p3.png" not in (pictures / "sheet.html").read_text()


def test_patient_data_on_a_sheet_is_announced(command, pictures):
    """On stderr and at the head of the page."""
    privacy(pictures, "contains: patient_data")
    _, _, err = command("preview", "spec.yaml", "--rows", "1", "--html", "sheet.html")
    assert "patient data" in err
    assert "patient data" in (pictures / "sheet.html").read_text()


def test_a_sheet_is_the_same_each_time(command, pictures):
    """Seeds are those of a run."""
    pages = []
    for name in ("one.html", "two.html"):
        command("preview", "spec.yaml", "--rows", "1", "--html", name)
        pages.append((pictures / name).read_text())
    assert pages[0] == pages[1]


def test_all_operators_on_texts(command, folder):
    """Each operator at each of its levels, with what its page says in its first paragraph."""
    code, out, _ = command("preview", "--operators", "text", "--html", "all.html")
    html = (folder / "all.html").read_text()
    assert code == 0
    assert re.match(r"all\.html: \d+ operators in \d+ settings\n", out)
    assert "Replaces letters by one on a touching key" in html
    keyboard = html.split("<h2>keyboard_typo</h2>")[1].split("</section>")[0]
    assert re.findall(r"<b>(.*?)</b>", keyboard) == ["clean", *(f"level {level}" for level in range(1, 6))]


@pytest.mark.parametrize(("name", "modality", "kind"), [("image", "image", "jpeg"), ("mri", "volume", "smoothing")])
def test_operators_on_pictures(command, folder, monkeypatch, name, modality, kind):
    """Samples made by code, thumbnails of each level."""
    wanted = [setting for setting in samples.settings(modality)[0] if setting.name == kind]
    monkeypatch.setattr("robustspec.commands.sheets.settings", lambda which: (wanted, ["other: left out"]))
    monkeypatch.setattr(samples, "SPACING_MM", 6.0)
    monkeypatch.setattr(samples, "SIDE_PX", 64)
    assert command("preview", "--operators", name, "--html", "all.html")[0] == 0
    html = (folder / "all.html").read_text()
    assert [tile.count("<img") for tile in strips(html)[0]] == [1 if name == "image" else 3] * 6
    assert "Left out: other: left out." in html


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ([], "there is nothing to show -- name a specification, or --operators"),
        (["--operators", "text"], "say where to write it: --html FILE"),
        (["spec.yaml", "--operators", "text", "--html", "x.html"], "leave out SPEC"),
        (["spec.yaml", "--html", "spec.yaml/x.html"], "the report cannot be written"),
    ],
)
def test_wrong_usage(command, folder, arguments, fault):
    """One sentence, exit code 4."""
    code, _, err = command("preview", *arguments)
    assert code == 4
    assert fault in err
