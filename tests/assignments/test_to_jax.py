"""Chapter 7's assignment: the solution passes, and each plausible mistake gets its hint."""

import pytest

from bookkit.checks import to_jax_tasks
from tests.assignments.frame import Assignment

pytestmark = pytest.mark.usefixtures("float64")
GIVEN = """
import jax
jax.config.update("jax_enable_x64", True)
import diffrax
import jax.numpy as jnp
"""


@pytest.fixture(autouse=True, scope="module")
def compile_each_answer_once():
    """A check compiles anew, as a student may change a global meanwhile; here nothing changes."""
    known, anew = {}, to_jax_tasks._compiled

    def once(function, answer):
        key = function, answer.__answer_of__
        if key not in known:
            known[key] = anew(function, answer)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(to_jax_tasks, "_compiled", once)
        yield


STACK = "columns = jax.tree.map(lambda *leaves: jnp.array(leaves), *starts)"
FIELD = (
    '    return jnp.array([p["r"] * x * (1.0 - x / p["limit"]) - eaten, 0.5 * eaten - p["m"] * y])'
)
CLOSED = """    from types import SimpleNamespace
    left = jnp.maximum(1.0 - v * t1 / 2, 0.0)
    ys = jnp.array([[left**2, left**2 + v * left / k]])
    return SimpleNamespace(ys=ys, stats={"num_steps": jnp.array(9)})
"""
# What a student may well write: a line of the solution, what stands there instead, and the hint.
MISTAKES = {
    "the value": ("1", '"result = bar_x"', '"result = " + ("c" if shaded else "b")',
                  "that is the value"),
    "the sign of the quotient": ("1", '"bar_h = 0.0 - share"', '"bar_h = 0.0 + share"',
                                 "add the payments up"),
    "one use forgotten": ("1", '"bar_x = from_a + bar_h"', '"bar_x = from_a + 0.0"',
                          "add the payments up"),
    "the shade for ever": ("1", "if shaded:", "if True:", "other branch"),
    "the global by name": ("1", '"h = {half} + x"', '"h = HALF + x"', "write its value"),
    "two operations in a line": ("1", '"share = b / h"', '"share = a / h / h"',
                                 "is not one operation"),
    "a loop": ("2", "return int(jnp.nanargmin(losses))",
               "return int(jnp.nanargmin(jnp.array([loss(s) for s in starts])))", "times for"),
    "NaN is least": ("2", "jnp.nanargmin", "jnp.argmin", "takes NaN for the smallest"),
    "the loss itself": ("2", "return int(jnp.nanargmin(losses))",
                        "return float(jnp.nanmin(losses))", "no index"),
    "the worst": ("2", "jnp.nanargmin(losses)", "jnp.nanargmax(losses)", "has the loss"),
    "the first": ("2", STACK, "return 0", "has the loss"),
    "no compartment for the ill": ("3", "caught - ill, ill - well", "caught, ill - well",
                                   "add up to"),
    "incubation skipped": ("3", "caught - ill, ill - well", "-ill, caught + ill - well",
                           "from s to e"),
    "from the first time": ("3", "t0=0.0", "t0=ts[0]", "the start holds at t = 0"),
    "loose": ("3", "rtol=1e-8, atol=1e-10", "rtol=1e-3, atol=1e-6", "is the tolerance 1e-8"),
    "transposed": ("3", "    ).ys", "    ).ys[:, :3]", "one row a time"),
    "a float of the rate": ("3", "t1=ts[-1]", "t1=float(ts[-1])", "ConcretizationTypeError"),
    "no slope": ("3", "args=p, saveat", "args=jax.lax.stop_gradient(p), saveat", "as it came"),
    "explicit": ("4", "diffrax.Kvaerno5(), 0.0, t1,", "diffrax.Tsit5(), 0.0, t1, max_steps=9000, "
                 "throw=False,", "is stiff"),
    "one where": ("4", "jnp.where(there, u[0], 1.0)", "u[0]", "non-finite"),
    "in place": ("4", "return jnp.array([-v * root,", "du = jnp.zeros(2); du[0] = 0.0; "
                 "return jnp.array([-v * root,", "immutable"),
    "the signal the wrong way": ("4", "k * (u[0] - u[1])", "k * (u[0] - 2 * u[1])", "signal"),
    "a linear model": ("5", FIELD, "    return jnp.array([-p['r'] * x * p['limit'] + p['c'] * y, "
                       "-p['half'] * y - p['m'] * x])", "the model is linear"),
    "a parameter without a use": ("5", '- p["m"] * y', "- 0.3 * y", "m makes no difference"),
    "p from outside": ("5", "args=p,", "args=setup()[1],", "`field` and its p"),
    "another field": ("5", "diffrax.ODETerm(field)", "diffrax.ODETerm(lambda t, u, p: 0 * u)",
                      "`field` and its p"),
    "a straight line that is shifted": (
        "5", FIELD, "    return jnp.array([p['r'] - p['c'] * x * p['half'], "
        "p['limit'] * x - p['m'] * y])", "the model is linear"),
    "a model that explodes": ("5", FIELD, "    return jnp.array([p['r'] * x * x * p['limit'], "
                              "p['c'] * x - p['m'] * y * p['half']])", "does not reach"),
    "NaN for 0": ("2", "jnp.nanargmin(losses)", "jnp.argmin(jnp.nan_to_num(losses))",
                  "is not a number"),
    "at rest": ("5", "return [1.0, 0.5], p", "return [4.0, 1e-9], p", "nothing happens"),
    "three times": ("5", "[2.0, 4.0, 6.0, 8.0, 10.0, 12.0]", "[2.0, 4.0, 6.0]", "five or more"),
    "a list of values": ("5", 'p = {"r": 1.0,', 'p = [1.0]; q = {"r": 1.0,', "a dict of three"),
}  # fmt: skip


RECORD = """
def slope_record(half, shaded):
    lines = [f"h = {half} + x", "hh = h * h", f"top = v * {half}", "u = top / hh"]
    return [*lines, f"lost = {0.1 if shaded else 0.0} * u", "rest = u - lost", "result = rest"]
"""
SYMMETRIC = """
def slope_record(half, shaded):
    lines = []
    for end, sign in ("l", "-"), ("r", "+"):
        lines += [f"x{end} = x {sign} 0.00001", f"a{end} = v * x{end}", f"h{end} = {half} + x{end}"]
        lines += [f"b{end} = a{end} / h{end}", f"o{end} = {0.1 if shaded else 0.0} * a{end}"]
        lines += [f"c{end} = b{end} - o{end}"]
    return [*lines, "d = cr - cl", "e = d / 0.00002", "result = e"]
"""
CAPPED = "diffrax.Tsit5(), 0.0, t1, max_steps=20_000,"
RATES = "caught, ill, well = p["

# Wrong at heart, though some of its numbers may be right.
CLEVER = {
    "a difference": (
        "1", ('lines += ["bar_a = 1.0 / h", "share = b / h", "bar_h = 0.0 - share"]',
        's = 0.1 if shaded else 0.0\n'
        '    return ["y = x + 0.000001", "a = v * x", "c = v * y", f"h = {half} + x", '
        'f"i = {half} + y", '
        '"b = a / h", "d = c / i", f"e = {s} * a", f"f = {s} * c", "b2 = b - e", "d2 = d - f", '
        '"g = d2 - b2", "k = g / 0.000001", "result = k"]'), "gives itself away"),
    "a symmetric difference": ("1", SYMMETRIC, "is not exact"),
    "the shade takes a tenth of the slope": (
        "1", RECORD, "and the slope is"),
    "the size of the loss": ("2", ("jnp.nanargmin(losses)", "jnp.nanargmin(jnp.abs(losses))"),
                             "has the loss"),
    "the first eight": ("2", ("jnp.nanargmin(losses)", "jnp.nanargmin(losses[:8])"),
                        "has the loss"),
    "one leaf alone": (
        "2", lambda loss, starts: min(range(len(starts)), key=lambda k: starts[k]["b"][0]),
        "start"),
    "states between those of a grid": (
        "3", """
_run = epidemic
def epidemic(p, ts):
    grid = jnp.linspace(0.0, ts[-1], 60)
    return jnp.stack([jnp.interp(ts, grid, row) for row in _run(p, grid).T], axis=1)
""", "is off by"),
    "a rate that has no slope": (
        "3", (RATES, 'p = {**p, "sigma": jax.lax.stop_gradient(p["sigma"])}\n        ' + RATES),
        "the slope of a sum of states by sigma"),
    "NumPy behind a callback": (
        "3", """
from bookkit.checks.to_jax_tasks import epidemic_by_numpy
def epidemic(p, ts):
    shape = jax.ShapeDtypeStruct((len(ts), 4), jnp.float64)
    call = lambda p, ts: epidemic_by_numpy({k: float(v) for k, v in p.items()}, list(ts))
    return jax.pure_callback(call, shape, p, ts)
""", "do not support"),
    "a closed form": ("4", ("    def field(t, u, args):\n",
                            CLOSED + "    def field(t, u, args):\n"),
                      "diffrax's solution is asked for"),
    "a signal that is slower": (
        "4", ("diffrax.Kvaerno5(), 0.0, t1,", CAPPED + "throw=False,"), "is stiff"),
    "slow enough for an explicit solver": (
        "4", ("""        v, k = args
""", """        v, k = args[0], jnp.minimum(args[1], 1e3)
"""), "the signal is at"),
    "linear in disguise": (
        "5", (FIELD, "    met = p['c'] * x * y / (y + 1e-30) + 0 * p['half'] * p['m']\n"
              "    return jnp.array([-p['r'] * met, p['limit'] * met - p['m'] * p['half'] * y])"),
        "the model is linear"),
    "a parameter that hardly enters": ("5", ('- p["m"] * y', '- (0.3 + 1e-9 * p["m"]) * y'),
                                       "m makes no difference"),
    "the slope of one parameter": (
        "5", ("args=p,", 'args={**jax.lax.stop_gradient(p), "r": p["r"]},'), "`args`"),
}  # fmt: skip


BY_SCAN = """
def epidemic(p, ts):
    def rate(u):
        caught, ill, well = p["beta"] * u[0] * u[2], p["sigma"] * u[1], p["gamma"] * u[2]
        return jnp.array([-caught, caught - ill, ill - well, well])

    def step(u, h):
        k1 = rate(u)
        k2 = rate(u + h / 2 * k1)
        k3 = rate(u + h / 2 * k2)
        return u + h / 6 * (k1 + 2 * k2 + 2 * k3 + rate(u + h * k3)), None

    def stretch(u, span):
        u, _ = jax.lax.scan(step, u, jnp.full(300, span / 300))
        return u, u

    spans = jnp.diff(ts, prepend=0.0)
    return jax.lax.scan(stretch, jnp.array([0.99, 0.0, 0.01, 0.0]), spans)[1]
"""
# Other right ways: a text of the solution, and what stands there instead.
UNUSUAL = {
    "the derivative as one knows it": (
        "1", ('return [*lines, "bar_x = from_a + bar_h", "result = bar_x"]',
        's = 0.1 if shaded else 0.0\n'
        '    return [f"h = {half} + x", "hh = h * h", f"top = v * {half}", "u = top / hh", '
        'f"lost = {s} * v", "slope = u - lost", "result = slope"]')),
    "what is caught goes by shares: doubled states give doubled rates": (
        "5", (FIELD,
        "    met = p['c'] * x * y / (x + y)\n"
        "    return jnp.array([p['r'] * y - p['half'] * x - met, p['limit'] * met - p['m'] * y])")),
    "infinity for what is no number": (
        "2", ("return int(jnp.nanargmin(losses))",
        "return jnp.argmin(jnp.where(jnp.isnan(losses), jnp.inf, losses))")),
    "a bound of its own under the root": (
        "4", ("jnp.where(there, jnp.sqrt(jnp.where(there, u[0], 1.0)), 0.0)",
        "jnp.where(u[0] > 1e-14, jnp.sqrt(jnp.maximum(u[0], 1e-14)), 0.0)")),
    "the closed form": ("1", """
def slope_record(half, shaded):
    lines = [f"h = {half} + x", f"share = {half} / h", "steep = share / h"]
    return [*lines, *(["steep = steep - 0.1"] if shaded else []), "all = v * steep", "result = all"]
"""),
    "compiled once and asked in a loop": (
        "2", ("losses = jax.vmap(loss)(columns)",
              "losses = jnp.array([run(s) for run in [jax.jit(loss)] for s in starts])")),
    "classical steps in a scan": ("3", BY_SCAN),
    "the recovered are the rest": (
        "3", ("return jnp.array([-caught, caught - ill, ill - well, well])",
              "du = jnp.array([-caught, caught - ill, ill - well])\n"
              "        return jnp.append(du, -du.sum())")),
    "another implicit solver": ("4", ("diffrax.Kvaerno5()", "diffrax.Kvaerno3()")),
}  # fmt: skip


class TestToJax(Assignment):
    name = "to_jax"
    given = GIVEN
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
    seeds = Assignment.other_seeds
