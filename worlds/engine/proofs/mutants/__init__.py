"""Mutants of solutions: twenty-two generic ways of getting a task wrong, and the proof that each of them fails."""

from worlds.engine.proofs.mutants.survey import PROOF

__all__ = ["PROOF"]
