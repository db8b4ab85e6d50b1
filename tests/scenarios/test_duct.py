"""The scenario duct: a vacuum part from its files, or one line that says what is wrong with it."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

import scenarios
import walkers
from analysis import batch_mean, judge
from analysis.laws import duct as law
from scenarios import _part_remarks as said_of
from scenarios import duct
from scenarios._part_figure import hit_map
from walkers.molecular import parts
from walkers.molecular.enclosure import assembled, triangle_areas, write_mesh
from walkers.molecular.mesh_file import read_mesh

from .command import assert_refused, fluxwalk

RUN = ["run", "duct", "--jobs", "1", "--batches", "2"]


def box(folder, name="box.stl", keep=slice(None), turn=(), shift=None):
    """A box of 20 × 30 × 40 mm in a file, without some triangles or with some turned."""
    mesh = trimesh.creation.box(bounds=[(0, 0, 0), (20, 30, 40)])
    corners = np.asarray(mesh.vertices)[mesh.faces]
    for number in turn:
        corners[number] = corners[number, ::-1]
    if shift is not None:
        corners = np.concatenate([corners, corners + shift])
    write_mesh(assembled({"wall": corners[keep]}), folder / name)
    return folder / name


@pytest.mark.compiled
def test_a_file_in_millimetres_with_three_openings(tmp_path):
    """Two holes as large as each other in opposite faces, a third beside them."""
    file = box(tmp_path)
    result = scenarios.run(
        "duct",
        mesh=str(file),
        scale=1e-3,
        openings={
            "a": {"plane": "z=0"},
            "b": {"plane": "z=0.04"},
            "c": {"plane": "x=0.02"},
        },
        walls={"wall": {"alpha": 0.5}},
        batches=64,
    )
    outcomes = {v.quantity: v.outcome for v in result.verdicts}
    assert len(outcomes) == 6 + 6 + 3 + 1
    assert all(outcomes[f"reciprocity[{pair}]"] == "agrees" for pair in ("a,b", "a,c", "b,c"))
    assert outcomes["hits_per_molecule"] == "agrees"
    (hits,) = (v for v in result.verdicts if v.quantity == "hits_per_molecule")
    wall = 2 * (0.02 * 0.03 + 0.03 * 0.04 + 0.02 * 0.04)
    opened = 2 * 0.02 * 0.03 + 0.03 * 0.04
    assert hits.law == pytest.approx((wall - opened) / opened, rel=1e-6)
    assert any("40 mm" in remark for remark in result.notes)
    assert not any("millimetres" in remark for remark in result.notes)
    assert any("c 0.0012 m² (1200 mm², 2 triangles)" in remark for remark in result.notes)
    assert not any("flush" in remark for remark in result.notes)  # no corners but at the rim


@pytest.mark.compiled
def test_transmission_does_not_depend_on_the_size_and_conductance_is_in_litres():
    small, large = (scenarios.run("duct", scale=s, seed=2, batches=2) for s in (1.0, 2.0))
    a, b = (
        {v.quantity: v.value for v in result.verdicts if "[inlet,outlet]" in v.quantity}
        for result in (small, large)
    )
    W, C = "transmission[inlet,outlet]", "conductance[inlet,outlet]"
    assert a[W] == b[W]
    speed = np.sqrt(8 * 1.380649e-23 * 300 / (np.pi * 28.014 * 1.66053906892e-27))
    area = parts.elbow().areas["inlet"]
    assert a[C] == pytest.approx(1000 * area * a[W] * speed / 4, rel=1e-9)
    assert b[C] == pytest.approx(4 * a[C], rel=1e-12)


@pytest.mark.compiled
def test_a_baffle_that_pumps_takes_what_does_not_come_through():
    result = scenarios.run("duct", mesh="trap", walls={"baffle": {"sticking": 1.0}}, batches=64)
    outcomes = {v.quantity: v.outcome for v in result.verdicts}
    assert outcomes["hits_per_molecule"] == "measured"
    assert outcomes["reciprocity[inlet,outlet]"] == "agrees"
    absorbed = result.record["absorbed"].sum(axis=(0, 1))
    assert (absorbed > 0).tolist() == [True, True, False, True]  # in, out, wall, baffle
    assert absorbed.sum() == result.record["entered"].sum()


@pytest.mark.compiled
@pytest.mark.parametrize("n_sides", [6, 16])
def test_the_tolerance_of_a_tube_of_few_sides_covers_it(n_sides):
    part = parts.tube(1.0, 5.0, n_sides, equal_area=True)
    model = walkers.FreeMolecular(
        8000,
        surfaces=tuple(
            walkers.Surface(name, part.mesh(name), boundary)
            for name, boundary in [
                ("inlet", walkers.Absorbing()),
                ("outlet", walkers.Absorbing()),
                ("wall", walkers.Diffuse(300.0)),
            ]
        ),
        sources=(walkers.FromSurface("inlet", 300.0, 8000),),
        track_speeds=False,
    )
    record = walkers.run(model, seed=5, n_batches=64)
    W, known = batch_mean(record["absorbed"][:, 0, 1] / 8000), law.polygon_tube(5.0, n_sides)
    assert abs(W.value - known.law) < known.tolerance + 4.0 * W.stderr


@pytest.mark.compiled
def test_millimetres_read_as_metres_are_noticed(tmp_path, capsys):
    openings = 'openings={a = {plane = "z=0"}, b = {plane = "x=0"}}'
    arguments = [*RUN, "--set", f"mesh={box(tmp_path)}", "--set", openings]
    status, out, err = fluxwalk(capsys, *arguments)
    said = " ".join((out + err).split())
    assert status == 3
    assert "box of 20 × 30 × 40 m (2e+04 × 3e+04 × 4e+04 mm)" in said
    assert "a part 40 m long? If the file was drawn in millimetres, set scale=0.001" in said


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["mesh=no.stl"], ["mesh: no.stl: no such file"]),
        (["mesh=elbo"], ["mesh: elbo: no built-in part", "elbow, cone"]),
        (["mesh=a.step"], ["a.step", ".stl, .obj, .ply"]),
        (["mesh=3"], ["mesh: must be a path", "got 3"]),
        (['mesh=["a.stl", "a.stl"]'], ["mesh: must be different files"]),
        (["mesh=empty.stl"], ["empty.stl: is empty"]),
        (["mesh=text.stl"], ["text.stl: damaged, or no .stl file (holds no triangles)"]),
        (["mesh=zip.stl"], ["zip.stl: damaged, or no .stl file"]),
        (["mesh=half.stl"], ["half.stl: damaged, or no .stl file (its head promises 12 triangles"]),
        (["mesh=box.stl, two.stl"], ['several files are a list, mesh=["box.stl", "two.stl"]']),
        (["mesh=big.stl"], ["big.stl: has 2.2 GB, up to 44 million triangles"]),
        (["mesh=open.stl"], ["not watertight: 3 open edges, of 3 triangles"]),
        (["mesh=turned.stl"], ["triangle 3: turned against neighbours"]),
        (["mesh=crossed.stl"], ["intersects itself", "pass through each other"]),
        (["mesh=two.stl"], ["2 bodies that do not touch"]),
        (["mesh=box.stl"], ["openings: must name two or more", "the parts of the mesh are: wall"]),
        (["mesh=box.stl", 'openings=["in", "out"]'], ["openings: in: no part 'in'"]),
        (
            ["mesh=box.stl", 'openings={a = {plane = "z=3"}, b = {plane = "x=0"}}'],
            [
                "openings: a: no triangle lies in the plane z=3; z goes from 0 to 40 m; a part 40",
                "set scale=0.001",
            ],
        ),
        (
            ["mesh=box.stl", 'openings={a = {plane = "z=0"}, b = {plane = "z=0"}}'],
            ["openings: a and b both claim 2 triangles"],
        ),
        (['openings={a = {plane = "q=0"}, b = {plane = "x=0"}}'], ['like "z=0"', "'q=0'"]),
        (["openings={a = 1}"], ["openings: a rule is {plane"]),
        (['openings=["a,b", "c"]'], ["openings: names must be of letters"]),
        (['openings=["inlet"]'], ["openings: must name two or more"]),
        (['openings=["inlet", "outlet", "wall"]'], ["openings: nothing is left for a wall"]),
        (["walls={core = {alpha = 0.5}}"], ["walls: no wall 'core'; there are: wall"]),
        (["walls={wall = {alpha = 1.5}}"], ["walls: alpha must be between 0 and 1"]),
        (["walls={wall = {alpha = nan}}"], ["walls: must be a finite number"]),
        (["walls={wall = {beta = 1}}"], ["walls: a wall has alpha or sticking, not beta"]),
        (["walls={wall = {sticking = -1}}"], ["walls: sticking must be between 0 and 1"]),
        (["walls={wall = {}}"], ["walls: wall needs either alpha or sticking"]),
        (
            ['openings={"a": "b"}'],
            ["openings: must be a table such", "or a list of parts"],
        ),
        (["openings=[1, 2]"], ["openings: must be a table such as {inlet"]),
        (["gas=Helium"], ["gas: must be one of He, Ne", "did you mean He?"]),
        (["scale=mm"], ["scale: must be a finite number [m], got 'mm'"]),
        (["T=20C"], ["T: must be a finite number [K], got '20C'"]),
        (["n_batches=3"], ["did you mean the option batches of the run?"]),
        (["T=0"], ["T: must be at least 0.001, got 0"]),
        (["scale=0"], ["scale: must be at least 1e-09, got 0"]),
        (["scale=-1"], ["scale"]),
    ],
)
def test_what_is_no_part_is_refused_in_one_line(tmp_path, capsys, monkeypatch, settings, words):
    monkeypatch.chdir(tmp_path)
    box(tmp_path)
    box(tmp_path, "open.stl", keep=slice(1, None))
    box(tmp_path, "turned.stl", turn=(3,))
    box(tmp_path, "crossed.stl", shift=(10.0, 10.0, 10.0))
    box(tmp_path, "two.stl", shift=(50.0, 0.0, 0.0))
    (tmp_path / "half.stl").write_bytes((tmp_path / "box.stl").read_bytes()[:400])
    (tmp_path / "empty.stl").touch()
    (tmp_path / "text.stl").write_text("a letter\n" * 20)
    (tmp_path / "zip.stl").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    with (tmp_path / "big.stl").open("wb") as file:
        file.truncate(2_200_000_000)
    pairs = [word for setting in settings for word in ("--set", setting)]
    assert_refused(fluxwalk(capsys, *RUN, *pairs), *words)


def test_paths_are_taken_as_they_are(tmp_path):
    file = box(tmp_path)
    assert duct.Params(mesh=file).mesh == duct.Params(mesh=[file]).mesh == str(file)


def test_trimesh_is_asked_for_where_it_is_missing(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "trimesh", None)
    file = box(tmp_path)
    assert_refused(fluxwalk(capsys, *RUN, "--set", f"mesh={file}"), "fluxwalk[meshes]")


def test_openings_that_nothing_connects_have_an_upper_bound():
    p = duct.Params(mesh="elbow")
    entered, hits = np.full((64, 2), 90), np.full((64, 2, 3), 90)
    hits[::2] += 1
    absorbed = np.full((64, 2, 3), [[90, 0, 0], [1, 89, 0]])
    absorbed[::2, 1, 0] = 0
    tallies = {"entered": entered, "absorbed": absorbed, "hits": hits}
    record = walkers.Record(duct.build(p), 1, tallies)
    verdicts = {v.quantity: v for v in judge(duct.checks(record, p))}
    shut = verdicts["transmission[inlet,outlet]"]
    assert shut.outcome == "measured"
    assert f"below {3.0 / (64 * 90):.2g}" in shut.sentence  # the rule of three
    assert "L/s" in verdicts["conductance[inlet,outlet]"].sentence
    assert verdicts["transmission[outlet,inlet]"].value == pytest.approx(0.5 / 90)
    assert "nothing to judge by" in verdicts["reciprocity[inlet,outlet]"].sentence


def test_a_wall_that_pumps_everything_ends_with_upper_bounds(capsys):
    status, out, _ = fluxwalk(
        capsys, *RUN, "--set", "mesh=trap", "--set", "walls={wall = {sticking = 1.0}}"
    )
    assert status == 0
    assert out.count("no molecule came through: below") == 4
    assert " ".join(out.split()).count("(95 %)") == 4


def test_mirrors_come_with_a_caution():
    assert "mirrors (wall)" in duct.cautions(duct.Params(walls={"wall": {"alpha": 0.0}}))[0]
    assert duct.cautions(duct.Params()) == []


def test_a_hole_flush_with_its_plate_is_not_taken_for_its_plane():
    """The end of the duct has corners inside its rim, as the plate round a hole has."""
    openings = {name: {"plane": f"z={z}"} for name, z in (("inlet", 0), ("outlet", 0.1))}
    said = duct.cautions(duct.Params(mesh="duct", openings=openings))
    assert len(said) == 2
    assert "100 % of that face" in said[0] and "flush" in said[0]
    assert duct.cautions(duct.Params(mesh="duct")) == []


def test_it_is_said_how_triangles_were_read(tmp_path):
    cube = trimesh.creation.box(bounds=[(0, 0, 0), (3, 3, 3)])
    inner = trimesh.creation.box(bounds=[(1, 1, 1), (2, 2, 2)])
    for name, looks, n_remarks in (("out.stl", 1, 1), ("in.stl", -1, 2)):
        corners = np.concatenate([cube.triangles, inner.triangles])[:, ::looks]
        mesh = trimesh.Trimesh(**trimesh.triangles.to_kwargs(corners))
        mesh.export(tmp_path / name)
        remarks = read_mesh(tmp_path / name).remarks
        assert len(remarks) == n_remarks
        assert "look inwards" in remarks[0] or n_remarks == 1
        assert remarks[-1].startswith("1 closed body inside")


def test_both_directions_make_one_conductance_weighted_by_their_molecules():
    """Shares 0.2 and 0.1 through areas of 1 and 2: of 100 and 400 molecules, weights 1 and 2."""
    absorbed = np.array([[[80, 20, 0], [60, 320, 20]], [[80, 20, 0], [24, 376, 0]]])
    record = {"entered": np.array([[100, 400]] * 2), "absorbed": absorbed}
    (said,) = said_of.both_ways(record, ["a", "b"], [10.0, 20.0])
    # 2 and 3 L/s, then 2 and 1.2 L/s.
    assert said.startswith("conductance a–b: 2.1 ± 0.6 L/s")
    (a, b) = said_of.returned(record, ["a", "b"])
    assert a.startswith("of those entering a, 80 % return and 0 % stay")
    assert b == "of those entering b, 87 ± 7 % return and 2.5 ± 2.5 % stay on walls"


@pytest.mark.compiled
def test_the_map_of_a_coarse_mesh_is_finer_than_the_mesh(tmp_path):
    openings = {"a": {"plane": "z=0"}, "b": {"plane": "z=40"}}
    model = duct.build(duct.Params(mesh=str(box(tmp_path)), openings=openings))
    coarse = next(s.shape for s in model.surfaces if s.name == "wall")
    corners, hits = hit_map(model, seed=3)
    assert len(corners) == len(hits) >= 4**4 * len(coarse.triangles)
    assert triangle_areas(corners).sum() == pytest.approx(coarse.area(), rel=1e-12)
    low, high = (hits[corners[:, :, 2].mean(axis=1) < 8].mean(), hits.mean())
    assert low > 1.05 * high  # more near the first opening than everywhere


def test_the_laws_need_no_simulation():
    laws = duct.laws(duct.Params(mesh="tube"))
    assert laws["transmission[inlet,outlet]"].law == pytest.approx(0.19094243192, abs=1e-10)
    assert all(law.is_claim for law in laws.values())
    assert not duct.laws(duct.Params(mesh="cone"))["transmission[inlet,outlet]"].is_claim


def test_a_few_passages_do_not_speak_against_reciprocity():
    """Ten or so each way, as through walls that keep nearly all; the right rule is at work."""
    rng = np.random.default_rng(5)
    p = duct.Params(mesh="duct")
    z = []
    for _ in range(300):
        absorbed = np.zeros((64, 2, 3))
        absorbed[:, 0, 1], absorbed[:, 1, 0] = rng.poisson(0.15, (2, 64))
        record = {
            "absorbed": absorbed,
            "entered": np.full((64, 2), 1000),
            "hits": rng.poisson(3000.0, (64, 2, 3)),
        }
        (check,) = (c for c in duct.checks(record, p) if c.quantity.startswith("reciprocity"))
        z.append(judge([check])[0].z)
    assert np.mean(np.abs(z) > 3.0) < 0.01
    assert np.std(z) == pytest.approx(1.0, abs=0.15)


@pytest.mark.compiled
def test_a_part_that_every_molecule_passes_has_no_reciprocity_to_judge():
    result = scenarios.run("duct", mesh="tube", walls={"wall": {"alpha": 0.0}}, batches=64)
    outcomes = {v.quantity: v.outcome for v in result.verdicts}
    assert outcomes["reciprocity[inlet,outlet]"] == "measured"
    assert outcomes["transmission[inlet,outlet]"] == "measured"
