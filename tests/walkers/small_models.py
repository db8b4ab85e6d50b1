"""One small model for every kernel: what "the same bits" is tried on."""

from dataclasses import replace

import numpy as np

from walkers import (
    Absorbing,
    AngleLaw,
    Annulus,
    Axis,
    Beam,
    BeamDetector,
    Box,
    CercignaniLampis,
    ClosedWalk,
    Cone,
    Cylinder,
    Diffuse,
    Disc,
    Exchange,
    FermiGas,
    FreeMolecular,
    FromGas,
    FromSurface,
    Grid,
    Hop,
    LastDrawn,
    Maxwell,
    Maxwellian,
    Mesh,
    MirrorWalk,
    OpenWalk,
    Passage,
    Periodic,
    Photons,
    PlaneCrossings,
    Pump,
    RecordedWalk,
    Rectangle,
    Reflecting,
    Reservoir,
    SiteWalk,
    SourceSinkWalk,
    Specular,
    SpeedLaw,
    Sphere,
    Surface,
    TemperatureAlong,
    closed_chain,
    cutting_plane,
    flux_across,
    image_walk,
    open_chain,
    together,
)

WALL, RING = Reflecting(), Periodic()
SLAB = Axis(6, Reservoir(3.0), Reservoir(1.0))

TUBE = FreeMolecular(
    60,
    surfaces=(
        Surface("left", Disc((0, 0, 0), (1, 0, 0), 1.0), Absorbing()),
        Surface("right", Disc((3, 0, 0), (-1, 0, 0), 1.0), Exchange(300.0, SpeedLaw.VOLUME)),
        Surface("wall", Cylinder((0, 0, 0), (1, 0, 0), 1.0, 3.0), Maxwell(0.8, 300.0)),
    ),
    sources=(FromSurface("left", 300.0, 30), FromGas("main", 200.0, 30)),
    watched=("left", "right"),
    cosine_edges=(0.0, 0.5, 1.0),
    speed_edges=(0.0, 300.0, 600.0),
)
WARM = TemperatureAlong((0, 0, 0), (1, 0, 0), (0.0, 1.5, 1.5, 3.0), (200.0, 300.0, 500.0, 400.0))
"""Walls by memory, by chance and by place, and paths without a temperature."""
SPECIAL_WALLS = {
    "cercignani-lampis": TUBE.with_boundaries(
        lambda s: CercignaniLampis(0.3, 0.6, WARM) if s.name == "wall" else s.boundary
    ),
    "pump": TUBE.with_boundaries(lambda s: Pump(0.2, WARM) if s.name == "wall" else s.boundary),
    "last drawn": replace(TUBE, last_drawn=LastDrawn((0, 0, 0), (1, 0, 0), (0.0, 1.0, 3.0))),
}
ROOMS = FreeMolecular(
    40,
    surfaces=(
        Surface("out", Disc((1, 0.5, 0.5), (-1, 0, 0), 0.3), Passage("ball"), "box"),
        Surface("back", Disc((1, 0.5, 0.5), (1, 0, 0), 0.3), Passage("box"), "ball"),
        Surface("box", Box((0, 0, 0), (1, 1, 1)), Diffuse(300.0, angles=AngleLaw.ISOTROPIC), "box"),
        Surface("ball", Sphere((1, 0.5, 0.5), 0.5), Specular(), "ball"),
    ),
    sources=(FromGas("box", 300.0, 40),),
    t_end=0.05,
    census_times=(0.01, 0.04),
)
SHAPES = FreeMolecular(
    56,
    surfaces=(
        Surface("funnel", Cone((0, 0, 0), (0, 0, 1), 1.0, 0.5, 1.0), Diffuse(300.0), "funnel"),
        Surface("mouth", Disc((0, 0, 0), (0, 0, 1), 1.0), Diffuse(300.0), "funnel"),
        Surface("ring", Annulus((0, 0, 0), (0, 0, 1), 0.2, 0.6), Exchange(300.0), "funnel"),
        Surface("throat", Disc((0, 0, 1), (0, 0, -1), 0.5), Passage("room"), "funnel"),
        Surface("back", Disc((0, 0, 1), (0, 0, 1), 0.5), Passage("funnel"), "room"),
        Surface("room", Box((-1, -1, 1), (1, 1, 3)), Maxwell(0.5, 300.0), "room"),
        Surface("slit", Rectangle((0, 0, 3), (0, 0, -1), (1, 1, 0), 1.0, 0.3), Absorbing(), "room"),
        Surface("ball", Sphere((0.5, 0.5, 2), 0.3, "outside"), Diffuse(300.0), "room"),
        Surface("rod", Cylinder((0, -0.6, 1), (0, 0, 1), 0.2, 2.0, "outside"), Specular(), "room"),
    ),
    sources=tuple(
        FromSurface(name, 300.0, 8)
        for name in ("funnel", "ring", "mouth", "room", "slit", "ball", "rod")
    ),
    track_speeds=False,
)

LOOKED_AT = FreeMolecular(
    40,
    surfaces=(
        Surface("wall", Cylinder((0, 0, 0), (0, 0, 1), 1.0, np.inf), Diffuse(300.0)),
        *cutting_plane("cut", Disc((0, 0, 0.3), (0, 0, 1), 0.8)),
    ),
    sources=(FromGas("main", 300.0, 40, volume=Sphere((0, 0, 0), 0.7)),),
    t_start=0.001,
    t_end=0.02,
    watched=("cut+",),
    census_times=(0.003, 0.02),
    cells=Grid((-1, -1, -1), (1, 1, 2), (3, 2, 4)),
    track_displacements=True,
)

CORNERS = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0.3, 0.3, 0], [0.4, 0.4, 0.4]]
"""A tetrahedron, its roof dented."""
MESHED = FreeMolecular(
    40,
    surfaces=(
        Surface("floor", Mesh(CORNERS, [[0, 1, 4], [1, 2, 4], [2, 0, 4]]), Absorbing()),
        Surface("sides", Mesh(CORNERS, [[0, 2, 3], [0, 3, 1]]), Diffuse(300.0)),
        Surface("roof", Mesh(CORNERS, [[1, 3, 5], [3, 2, 5], [2, 1, 5]]), Maxwell(0.5, 300.0)),
    ),
    sources=(FromSurface("floor", 300.0, 25), FromGas("main", 300.0, 15)),
    map_hits=("floor", "roof"),
)
HOLED = FreeMolecular(
    30,
    surfaces=(
        Surface("hole", Disc((0.2, 0.2, 0), (0, 0, 1), 0.1), Exchange(300.0)),
        *MESHED.surfaces,
    ),
    sources=(FromSurface("hole", 300.0, 30),),
)

SQUARE = [[1, 1, 1, 1, 1], [2, 0, 0, 0, 3], [2, 0, 0, 0, 3], [2, 0, 0, 0, 3], [1, 1, 1, 1, 1]]
"""Kind 0 hops to its four neighbours; 1, 2 and 3 are traps."""
IN_SQUARE = SiteWalk(
    700,
    kinds=SQUARE,
    steps=((-1, 0), (1, 0), (0, -1), (0, 1)),
    probabilities=[[0.25] * 4, [0] * 4, [0] * 4, [0] * 4],
    entrances=([12], [6, 7]),
)

MASS = TUBE.species.mass

SMALL_MODELS = {
    "tube": TUBE,
    "rooms": ROOMS,
    **SPECIAL_WALLS,
    "shapes": SHAPES,
    "looked at": LOOKED_AT,
    "meshed": MESHED,
    "meshed, with a hole": HOLED,
    "box": ClosedWalk(700, axes=(Axis(9, WALL, WALL),) * 3, n_steps=29),
    "watched box": ClosedWalk(
        600,
        axes=(Axis(9, RING, RING), Axis(5, WALL, WALL)),
        hop=Hop(stay=0.2, bias=0.1),
        n_steps=23,
        planes=((0, 9), (1, 2)),
        stops=(5, 20),
        n_lags=3,
    ),
    "persistent": ClosedWalk(
        300, axes=(Axis(),), hop=Hop(persistence=0.5), n_steps=17, start=(0,), stops=(17,)
    ),
    "recorded": RecordedWalk(
        600, axes=(Axis(), Axis(5, WALL, WALL)), n_times=8, every=2, start=(0, 3), misread=0.3
    ),
    "recorded, persistent": RecordedWalk(
        90, axes=(Axis(),), hop=Hop(stay=0.1, bias=0.1, persistence=0.5), n_times=6, every=3
    ),
    "slab": OpenWalk(800, axes=(SLAB,)),
    "slab over time": OpenWalk(50, axes=(SLAB,), n_steps=40, profile=[3.0, 2.5, 2.0, 2, 1.5, 1]),
    "square": IN_SQUARE,
    "square by leaps": replace(IN_SQUARE, leaps=(2,)),
    "tagged square": replace(IN_SQUARE, leaps=(2,), tags=np.eye(5, dtype=int)),
    "square for a time": replace(IN_SQUARE, n_steps=5),
    "image": image_walk(400, [[2, 1, 1, 0], [0, 1, 1, 3], [1, 1, 0, 3]], leaps=(2,)),
    "chain": open_chain(300, right=[0.2] * 5, left=[0.1, 0.2, 0.3, 0.2, 0.1]),
    "closed chain": closed_chain(300, [0.2] * 4, [0.3] * 4, start=[1], stops=(2, 9)),
    "beam": BeamDetector(
        300,
        rate=1e15,
        window=2e-14,
        beam_side=1.5,
        cosine=0.8,
        sine=0.6,
        charge_number=2,
        capture=0.1,
        dead_time=2e-16,
    ),
    "leaving gases": replace(
        TUBE,
        sources=(
            FromSurface("left", None, 20, gas=Maxwellian(300.0, MASS, 0.7)),
            FromSurface("left", None, 10, gas=Maxwellian(300.0, MASS, -0.7)),
            FromSurface("left", None, 10, gas=Maxwellian(300.0, MASS, -0.8)),
            FromSurface("left", None, 10, gas=FermiGas(0.0, MASS, 1e-21)),
            FromSurface("left", None, 5, gas=FermiGas(9.0, MASS, 1e-21)),
            FromSurface("left", None, 3, gas=FermiGas(300.0, MASS, -1e-21)),
            FromSurface("left", None, 2, gas=Beam(300.0)),
        ),
    ),
    "stream": PlaneCrossings(
        90,
        gas=Maxwellian(300.0, 4.65e-26, 0.5),
        cosine=0.8,
        sine=0.6,
        duration=0.01,
        energy_edges=(0.0, 5e-21, 1e-20),
        cosine_edges=(0.0, 0.5, 1.0),
    ),
    "gases": together(
        speeds=PlaneCrossings(40, gas=Maxwellian(300.0, 4.65e-26, 0.5, to_speed=True)),
        fermions=PlaneCrossings(60, gas=FermiGas(3.0, 5e-27, 7e-23), duration=0.01),
        hot=PlaneCrossings(60, gas=FermiGas(30.0, 5e-27, -7e-22), duration=0.01),
        line=PlaneCrossings(60, gas=FermiGas(3.0, 5e-27, 7e-23, 1), duration=0.01),
        hot_line=PlaneCrossings(60, gas=FermiGas(9.0, 5e-27, -7e-22, 1), duration=0.01),
        photons=PlaneCrossings(60, gas=Photons(300.0), duration=1e-8),
        wrong=PlaneCrossings(60, gas=Photons(300.0, True, AngleLaw.COSINE), duration=1e-8),
    ),
    "source and sink": SourceSinkWalk(150, n_sites=5, n_steps=30, source=1.7, sink=0.4, loss=0.01),
    "mirrored": MirrorWalk(300, void=np.eye(4)[:, :, None] < [0, 1], stops=(12, 36)),
    "mirrored, choosing again": MirrorWalk(300, void=np.eye(4) < 1, stops=(24,), retries=True),
    "across an image": flux_across(300, np.eye(4) < [1, 1, 2, 2]),
    "together": together(
        a=ClosedWalk(40, axes=(Axis(),), n_steps=9, start=(0,), stops=(9,)),
        b=OpenWalk(60, axes=(SLAB,), hop=Hop(stay=0.5)),
    ),
}
