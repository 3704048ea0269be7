"""The proofs that `worlds check` runs, in the order in which they examine an instance.

The order counts: what a proof plays it keeps for those after it, and the last ones judge the grader by all of it.
"""

from collections.abc import Sequence

from worlds.engine.proofs import (
    blind,
    constants,
    diversity,
    equivalences,
    grader_mutants,
    leaks,
    lints,
    logs,
    margin,
    mutants,
    provenance,
    right,
    salience,
    secrets,
    wording,
    wrong,
)
from worlds.engine.proofs.proof import Proof

PROOFS: Sequence[Proof] = (
    lints.PROOF,
    right.PROOF,
    wrong.PROOF,
    equivalences.PROOF,
    mutants.PROOF,
    constants.PROOF,
    blind.PROOF,
    margin.PROOF,
    provenance.PROOF,
    diversity.PROOF,
    salience.PROOF,
    wording.PROOF,
    logs.PROOF,
    secrets.PROOF,
    leaks.PROOF,
    grader_mutants.PROOF,
)
