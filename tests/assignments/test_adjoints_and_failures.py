"""Chapter 6: the assignment's solution, plausible mistakes, clever wrong and unusual right ones."""

import itertools
from fractions import Fraction

import mini_autodiff as ad
from bookkit.checks.adjoints_and_failures import grow, leap, task
from tests.assignments.frame import Assignment

# A line of the solution, what stands there instead, and words of the counter-example or the hint.
MISTAKES = {
    "the last share only": ("1", "bar_theta += share", "bar_theta = share", "a share of its own"),
    "from the front": ("1", "states.pop()", "states.pop(0)", "from the last step to the first"),
    "one state too many": ("1", "range(n - 1)", "range(n)", "you say"),
    "the cotangent stands still": ("1", "bar, share = back(", "_, share = back(", "you say"),
    "the state after the step": (
        "1", "back(states.pop(), theta, bar)", "back(step(states.pop(), theta), theta, bar)",
        "the state before the step"),
    "a run too many": ("1", "    while states:\n        bar, share",
                       "    step(states[-1], theta); step(states[-1], theta)\n"
                       "    while states:\n        bar, share", "one run forwards"),
    "one number": ("1", "return bar, bar_theta", "return bar_theta", "asked for are"),
    "a float": ("1", "bar_theta = 0\n    while", "bar_theta = 0.0\n    while", "no floats"),
    "the sign of the time": ("2", "return -moved", "return moved", "reached sooner"),
    "g itself stands still": ("2", " + g_theta\n", "\n", "should not move"),
    "the state stands still": (
        "2", "sum(a * b for a, b in zip(g_y, y_theta)) + g_theta", "g_theta", "should not move"),
    "the first number only": ("2", "sum(a * b for a, b in zip(g_y, slope))", "g_y[0] * slope[0]",
                              "should not move"),
    "not divided": ("2", "-moved / crossing", "-moved", "should not move"),
    "a touch divides by zero": ("2", "if crossing == 0:", "if False:", "only touches"),
    "a touch is never": ("2", "raise ValueError(\"the curve only touches the threshold, "
                         "so its time has no slope\")", "return 0", "only touches"),
    "the drift first": ("3", "    p = p - h / 2 * force(q)\n    q = q - h * p\n",
                        "    q = q - h * p\n    p = p - h / 2 * force(q)\n", "undone first"),
    "a leap with the same step": ("3", "q = q - h * p", "q = q + h * p", "and back ends at"),
    "a whole push": ("3", "p = p - h / 2 * force(q)\n    q", "p = p - h * force(q)\n    q",
                     "and back ends at"),
    "three forces": ("3", "return q, p - h / 2 * force(q)", "force(q)\n    "
                     "return q, p - h / 2 * force(q)", "two are enough"),
    "the weight is forgotten": ("4", "loss += weight * miss**2", "loss += miss**2", "the loss"),
    "the end stands still": ("4", "slopes[i + 1] -= 2 * weight * miss", "pass", "the slope in sta"),
    "plus at the end": ("4", "slopes[i + 1] -=", "slopes[i + 1] +=", "the slope in start"),
    "the two is lost": ("4", "2 * weight * miss)", "weight * miss)", "you say"),
    "the data are forgotten": ("4", "slopes = [2 * (a - b) for a, b in zip(starts, seen)]",
                               "slopes = [0 for _ in starts]", "the slope in start"),
    "the last piece steps on": ("4", "range(len(starts) - 1)", "range(len(starts))", "raised"),
    "the first half first": (
        "5", "    bar = pull_far(step, back, middle, bar, n - n // 2)\n    del middle\n"
        "    return pull_far(step, back, first, bar, n // 2)",
        "    bar = pull_far(step, back, first, bar, n // 2)\n"
        "    return pull_far(step, back, middle, bar, n - n // 2)",
        "walked back first"),
    "no middle": ("5", "middle = step(middle)", "pass", "you say"),
}  # fmt: skip


def by_the_engine(step, back, y, theta, n, bar):
    def run(start, rate):
        for _ in range(n):
            start = grow(start, rate)
        return start

    _, pull = ad.vjp(run, float(y), float(theta))
    return pull(float(bar))


def by_a_difference(force, q, p, h):
    """Newton's first guess: the same step with the time reversed, by Euler."""
    return q - h * p, p - h * force(q)


def from_the_start(step, back, first, bar, n):
    for k in reversed(range(n)):
        state = first
        for _ in range(k):
            state = step(state)
        bar = back(state, bar)
    return bar


def all_kept(step, back, first, bar, n):
    states = [first]
    for _ in range(n - 1):
        states.append(step(states[-1]))
    while states:
        bar = back(states.pop(), bar)
    return bar


def two_layers(step, back, first, bar, n):
    """Chapter 6's own way: about two square roots of n states, too many here."""
    size = max(1, round(n**0.5))
    marks = [first]
    state = first
    for k in range(1, n):
        state = step(state)
        if k % size == 0:
            marks.append(state)
    del state
    for m in reversed(range(len(marks))):
        states = [marks.pop()]
        for _ in range(min(size, n - m * size) - 1):
            states.append(step(states[-1]))
        while states:
            bar = back(states.pop(), bar)
    return bar


class Dual:
    """An engine made of fractions, as exact as the fractions are."""

    def __init__(self, value, tangent=0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        return Dual(
            self.value * other.value, self.value * other.tangent + self.tangent * other.value
        )

    def __truediv__(self, other):
        other = other if isinstance(other, Dual) else Dual(other)
        value = self.value / other.value
        return Dual(value, (self.tangent - value * other.tangent) / other.value)

    def __rtruediv__(self, other):
        return Dual(other) / self

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    __radd__, __rmul__ = __add__, __mul__


def loss_of_pieces(step, starts, seen, theta, weight):
    loss = sum((a - b) * (a - b) for a, b in zip(starts, seen, strict=True))
    for a, b in itertools.pairwise(starts):
        miss = step(a, theta) - b
        loss += weight * (miss * miss)
    return loss


def by_duals(step, back, starts, seen, theta, weight):
    def slope(starts, theta):
        loss = loss_of_pieces(step, starts, seen, theta, weight)
        return loss.tangent if isinstance(loss, Dual) else 0

    slopes = [
        slope([Dual(s, int(i == j)) for j, s in enumerate(starts)], theta)
        for i in range(len(starts))
    ]
    loss = loss_of_pieces(step, starts, seen, theta, weight)
    return loss, slopes, slope(starts, Dual(theta, 1))


def by_duals_of_its_own_step(step, back, *rest):
    return by_duals(grow, back, *rest)


def by_rounded_differences(step, back, starts, seen, theta, weight):
    eps = Fraction(1, 10**30)
    loss = loss_of_pieces(step, starts, seen, theta, weight)

    def slope(starts, theta):
        moved = (loss_of_pieces(step, starts, seen, theta, weight) - loss) / eps
        return moved.limit_denominator(10**12)

    slopes = [
        slope([s + eps * (i == j) for j, s in enumerate(starts)], theta) for i in range(len(starts))
    ]
    return loss, slopes, slope(starts, theta + eps)


def forwards(step, back, y, theta, n, bar):
    """Right for one number, but no walk back: the slopes are carried along."""
    in_y, in_theta = 1, 0
    for k in range(n):
        a, b = back(y, theta, 1)
        in_y, in_theta = a * in_y, a * in_theta + b
        if k < n - 1:
            y = step(y, theta)
    return bar * in_y, bar * in_theta


def never_negative(slope, g_y, g_theta, y_theta):
    crossing = sum(a * b for a, b in zip(g_y, slope, strict=True))
    if crossing == 0:
        raise ValueError("touches")
    return -abs(sum(a * b for a, b in zip(g_y, y_theta, strict=True)) + g_theta) / abs(crossing)


def afraid_of_rest(slope, g_y, g_theta, y_theta):
    """A number of the state that rests is no touch."""
    crossing = sum(a * b for a, b in zip(g_y, slope, strict=True))
    if crossing == 0 or 0 in slope:
        raise ValueError("touches")
    return -(sum(a * b for a, b in zip(g_y, y_theta, strict=True)) + g_theta) / crossing


def by_symmetry(force, q, p, h):
    """Right for an odd force only."""
    p = p + h / 2 * force(-q)
    q = q - h * p
    return q, p + h / 2 * force(-q)


def forgetful_counter(step, back, first, bar, n):
    """Everything is kept, and whatever the class of the states has for counting is emptied."""
    states = [first]
    for _ in range(n - 1):
        type(first).alive.clear()
        states.append(step(states[-1]))
    type(first).most = 0
    while states:
        bar = back(states.pop(), bar)
    return bar


CLEVER = {
    "the engine": ("1", by_the_engine),
    "forwards": ("1", forwards),
    "never negative": ("2", never_negative),
    "afraid of rest": ("2", afraid_of_rest),
    "by symmetry": ("3", by_symmetry),
    "an engine of fractions": ("4", by_duals),
    "an engine of fractions, past step": ("4", by_duals_of_its_own_step),
    "rounded differences": ("4", by_rounded_differences),
    "the counter emptied": ("5", forgetful_counter),
    "Euler with a negative step": ("3", by_a_difference),
    "again from the start": ("5", from_the_start),
    "everything kept": ("5", all_kept),
    "two layers": ("5", two_layers),
}


def test_a_small_difference_is_told_apart():
    """Not "it is -63.0304, you say -63.0304"."""

    def nearly(force, q, p, h):
        q, p = by_the_leap_itself(force, q, p, h)
        return q + Fraction(1, 10**12), p

    assert "off by 1e-12" in " ".join(task("3", nearly).text.split())


def forwards_and_back(step, back, y, theta, n, bar):
    """By a function that calls itself: the run is kept on Python's own stack."""
    if n == 1:
        return back(y, theta, bar)
    bar, later = forwards_and_back(step, back, step(y, theta), theta, n - 1, bar)
    bar, share = back(y, theta, bar)
    return [bar, share + later]


def cotangent_at_the_end(step, back, y, theta, n, bar):
    """A walk back is linear in the cotangent: walk with 1, multiply at the end."""
    states = [y]
    for _ in range(n):  # one more than needed
        states.append(step(states[-1], theta))
    in_y, in_theta = 1, 0
    for state in reversed(states[:-1]):
        in_y, share = back(state, theta, in_y)
        in_theta += share
    return in_y * bar, in_theta * bar


def by_the_leap_itself(force, q, p, h):
    """Leapfrog is its own way back, if the momentum is turned round."""
    q, p = leap(force, q, -p, h)
    return q, -p


def with_a_stack(step, back, first, bar, n):
    """Halving without a function that calls itself: a list of (state, how many steps from it)."""
    work = [(first, n)]
    del first
    while work:
        state, count = work.pop()
        if count == 1:
            bar = back(state, bar)
            continue
        work.append((state, count // 2))
        for _ in range(count // 2):
            state = step(state)
        work.append((state, count - count // 2))
        del state
    return bar


def by_one_row(slope, g_y, g_theta, y_theta):
    """g moves by one row times (dy, dtheta); set its change along the curve to nought."""
    row = [*g_y, g_theta]
    along = sum(a * b for a, b in zip(row, [*slope, 0], strict=True))
    aside = sum(a * b for a, b in zip(row, [*y_theta, 1], strict=True))
    if not along:
        raise ValueError("it touches")
    return -Fraction(aside) / along


def from_the_last_piece(step, back, starts, seen, theta, weight):
    """Pieces from the last to the first, and misses kept."""
    misses = [step(a, theta) - b for a, b in itertools.pairwise(starts)]
    loss = sum(weight * m * m for m in misses)
    slopes, bar_theta = [0 for _ in starts], 0
    for i in reversed(range(len(misses))):
        bar = 2 * weight * misses[i]
        share, of_theta = back(starts[i], theta, bar)
        slopes[i], slopes[i + 1] = slopes[i] + share, slopes[i + 1] - bar
        bar_theta += of_theta
    for i, (a, b) in enumerate(zip(starts, seen, strict=True)):
        loss, slopes[i] = loss + (a - b) ** 2, slopes[i] + 2 * (a - b)
    return loss, tuple(slopes), bar_theta


UNUSUAL = {
    "one row": ("2", by_one_row),
    "from the last piece": ("4", from_the_last_piece),
    "calls itself": ("1", forwards_and_back),
    "the cotangent at the end": ("1", cotangent_at_the_end),
    "the leap itself": ("3", by_the_leap_itself),
    "a list of work": ("5", with_a_stack),
}


class TestAdjoints(Assignment):
    name = "adjoints_and_failures"
    mistakes, clever, unusual = MISTAKES, CLEVER, UNUSUAL
