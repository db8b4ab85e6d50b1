# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A rule of your own, and a verdict on it
#
# You have a microscopic rule and a guess at the law that emerges from it. Here is how to put the
# guess to the test, in five cells. Our example: a *lazy* walker. At every tick $\tau$ it stays
# where it is with probability $s$, else it hops one site $\ell$ to the left or right. The guess:
#
# $$ D = (1 - s)\,\frac{\ell^2}{2\tau} . $$

# %%
from dataclasses import replace

import analysis
import scenarios
import walkers
from analysis import Check, Prediction
from scenarios import Parameters, Quantity, Real, WrongRule, parameter

# %% [markdown]
# ## 1. What can be chosen
#
# Parameters have a default, a line of help and bounds. Values out of bounds are refused with one
# line that says so.

# %%
class Params(Parameters):
    """Parameters of the lazy walker."""

    stay: Real = parameter(0.5, "probability s of staying", minimum=0.0, maximum=0.9)


Params(stay=0.25)

# %% [markdown]
# ## 2. The rule
#
# `build` turns parameters into a model: who moves, and how. No law, no statistics. Here a thousand
# walkers on an endless line make a hundred steps each; that is one *batch*, the unit that is
# repeated.

# %%
WALKERS, STEPS = 1000, 100


def build(p):
    """A thousand lazy walkers, a hundred steps."""
    return walkers.ClosedWalk(
        WALKERS,
        axes=(walkers.Axis(),),
        hop=walkers.Hop(stay=p.stay),
        n_steps=STEPS,
        start=(0,),
        stops=(STEPS,),
    )

# %% [markdown]
# What does it count? `help(walkers.ClosedWalk)` says: among others `moments`, whose column 3 is the
# sum of the squares of all displacements. Look at the raw counts of four batches:

# %%
record = walkers.run(build(Params()), seed=1, n_batches=4)
record["moments"][:, 0, 3] / WALKERS  # mean square displacement [ℓ²], batch by batch

# %% [markdown]
# ## 3. The law, and its rival
#
# A prediction says what the law gives (`law`), what it gives exactly in the finite system that is
# simulated (`expected`, here the same), and what a *rival* would give. Without a rival agreement
# would mean little: the data must be able to tell the two apart.

# %%
def laws(p):
    """D = (1 − s)/2, against a walker that never stays."""
    D = (1.0 - p.stay) / 2.0
    law = Prediction("lazy walk", law=D, expected=D, rival_name="walk without a pause", rival=0.5)
    return {"diffusivity": law}

# %% [markdown]
# ## 4. The question to the data
#
# From counts to an estimate, one number per batch. $\langle x^2 \rangle / 2t$ should be $D$.

# %%
QUANTITIES = {"diffusivity": Quantity("ℓ²/τ", "the law", "⟨x²⟩/2t")}


def checks(record, p):
    """Mean square displacement over twice the time."""
    per_batch = record["moments"][:, 0, 3] / (WALKERS * 2 * STEPS)
    law = laws(p)["diffusivity"]
    return [Check("diffusivity", analysis.batch_mean(per_batch, "ℓ²/τ"), law, scale=law.law)]

# %% [markdown]
# ## 5. A wrong rule, to be refused
#
# A test that cannot fail is no test. So we add a rule that is *nearly* right: walkers that repeat
# their last step one time in ten. The law must refuse it; `moves` says which quantity will give it
# away, and in which direction.

# %%
WRONG_RULES = {
    "persistence": WrongRule(
        "a walker repeats its last step with probability 0.1",
        change=lambda walk: replace(walk, hop=replace(walk.hop, persistence=0.1)),
        moves={"diffusivity": +1},
    )
}

# %% [markdown]
# ## Together
#
# `define` makes a scenario of the parts, which `scenarios.run` takes like any other. (To keep it,
# put the cells in a file `lazy.py` with the question as its first line, and type
# `fluxwalk run lazy.py`.)

# %%
lazy = scenarios.define(
    "lazy-walker",
    "Does a lazy walker diffuse half as fast?",
    Params=Params,
    QUANTITIES=QUANTITIES,
    build=build,
    laws=laws,
    checks=checks,
    WRONG_RULES=WRONG_RULES,
)

# %% [markdown]
# First the wrong rule. It should be found out:

# %%
scenarios.run(lazy, wrong_rule="persistence")

# %% [markdown]
# **disagrees**, as it must: walkers that persist get farther. Does the guess hold at other $s$?

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(5, 3.4), layout="constrained")
for stay in (0.0, 0.3, 0.6, 0.9):
    D = scenarios.run(lazy, stay=stay, batches=64).verdicts[0]
    axes.errorbar(stay, D.value, yerr=4 * D.stderr, fmt="o", color="tab:blue", capsize=3)
axes.plot([0, 1], [0.5, 0], "k", lw=1, label="(1 − s)/2")
axes.set(
    xlabel="probability of staying s",
    ylabel="diffusivity D [ℓ²/τ]",
    title="Lazy walkers, ± 4 standard errors",
)
axes.legend();

# %% [markdown]
# ## The verdict
#
# The right rule, measured until its error is below 0.3 %:

# %%
scenarios.run(lazy)
