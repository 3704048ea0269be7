"""Measures speed and memory against the marks that WorkWorlds sets itself: `worlds bench`.

Every figure is a median over repetitions in this process, on one core, at the population `medium`.
"""

from worlds.bench.marks import MARKS, Mark, measure
from worlds.bench.workload import Workload, workload_of

__all__ = ["MARKS", "Mark", "Workload", "measure", "workload_of"]
