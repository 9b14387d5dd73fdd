"""The solution passes, the student version does not, and each plausible mistake gets its hint."""

import math

import bookkit.checks.differentiating_the_solver as checks
from bookkit.checks.differentiating_the_solver import task
from tests.assignments.frame import Assignment
from tests.assignments.notebooks import answers

# What a student may well write: a line of the solution, what stands there instead, and the hint.
MEAN = "return ahead(h / 6, [a + 2 * b + 2 * c + d for a, b, c, d in zip(k1, k2, k3, k4)])"
MISTAKES = {
    "Euler in place of RK4": ("1", MEAN, "return ahead(h, k1)", "one is taken at t, two at t"),
    "the midpoint method": ("1", MEAN, "return ahead(h, k2)", "one is taken at t, two at t"),
    "the sum is not divided by six": ("1", "ahead(h / 6,", "ahead(h,", "They should weigh one"),
    "time stands still": ("1", "k4 = f(t + h,", "k4 = f(t,", "has a time of its own"),
    "time forgotten": ("1", "k2 = f(t + h / 2,", "k2 = f(t,", "has a time of its own"),
    "k4 half a step ahead": ("1", "f(t + h, ahead(h, k3))", "f(t + h, ahead(h / 2, k3))",
                             "every entry has moved there, by h/2, by h/2 and by h"),
    "k3 from k1": ("1", "ahead(h / 2, k2)", "ahead(h / 2, k1)", "that the slope before it leads"),
    "each entry moved alone": (
        "1", "k1 = f(t, u)",
        "k1 = f(t, u); ahead = lambda s, k, ahead=ahead: ahead(s, k) if s == h / 6 else u",
        "every entry has moved there"),
    "lists as if they were vectors": ("1", MEAN, "return u + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)",
                                      "lists do not add up or stretch like vectors"),
    "in place": ("1", "k1 = f(t, u)", "k1 = f(t, u); u[0] += 0.0; u.append(u.pop() + h)",
                 "build a new list for the result"),
    "no return": ("1", "return ahead(h / 6,", "ahead(h / 6,", "does the function end in `return`?"),
    "an exception": ("1", "k1 = f(t, u)", "k1 = f(u)", "of rk4_step: k1 = f(u)"),
    "a name that is not there": ("1", "k1 = f(t, u)", "k1 = f(t, z)", "read the error"),
    "the factor one half": ("2", "h / 2 * (a + b)", "h * (a + b)", "does each count half?"),
    "the second slope at u": ("2", "f_jvp(ahead, p,", "f_jvp(u, p,",
                              "the second slope is taken at ahead"),
    "the tangent of the second state": (
        "2", "ahead_dot = [d + h * k for d, k in zip(u_dot, k1_dot)]", "ahead_dot = u_dot",
        "u moves, and k1 moves"),
    "the second slope forgets p_dot": (
        "2", "k2_dot = f_jvp(ahead, p, ahead_dot, p_dot)",
        "k2_dot = f_jvp(ahead, p, ahead_dot, [0.0] * len(p))", "into both calls of f_jvp"),
    "half a product rule": ("2", "dmeet = dx * y + x * dy", "dmeet = dx * y", "each factor moves"),
    "parameters stand still": ("2", "dalpha * x + alpha * dx", "alpha * dx",
                               "the parameters move too"),
    "gamma and delta exchanged": ("2", "(dalpha, dbeta, dgamma, ddelta) = u_dot, p_dot",
                                  "(dalpha, dbeta, ddelta, dgamma) = u_dot, p_dot",
                                  "in the order alpha, beta, gamma, delta"),
    "a squared direction": ("2", "dmeet = dx * y + x * dy", "dmeet = dx * y + x * dy + dx * dy",
                            "exactly once"),
    "the Jacobian is not transposed": (
        "3", "[alpha * r_bar[0] + meet_bar * y, meet_bar * x - gamma * r_bar[1]]",
        "[alpha * r_bar[0] - beta * (y * r_bar[0] + x * r_bar[1]), "
        "delta * (y * r_bar[0] + x * r_bar[1]) - gamma * r_bar[1]]", "rows become columns"),
    "a sign": ("3", "-x * y * r_bar[0], -y * r_bar[1]", "x * y * r_bar[0], -y * r_bar[1]",
               "that term without it"),
    "the new state is forgotten": (
        "3", "for a, b, c in zip(new_bar, ahead_bar, u_bar)]",
        "for a, b, c in zip([0] * 9, ahead_bar, u_bar)]", "the new state is the old one"),
    "the way through ahead to u": (
        "3", "for a, b, c in zip(new_bar, ahead_bar, u_bar)]",
        "for a, b, c in zip(new_bar, [0] * 9, u_bar)]", "all of it goes on to u"),
    "the second slope pulled back at u": ("3", "= f_vjp(ahead, p, half)", "= f_vjp(u, p, half)",
                                          "pull it back at the state where that slope was taken"),
    "k1 acts only in the mean": (
        "3", "k1_bar = [a + h * b for a, b in zip(half, ahead_bar)]", "k1_bar = half",
        "k1 is used twice"),
    "v_bar is not passed on to k1 with h": (
        "3", "k1_bar = [a + h * b for", "k1_bar = [a + b for", "k1_bar collects twice"),
    "parameters of one slope": (
        "3", "return u_bar, [a + b for a, b in zip(p_bar_1, p_bar_2)]",
        "return u_bar, [2 * a for a in p_bar_1]", "the parameters act in both slopes"),
    "one list instead of two": (
        "3", "return u_bar, [a + b for a, b in zip(p_bar_1, p_bar_2)]", "return u_bar",
        "end it with `return u_bar, p_bar`"),
    "data minus model": ("4", "c + value - seen", "c + seen - value", "is model minus data"),
    "the state after the step": ("4", "step_vjp(before,", "step_vjp(after,",
                                 "at the state *before* the step"),
    "residuals on the way are forgotten": (
        "4", "u_bar = [c + value - seen for c, value, seen in zip(u_bar, after, row)]",
        "u_bar = u_bar if any(u_bar) else [value - seen for value, seen in zip(after, row)]",
        "two cotangents meet and add up"),
    "only the residual of the state itself": (
        "4", "u_bar = [c + value - seen for c, value, seen in zip(u_bar, after, row)]",
        "u_bar = [value - seen for value, seen in zip(after, row)]",
        "the last residual goes back through every step"),
    "only the last share counts": (
        "4", "gradient = [total + part for total, part in zip(gradient, share)]",
        "gradient = share", "collects a share at every step"),
    "no scaling": ("5", "v, total = [entry / length for entry in v]", "v, total = v", "1e308"),
    "time of a step forgotten": ("5", "total / (n * h)", "total / n", "divide by n * h"),
    "not divided at all": ("5", "total / (n * h)", "total", "by the time n * h"),
    "the last step only": ("5", "total + math.log(length)", "math.log(length)", "you say"),
    "the state stands still": ("5", "u, v = ad.jvp(", "_, v = ad.jvp(", "at the state *before* it"),
    "the first length counts": ("5", "[1 / math.sqrt(len(u))] * len(u)", "[3.0] * len(u)",
                                "the length that the tangent began with"),
    "the first length counts, where it is not one": (
        "5", "[1 / math.sqrt(len(u))] * len(u)", "[1.0] * len(u)",
        "around a resting point from which all spirals away"),
    "one step too few": ("5", "total / (n * h)", "total / ((n - 1) * h)", "there are 1500"),
    "not all of the steps": ("5", "for _ in range(n):", "for _ in range(n // 2):", "you say"),
}  # fmt: skip


# Answers that no check should take: the engine, and roads that cost what the task forbids.
CLEVER = {
    "each entry alone, by a loop": ("1", """
def rk4_step(f, t, u, h):
    new = []
    for i in range(len(u)):
        def slope(t, value):
            return f(t, [*u[:i], value, *u[i + 1:]])[i]
        k1 = slope(t, u[i])
        k2 = slope(t + h / 2, u[i] + h / 2 * k1)
        k3 = slope(t + h / 2, u[i] + h / 2 * k2)
        k4 = slope(t + h, u[i] + h * k3)
        new.append(u[i] + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return new
""", "every entry has moved there"),
    "forward mode of the engine": ("2", """
def rates_jvp(u, p, u_dot, p_dot):
    return list(ad.jvp(rates, (u, p), (u_dot, p_dot))[1])
""", "no engine here"),
    "the engine through the step": ("2", """
def heun_jvp(f, f_jvp, u, p, h, u_dot, p_dot):
    return list(ad.jvp(lambda u, p: heun_step(f, u, p, h), (u, p), (u_dot, p_dot))[1])
""", "no engine"),
    "differences of the step": ("2", """
def heun_jvp(f, f_jvp, u, p, h, u_dot, p_dot):
    def at(e):
        return heun_step(f, [a + e * b for a, b in zip(u, u_dot)],
                         [a + e * b for a, b in zip(p, p_dot)], h)
    return [(a - b) / 2e-6 for a, b in zip(at(1e-6), at(-1e-6))]
""", "hint"),
    "complex numbers": ("2", """
def heun_jvp(f, f_jvp, u, p, h, u_dot, p_dot):
    moved = heun_step(f, [a + 1e-30j * b for a, b in zip(u, u_dot)],
                      [a + 1e-30j * b for a, b in zip(p, p_dot)], h)
    return [value.imag / 1e-30 for value in moved]
""", "no complex numbers"),
    "reverse mode of the engine": ("3", """
def rates_vjp(u, p, r_bar):
    u_bar, p_bar = ad.vjp(rates, u, p)[1](r_bar)
    return list(u_bar), list(p_bar)
""", "no engine here"),
    "a gradient made before": ("3", """
by_row = [ad.grad(lambda u, p, i=i: rates(u, p)[i], argnums=(0, 1)) for i in range(2)]
def rates_vjp(u, p, r_bar):
    rows = [g(u, p) for g in by_row]
    return ([sum(w * row[0][k] for w, row in zip(r_bar, rows)) for k in range(2)],
            [sum(w * row[1][k] for w, row in zip(r_bar, rows)) for k in range(4)])
""", "no engine here"),
    "the gradient of the engine": ("4", """
def loss_gradient(step, step_vjp, u0, p, data):
    return list(ad.grad(lambda p: loss(step, u0, p, data))(p))
""", "no engine"),
    "each state computed from the start": ("4", """
def loss_gradient(step, step_vjp, u0, p, data):
    def state(n):
        u = u0
        for _ in range(n):
            u = step(u, p)
        return u
    u_bar, gradient = [0.0] * len(u0), [0.0] * len(p)
    for n in reversed(range(len(data))):
        u_bar = [c + v - d for c, v, d in zip(u_bar, state(n + 1), data[n])]
        u_bar, share = step_vjp(state(n), p, u_bar)
        gradient = [a + b for a, b in zip(gradient, share)]
    return gradient
""", "as many calls of each as there are rows"),
    "each residual pulled back on its own": ("4", """
def loss_gradient(step, step_vjp, u0, p, data):
    states, gradient = [u0], [0.0] * len(p)
    for _ in data:
        states.append(step(states[-1], p))
    for end, row in enumerate(data, 1):
        u_bar = [v - d for v, d in zip(states[end], row)]
        for n in reversed(range(end)):
            u_bar, share = step_vjp(states[n], p, u_bar)
            gradient = [a + b for a, b in zip(gradient, share)]
    return gradient
""", "as many calls of each as there are rows"),
    "by recursion": ("4", """
def loss_gradient(step, step_vjp, u0, p, data):
    def back(u, rest):
        if not rest:
            return [0.0] * len(u0), [0.0] * len(p)
        new = step(u, p)
        u_bar, gradient = back(new, rest[1:])
        u_bar = [c + v - d for c, v, d in zip(u_bar, new, rest[0])]
        u_bar, share = step_vjp(u, p, u_bar)
        return u_bar, [a + b for a, b in zip(gradient, share)]
    return back(u0, data)[1]
""", "loop"),
    "a constant that everybody knows": ("5", """
def growth_rate(step, u, h, n):
    return 0.906
""", "hint"),
    "the tangent of the next state": ("5", """
def growth_rate(step, u, h, n):
    v, total = [1.0] + [0.0] * (len(u) - 1), 0.0
    for _ in range(n):
        u = step(u)
        _, v = ad.jvp(step, (u,), (v,))
        length = math.hypot(*v)
        v, total = [entry / length for entry in v], total + math.log(length)
    return total / (n * h)
""", "at the state *before* it"),
    "sixty steps are enough": ("5", """
def growth_rate(step, u, h, n):
    v, total = [1.0] + [0.0] * (len(u) - 1), 0.0
    for _ in range(min(n, 60)):
        u, v = ad.jvp(step, (u,), (v,))
        length = math.hypot(*v)
        v, total = [entry / length for entry in v], total + math.log(length)
    return total / (min(n, 60) * h)
""", "all n steps count"),
}  # fmt: skip


# Right answers that look different: they pass, whatever the instances.
UNUSUAL = {
    "the 3/8 rule, in tuples": ("1", """
def rk4_step(f, t, u, h):
    def ahead(*slopes):
        return tuple(v + h * sum(w * k[i] for w, k in slopes) for i, v in enumerate(u))
    k1 = f(t, u)
    k2 = f(t + h / 3, ahead((1 / 3, k1)))
    k3 = f(t + 2 * h / 3, ahead((-1 / 3, k1), (1, k2)))
    k4 = f(t + h, ahead((1, k1), (-1, k2), (1, k3)))
    return ahead((1 / 8, k1), (3 / 8, k2), (3 / 8, k3), (1 / 8, k4))
"""),
    "in NumPy": ("1", """
import numpy as np
def rk4_step(f, t, u, h):
    u, g = np.array(u), lambda t, u: np.array(f(t, list(u)))
    k1 = g(t, u)
    k2 = g(t + h / 2, u + h / 2 * k1)
    k3 = g(t + h / 2, u + h / 2 * k2)
    return u + h / 6 * (k1 + 2 * k2 + 2 * k3 + g(t + h, u + h * k3))
"""),
    "tangents in arrays": ("2", """
def heun_jvp(f, f_jvp, u, p, h, u_dot, p_dot):
    vec = ad.numpy.array
    ahead = vec(u) + h * vec(f(u, p))
    k1_dot = vec(f_jvp(u, p, u_dot, p_dot))
    k2_dot = vec(f_jvp(ahead, p, vec(u_dot) + h * k1_dot, p_dot))
    return vec(u_dot) + h / 2 * (k1_dot + k2_dot)
"""),
    "the Jacobian written out": ("3", """
def rates_vjp(u, p, r_bar):
    (x, y), (alpha, beta, gamma, delta) = u, p
    rows = [[alpha - beta * y, -beta * x, x, -x * y, 0, 0],
            [delta * y, delta * x - gamma, 0, 0, -y, x * y]]
    row = [sum(w * r[k] for w, r in zip(r_bar, rows)) for k in range(6)]
    return row[:2], tuple(row[2:])
"""),
    "each piece pulled back apart": ("3", """
def heun_vjp(f, f_vjp, u, p, h, new_bar):
    ahead = [a + h * b for a, b in zip(u, f(u, p))]
    half = [h / 2 * c for c in new_bar]
    a_bar, p2 = f_vjp(ahead, p, half)
    through_ahead, p3 = f_vjp(u, p, [h * a for a in a_bar])
    through_mean, p1 = f_vjp(u, p, half)
    return (tuple(sum(parts) for parts in zip(new_bar, a_bar, through_ahead, through_mean)),
            [sum(parts) for parts in zip(p1, p2, p3)])
"""),
    "checkpoints": ("4", """
def loss_gradient(step, step_vjp, u0, p, data):
    every, kept, u = 40, {}, u0
    for n in range(len(data)):
        if n % every == 0:
            kept[n] = u
        u = step(u, p)
    u_bar, gradient = [0.0] * len(u0), [0.0] * len(p)
    for first in sorted(kept, reverse=True):
        states, last = [kept[first]], min(first + every, len(data))
        for _ in range(first, last):
            states.append(step(states[-1], p))
        for n in reversed(range(first, last)):
            u_bar = [c + v - d for c, v, d in zip(u_bar, states[n - first + 1], data[n])]
            u_bar, share = step_vjp(states[n - first], p, u_bar)
            gradient = [a + b for a, b in zip(gradient, share)]
    return gradient
"""),
    "along an axis that stretches little": ("5", """
def growth_rate(step, u, h, n):
    v, total = [0.0] * (len(u) - 1) + [1.0], 0.0
    for _ in range(n):
        u, v = ad.jvp(step, (u,), (v,))
        length = math.hypot(*v)
        v, total = [entry / length for entry in v], total + math.log(length)
    return total / (n * h)
"""),
    "a tangent that is not scaled at every step": ("5", """
def growth_rate(step, u, h, n):
    v, total = [3.0] * len(u), -math.log(math.hypot(*[3.0] * len(u)))
    for k in range(n):
        u, v = ad.jvp(step, (u,), (v,))
        if k % 10 == 0 or k == n - 1:
            length = math.hypot(*v)
            v, total = [entry / length for entry in v], total + math.log(length)
    return total / (n * h)
"""),
}  # fmt: skip


class TestSolver(Assignment):
    name = "differentiating_the_solver"
    given = """
import math
import mini_autodiff as ad
from bookkit.checks.differentiating_the_solver import heun_step, lorenz_step, loss, rates
"""
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL

    def test_a_task_can_be_done_without_the_ones_before_it(self, number):
        found = answers(self.code(), self.given)  # its own: names are taken away below
        alone = {name: found[name] for name in self.asked().of(number)[0].names}
        for other in set(self.asked().names) - set(alone):
            for function in alone.values():
                function.__globals__.pop(other, None)
        assert task(number, *alone.values())


def test_one_who_memorises_the_public_instances_fails_at_grading():
    seen, solution = {}, TestSolver.solution()
    right, heun_jvp = solution["rates_jvp"], solution["heun_jvp"]

    def recorded(u, p, u_dot, p_dot):
        return seen.setdefault(repr((u, p, u_dot, p_dot)), right(u, p, u_dot, p_dot))

    def memorised(u, p, u_dot, p_dot):
        return seen.get(repr((u, p, u_dot, p_dot)), [0.0, 0.0])

    assert task("2", recorded, heun_jvp)
    assert task("2", memorised, heun_jvp)
    assert not task("2", memorised, heun_jvp, seed="autumn")


def test_the_given_functions_are_what_the_chapter_says():
    """Heun's step is of order two, and the loss of a run against itself is zero."""
    p, errors = [1.0, 0.5, 1.0, 0.5], []

    def end(n):
        u = [1.0, 1.0]
        for _ in range(n):
            u = checks.heun_step(checks.rates, u, p, 1 / n)
        return u

    exact = end(4096)
    errors = [math.dist(end(n), exact) for n in (32, 64)]
    assert abs(math.log2(errors[0] / errors[1]) - 2) < 0.1  # the next term is one part in 32
    step = lambda u, p: checks.heun_step(checks.rates, u, p, 0.1)  # noqa: E731
    rows = [step([1.0, 1.0], p)]
    rows.append(step(rows[-1], p))
    assert checks.loss(step, [1.0, 1.0], p, rows) == 0
