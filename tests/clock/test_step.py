"""The exponential step: closed forms, its order, another solver, and its gradient."""

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bookkit.clock import circuit, keep_time, light, step


def test_messengers_are_exact_and_proteins_of_second_order(unregulated):
    """Constant production: m is solved exactly; p sees a curved m, between ends taken straight."""
    free, days = unregulated(), 1
    c = {k: float(v.ravel()[0]) for k, v in circuit.bounded(free).items()}
    m_rest = c["a"] * 0.4 / c["d"]
    lost = np.exp(-c["d"] * days)
    m_end = m_rest + (c["m0"] - m_rest) * lost

    def protein(t):
        share = (c["m0"] - m_rest) * c["b"] / (c["e"] - c["d"])
        rest = c["b"] * m_rest / c["e"]
        return rest + share * np.exp(-c["d"] * t) + (c["p0"] - rest - share) * np.exp(-c["e"] * t)

    off = []
    for per_cell in (1, 2, 4):
        us = jax.jit(step.run, static_argnames="per_cell")(
            free, light.dark(days), per_cell=per_cell
        )
        assert abs(float(us[-1, 0]) - m_end) < 1e-10 * m_end
        half = us[5 * per_cell, 4]  # 0.1 days, while much still moves
        off.append(abs(float(half) - protein(0.1)))
    assert 3.0 < off[0] / off[1] < 5.0 and 3.4 < off[1] / off[2] < 4.6, off


def kvaerno(free, sky, ts):
    """The same equation by an implicit solver with an adaptive step."""
    c = circuit.bounded(free)
    d = jnp.concatenate([c["d"], c["e"]])

    def field(t, u, _):
        cell = jnp.clip(jnp.floor(t * light.CELLS).astype(int), 0, len(sky) - 1)
        made = light.made_by_light(t, jnp.asarray(sky)[cell])
        return step.production(c, u, made) - d * u

    return diffrax.diffeqsolve(
        diffrax.ODETerm(field), diffrax.Kvaerno5(), 0.0, float(ts[-1]), 1e-4,
        jnp.concatenate([c["m0"], c["p0"]]), saveat=diffrax.SaveAt(ts=ts), max_steps=20_000,
        stepsize_controller=diffrax.PIDController(rtol=1e-7, atol=1e-5, jump_ts=ts),
    ).ys  # fmt: skip


@pytest.mark.parametrize("law", ["thermodynamic", "neural"])
def test_another_solver_agrees(law):
    free = circuit.draw(jax.random.key(6), law)
    sky = light.skies(3, 1, 1, wait=0.3)[0]
    ts = jnp.linspace(0.0, 1.0, light.CELLS + 1)  # every change of the sky
    theirs = kvaerno(free, sky, ts)
    ours = [step.run(free, sky, per_cell=n)[::n] for n in (4, 16)]
    size = jnp.abs(theirs).max(axis=0)
    off = [float((jnp.abs(u - theirs) / size).max()) for u in ours]
    assert off[1] < 0.02 and off[1] < off[0] / 4, off  # between first and second order at a kink


@pytest.mark.parametrize(
    "law, kind",
    [("thermodynamic", None), ("thermodynamic", "square root"), ("neural", "langevin")],
)
def test_the_gradient_is_that_of_differences(law, kind):
    free = circuit.draw(jax.random.key(7), law)
    sky = light.skies(1, 1, 1, wait=0.3)[0]
    z = 0.3 * jax.random.normal(jax.random.key(8), (100, 8)) if kind else None
    f = jax.jit(lambda x: keep_time.loss(x, sky, 1.0, z, kind or "langevin"))
    along = jax.tree.map(
        lambda x, k: jax.random.normal(k, x.shape), free,
        dict(zip(free, jax.random.split(jax.random.key(9), len(free)), strict=True)),
    )  # fmt: skip
    slope = sum(float(jnp.sum(a * b)) for a, b in zip(
        jax.tree.leaves(jax.grad(f)(free)), jax.tree.leaves(along), strict=True))  # fmt: skip
    eps = 1e-5
    up, down = (f(jax.tree.map(lambda x, v, s=s: x + s * eps * v, free, along)) for s in (1, -1))
    # Differences err by eps^2 times a third derivative, and by 1e-16 / eps of rounding.
    assert abs((up - down) / (2 * eps) - slope) < 1e-6 * max(abs(slope), 1e-2)


def test_the_fastest_rates_do_not_upset_a_step(unregulated):
    free = unregulated(a=800.0, d=800.0, b=80_000.0, e=80_000.0)
    us = step.run(free, light.dark(1))
    assert bool(jnp.all(jnp.isfinite(us))) and bool(jnp.all(us >= 0))
    assert abs(float(us[-1, 4]) - 0.4) < 1e-6
