"""Lending the people of an episode a voice: a model puts their words differently, the facts stay theirs."""

from dataclasses import replace

from worlds.engine.episode import Episode
from worlds.engine.people.voice import Rephrase


def lend_voice(episode: Episode, rephrase: Rephrase | None) -> None:
    """Let something put what people say into other words from now on; None takes the voice back.

    A text in which one of the facts is missing afterwards is not used. Such an episode is only as reproducible as the
    voice is, and its forks speak in their own words again.
    """
    company = replace(episode.door.company, rephrase=rephrase)
    episode.door = replace(episode.door, company=company)
