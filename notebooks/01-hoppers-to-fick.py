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
# # From two hoppers to Fick's law
#
# A drop of ink spreads in still water. Fick's first law says how fast: the flux $J$ is
# proportional to the gradient of the concentration $c$, and runs downhill,
#
# $$ J = -D\,\frac{\mathrm{d}c}{\mathrm{d}x} . $$
#
# Yet no molecule of ink knows what a gradient is. Each one is pushed about at random, to the left
# as often as to the right. In this notebook walkers do just that, and nothing else. First two of
# them, then a thousand, then a slab between two reservoirs: and the law comes out.
#
# You need no knowledge of the program. `walkers` moves walkers about, `scenarios` asks a question
# and judges the answer.

# %%
import matplotlib.pyplot as plt
import numpy as np

import scenarios
import walkers

# %% [markdown]
# ## Two hoppers
#
# The rule: a walker stands on a site of a line. At every tick $\tau$ it hops one site, of length
# $\ell$, to the left or to the right, each with probability ½. That is all.
#
# A *model* is a description of such a rule; `walkers.run` acts it out. The seed picks the random
# numbers: the same seed always gives the same walk.

# %%
two_hoppers = walkers.RecordedWalk(2, n_times=61)  # 2 walkers, seen 61 times, a hop apart
positions = walkers.run(two_hoppers, seed=5, n_batches=1)["positions"][0, :, :, 0]

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for number, path in enumerate(positions, start=1):
    axes.step(np.arange(61), path, where="post", label=f"hopper {number}")
axes.set(xlabel="time [τ]", ylabel="position x [ℓ]", title="Two hoppers, the same rule")
axes.legend();

# %% [markdown]
# Nothing to be learnt from two: where one of them goes says nothing about the other.
#
# ## A thousand hoppers
#
# A thousand walkers from the same site. No single one is any easier to predict. But the crowd is:
# it stays centred, and it widens. As the hops are independent, their squares add up,
#
# $$ \langle x^2 \rangle = \ell^2\,\frac{t}{\tau} = 2 D t \qquad\text{with}\qquad
#    D = \frac{\ell^2}{2\tau}, $$
#
# and the crowd becomes a bell, $\exp(-x^2/4Dt)$.

# %%
thousand = walkers.RecordedWalk(1000, n_times=401)
x = walkers.run(thousand, seed=5, n_batches=1)["positions"][0, :, :, 0]

figure, (paths, bell) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
paths.plot(x[:40].T, lw=0.5, color="tab:blue", alpha=0.6)
t = np.arange(401)
paths.plot(t, np.sqrt(t), "k", lw=1.5, label=r"$\pm\sqrt{2Dt}$")
paths.plot(t, -np.sqrt(t), "k", lw=1.5)
paths.set(xlabel="time t [τ]", ylabel="position x [ℓ]", title="Forty of the thousand")
paths.legend()
fine = np.linspace(-70, 70, 281)
for time, colour in ((100, "tab:orange"), (400, "tab:green")):
    bell.hist(x[:, time], bins=np.arange(-69, 71, 4), density=True, color=colour, alpha=0.5)
    bell.plot(
        fine,
        np.exp(-(fine**2) / (2 * time)) / np.sqrt(2 * np.pi * time),
        color=colour,
        label=f"t = {time} τ",
    )
bell.set(xlabel="position x [ℓ]", ylabel="share per site [1/ℓ]", title="Where they are")
bell.legend();

# %% [markdown]
# ## A flux, out of nothing but hops
#
# Now let the walkers be crowded on the left and sparse on the right. Look at two neighbouring
# sites that hold $c_i$ and $c_{i+1}$ walkers. At every tick half of the left ones hop right, half
# of the right ones hop left, and the difference gets across:
#
# $$ J = \tfrac12 c_i - \tfrac12 c_{i+1} = -\tfrac12\,(c_{i+1} - c_i)
#      = -D\,\frac{\Delta c}{\Delta x}\,, \qquad D = \tfrac12\,\ell^2/\tau . $$
#
# Nobody pushed. More come from where more are.
#
# The scenario `fick-slab` puts this to the test: a slab of sites between two reservoirs which
# hold, at every tick, a random number of walkers around $c_\text{left}$ and $c_\text{right}$.
# It counts every hop, both ways.

# %%
slab = scenarios.run("fick-slab", n_sites=10, c_left=4, c_right=1, batches=64, seed=7)
slab.plot()

# %% [markdown]
# The dots are the walkers, counted; the line is the law. The concentration falls evenly from one
# reservoir to the other. Now look at the traffic over the bond in the middle of the slab:

# %%
slab.frame.set_index("quantity").loc[
    ["flux_forward", "flux_backward", "flux"], ["value", "stderr", "law", "unit"]
]

# %% [markdown]
# The flux is the small difference of two large streams. Every walker goes both ways alike; only
# their numbers differ.
#
# ## Flux against gradient
#
# Fick's law says that *twice the gradient gives twice the flux*, with the same $D$. So we change
# the left reservoir, measure the flux that emerges, and draw one against the other. The error bars
# are one standard error, from sixteen independent repetitions (*batches*). Each dot has a seed of
# its own: with one seed all four would be the same walks, weighted anew, and lie on one line
# whatever the rule is.

# %%
figure, axes = plt.subplots(figsize=(5.5, 3.6), layout="constrained")
n_sites, c_right = 10, 1.0
for seed, c_left in enumerate((0.0, 2.0, 4.0, 7.0), start=7):
    run = scenarios.run(
        "fick-slab", n_sites=n_sites, c_left=c_left, c_right=c_right, batches=16, seed=seed
    )
    flux = run.verdicts[0]
    gradient = (c_right - c_left) / (n_sites + 1)
    axes.errorbar(-gradient, flux.value, yerr=flux.stderr, fmt="o", color="tab:blue", capsize=3)
line = np.array([-0.12, 0.6])
axes.plot(line, 0.5 * line, "k", lw=1, label=r"Fick, $D = \ell^2/2\tau$")
axes.axhline(0, color="grey", lw=0.5)
axes.set(
    xlabel="−dc/dx [walkers per site and ℓ]",
    ylabel="flux J [walkers/τ]",
    title="The flux that emerges",
)
axes.legend();

# %% [markdown]
# ## The verdict
#
# A dot near a line convinces the eye. A verdict needs more: the deviation in standard errors
# (`z`), and proof that the measurement *could have failed*. So each row has a rival (of
# the flux, one that does not know how thick the slab is), and says how small a deviation would have
# been noticed (`detects`).
# A law **agrees** only if the rival is ruled out.

# %%
scenarios.run("fick-slab", n_sites=20, precision=0.003, seed=7)
