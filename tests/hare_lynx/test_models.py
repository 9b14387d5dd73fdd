"""The eight right-hand sides and their gradients, against differences and the book's own engine."""

import inspect

import jax
import jax.numpy as jnp
import nbformat
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

import mini_autodiff as ad
import mini_autodiff.numpy as anp
from bookkit.hare_lynx import fit, forecast, target
from bookkit.hare_lynx.models import MODELS
from mini_autodiff import ode
from tests.pages import ROOT


def directional(loss, theta, eps=1e-5):
    """(derivative by reverse mode, central difference) along a fixed random direction."""
    flat, unravel = ravel_pytree(theta)
    direction = jax.random.normal(jax.random.key(1), flat.shape) / np.sqrt(flat.size)
    along = jax.jit(jax.vmap(jax.value_and_grad(lambda s: loss(unravel(flat + s * direction)))))
    (_, up, down), (slope, _, _) = along(jnp.array([0.0, eps, -eps]))
    return float(slope), float((up - down) / (2 * eps))


@pytest.mark.parametrize("name", MODELS)
def test_gradients_of_both_losses(name, logs):
    """Central differences: truncation eps^2 = 1e-10 times a third derivative that may be 1e4 here,
    cancellation 1e-16 / 1e-5 times the loss; so six digits."""
    model, key = MODELS[name], jax.random.key(8)
    curve = jnp.asarray(target.published(logs)[1])
    values = jnp.asarray(forecast.centred(logs[:30], 1874)[0])
    follow = directional(lambda theta: fit.sse(model, theta, curve, 20.0), model.draw(key))
    restart = directional(
        lambda theta: forecast.restart_loss(model, theta, values, 30),
        forecast.draw_restarts(model, key),
    )
    for exact, difference in (follow, restart):
        assert exact == pytest.approx(difference, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["lv", "ode2", "ode3"])
def test_small_models_agree_with_our_engine(name, logs):
    """The same RK4, field and loss in mini_autodiff: the same derivatives to rounding."""
    model, years = MODELS[name], 5
    curve = target.published(logs)[1][: 2 * years + 1]
    theta = model.draw(jax.random.key(8))
    if name == "lv":

        def field(t, u, p):
            a, b, c, d = (anp.exp(rate) for rate in p["log_rates"])
            return anp.array([a - b * anp.exp(u[1]), c * anp.exp(u[0]) - d])
    else:

        def field(t, u, p):
            return anp.tanh(p["S"] @ u - p["b"])

    def loss(p):
        start = anp.array([*curve[0].tolist(), *[0.0] * (model.n - 2)])
        _, states = ode.solve_fixed(field, start, 0.0, float(years), 4 * years, p)
        return anp.sum((states[::2, :2] - anp.array(curve.tolist())) ** 2)

    ours = ad.grad(loss)({key: anp.array(leaf.tolist()) for key, leaf in theta.items()})
    theirs = jax.grad(lambda theta: fit.sse(model, theta, jnp.asarray(curve)))(theta)
    for key, leaf in theirs.items():
        np.testing.assert_allclose(np.array(ours[key].tolist()), leaf, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", ["ode3", "ode4", "node3", "node4"])
def test_hidden_start_is_no_parameter(name):
    """Shifting a hidden state by c is the same as changing the constant inside the tanh."""
    model = MODELS[name]
    theta = model.draw(jax.random.key(3))
    u = jax.random.normal(jax.random.key(4), (model.n,))
    shift = jnp.zeros(model.n).at[2:].set(0.7)
    if "S" in theta:
        other = {**theta, "b": theta["b"] - theta["S"] @ shift}
    else:
        other = {**theta, "c": theta["c"] + theta["W"] @ shift}
    np.testing.assert_allclose(
        model.field(0, u - shift, other), model.field(0, u, theta), atol=1e-14
    )


@pytest.mark.parametrize(
    "chapter, names",
    [("to_jax", ("lotka_volterra", "rk4_step", "trajectory")), ("hare_and_lynx", ("rk4_step",))],
)
def test_chapters_run_chapter_fives_own_lines(chapter, names):
    """What they show under the two import lines is chapter 5's, not a letter changed."""

    def functions(place):
        notebook = nbformat.read(ROOT / "book" / f"{place}.ipynb", 4)
        cells = (cell.source for cell in notebook.cells if cell.cell_type == "code")
        text = "\n\n\n".join(cells)
        return [text.split(f"def {name}(")[1].split("\n\n\n")[0].strip() for name in names]

    assert functions(f"models/{chapter}") == functions("derivatives/differentiating_the_solver")


def test_docstrings_name_their_equation():
    for model in MODELS.values():
        assert inspect.signature(model.field).parameters.keys() == {"t", "u", "p"}
