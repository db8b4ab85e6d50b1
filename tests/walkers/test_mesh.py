"""Surfaces of triangles: every flight against all triangles one by one, and no leak anywhere."""

import numpy as np
import pytest

from walkers import (
    Absorbing,
    Box,
    Diffuse,
    FreeMolecular,
    FromSurface,
    Mesh,
    Surface,
    enclosed_volume,
)

T = 300.0
CUBE = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
FACES = np.array(
    [
        *([0, 2, 1], [1, 2, 3]),  # x = 0, seen from inside
        *([4, 5, 6], [5, 7, 6]),  # x = 1
        *([0, 1, 4], [1, 5, 4]),  # y = 0
        *([2, 6, 3], [3, 6, 7]),  # y = 1
        *([0, 4, 2], [2, 4, 6]),  # z = 0
        *([1, 3, 5], [3, 7, 5]),  # z = 1
    ]
)


def test_a_mesh_has_area_normals_and_a_volume_inside():
    cube = Mesh(CUBE * [1.0, 2.0, 3.0], FACES)
    assert cube.area() == pytest.approx(22.0)
    middle = cube.corners.mean(axis=1) - [0.5, 1.0, 1.5]
    assert np.all((cube.normals * middle).sum(axis=1) < 0.0)
    assert enclosed_volume([cube]) == pytest.approx(6.0)
    assert enclosed_volume([cube.flipped()]) == pytest.approx(-6.0)
    assert cube == Mesh(cube.vertices, cube.triangles) and cube != cube.flipped()
    assert len({cube, Mesh(cube.vertices, cube.triangles)}) == 1


@pytest.mark.parametrize(
    ("vertices", "triangles", "fault"),
    [
        ([[0, 0, 0], [1, 0, 0], [0, np.nan, 0]], [[0, 1, 2]], "vertices 2 are not finite"),
        (CUBE, [[0, 1, 2], [0, 1, 8]], "triangles 1 have corners that do not exist"),
        (CUBE, [[0, 1, 2], [0, 1, -1]], "triangles 1 have corners that do not exist"),
        (CUBE, [[0, 1, 2]] + [[0, 1, 1]] * 7, "triangles 1, 2, 3, 4, 5 and 2 more have no area"),
        ([[0, 0, 0], [1, 1, 1], [3, 3, 3]], [[0, 1, 2]], "triangles 0 have no area"),
        (CUBE, [[0.0, 1.0, 2.0]], "whole numbers"),
        (CUBE, np.empty((0, 3), int), "must have the shape"),
        (CUBE[:, :2], [[0, 1, 2]], "must have the shape"),
    ],
)
def test_what_is_no_surface_is_refused(vertices, triangles, fault):
    with pytest.raises(ValueError, match=fault):
        Mesh(vertices, triangles)


@pytest.mark.compiled
def test_a_box_of_triangles_is_hit_as_a_box_is():
    hole = Mesh(CUBE, FACES[:1])
    out = Surface("out", hole, Absorbing())
    source = FromSurface("out", T, 20_000)

    def hits(wall):
        surfaces = (Surface("wall", wall, Diffuse(T)), out)
        model = FreeMolecular(20_000, surfaces=surfaces, sources=(source,), track_speeds=False)
        return np.array([model.compute(1, batch)["hits"][0, 0] for batch in range(16)])

    # Hits of a molecule on the wall: area of the wall over that of the opening.
    for wall, area in ((Box((0, 0, 0), (1, 1, 1)), 5.5), (Mesh(CUBE, FACES[1:]), 5.5)):
        n = hits(wall) / 20_000
        assert abs(n.mean() - area / 0.5) < 4.5 * n.std(ddof=1) / 4.0
