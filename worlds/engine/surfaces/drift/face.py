"""Which variant the pages of an episode wear now: the one it was opened with, or that of the last deploy."""

from worlds.engine.episode import Episode
from worlds.engine.faults.layers.drift import InterfaceDrift, deployed


def face_of(episode: Episode) -> int:
    """The number of the variant; 0 for the plain face."""
    rules = [one for one in episode.door.faults.plan.rules if one.fault in {InterfaceDrift().name, InterfaceDrift.code}]
    if not rules:
        return episode.conditions.variant
    deploys = sum(entry.faults.count(InterfaceDrift().name) for entry in episode.journal)
    return deployed(episode.door.faults.plan.seed, rules, deploys) if deploys else episode.conditions.variant
