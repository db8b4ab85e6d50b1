import pytest
from scipy.constants import N_A, gram

from walkers.species import GASES, gas

MOLAR_MASSES = {"He": 4.0026, "N2": 28.014, "CO2": 44.009, "H2O": 18.015, "SF6": 146.05}  # g/mol


@pytest.mark.parametrize("name", MOLAR_MASSES)
def test_mass_is_molar_mass_over_avogadro(name):
    assert gas(name).mass == pytest.approx(MOLAR_MASSES[name] * gram / N_A, rel=1e-4)


def test_gas_of_a_mass_has_that_mass_and_no_diameter():
    species = gas(4.65e-26)
    assert (species.mass, species.diameter) == (4.65e-26, 0.0)


def test_diameters_are_of_molecular_size():
    assert len(GASES) == 13
    assert all(2e-10 < species.diameter < 6e-10 for species in GASES.values())


@pytest.mark.parametrize("wrong", ["Xx", "n2", "", 0.0, -1.0, float("nan"), True, None])
def test_anything_else_is_refused(wrong):
    with pytest.raises(ValueError):
        gas(wrong)


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="He, Ne, Ar, Kr, Xe, H2, N2, O2, CO, CO2, CH4, H2O, SF6"):
        gas("air")
