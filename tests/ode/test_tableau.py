"""Every method has exactly the order that it claims: rooted-tree conditions, without rounding."""

from fractions import Fraction

import diffrax
import numpy as np
import pytest
from scipy.integrate import RK45

from mini_autodiff import ode
from mini_autodiff.ode.dense import DORMAND_PRINCE_DENSE
from mini_autodiff.ode.order import density, size, trees, weights
from mini_autodiff.ode.tableau import DECIMALS

METHODS = [
    ode.EULER, ode.MIDPOINT, ode.HEUN, ode.RK4, ode.THREE_EIGHTHS, ode.BOGACKI_SHAMPINE,
    ode.DORMAND_PRINCE, ode.TSITOURAS,
]  # fmt: skip
PAIRS = [m for m in METHODS if m.b_low]
EXACT = [m for m in METHODS if m is not ode.TSITOURAS]


def test_the_trees_are_all_there():
    # 1, 1, 2, 4, 9, 20: sequence A000081. The bushy tree of 4 has density 4, the tall one 4!.
    assert [len(trees(n)) for n in range(1, 7)] == [1, 1, 2, 4, 9, 20]
    assert density(((), (), ())) == 4 and density(((((),),),)) == 24
    assert all(size(tree) == 5 for tree in trees(5))


def defects(method, order, b=None):
    """How far the method is from each condition with trees of this size, and no other."""
    conditions = ode.order_conditions(method, order, b)
    return [left - right for _, left, right, size in conditions if size == order]


def test_the_conditions_up_to_order_4_are_those_of_the_textbooks():
    """Written out by hand, for two methods."""
    for method in (ode.THREE_EIGHTHS, ode.BOGACKI_SHAMPINE):
        a = [[*row, *[Fraction(0)] * (method.stages - len(row))] for row in method.a]
        a, b, c = (np.array(x, dtype=object) for x in (a, method.b, method.c))
        wanted = {
            "sum b": (b.sum(), 1), "sum b c": (b @ c, 2), "sum b c c": (b @ c**2, 3),
            "sum b a(c)": (b @ a @ c, 6), "sum b c c c": (b @ c**3, 4),
            "sum b a(c) c": ((b * c) @ (a @ c), 8), "sum b a(c c)": (b @ a @ c**2, 12),
            "sum b a(a(c))": (b @ a @ a @ c, 24),
        }  # fmt: skip
        found = {x.formula: (x.left, 1 / x.right) for x in ode.order_conditions(method, 4)}
        assert {" ".join(sorted(k.split())): v for k, v in found.items()} == {
            " ".join(sorted(k.split())): v for k, v in wanted.items()
        }


@pytest.mark.parametrize("method", EXACT, ids=lambda m: m.name)
def test_a_method_meets_its_order_conditions_exactly_and_no_more(method):
    for order in range(1, method.order + 1):
        assert not any(defects(method, order))
    assert any(defects(method, method.order + 1))


def test_tsitouras_meets_order_5_to_its_published_digits():
    # Each condition is a sum of products of decimals rounded at 1e-16; a few dozen terms of size
    # up to 70 leave 1e-13 at the most.
    method = ode.TSITOURAS
    for order in range(1, 6):
        assert max(map(abs, defects(method, order))) < 1e-13
    assert max(map(abs, defects(method, 6))) > 1e-6


@pytest.mark.parametrize("pair", PAIRS, ids=lambda m: m.name)
def test_the_second_step_of_a_pair_is_one_order_lower(pair):
    slack = 1e-13 if pair is ode.TSITOURAS else 0
    for order in range(1, pair.order):
        assert max(map(abs, defects(pair, order, pair.b_low))) <= slack
    assert max(map(abs, defects(pair, pair.order, pair.b_low))) > 1e-6


def test_first_same_as_last():
    assert [m.fsal for m in METHODS] == [False] * 5 + [True] * 3


def test_tsitouras_is_the_one_that_diffrax_ships():
    theirs = diffrax.Tsit5.tableau
    ours = [list(map(float, row)) for row in ode.TSITOURAS.a[1:]]
    for a, b in zip(ours, theirs.a_lower, strict=True):
        assert np.allclose(a, b, rtol=0, atol=1e-15)
    assert np.allclose(list(map(float, ode.TSITOURAS.b)), theirs.b_sol, rtol=0, atol=1e-15)
    error = [float(a - b) for a, b in zip(ode.TSITOURAS.b, ode.TSITOURAS.b_low, strict=True)]
    # The error weights may carry either sign; they are only ever squared.
    theirs_error = np.array(theirs.b_error)
    assert min(np.abs(error - theirs_error).max(), np.abs(error + theirs_error).max()) < 1e-15


def test_dense_output_meets_its_conditions_as_identities_in_theta():
    """sum_i b_i(theta) phi_i(tree) = theta**|tree| / density(tree), coefficient by coefficient."""

    def coefficients(tree):
        phi = weights(tree, ode.DORMAND_PRINCE.a)
        return [
            sum(row[j] * w for row, w in zip(DORMAND_PRINCE_DENSE, phi, strict=True))
            for j in range(4)
        ]

    for order in range(1, 5):
        for tree in trees(order):
            wanted = [Fraction(j + 1 == order, density(tree)) for j in range(4)]
            assert coefficients(tree) == wanted
    # theta**5 is out of reach of a quartic: no condition of order 5 can hold.
    at_the_end = [sum(row) for row in DORMAND_PRINCE_DENSE]
    assert at_the_end == list(ode.DORMAND_PRINCE.b)


def test_dense_output_is_scipys():
    assert np.array_equal(np.array(DORMAND_PRINCE_DENSE, dtype=float), RK45.P)


def test_a_table_that_does_not_fit_says_so():
    with pytest.raises(ValueError, match="row i of an explicit method has i entries"):
        ode.Tableau("odd", 1, a=((), ()), b=(Fraction(1), Fraction(0)))
    with pytest.raises(ValueError, match="b must sum to 1"):
        ode.Tableau("odd", 1, a=((),), b=(1 + 2 * DECIMALS,))
