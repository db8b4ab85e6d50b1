"""Laws of a membrane between two stirred baths, into which a solute partitions.

SI units: concentrations mol/m³, thickness m, diffusivity m²/s.
"""

from __future__ import annotations

from ..verdict import Prediction

_CRANK = "J. Crank, The Mathematics of Diffusion (1975), ch. 4.2, steady state and permeability"


def flux(partition: float, D: float, thickness: float, c1: float, c2: float) -> Prediction:
    """Steady flux [mol/(m² s)] through the membrane, D K (C₁ − C₂)/L."""
    through = D * (c1 - c2) / thickness
    return Prediction(
        law_name="solution–diffusion, J = D_m K (C₁ − C₂)/L",
        law=partition * through,
        expected=partition * through,
        rival_name="no partition, K = 1",
        rival=through,
        source=_CRANK,
    )


def rate(
    partition: float, D: float, thickness: float, c1: float, c2: float, area: float
) -> Prediction:
    """Amount [mol/s] that passes a membrane of a given area."""
    through = flux(partition, D, thickness, c1, c2)
    return Prediction(
        law_name="solution–diffusion, rate = J·A",
        law=through.law * area,
        expected=through.law * area,
        rival_name=through.rival_name,
        rival=None if through.rival is None else through.rival * area,
        source=_CRANK,
    )


def jump(partition: float, side: str) -> Prediction:
    """Concentration just inside a face over that of its bath: the partition coefficient."""
    return Prediction(
        law_name=f"partition at the {side} face, c_m/C = K",
        law=partition,
        expected=partition,
        rival_name="no partition, K = 1",
        rival=1.0,
        source=_CRANK,
    )
