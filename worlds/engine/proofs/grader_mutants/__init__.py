"""Grader mutants: every criterion of an expectation is taken out or widened, and somebody's verdict has to turn."""

from worlds.engine.proofs.grader_mutants.necessity import PROOF

__all__ = ["PROOF"]
