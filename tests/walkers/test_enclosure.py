"""Meshes from files and from our own code: closed round a gas, or one line that says why not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import trimesh

from walkers.molecular import parts
from walkers.molecular.enclosure import (
    Enclosure,
    MeshError,
    assembled,
    read_plane,
    write_mesh,
)
from walkers.molecular.mesh_check import inspected
from walkers.molecular.mesh_file import MAXIMUM_BYTES, read_mesh
from walkers.molecular.overlaps import crossing_pairs

RNG = np.random.default_rng(8)
TURN = trimesh.transformations.random_rotation_matrix(np.array([0.3, 0.5, 0.8]))[:3, :3]


def box(low=(0, 0, 0), high=(1, 1, 1)):
    """Corners (12, 3, 3) of a box, looking outwards."""
    mesh = trimesh.creation.box(bounds=[low, high])
    return np.asarray(mesh.vertices)[mesh.faces]


def refusal(pieces):
    with pytest.raises(MeshError) as error:
        inspected(assembled(pieces))
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def circle(radius, n):
    return n / 2 * math.sin(2 * math.pi / n) * radius**2


AREAS = {  # inlet, outlet, volume
    "tube": (circle(0.02, 64), circle(0.02, 64), circle(0.02, 64) * 0.2),
    "elbow": (circle(0.02, 48), circle(0.015, 48), None),
    "cone": (
        circle(0.02, 64),
        circle(0.03, 64),
        (circle(0.02, 64) + circle(0.03, 64) + circle(6e-4**0.5, 64)) * 0.05 / 3,
    ),
    "duct": (8e-4, 8e-4, 8e-5),
    "annulus": (circle(3e-4**0.5, 64), circle(3e-4**0.5, 64), circle(3e-4**0.5, 64) * 0.1),
    "trap": (
        circle(0.02, 48),
        circle(0.02, 48),
        circle(0.04, 48) * 0.06 - circle(0.026, 48) * 0.002,
    ),
}


@pytest.mark.compiled
@pytest.mark.parametrize("name", parts.PARTS)
def test_a_built_in_part_is_closed_and_has_its_areas_and_volume(name):
    part = parts.PARTS[name]()
    read = inspected(part)
    assert np.array_equal(read.triangles, part.triangles)  # nothing to turn, nothing to refuse
    assert len(read.remarks) == (name == "trap")  # its baffle is an island
    inlet, outlet, volume = AREAS[name]
    assert part.areas["inlet"] == pytest.approx(inlet, rel=1e-9)
    assert part.areas["outlet"] == pytest.approx(outlet, rel=1e-9)
    assert volume is None or part.volume == pytest.approx(volume, rel=1e-9)
    # Flat parts of a closed surface: their areas as vectors add up to none.
    corners = part.corners
    vectors = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2
    np.testing.assert_allclose(vectors.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(vectors[part.parts == 0].sum(axis=0), [0, 0, inlet], atol=1e-12)


def test_a_polygon_of_equal_area():
    assert parts.tube(n_sides=7, equal_area=True).areas["inlet"] == pytest.approx(
        math.pi * 0.02**2, rel=1e-10
    )
    with pytest.raises(ValueError, match="n_sides must be at least 3, got 2"):
        parts.polygon(2)


@pytest.mark.compiled
def test_a_closed_surface_may_look_to_either_side():
    part = parts.trap()
    turned = inspected(replace(part, triangles=part.triangles[:, ::-1]))
    np.testing.assert_array_equal(turned.triangles, part.triangles)
    assert turned.volume == pytest.approx(part.volume, rel=1e-12)


def test_faults_are_named():
    whole = box()
    assert "3 open edges, of 3 triangles" in refusal({"wall": whole[1:]})
    turned = whole.copy()
    turned[[4, 7]] = turned[[4, 7], ::-1]
    assert "2 triangles (4, 7): turned against neighbours" in refusal({"wall": turned})
    thin = np.concatenate([whole, [[(0, 0, 0), (0.3, 0.3, 0.3), (1, 1, 1)]]])
    assert "triangle 12: no area" in refusal({"wall": thin})
    twice = np.concatenate([whole, whole[:1], whole[:1, ::-1]])
    assert "more than two triangles share an edge" in refusal({"wall": twice})
    flat = np.array([[(0, 0, 0), (1, 0, 0), (0, 1, 0)]])
    assert "intersects itself: 1 pair" in refusal({"wall": np.concatenate([flat, flat[:, ::-1]])})
    # Numbers are those within a part.
    said = refusal({"lid": whole[:5], "wall": np.concatenate([whole[5:7], whole[8:]])})
    assert "of 2 triangles (2, 4) of lid, triangle 3 of wall" in said


def test_bodies():
    island = box((0.4, 0.4, 0.4), (0.6, 0.6, 0.6))
    for side in (island, island[:, ::-1]):
        hollow = inspected(assembled({"hull": box(), "island": side}))
        assert hollow.volume == pytest.approx(1 - 0.008, rel=1e-12)
        assert hollow.areas == pytest.approx({"hull": 6.0, "island": 0.24})
    beside = box((2, 0, 0), (2.5, 1, 1))
    assert "2 bodies" in refusal({"a": box(), "b": beside})
    within = box((0.45, 0.45, 0.45), (0.55, 0.55, 0.55))
    assert "3 bodies" in refusal({"a": box(), "b": island, "c": within})


TIP = np.array([[0, 2, 1], [0, 3, 2], [0, 1, 3], [1, 2, 3]])


@pytest.mark.parametrize("roll", range(3))
@pytest.mark.parametrize("tip", [(1, 0.6, 0.7), (1, 0.4, 0.7), (1, 0.5, 0.5), (1, 1, 1)])
def test_a_body_that_touches_the_hull_by_its_tip_is_an_island_only_within(tip, roll):
    """Whichever of its corners comes first, and whether it meets a face, an edge or a corner."""
    within = np.array([tip, (0.4, 0.7, 0.8), (0.4, 0.3, 0.7), (0.3, 0.8, 0.2)])
    beyond = np.array([tip, (2.0, 0.7, 0.8), (1.8, 1.0, 0.7), (1.7, 0.8, 1.0)])
    order = np.roll(TIP, roll, axis=1)
    assert inspected(assembled({"hull": box(), "body": within[order]})).volume < 1.0
    assert "2 bodies" in refusal({"hull": box(), "body": beyond[order]})


@pytest.mark.parametrize("offset", [0.0, 50.0])
def test_bodies_that_pass_through_each_other(offset):
    hull = box(high=(1, 1, 1)) + offset
    through = box((0.5, 0.2, 0.3), (1.5, 0.7, 0.8)) + offset
    said = refusal({"hull": hull, "through": through})
    assert "intersects itself" in said and "of hull and" in said and "of through" in said
    touching = box((0.5, 0.2, 0.3), (1.0, 0.7, 0.8)) + offset  # a face lies in a face
    assert "intersects itself" in refusal({"hull": hull, "inside": touching})


def crosses(a, b):
    """Whether an edge of one triangle goes through the other: the plain method."""

    def through(triangle, start, end):
        normal = np.cross(triangle[1] - triangle[0], triangle[2] - triangle[0])
        s, e = (start - triangle[0]) @ normal, (end - triangle[0]) @ normal
        if s * e >= 0:
            return False
        point = start + (end - start) * s / (s - e)
        turns = [
            np.cross(triangle[(i + 1) % 3] - triangle[i], point - triangle[i]) @ normal
            for i in range(3)
        ]
        return all(turn > 0 for turn in turns)

    edges = [(0, 1), (1, 2), (2, 0)]
    return any(through(a, b[i], b[j]) or through(b, a[i], a[j]) for i, j in edges)


@pytest.mark.parametrize("size", [0.3, 1.0])
def test_crossings_are_those_of_the_plain_method(size):
    n = 120 if size < 1 else 40
    vertices = (RNG.random((n, 1, 3)) + size * (RNG.random((n, 3, 3)) - 0.5)).reshape(-1, 3)
    triangles = np.arange(3 * n).reshape(-1, 3)
    pairs, complete = crossing_pairs(vertices, triangles, 0.0, n * n)
    corners = vertices[triangles]
    plain = [(i, j) for i in range(n) for j in range(i + 1, n) if crosses(corners[i], corners[j])]
    assert complete and len(plain) > 10
    assert [tuple(pair) for pair in pairs] == plain


def test_triangles_in_one_plane_and_folded_ones_cross():
    def pairs(*corners):
        vertices = np.array(corners, float).reshape(-1, 3)
        vertices = (
            vertices
            @ trimesh.transformations.random_rotation_matrix(np.array([0.3, 0.5, 0.8]))[:3, :3]
        )
        return len(crossing_pairs(vertices, np.arange(len(vertices)).reshape(-1, 3), 1e-9, 9)[0])

    a = [(0, 0, 0), (1, 0, 0), (0, 1, 0)]
    assert pairs(a, [(0.2, 0.2, 0), (2, 0.2, 0), (0.2, 2, 0)]) == 1
    assert pairs(a, [(0, 0, 0), (1, 0, 0), (0.3, 0.3, 0)]) == 1  # folded on a common edge
    assert pairs(a, [(0, 0, 0), (1, 0, 0), (0.3, -0.3, 0)]) == 0  # on the other side of it
    assert pairs(a, [(1, 0, 0), (0, 1, 0), (1, 1, 1e-12)]) == 0
    assert pairs(a, [(0, 0, 0), (0.5, 0.5, 1), (0.5, 0.5, -1)]) == 1  # from a common corner
    assert pairs(a, [(0, 0, 0), (-0.5, 0.5, 1), (-0.5, 0.5, -1)]) == 0
    assert pairs(a, [(0.3, 0.3, 0), (0, 0, 1), (1, 0, 1)]) == 0  # a corner touches a face
    assert pairs(a, [(0.3, 0.3, -0.1), (0, 0, 1), (1, 0, 1)]) == 1


@pytest.mark.compiled
@pytest.mark.parametrize("name", ["a.obj", "a.stl", "a.ply", "b.ply", "b.stl"])
def test_a_part_comes_back_from_its_file(tmp_path, name):
    part, file = parts.elbow(), tmp_path / name
    if name in ("a.obj", "a.stl"):
        write_mesh(part, file)
    else:
        mesh = trimesh.Trimesh(part.vertices, part.triangles, process=False)
        options = {"file_type": "stl_ascii"} if name == "b.stl" else {}
        mesh.export(file, **options, **({"encoding": "ascii"} if name == "b.ply" else {}))
    read = read_mesh(file, scale=1e-3)
    assert read.volume == pytest.approx(1e-9 * part.volume, rel=1e-6)
    assert len(read.triangles) == len(part.triangles)
    assert len(read.vertices) == len(part.vertices)
    if name == "a.obj":
        assert read.areas == pytest.approx({k: 1e-6 * v for k, v in part.areas.items()})
    named = read.named({"in": read_plane("z=0"), "out": read_plane(" x = 6e-5")})
    wanted = [1e-6 * part.areas[name] for name in ("inlet", "outlet")]
    assert [named.areas[name] for name in ("in", "out")] == pytest.approx(wanted, rel=1e-6)


@pytest.mark.compiled
def test_one_file_for_each_part_with_coordinates_of_few_digits(tmp_path):
    part = parts.cone()
    for name in part.names:
        vertices, triangles = part.part(name)
        vertices = vertices + 2e-8 * RNG.random(vertices.shape)
        trimesh.Trimesh(vertices, triangles, process=False).export(tmp_path / f"{name}.ply")
    read = read_mesh([tmp_path / f"{name}.ply" for name in part.names])
    assert read.names == part.names
    assert read.areas == pytest.approx(part.areas, rel=1e-5)
    assert "128 vertices of open edges were joined" in read.remarks[0]
    with pytest.raises(MeshError, match=r"inlet\.ply: there is a part 'inlet' already"):
        read_mesh([tmp_path / "inlet.ply"] * 2)
    with pytest.raises(MeshError, match=r"not watertight: 128 open edges"):
        read_mesh(tmp_path / "wall.ply")


def test_rules_that_name_parts():
    part = parts.elbow()
    renamed = part.named({"a": "inlet", "b": read_plane("x=0.06")})
    assert renamed.names == ("a", "b", "wall")
    assert list(renamed.areas.values()) == list(part.areas.values())
    for rules, said in [
        ({"a": read_plane("z=1")}, "a: no triangle lies in the plane z=1; z goes from 0 to"),
        ({"a": "hole"}, "a: no part 'hole'; there are: inlet, outlet, wall"),
        ({"a": "inlet", "b": read_plane("z=0")}, "a and b both claim 48 triangles"),
        ({"wall": "inlet"}, "wall: the name stands for two different parts"),
    ]:
        with pytest.raises(MeshError, match=said):
            part.named(rules)
    for text in ("z", "w=0", "z=nan", "z=1=2", ""):
        with pytest.raises(MeshError, match="plane must be like"):
            read_plane(text)


STL = b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex %s 0 0\nvertex 0 1 0\n"
STL += b"endloop\nendfacet\nendsolid a\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.stl", b"", "is empty"),
        ("a.stl", b"a letter\n" * 30, "holds no triangles"),
        ("a.stl", b"PK\x03\x04" + bytes(range(256)) * 9, "damaged"),
        ("a.stl", b"\x00" * 80 + b"\x07\x00\x00\x00" + b"\x01" * 99, "damaged|no triangles"),
        ("a.stl", bytes(84), "holds no triangles"),
        ("a.stl", STL % b"1", "3 open edges"),
        ("a.stl", STL % b"nan", "not finite"),
        ("a.stl", STL % b"one", "damaged"),
        ("a.obj", b"a letter\n", "holds no triangles"),
        ("a.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 7\n", "damaged"),
        ("a.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\n", "holds no triangles"),
        ("a.ply", b"a letter", "damaged"),
        ("a.ply", b"ply\nformat ascii 1.0\nelement vertex 3\n", "damaged"),
        ("a.step", b"ISO-10303-21;", "must end with one of .stl, .obj, .ply"),
    ],
)
def test_what_is_no_mesh_is_refused_in_one_line(tmp_path, name, content, said):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(MeshError, match=said) as error:
        read_mesh(file)
    assert str(error.value).startswith(str(file))
    assert len(str(error.value).splitlines()) == 1


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(MeshError, match="no such file"):
        read_mesh(tmp_path / "a.stl")
    (tmp_path / "b.stl").mkdir()
    with pytest.raises(MeshError, match="is no file"):
        read_mesh(tmp_path / "b.stl")
    with (tmp_path / "c.stl").open("wb") as file:
        file.truncate(MAXIMUM_BYTES + 1)  # a hole: it takes no room on the disk
    with pytest.raises(MeshError, match=r"1\.07 GB, up to 21\.5 million triangles"):
        read_mesh(tmp_path / "c.stl")
    with pytest.raises(MeshError, match="scale must be positive"):
        read_mesh(tmp_path / "c.stl", scale=0.0)
    with pytest.raises(ValueError, match=r"must end with \.obj or \.stl"):
        write_mesh(parts.tube(), tmp_path / "a.3mf")


def test_arrays_of_an_enclosure_are_frozen():
    part = parts.duct()
    assert isinstance(part, Enclosure)
    for array in (part.vertices, part.triangles, part.parts):
        assert not array.flags.writeable
