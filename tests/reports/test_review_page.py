"""The page of a review: blinded, escaped, without network, and usable by keys in a real browser."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from robustspec.reports.diff import diff
from robustspec.reports.review_page import Item, Part, Queue, render_review_page, write_review_page

EVIL = "</script><script>alert(1)</script> <img src=x onerror=alert(2)> \x1b[31m \u202e"


def queue(*texts: tuple[str, str], name: str = "abc123") -> Queue:
    items = [
        Item(f"{name}-{number:04d}", [Part("", diff(old, new))], ["answer", "dose_mg: 400"])
        for number, (old, new) in enumerate(texts, 1)
    ]
    return Queue(name, "Do labels hold?", items)


def test_both_sides_are_shown_with_what_differs_marked() -> None:
    """What was taken out stands on the left alone, what was put in on the right alone."""
    page = render_review_page(queue(("take ibuprofen", "take iboprofen")))
    assert "<bdi>take ib<del>u</del>profen</bdi>" in page
    assert "<bdi>take ib<ins>o</ins>profen</bdi>" in page


def test_a_turn_that_was_put_in_has_an_empty_place_beside_it() -> None:
    """Turns stand beside each other: one that is new has none on the left."""
    parts = [Part("user", diff("hi", "hi")), Part("user", diff("", "are you sure?"))]
    page = render_review_page(Queue("q", "t", [Item("q-1", parts, ["answer"])]))
    assert "<p></p>" in page
    assert page.count("<b>user</b>") == 3


def test_what_data_wrote_is_escaped_everywhere() -> None:
    """No markup of a text, label, name or title gets through, and characters that steer are shown as escapes."""
    item = Item("q-1", [Part(EVIL, diff(EVIL, EVIL + "!"))], [EVIL, EVIL])
    page = render_review_page(Queue("q", EVIL, [item]))
    assert "alert(1)</script>" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "\\u202e" in page
    assert page.count("<script>") == 1


def test_only_our_script_may_run_and_nothing_is_loaded() -> None:
    """The policy allows no source at all but the one script, by the hash of its very bytes."""
    page = render_review_page(queue(("a", "b")))
    script = page.partition("<script>")[2].partition("</script>")[0]
    named = base64.b64encode(sha256(script.encode()).digest()).decode()
    policy = html.unescape(page.partition('Content-Security-Policy" content="')[2].partition('"')[0])
    assert f"script-src 'sha256-{named}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "http" not in re.sub(r'http-equiv="[^"]*"', "", page)


def test_half_a_surrogate_pair_can_be_written(tmp_path: Path) -> None:
    """Text that no encoding can hold is shown as an escape."""
    write_review_page(queue(("a \ud800", "b \ud800")), tmp_path / "q.html")
    assert "\\ud800" in (tmp_path / "q.html").read_text(encoding="utf-8")


DRIVER = """
(async () => {
  const press = (key, target = document.body) =>
    target.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
  const saved = {};
  URL.createObjectURL = (blob) => { saved.blob = blob; return "#"; };
  HTMLAnchorElement.prototype.click = function () { saved.name = this.download; };
  press("y"); press("N"); press("c");
  const box = document.activeElement;
  box.value = '=1+1, "quoted"';
  box.dispatchEvent(new Event("input", {bubbles: true}));
  press("n", box); press("Escape", box);
  press("k"); press("u"); press("n"); press("Enter");
  const name = document.getElementById("reviewer");
  name.value = "Anna / B"; name.dispatchEvent(new Event("input", {bubbles: true}));
  document.getElementById("save").click();
  const bytes = new Uint8Array(await saved.blob.arrayBuffer());
  const out = {
    csv: Array.from(bytes), name: saved.name, count: document.getElementById("count").textContent,
    marks: Array.from(document.querySelectorAll(".card"), (card) => card.dataset.verdict),
    kept: localStorage.getItem("robustspec-review-abc123"),
  };
  const pre = document.createElement("pre");
  pre.id = "out"; pre.textContent = JSON.stringify(out); document.body.append(pre);
})();
"""


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a browser")
def test_keys_progress_and_the_saved_file_in_a_browser(tmp_path: Path) -> None:
    """y, n, u judge and go on, k goes back, c comments; a text box takes letters; the file holds every case."""
    page = render_review_page(queue(("a", "b"), ("c", "d"), ("e", "f"), ("g", "h")))
    named = base64.b64encode(sha256(DRIVER.encode()).digest()).decode()
    page = page.replace("script-src ", f"script-src 'sha256-{named}' ").replace(
        "</body>", f"<script>{DRIVER}</script></body>"
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    dumped = subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=3000", "--dump-dom"),
            (tmp_path / "page.html").as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=True,
    ).stdout.decode()
    out = json.loads(html.unescape(dumped.partition('<pre id="out">')[2].partition("</pre>")[0]))
    assert out["marks"] == ["yes", "unsure", "no", ""]
    assert out["count"] == "3 of 4"
    assert out["name"] == "Anna-B.csv"
    table = list(csv.reader(io.StringIO(bytes(out["csv"]).decode("utf-8-sig"))))
    assert table == [
        ["review_id", "verdict", "comment"],
        ["abc123-0001", "yes", ""],
        ["abc123-0002", "unsure", ""],
        ["abc123-0003", "no", '\'=1+1, "quoted"'],
        ["abc123-0004", "", ""],
    ]
    assert json.loads(out["kept"])["verdicts"]["abc123-0003"] == ["no", '=1+1, "quoted"']
