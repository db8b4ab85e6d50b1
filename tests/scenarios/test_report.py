"""A store as one page: complete, the same in every reader, and safe whatever files are called."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import shlex
import shutil
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import scenarios
from analysis import Check, Prediction, batch_mean, violations
from scenarios._inputs import read_settings
from scenarios._pages import convergence, provenance, report
from scenarios._pages import page as pages
from scenarios._pages.files import scenario_file
from tests.scenarios.command import assert_refused, fluxwalk

CHROMIUM = shutil.which("chromium")
EVIL = "<script>alert(1)<img src=x onerror=alert(2)>"
"""A file's name that is markup where a page forgets to escape it."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Folder with a right run, a wrong rule, a file of one's own, and two that say nothing."""
    folder = tmp_path_factory.mktemp("store")
    own = folder / f"{EVIL}.py"
    shutil.copy(Path(scenarios.__file__).with_name("random_walk.py"), own)
    options = {"batches": 64, "seed": 3, "jobs": 1, "store": folder}
    scenarios.run("random-walk", steps=20, **options)
    scenarios.run("random-walk", steps=20, stay=0.25, wrong_rule="persistence", **options)
    scenarios.run(own, steps=21, **options)
    (folder / f"{EVIL}.sqlite").write_bytes(b"no store at all" * 99)
    (folder / "empty.sqlite").touch()
    return folder


@pytest.fixture(scope="module")
def page(store, tmp_path_factory):
    return scenarios.report(store, tmp_path_factory.mktemp("page") / "report.html")


@pytest.fixture(scope="module")
def result():
    return scenarios.run("random-walk", steps=20, batches=64, seed=3, jobs=1)


class Elements(HTMLParser):
    """Every element of a page with its attributes, and every heading's text."""

    def __init__(self, text):
        super().__init__()
        self.found, self.said = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_data(self, said):
        self.said += said

    def all(self, tag):
        return [attributes for found, attributes in self.found if found == tag]


def test_page_is_complete_and_asks_nothing_of_a_network(page):
    text = page.read_text(encoding="utf-8")
    elements = Elements(text)
    said = " ".join(elements.said.split())
    for words in (
        "Does a random walk diffuse as Einstein",
        "wrong rule: persistence",
        "1 run under a wrong rule",
        "probability s of not hopping",
        "changed; default",
        "Convergence",
        "they are not independent",
        "record_sha256",
        "empty.sqlite: holds no question",
        f"{EVIL}.sqlite: the store cannot be used",
        "chance of any false alarm on this page would be at most about 0.1 %",
    ):
        assert words in said, words
    addresses = [a.get("href") or a.get("src") for _, a in elements.found]
    assert all(address.startswith(("#", "data:")) for address in addresses if address)
    assert "url(http" not in text
    assert elements.all("html") == [{"lang": "en"}]
    assert len(elements.all("script")) == 1
    assert all("scope" in attributes for attributes in elements.all("th"))
    assert all("aria-label" in svg or "role" in svg for svg in elements.all("svg"))
    ids = Counter(a["id"] for _, a in elements.found if "id" in a)
    assert [name for name, n in ids.items() if n > 1] == []
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_the_same_store_gives_the_same_page(store, page, tmp_path, capsys):
    again = tmp_path / "again.html"
    status, out, err = fluxwalk(capsys, "report", store, "-o", again)
    assert status == 1  # the wrong rule is refused
    assert out.startswith(f"{again}: 3 runs; ")
    assert [line.split(": ")[-1] for line in err.splitlines()] == [
        "the store cannot be used (file is not a database)",
        "holds no question; run it again with --store",
    ]
    assert again.read_bytes() == page.read_bytes()


@pytest.mark.parametrize("place", range(3))
def test_its_command_gives_the_same_bits(store, capsys, monkeypatch, tmp_path, place):
    results, _ = report.read_and_judge([store])
    command = provenance.command_of(results[place])
    for item in scenario_file(results[place]):  # what the page carries
        (tmp_path / item.name).write_text(item.text)
    monkeypatch.chdir(tmp_path)
    _, out, err = fluxwalk(capsys, *shlex.split(command)[1:], "--jobs", "1", "--json")
    assert json.loads(out)["record_sha256"] == results[place].record.sha256(), err


@pytest.mark.parametrize(
    "value",
    ["He", "true", "1e3", "a b", '"', "'\\", "x\ny", "[1]", "", "é\x7f", 1e-5, 3, True,
     [1, 2.5], ["a", "b"], {"in": {"plane": "z=0"}, "a b": [True]}],
)  # fmt: skip
def test_a_setting_is_read_back_as_it_was(value):
    assert read_settings([provenance._setting("key", value)]) == {"key": value}


def test_arrays_have_no_command(result):
    params = type(result.params).model_construct(**{**result.params.model_dump(), "bias": None})
    assert provenance.command_of(replace(result, params=params)) is None


def test_a_copy_of_a_file_is_shown_once(store, tmp_path, capsys):
    first = sorted(store.glob("random-walk*.sqlite"))[0]
    copied = shutil.copy(first, tmp_path / "copied.sqlite")
    _, out, err = fluxwalk(capsys, "report", first, copied, "-o", tmp_path / "page.html")
    assert "1 run;" in out
    assert "holds the same run as" in err


def test_nothing_to_report_is_bad_input(store, tmp_path, capsys):
    page = tmp_path / "page.html"
    empty = store / "empty.sqlite"
    assert_refused(fluxwalk(capsys, "report", empty, "-o", page), empty, "holds no question")
    assert_refused(fluxwalk(capsys, "report", tmp_path / "none", "-o", page), "no such folder")
    assert_refused(fluxwalk(capsys, "report", tmp_path, "-o", page), "holds no stored run")
    assert not page.exists()


def test_a_page_that_cannot_be_written_is_refused_at_once(store, tmp_path, capsys):
    for output, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "none" / "page.html", "cannot be written (No such file or directory)"),
        (next(store.glob("random*.sqlite")), "must end in .html"),
    ):
        assert_refused(fluxwalk(capsys, "report", store, "-o", output), "--output", output, words)


def test_a_full_disk_leaves_the_page_that_was_there(result, tmp_path, monkeypatch):
    page = tmp_path / "page.html"
    page.write_text("before")

    def full(path, *arguments, **options):
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(scenarios.InputError, match="No space left on device"):
        scenarios.report(result, page)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [
        ("page.html", "before")
    ]


def test_results_are_judged_together(result, tmp_path):
    """Eight checks instead of four: a stricter threshold."""
    other = scenarios.run("random-walk", steps=21, batches=64, seed=3, jobs=1)
    page = scenarios.report([result, other], tmp_path / "page.html")
    said = Elements(page.read_text(encoding="utf-8")).said
    assert "8 quantities judged together" in said
    (together,) = set(re.findall(r"\|z\| below (\d\.\d\d)", said))
    alone = Elements(pages.section(result)).said
    assert float(together) > float(re.findall(r"\|z\| below (\d\.\d\d)", alone)[0])


def test_a_notebook_shows_the_same_section(result):
    text = result._repr_html_()
    elements = Elements(text)
    assert elements.all("script") == []
    assert len(elements.all("table")) == 2
    assert len(elements.all("svg")) == 4 + 1 + 4  # deviations, figure, convergence
    assert "fluxwalk run random-walk --set steps=20 --batches 64 --seed 3" in elements.said
    assert all("open" not in details for details in elements.all("details"))


def test_a_figure_that_fails_is_said_and_the_rest_shown(result, tmp_path):
    own = tmp_path / "mine.py"
    installed = Path(result.scenario.file.__file__).read_text(encoding="utf-8")
    own.write_text(installed + "\n\ndef plot(result):\n    raise KeyError('no such thing')\n")
    text = pages.section(replace(result, scenario=scenarios.load(own)))
    said = Elements(text).said
    assert f"no figure: {own}, line " in said
    assert "in plot: KeyError: 'no such thing'" in said
    assert "Scenario file" in said  # which a reader elsewhere needs
    assert "diffusivity_msd" in said


def test_prefixes_end_in_the_estimate_itself():
    values = np.random.default_rng(1).normal(size=100)
    check = Check("x", batch_mean(values), Prediction("zero", 0.0, 0.0), scale=1.0)
    points = convergence.prefixes(check)
    assert [p.n_batches for p in points] == [8, 11, 16, 23, 32, 45, 64, 91, 100]
    assert (points[-1].value, points[-1].stderr) == (check.estimate.value, check.estimate.stderr)
    assert points[0].value == pytest.approx(values[:8].mean())
    curve = convergence.Curve(check, points)
    places = [curve.y(p.value + sign * p.stderr) for p in points for sign in (-1, 1)]
    assert 0.0 < min(places) < max(places) < convergence.HEIGHT
    assert (curve.marks[0], curve.marks[-1]) == (8, 100)


def test_what_has_no_error_has_no_curve():
    exact = Check("x", violations(np.zeros(9)), Prediction("none", 0.0, 0.0), 1.0, exact=True)
    assert convergence.curves([exact]) == []
    constant = replace(exact, exact=False)  # no scatter: still a figure, not a division by zero
    (curve,) = convergence.curves([constant])
    assert curve.tick == 1.0


def test_a_rule_keeps_its_paragraphs_lists_and_formulas():
    rule = "Why?\n\nRule: hops of ``a<b`` in *any*\nimage.\n\n- one\n- two\n  lines\n\n    x = 1"
    blocks = [(block.kind, list(map(str, block.lines))) for block in pages._blocks(rule)]
    assert blocks == [
        ("paragraph", ["Hops of <code>a&lt;b</code> in <em>any</em> image."]),
        ("list", ["one", "two lines"]),
        ("lines", ["x = 1"]),
    ]


@pytest.fixture
def browser():
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no chromium")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def test_a_browser_shows_it_on_a_phone_and_on_paper(browser, page, tmp_path):
    said, asked = [], []
    tab = browser.new_page(viewport={"width": 360, "height": 740})
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(page.as_uri())
    tab.click("nav a >> nth=0")
    assert tab.evaluate("document.querySelector('details.run').open")
    tab.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    width = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    boxes = tab.evaluate(
        "[...document.querySelectorAll('svg')].map((s) => s.getBoundingClientRect())"
        ".map((r) => Math.min(r.width, r.height))"
    )
    assert len(boxes) == 3 * (4 + 1 + 4)  # of each run: deviations, figure, convergence
    assert min(boxes) > 15
    assert tab.evaluate("document.images.length") == 0
    assert tab.pdf(path=tmp_path / "page.pdf").startswith(b"%PDF")
    assert said == []
    assert asked == [page.as_uri()]


def test_downloads_are_the_numbers(browser, store, page):
    results, _ = report.read_and_judge([store])
    tab = browser.new_page()
    tab.goto(page.as_uri())

    def downloaded(label):
        with tab.expect_download() as download:
            tab.locator("header").get_by_text(label).click()
        name = download.value.suggested_filename
        return name, Path(download.value.path()).read_text(encoding="utf-8")

    name, text = downloaded("Verdicts as JSON")
    assert name == "fluxwalk-verdicts.json"
    assert json.loads(text)["results"] == [result.as_json() for result in results]
    name, text = downloaded("Verdicts as CSV")
    assert name == "fluxwalk-verdicts.csv"
    rows = list(csv.DictReader(io.StringIO(text)))
    verdicts = [verdict for result in results for verdict in result.verdicts]
    assert [float(row["value"]) for row in rows] == [verdict.value for verdict in verdicts]


def test_points_of_a_sweep_are_in_order_and_in_one_figure(tmp_path):
    options = {"batches": 64, "jobs": 1, "store": tmp_path}
    scenarios.sweep("random-walk", steps=[1000, 20, 40], **options)
    text = scenarios.report(tmp_path, tmp_path / "sweep.html").read_text()
    assert "random-walk at 3 points of steps" in text
    rows = re.findall(r'class="settings">steps=(\d+)', text)
    assert rows[:3] == ["20", "40", "1000"]  # the default too
