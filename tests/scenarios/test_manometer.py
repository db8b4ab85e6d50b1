"""What a manometer says besides its verdict: valid or not, and by how much."""

import pytest

import analysis
import walkers
from scenarios import ParameterError, manometer
from scenarios._parameters import validate

Params = manometer.Params


@pytest.mark.compiled
def test_the_answer_has_an_interval_and_a_systematic():
    p = Params()
    record = walkers.run(manometer.build(p).resized(20_000), seed=2, n_batches=16)
    (said,) = manometer.remarks(record, p)
    assert said.startswith("valid: p_cell = 0.000") and manometer.cautions(p) == []
    assert "95 % interval" in said and "systematic ±6.8e-07 Pa (0.13 %" in said
    assert "diffuse walls" in said
    dense = Params(p_gauge=0.1)
    assert manometer.build(dense) == manometer.build(p)
    said, real = manometer.remarks(record, dense)
    assert not said.startswith("valid") and "if molecules never met" in said
    assert real.startswith("not free-molecular: collisions bring p_cell to about 0.0534 Pa")
    denser = Params(p_gauge=10.0, gas="He")
    assert "between 5.07 and 10 Pa" in manometer.remarks(record, denser)[1]
    (verdict,) = analysis.judge(manometer.checks(record, denser))
    assert verdict.outcome == "measured" and "no law claimed: collisions" in verdict.sentence


def test_collisions_are_named_with_their_mean_free_path():
    (said,) = manometer.cautions(Params(p_gauge=0.1))
    assert said.startswith("not free-molecular: Kn = 8.9 (mean free path of hard spheres at the")
    assert said.endswith("of p_cell")
    assert manometer.cautions(Params(p_gauge=10.0))[0].endswith("of p_cell: no law is claimed")
    assert manometer.cautions(Params(p_gauge=0.01)) == []
    # Of two equal temperatures the pressures are equal at any density.
    assert manometer.cautions(Params(p_gauge=1e5, T_cell=300.0)) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"T_cell": 0.0}, "T_cell: must be at least 0.1, got 0.0"),
        ({"tube_diameter": -1.0}, "tube_diameter: must be at least 1e-09, got -1.0"),
        ({"p_gauge": 0}, "p_gauge: must be at least 1e-12, got 0"),
        ({"gas": "air"}, "gas: must be one of"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(given, said):
    with pytest.raises(ParameterError) as error:
        validate(Params, given)
    assert str(error.value).startswith(said) and "\n" not in str(error.value)
