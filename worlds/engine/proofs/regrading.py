"""The same work with another answer: the settled record is judged anew, nothing is played again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from worlds.engine.proofs.plays import Play
from worlds.graders.answers import FinalAnswer
from worlds.graders.grade import grade


def graded_again(one: Play, answer: FinalAnswer | Mapping[str, Any] | str | None) -> Play:
    """A play as it would have been graded with another answer: an object of the schema, text, or none."""
    record = replace(one.record, answer=answer)
    said = answer if isinstance(answer, FinalAnswer) else None
    return replace(one, grade=grade(record, world_bug_reward=None), record=record, answer=said)
