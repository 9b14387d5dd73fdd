"""The exercises of chapter 7: right answers pass for any seed, slips get their own hint."""

import math

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bookkit.checks import CounterExample
from bookkit.checks.to_jax import check, run_record

pytestmark = pytest.mark.usefixtures("float64")
COARSE = diffrax.PIDController(rtol=1e-5, atol=1e-5)
FINE = diffrax.PIDController(rtol=1e-8, atol=1e-8)


def solution(field, y0, t1, args, solver=None, controller=FINE, **more):
    return diffrax.diffeqsolve(
        diffrax.ODETerm(field),
        solver or diffrax.Tsit5(),
        0.0,
        t1,
        dt0=None,
        y0=y0,
        args=args,
        stepsize_controller=controller,
        **more,
    )


def left(field, k):
    return solution(field, jnp.array(1.0), 1.0, k, controller=COARSE).ys[0]


def compile_once(field):
    return jax.jit(lambda k: left(field, k))


def by_hand(field):
    """Euler's method in steps so fine that they pass: another right way."""
    step = lambda y, _: (y + 1e-4 * field(0.0, y, step.k), None)  # noqa: E731

    def run(k):
        step.k = k
        return jax.lax.scan(step, 1.0, length=10_000)[0]

    return jax.jit(run)


def padded(ponds, fill=1.0):
    longest = max(map(len, ponds))
    values = jnp.array([[*pond, *[fill] * (longest - len(pond))] for pond in ponds])
    real = jnp.array([[1.0] * len(pond) + [0.0] * (longest - len(pond)) for pond in ponds])
    return values, real


def losses(of_day, ponds):
    values, real = padded(ponds)
    return jnp.sum(real * jax.vmap(jax.vmap(of_day))(values), axis=1) / jnp.sum(real, axis=1)


def end_to_end(of_day, ponds):
    """All days in one row, cut up afterwards: another right way."""
    flat = np.asarray(jax.vmap(of_day)(jnp.array([v for pond in ponds for v in pond])))
    return [float(part.mean()) for part in np.split(flat, np.cumsum([len(p) for p in ponds])[:-1])]


def colony64(n, births):
    return n + sum(births, 0.0)


def sir(t, u, p):
    s, i, _ = u
    new, well = p["beta"] * s * i, p["gamma"] * i
    return jnp.array([-new, new - well, well])


def sir_at(t, u, p):
    """With .at, each result kept: another right way."""
    du = jnp.zeros(3).at[0].set(-p["beta"] * u[0] * u[1])
    du = du.at[2].set(p["gamma"] * u[1])
    return du.at[1].set(-du[0] - du[2])


def end_or_inf(field, y0, t1, k):
    run = solution(field, y0, t1, k, throw=False)
    return jnp.where(run.result == diffrax.RESULTS.successful, run.ys[-1], jnp.inf)


def follow(t, y, k):
    return -k * (y - jnp.cos(t))


def followed(k, solver=None, **more):
    return solution(
        follow,
        jnp.array(0.0),
        10.0,
        k,
        solver or diffrax.Kvaerno5(),
        diffrax.PIDController(rtol=1e-6, atol=1e-6),
        **more,
    )


def observed(field, y0, ts, k):
    return solution(field, y0, ts[-1], k, saveat=diffrax.SaveAt(ts=ts))


def herd(x):
    return jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)


def harvest_record(season, quota):
    lines = ["v0 = 1.0 - x", "v1 = x * v0"]
    if season == "closed":
        return [*lines, "result = v1"]
    return [*lines, f"v2 = {quota} * e", "v3 = v1 - v2", "result = v3"]


def worth_it(first_a, each_a, first_b, each_b):
    if first_b < first_a:
        return 1
    if each_b >= each_a:
        return None
    return int((first_b - first_a) / (each_a - each_b)) + 2


def gut_and_blood(t, u, p):
    return jnp.array([-p["k"] * u[0], p["k"] * u[0] - p["c"] * u[1]])


def drug(p, ts):
    start = jnp.array([1.0, 0.0])
    return solution(gut_and_blood, start, ts[-1], p, saveat=diffrax.SaveAt(ts=ts)).ys


RIGHT = {
    "7.1": compile_once,
    "7.2": losses,
    "7.3": colony64,
    "7.4": sir,
    "7.5": end_or_inf,
    "7.6": followed,
    "7.7": observed,
    "7.8": herd,
    "7.9": harvest_record,
    "7.10": worth_it,
    "7.11": drug,
}


@pytest.mark.parametrize("seed", ["public", "autumn", "winter"])
@pytest.mark.parametrize("number", RIGHT)
def test_right_answers_pass(number, seed):
    verdict = check(number, RIGHT[number], seed=seed)
    assert verdict, verdict.text


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("7.1", by_hand),
        ("7.2", end_to_end),
        ("7.4", sir_at),
        ("7.6", lambda k: followed(k, diffrax.Kvaerno3())),
        (  # nobody asked for a slope by k here
            "7.7",
            lambda f, y0, ts, k: solution(
                f, y0, ts[-1], k, saveat=diffrax.SaveAt(ts=ts), max_steps=None
            ),
        ),
        (
            "7.8",
            lambda x: (
                jnp.sign(jnp.maximum(x, 0.0)) * jnp.exp(0.5 * jnp.log(jnp.where(x > 0, x, 1.0)))
            ),
        ),
    ],
)
def test_an_unusual_right_answer_passes(number, answer):
    verdict = check(number, answer)
    assert verdict, verdict.text


def anew(field):
    return lambda k: jax.jit(lambda y: solution(field, y, 1.0, k).ys[0])(jnp.array(1.0))


def in_place(t, u, p):
    du = jnp.zeros(3)
    du.at[0].set(-p["beta"] * u[0] * u[1])
    return du


WRONG = {
    "jit inside": ("7.1", anew, "it was traced anew"),
    "a number, not a function": ("7.1", lambda field: 1.0, "no function of k"),
    "another end": (
        "7.1",
        lambda field: jax.jit(lambda k: solution(field, 1.0, 2.0, k).ys[0]),
        "the state at 1 is",
    ),
    "the rate frozen": ("7.1", lambda field: jax.jit(lambda k: left(field, 0.5)), "hand k over"),
    "divided by the longest": (
        "7.2",
        lambda f, ponds: (
            jnp.sum(padded(ponds)[1] * jax.vmap(jax.vmap(f))(padded(ponds)[0]), 1)
            / padded(ponds)[0].shape[1]
        ),
        "not by the longest record",
    ),
    "one at a time": (
        "7.2",
        lambda f, ponds: [float(jnp.mean(jnp.array([f(v) for v in pond]))) for pond in ponds],
        "for 4 ponds",
    ),
    "filled with zeros": (
        "7.2",
        lambda f, ponds: (
            jnp.sum(padded(ponds, 0.0)[1] * jax.vmap(jax.vmap(f))(padded(ponds, 0.0)[0]), 1)
            / jnp.sum(padded(ponds)[1], 1)
        ),
        "no finite number",
    ),
    "32 bits": ("7.3", lambda n, births: jnp.float32(n) + sum(births), "Stay with 64"),
    "a birth taken out of the trace": (
        "7.3",
        lambda n, births: n + sum(jax.lax.stop_gradient(b) for b in births),
        "the slope by the last birth",
    ),
    "plain float": ("7.3", lambda n, births: float(n) + sum(births), "read the error"),
    "nothing kept": ("7.4", in_place, "leaves s arrives in i"),
    "no recovery": (
        "7.4",
        lambda t, u, p: jnp.array([-1, 1, 0]) * p["beta"] * u[0] * u[1],
        "leaves i arrives in r",
    ),
    "filled in place": ("7.4", lambda t, u, p: u.__setitem__(0, 0.0), "immutable"),
    "an error as before": ("7.5", lambda f, y0, t1, k: solution(f, y0, t1, k).ys[-1], "max_steps"),
    "what was there": (
        "7.5",
        lambda f, y0, t1, k: solution(f, y0, t1, k, throw=False).ys[-1],
        "nothing to trust",
    ),
    "large is given up": (
        "7.5",
        lambda f, y0, t1, k: jnp.where(
            abs(y := solution(f, y0, t1, k, throw=False).ys[-1]) < 1e6, y, jnp.inf
        ),
        "ask the result code",
    ),
    "all of ys": (
        "7.5",
        lambda f, y0, t1, k: jnp.stack([end_or_inf(f, y0, t1, k)] * 2),
        "gave the shape (8,)",
    ),
    "another time than t1": (
        "7.5",
        lambda f, y0, t1, k: end_or_inf(f, y0, 1.0, k),
        "return the state at t1",
    ),
    "the model of the text": (
        "7.5",
        lambda f, y0, t1, k: end_or_inf(lambda t, y, k: k * y**2, y0, t1, k),
        "k y^2 - y / 10",
    ),
    "explicit": (
        "7.6",
        lambda k: (
            followed(k, diffrax.Tsit5(), max_steps=None)
            if k < 5e3
            else followed(k, diffrax.Tsit5(), max_steps=5000, throw=False)
        ),
        "steps",
    ),
    "the state only": ("7.6", lambda k: followed(k).ys, "not one part of it"),
    "another time": (
        "7.6",
        lambda k: solution(follow, jnp.array(0.0), 9.0, k, diffrax.Kvaerno5()),
        "the last time 10",
    ),
    "all steps": (
        "7.7",
        lambda f, y0, ts, k: solution(f, y0, ts[-1], k, saveat=diffrax.SaveAt(steps=True)),
        "keep more than was asked",
    ),
    "dense as well": (
        "7.7",
        lambda f, y0, ts, k: solution(f, y0, ts[-1], k, saveat=diffrax.SaveAt(ts=ts, dense=True)),
        "dense=True",
    ),
    "from the first time": (
        "7.7",
        lambda f, y0, ts, k: diffrax.diffeqsolve(
            diffrax.ODETerm(f),
            diffrax.Tsit5(),
            ts[0],
            ts[-1],
            dt0=None,
            y0=y0,
            args=k,
            stepsize_controller=FINE,
            saveat=diffrax.SaveAt(ts=ts),
        ),
        "start at 0",
    ),
    "one where": ("7.8", lambda x: jnp.where(x > 0, jnp.sqrt(x), 0.0), "is not a number"),
    "a small number": ("7.8", lambda x: jnp.sqrt(jnp.maximum(x, 0.0) + 1e-12), "you give"),
    "clipped": ("7.8", lambda x: jnp.sqrt(jnp.maximum(x, 0.0)), "cannot give"),
    "the wrong side": (
        "7.8",
        lambda x: jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), x),
        "you give",
    ),
    "the global by name": (
        "7.9",
        lambda s, q: [line.replace(str(q), "QUOTA") for line in harvest_record(s, q)],
        "write its value",
    ),
    "the branch for ever": ("7.9", lambda s, q: harvest_record("open", q), "is not run"),
    "the if as well": (
        "7.9",
        lambda s, q: ["if SEASON:", *harvest_record(s, q)],
        "decides or prints",
    ),
    "two in one line": (
        "7.9",
        lambda s, q: ["v0 = x * (1.0 - x)", "result = v0"],
        "is not one operation",
    ),
    "a fraction": (
        "7.10",
        lambda a, b, c, d: worth_it(a, b, c, d) and 1 + (c - a) / (b - d),
        "round up",
    ),
    "a tie for a win": (
        "7.10",
        lambda a, b, c, d: worth_it(a, b, c, d) and max(1, 1 + math.ceil((c - a) / (b - d))),
        "both take as long",
    ),
    "no answer at all": ("7.10", lambda a, b, c, d: None if a < 9 else 1, "you return None"),
    "one too early": (
        "7.10",
        lambda a, b, c, d: worth_it(a, b, c, d) and worth_it(a, b, c, d) - 1,
        "not cheaper yet",
    ),
    "a thousand": ("7.10", lambda a, b, c, d: 10**9, "already"),
    "a winner always": ("7.10", lambda a, b, c, d: worth_it(a, b, c, d) or 10**9, "never wins"),
    "nothing arrives": (
        "7.11",
        lambda p, ts: drug(p, ts) * jnp.array([1.0, 0.0]),
        "arrives in the blood",
    ),
    "the other way round": ("7.11", lambda p, ts: drug(p, ts)[:, ::-1], "a state is off"),
    "one row a state": ("7.11", lambda p, ts: drug(p, ts).T, "one row a time"),
    "no slope": (
        "7.11",
        lambda p, ts: jax.lax.stop_gradient(drug(p, ts)),
        "the slope of the blood",
    ),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_gets_its_hint(slip):
    number, answer, words = WRONG[slip]
    verdict = check(number, answer)
    assert not verdict
    assert words in " ".join(verdict.text.split()), verdict.text


def test_a_record_that_divides_by_zero_is_a_counter_example_not_a_crash():
    with pytest.raises(CounterExample, match="divides by 0"):
        run_record(["v0 = x / 0.0", "result = v0"], {"x": 1.0})
