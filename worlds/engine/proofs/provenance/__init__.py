"""Provenance: where a solution has its literals from, an expectation its decision, and a family its unenforced rule."""

from worlds.engine.proofs.provenance.family import PROOF, world_holes

__all__ = ["PROOF", "world_holes"]
