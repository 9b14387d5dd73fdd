"""The three gradient problems of the engine benchmark, and gradients written by hand for them.

W1: Lotka-Volterra, RK4, 200 steps of 0.05, squared error at 20 times; 6 derivatives.
W2: a neural ODE, 2-16-2 with tanh, RK4, 100 steps of 0.05; 82 derivatives.
W3: a chain ``x <- x + 0.1 tanh(p_i x)``, one parameter a link.

Each is written twice: in ``mini_autodiff.numpy`` (the names are those of ``jax.numpy``, so the same
text runs under JAX), and as plain Python with its gradient, as a careful person would write it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from types import SimpleNamespace

STEPS, H = 200, 0.05
RATES = {"alpha": 0.55, "beta": 0.028, "gamma": 0.84, "delta": 0.026}
START = [33.0, 6.0]


def observations() -> list[list[float]]:
    """What W1 is fitted to: the trajectory of other rates, at every tenth step."""
    x, y = 30.0, 4.0
    rows = []
    for k in range(1, STEPS + 1):
        x, y = _rk4(lambda x, y: (0.5 * x - 0.025 * x * y, 0.025 * x * y - 0.8 * y), x, y)
        if k % 10 == 0:
            rows.append([x, y])
    return rows


def network(hidden: int = 16, seed: int = 0) -> dict:
    """Weights of W2 as nested lists."""
    draw = random.Random(seed)
    return {
        "W1": [[draw.gauss(0.0, 0.5) for _ in range(2)] for _ in range(hidden)],
        "b1": [draw.gauss(0.0, 0.1) for _ in range(hidden)],
        "W2": [[draw.gauss(0.0, 0.3) for _ in range(hidden)] for _ in range(2)],
        "b2": [draw.gauss(0.0, 0.1) for _ in range(2)],
    }


def chain(n: int, seed: int = 0) -> list[float]:
    """Parameters of W3."""
    draw = random.Random(seed)
    return [draw.uniform(-1.0, 1.0) for _ in range(n)]


# -- for mini_autodiff and for JAX ----------------------------------------------------------------


def losses(jnp, lax, rows: list[list[float]] | None = None) -> SimpleNamespace:
    """The losses, in the names that both libraries share; ``rows`` in place of W1's data."""

    def rk4(f: Callable, y, h):
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        k4 = f(y + h * k3)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    data = jnp.array(rows or observations())

    def w1(p, y0):
        def f(state):
            x, y = state
            dx = p["alpha"] * x - p["beta"] * x * y
            dy = p["delta"] * x * y - p["gamma"] * y
            return jnp.array([dx, dy])

        def observe(carry, seen):
            state, loss = carry
            state, _ = lax.scan(lambda s, _: (rk4(f, s, H), None), state, None, length=10)
            return (state, loss + jnp.sum((state - seen) ** 2)), None

        (_, loss), _ = lax.scan(observe, (y0, 0.0), data)
        return loss

    def w1_ys(p, y0):
        """The same with the whole trajectory kept, as most people write it."""

        def f(state):
            x, y = state
            dx = p["alpha"] * x - p["beta"] * x * y
            dy = p["delta"] * x * y - p["gamma"] * y
            return jnp.array([dx, dy])

        def step(state, _):
            state = rk4(f, state, H)
            return state, state

        _, ys = lax.scan(step, y0, None, length=STEPS)
        return jnp.sum((ys[9::10] - data) ** 2)

    def w2(p):
        def f(y):
            return p["W2"] @ jnp.tanh(p["W1"] @ y + p["b1"]) + p["b2"]

        y, _ = lax.scan(lambda y, _: (rk4(f, y, H), None), jnp.array([1.0, 0.5]), None, length=100)
        return jnp.sum(y**2)

    def w3(p):
        x, _ = lax.scan(lambda x, p_i: (x + 0.1 * jnp.tanh(p_i * x), None), 1.0, p)
        return x

    return SimpleNamespace(w1=w1, w1_ys=w1_ys, w2=w2, w3=w3)


# -- by hand --------------------------------------------------------------------------------------


def w1_plain(x, y, a, b, c, d, data) -> float:
    """W1 without a derivative."""
    h, loss = H, 0.0
    h2, h6 = h / 2, h / 6
    for seen_x, seen_y in data:
        for _ in range(10):
            p1 = a * x - b * x * y
            q1 = d * x * y - c * y
            x2 = x + h2 * p1
            y2 = y + h2 * q1
            p2 = a * x2 - b * x2 * y2
            q2 = d * x2 * y2 - c * y2
            x3 = x + h2 * p2
            y3 = y + h2 * q2
            p3 = a * x3 - b * x3 * y3
            q3 = d * x3 * y3 - c * y3
            x4 = x + h * p3
            y4 = y + h * q3
            p4 = a * x4 - b * x4 * y4
            q4 = d * x4 * y4 - c * y4
            x = x + h6 * (p1 + 2 * p2 + 2 * p3 + p4)
            y = y + h6 * (q1 + 2 * q2 + 2 * q3 + q4)
        ex = x - seen_x
        ey = y - seen_y
        loss += ex * ex + ey * ey
    return loss


def w1_by_hand(x, y, a, b, c, d, data) -> tuple:
    """W1 and its six derivatives: stored states, stages computed again, adjoints by hand."""
    h = H
    h2, h6, h3 = h / 2, h / 6, h / 3
    xs, ys, errors = [], [], []
    loss = 0.0
    for seen_x, seen_y in data:
        for _ in range(10):
            xs.append(x)
            ys.append(y)
            p1 = a * x - b * x * y
            q1 = d * x * y - c * y
            x2 = x + h2 * p1
            y2 = y + h2 * q1
            p2 = a * x2 - b * x2 * y2
            q2 = d * x2 * y2 - c * y2
            x3 = x + h2 * p2
            y3 = y + h2 * q2
            p3 = a * x3 - b * x3 * y3
            q3 = d * x3 * y3 - c * y3
            x4 = x + h * p3
            y4 = y + h * q3
            p4 = a * x4 - b * x4 * y4
            q4 = d * x4 * y4 - c * y4
            x = x + h6 * (p1 + 2 * p2 + 2 * p3 + p4)
            y = y + h6 * (q1 + 2 * q2 + 2 * q3 + q4)
        ex = x - seen_x
        ey = y - seen_y
        loss += ex * ex + ey * ey
        errors.append((ex, ey))
    dx = dy = da = db = dc = dd = 0.0
    k = STEPS - 1
    for ex, ey in reversed(errors):
        dx += 2.0 * ex
        dy += 2.0 * ey
        for _ in range(10):
            x, y = xs[k], ys[k]
            k -= 1
            xy = x * y
            p1 = a * x - b * xy
            q1 = d * xy - c * y
            x2 = x + h2 * p1
            y2 = y + h2 * q1
            xy2 = x2 * y2
            p2 = a * x2 - b * xy2
            q2 = d * xy2 - c * y2
            x3 = x + h2 * p2
            y3 = y + h2 * q2
            xy3 = x3 * y3
            p3 = a * x3 - b * xy3
            q3 = d * xy3 - c * y3
            x4 = x + h * p3
            y4 = y + h * q3
            dp = h6 * dx
            dq = h6 * dy
            da += dp * x4
            dc -= dq * y4
            db -= dp * x4 * y4
            dd += dq * x4 * y4
            m = d * dq - b * dp
            gx = a * dp + m * y4
            gy = m * x4 - c * dq
            sx, sy = gx, gy
            dp = h3 * dx + h * gx
            dq = h3 * dy + h * gy
            da += dp * x3
            dc -= dq * y3
            db -= dp * xy3
            dd += dq * xy3
            m = d * dq - b * dp
            gx = a * dp + m * y3
            gy = m * x3 - c * dq
            sx += gx
            sy += gy
            dp = h3 * dx + h2 * gx
            dq = h3 * dy + h2 * gy
            da += dp * x2
            dc -= dq * y2
            db -= dp * xy2
            dd += dq * xy2
            m = d * dq - b * dp
            gx = a * dp + m * y2
            gy = m * x2 - c * dq
            sx += gx
            sy += gy
            dp = h6 * dx + h2 * gx
            dq = h6 * dy + h2 * gy
            da += dp * x
            dc -= dq * y
            db -= dp * xy
            dd += dq * xy
            m = d * dq - b * dp
            dx += sx + a * dp + m * y
            dy += sy + m * x - c * dq
    return loss, (da, db, dc, dd, dx, dy)


def w2_plain(p: dict) -> float:
    """W2 without a derivative."""
    W1, b1, W2, b2 = p["W1"], p["b1"], p["W2"], p["b2"]
    rows = [(w[0], w[1], b) for w, b in zip(W1, b1, strict=True)]
    tanh = math.tanh
    out_x, out_y = W2
    bx, by = b2

    def f(x, y):
        hidden = [tanh(u * x + v * y + b) for u, v, b in rows]
        p, q = bx, by
        for w, z, t in zip(out_x, out_y, hidden, strict=True):
            p += w * t
            q += z * t
        return p, q

    x, y, h = 1.0, 0.5, H
    for _ in range(100):
        p1, q1 = f(x, y)
        p2, q2 = f(x + h / 2 * p1, y + h / 2 * q1)
        p3, q3 = f(x + h / 2 * p2, y + h / 2 * q2)
        p4, q4 = f(x + h * p3, y + h * q3)
        x += h / 6 * (p1 + 2 * p2 + 2 * p3 + p4)
        y += h / 6 * (q1 + 2 * q2 + 2 * q3 + q4)
    return x * x + y * y


def w2_by_hand(p: dict) -> tuple:
    """W2 and its 82 derivatives by hand, with loops over the hidden units."""
    W1, b1, W2, b2 = p["W1"], p["b1"], p["W2"], p["b2"]
    tanh, n = math.tanh, len(b1)
    u1 = [w[0] for w in W1]
    u2 = [w[1] for w in W1]
    w1, w2 = W2
    bx, by = b2
    every = range(n)

    def f(x, y):
        hidden = [tanh(u * x + v * y + b) for u, v, b in zip(u1, u2, b1, strict=True)]
        p, q = bx, by
        for w, z, t in zip(w1, w2, hidden, strict=True):
            p += w * t
            q += z * t
        return p, q, hidden

    x, y, h = 1.0, 0.5, H
    states = []
    for _ in range(100):
        states.append((x, y))
        p1, q1, _ = f(x, y)
        p2, q2, _ = f(x + h / 2 * p1, y + h / 2 * q1)
        p3, q3, _ = f(x + h / 2 * p2, y + h / 2 * q2)
        p4, q4, _ = f(x + h * p3, y + h * q3)
        x += h / 6 * (p1 + 2 * p2 + 2 * p3 + p4)
        y += h / 6 * (q1 + 2 * q2 + 2 * q3 + q4)
    loss = x * x + y * y
    dx, dy = 2.0 * x, 2.0 * y
    du1, du2, db1 = [0.0] * n, [0.0] * n, [0.0] * n
    dw1, dw2 = [0.0] * n, [0.0] * n
    dbx = dby = 0.0

    def back(x, y, hidden, dp, dq):
        nonlocal dbx, dby
        dbx += dp
        dby += dq
        gx = gy = 0.0
        for i in every:
            t = hidden[i]
            dw1[i] += dp * t
            dw2[i] += dq * t
            g = (w1[i] * dp + w2[i] * dq) * (1.0 - t * t)
            db1[i] += g
            du1[i] += g * x
            du2[i] += g * y
            gx += g * u1[i]
            gy += g * u2[i]
        return gx, gy

    for x, y in reversed(states):
        p1, q1, t1 = f(x, y)
        x2, y2 = x + h / 2 * p1, y + h / 2 * q1
        p2, q2, t2 = f(x2, y2)
        x3, y3 = x + h / 2 * p2, y + h / 2 * q2
        p3, q3, t3 = f(x3, y3)
        x4, y4 = x + h * p3, y + h * q3
        _, _, t4 = f(x4, y4)
        gx4, gy4 = back(x4, y4, t4, h / 6 * dx, h / 6 * dy)
        gx3, gy3 = back(x3, y3, t3, h / 3 * dx + h * gx4, h / 3 * dy + h * gy4)
        gx2, gy2 = back(x2, y2, t2, h / 3 * dx + h / 2 * gx3, h / 3 * dy + h / 2 * gy3)
        gx1, gy1 = back(x, y, t1, h / 6 * dx + h / 2 * gx2, h / 6 * dy + h / 2 * gy2)
        dx += gx1 + gx2 + gx3 + gx4
        dy += gy1 + gy2 + gy3 + gy4
    return loss, {"W1": [list(r) for r in zip(du1, du2, strict=True)], "b1": db1,
                  "W2": [dw1, dw2], "b2": [dbx, dby]}  # fmt: skip


def w3_plain(p: list[float]) -> float:
    """W3 without a derivative."""
    tanh, x = math.tanh, 1.0
    for p_i in p:
        x = x + 0.1 * tanh(p_i * x)
    return x


def w3_by_hand(p: list[float]) -> tuple:
    """W3 and its derivatives by hand."""
    tanh, x, xs, ts = math.tanh, 1.0, [], []
    for p_i in p:
        xs.append(x)
        t = tanh(p_i * x)
        ts.append(t)
        x = x + 0.1 * t
    dx, slopes = 1.0, []
    for p_i, x_i, t in zip(reversed(p), reversed(xs), reversed(ts), strict=True):
        g = 0.1 * dx * (1.0 - t * t)
        slopes.append(g * x_i)
        dx += g * p_i
    slopes.reverse()
    return x, slopes


# -- for a tape: the plain programs again, with functions that take its numbers -------------------


def w1_tape(x, y, a, b, c, d, data):
    """W1, scalar by scalar, as one would write it for an eager tape."""

    def f(x, y):
        return a * x - b * x * y, d * x * y - c * y

    loss = 0.0
    for seen_x, seen_y in data:
        for _ in range(10):
            x, y = _rk4(f, x, y)
        loss = loss + (x - seen_x) ** 2 + (y - seen_y) ** 2
    return loss


def w2_tape(p):
    """W2, scalar by scalar."""
    import mini_autodiff.numpy as jnp

    tanh = jnp.tanh
    rows = list(zip(p["W1"], p["b1"], strict=True))

    def f(x, y):
        hidden = [tanh(w[0] * x + w[1] * y + b) for w, b in rows]
        out = []
        for row, total in zip(p["W2"], p["b2"], strict=True):
            for w, t in zip(row, hidden, strict=True):
                total = total + w * t
            out.append(total)
        return out

    x, y = 1.0, 0.5
    for _ in range(100):
        x, y = _rk4(f, x, y)
    return x * x + y * y


def w3_tape(p):
    """W3, scalar by scalar."""
    import mini_autodiff.numpy as jnp

    x, tanh = 1.0, jnp.tanh
    for p_i in p:
        x = x + 0.1 * tanh(p_i * x)
    return x


def _rk4(f, x, y):
    h = H
    p1, q1 = f(x, y)
    p2, q2 = f(x + h / 2 * p1, y + h / 2 * q1)
    p3, q3 = f(x + h / 2 * p2, y + h / 2 * q2)
    p4, q4 = f(x + h * p3, y + h * q3)
    x = x + h / 6 * (p1 + 2.0 * p2 + 2.0 * p3 + p4)
    return x, y + h / 6 * (q1 + 2.0 * q2 + 2.0 * q3 + q4)


# -- parameters as a list and back ----------------------------------------------------------------


def flatten(net: dict) -> list[float]:
    """The weights of W2 as a list, by sorted key."""
    return [
        x for k in sorted(net) for row in net[k] for x in (row if isinstance(row, list) else [row])
    ]


def unflatten(v: list[float]) -> dict:
    """The weights of W2 from such a list."""
    n = (len(v) - 2) // 5
    W1, W2, b1, b2 = v[: 2 * n], v[2 * n : 4 * n], v[4 * n : 5 * n], v[5 * n :]
    return {"W1": [W1[2 * i : 2 * i + 2] for i in range(n)], "W2": [W2[:n], W2[n:]],
            "b1": b1, "b2": b2}  # fmt: skip


def hand_gradient(name: str, result: tuple) -> list[float]:
    """The hand-written gradient in the order of the others."""
    if name == "w1":
        da, db, dc, dd, dx, dy = result[1]
        return [da, db, dd, dc, dx, dy]
    return flatten(result[1]) if name == "w2" else list(result[1])
