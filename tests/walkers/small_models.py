"""One small model for every kernel: what "the same bits" is tried on."""

from walkers import (
    Axis,
    ClosedWalk,
    Hop,
    OpenWalk,
    Periodic,
    Reflecting,
    Reservoir,
    together,
)

WALL, RING = Reflecting(), Periodic()
SLAB = Axis(6, Reservoir(3.0), Reservoir(1.0))

SMALL_MODELS = {
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
    "slab": OpenWalk(800, axes=(SLAB,)),
    "slab over time": OpenWalk(50, axes=(SLAB,), n_steps=40, profile=[3.0, 2.5, 2.0, 2, 1.5, 1]),
    "together": together(
        a=ClosedWalk(40, axes=(Axis(),), n_steps=9, start=(0,), stops=(9,)),
        b=OpenWalk(60, axes=(SLAB,), hop=Hop(stay=0.5)),
    ),
}
