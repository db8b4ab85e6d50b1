"""Hoppers between a source and a sink, in words."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine.model import Arrays, Model

STEPS_PER_SECOND = 5e7
"""Steps of a walker that any machine of today makes per second and core; for forecasts only."""


@dataclass(frozen=True, eq=False)
class SourceSinkWalk(Model):
    """Hoppers born in the first cell of a chain and removed from its last one.

    Each of ``n_steps`` steps: a walker in the last cell is removed with probability ``sink``;
    whoever is left hops left or right with probability ½ (a reflecting end refuses the hop);
    then a Poisson number of walkers with mean ``source`` is born in the first cell. The chain is
    empty at first. A batch holds ``n_copies`` such chains: as many as ``n_walkers`` births need.

    Tallies, summed over the copies: ``occupancy`` (n_steps + 1, n_sites) walkers in each cell at
    the start and after each step; ``crossings`` (n_steps, n_sites − 1, 2) hops to the right and to
    the left over each bond; ``births`` and ``removals`` (n_steps,); ``squares`` (n_sites,) of each
    copy's final occupancy.

    Wrong rules: ``loss``, the probability that a crossing loses its walker; ``regular``, births
    at equal intervals.
    """

    n_sites: int = 2
    n_steps: int = 1
    source: float = 1.0
    sink: float = 0.0
    loss: float = 0.0
    regular: bool = False

    def __post_init__(self) -> None:
        """Refuse what the kernel could not do."""
        super().__post_init__()
        if not 2 <= self.n_sites < 2**31:
            raise ValueError(f"n_sites must be between 2 and 2³¹ − 1, got {self.n_sites}")
        if not 1 <= self.n_steps < 2**31:
            raise ValueError(f"n_steps must be between 1 and 2³¹ − 1, got {self.n_steps}")
        if not 0.0 < self.source < 2**31:
            raise ValueError(f"source must be positive and below 2³¹, got {self.source}")
        if not (0.0 <= self.sink <= 1.0 and 0.0 <= self.loss <= 1.0):
            raise ValueError(f"sink and loss are probabilities, got {self.sink} and {self.loss}")

    @property
    def n_copies(self) -> int:
        """Independent chains in a batch."""
        return max(1, round(self.n_walkers / (self.source * self.n_steps)))

    @property
    def seconds_per_batch(self) -> float:
        """Steps of all walkers over the rate of one core, were none removed."""
        births_per_step = self.n_copies * self.source
        steps = self.n_steps * (self.n_copies + births_per_step * (1.0 + self.n_steps / 2.0))
        return steps / STEPS_PER_SECOND

    @property
    def bytes_per_batch(self) -> int:
        """The ledger: three 32-bit numbers per cell and step."""
        return 12 * (self.n_sites + 1) * (self.n_steps + 1)

    def compute(self, seed: int, batch: int) -> Arrays:
        """Tallies of one batch."""
        from ..engine.streams import make_stream
        from .ledger import keep_ledger

        occupancy, crossings, births, removals, squares = keep_ledger(
            self.n_sites,
            self.n_steps,
            self.n_copies,
            self.source,
            self.sink,
            self.loss,
            self.regular,
            make_stream(seed, batch, self.stream),
        )
        return {
            "occupancy": occupancy,
            "crossings": crossings,
            "births": births,
            "removals": removals,
            "squares": squares,
        }
