"""Genes of one family: a tree told backwards, mutations on it, and the sequences at its tips.

Kingman's coalescent (1982) in a population that has grown as exp(growth t), time in units of the
present population's coalescent time (Griffiths and Tavaré 1994). Mutations fall at theta / 2 a
unit of branch. Each hits one of `sites` places, *any* of them, so that a place can change twice:
with a finite number of sites, neither the likelihood nor a rule of thumb is left.
"""

import numpy as np

GENES, SITES, SEEN = 63, 201, (21, 24)  # bookkit/data/nuu_chah_nulth_1991.csv


def sequences(
    theta: float, growth: float, genes: int, sites: int, rng: np.random.Generator
) -> np.ndarray:
    """Which sites of which gene differ from the common ancestor's: (genes, sites) of bool.

    >>> sequences(4.0, 0.0, 5, 20, np.random.default_rng(1)).shape
    (5, 20)
    """
    changed = np.zeros((genes, sites), bool)
    below = np.eye(genes, dtype=bool)  # row k: the genes under line k
    s = now = 0.0
    for lines in range(genes, 1, -1):
        s += rng.exponential(2 / (lines * (lines - 1)))
        then = np.log1p(growth * s) / growth if growth > 0 else s
        mutations = rng.poisson(theta / 2 * lines * (then - now))
        for line in rng.integers(lines, size=mutations):
            changed[below[line], rng.integers(sites)] ^= True
        first, second = rng.choice(lines, 2, replace=False)
        below[first] |= below[second]
        below[second] = below[lines - 1]  # the last line takes the place of the one that joined
        now = then
    return changed


def summary(changed: np.ndarray) -> tuple[int, int]:
    """(variable sites, different sequences): what is printed of most alignments.

    >>> summary(np.array([[1, 0, 1], [1, 0, 0], [1, 0, 0]], dtype=bool))
    (1, 2)
    """
    count = changed.sum(axis=0)
    variable = int(((count > 0) & (count < len(changed))).sum())
    return variable, len(np.unique(np.packbits(changed, axis=1), axis=0))
