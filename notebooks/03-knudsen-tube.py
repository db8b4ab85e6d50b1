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
# # Through a tube: from a hole in a foil to a long pipe
#
# Pump the air out of a vessel through a tube. At high vacuum the molecules never meet each other:
# each one flies straight from wall to wall until it leaves through one end or the other. Most turn
# back. Which share $W$ gets through, and where do those who leave fly?
#
# The answers size every vacuum system, and the slits that shape molecular beams. Clausing wrote
# them as an integral equation in 1932. Here we only let molecules fly.

# %%
import matplotlib.pyplot as plt
import numpy as np

import scenarios
import walkers

# %% [markdown]
# ## Follow a few
#
# The rule: molecules enter at the left end, as from a gas at rest. Whoever hits the wall sticks for
# a moment, forgets where it came from, and leaves by the *cosine law*: the chance of a direction at
# an angle $\theta$ from the wall's normal is proportional to $\cos\theta$. No speed, temperature
# or kind of gas matters.
#
# `build` of a scenario makes the model of this rule, `trace_paths` returns the paths of its first
# molecules. Lengths are in tube radii $R$.

# %%
from scenarios import knudsen_tube

figure, panels = plt.subplots(2, 1, figsize=(8, 4.6), layout="constrained")
for axes, L in zip(panels, (2.0, 12.0), strict=True):
    tube = knudsen_tube.build(knudsen_tube.Params(length_over_radius=L))
    paths = walkers.trace_paths(tube, seed=4, n_paths=40, max_points=300)
    for path in [path for path in paths if path[0, 0] < L / 2][:15]:
        passed = path[-1, 0] > L / 2
        axes.plot(
            path[:, 0],
            path[:, 1],
            lw=0.8,
            color="tab:green" if passed else "tab:red",
            alpha=0.8 if passed else 0.35,
        )
    for wall in (-1, 1):
        axes.plot([0, L], [wall, wall], "k", lw=2)
    axes.set(
        xlabel="x [R]",
        ylabel="y [R]",
        aspect="equal",
        title=f"L/R = {L:g}: green got through, red turned back",
    )

# %% [markdown]
# ## How many get through
#
# Two limits are easy. A hole in a foil ($L \to 0$) stops nobody, $W = 1$. In a long pipe the
# molecules stagger back and forth like random walkers, and $W \to 8R/3L$. In between, everything
# is Clausing's. Seven tubes side by side:

# %%
curve = scenarios.run("short-tube", shortest=0.03, longest=100, n_lengths=7, batches=128, seed=4)
curve.plot()

# %% [markdown]
# The dots are shares of molecules, counted; the line is Clausing's equation. On the right is the
# difference in per cent. The dash-dotted line is the formula $1/(1 + 3L/8R)$ found in many
# handbooks: the molecules are precise enough to tell it from the truth.

# %%
curve

# %% [markdown]
# ## Where do they fly? A tube makes a beam
#
# A hole sends molecules out by the cosine law, to all sides. A tube holds back those that fly
# aslant, and lets those along its axis pass untouched. Count the directions $\theta$ of all who
# leave, per solid angle and per molecule that enters. A hole would give $\cos\theta/\pi$.

# %%
figure, axes = plt.subplots(figsize=(6, 3.8), layout="constrained")
left, right = 0, 1  # the two ends
edges = np.array(knudsen_tube.COSINE_EDGES)
for L in (1.0, 4.0, 15.0):
    tube = scenarios.run("knudsen-tube", length_over_radius=L, batches=16, seed=4)
    counts = tube.record["crossing_cosines"]  # batch, end that was entered, end that was left, bin
    passed = counts[:, left, right] + counts[:, right, left]
    entered = tube.record["entered"].sum(axis=1)[:, None]
    per_angle = passed / entered / (2 * np.pi * np.diff(edges))
    middle = np.degrees(np.arccos((edges[1:] + edges[:-1]) / 2))
    axes.errorbar(
        middle,
        per_angle.mean(axis=0),
        yerr=per_angle.std(axis=0, ddof=1) / np.sqrt(16),
        fmt="o-",
        ms=3,
        lw=0.7,
        capsize=2,
        label=f"tube, L/R = {L:g}",
    )
theta = np.linspace(0, 90, 91)
axes.plot(theta, np.cos(np.radians(theta)) / np.pi, "k--", lw=1, label=r"hole: $\cos\theta/\pi$")
axes.set(
    xlabel="angle from the axis θ [degrees]",
    ylabel="molecules per steradian\nand entrance",
    title="Beams",
)
axes.legend();

# %% [markdown]
# Straight ahead, at $\theta = 0$, all tubes are as bright as the hole: who flies along the axis
# meets no wall. (The first dot is the mean over the first five degrees, where a long tube's beam
# already falls off.) To the sides they are darker, the longer the more.
#
# ## Could it have come out otherwise?
#
# Clausing's number is not forgiving. Let the wall send molecules out evenly over all directions,
# which sounds just as random, and the law is broken:

# %%
wrong = scenarios.run("knudsen-tube", wrong_rule="isotropic", batches=64, seed=4)
wrong.frame[["quantity", "value", "stderr", "law", "z", "outcome"]]

# %% [markdown]
# ## The verdict
#
# And with the cosine law: the share that passes, the number of times a molecule meets the wall
# (exactly $L/R$ on average, a theorem worth knowing), the same share from either end, and the
# brightness of the beam on its axis.

# %%
scenarios.run("knudsen-tube", length_over_radius=10, precision=0.002, seed=4)
