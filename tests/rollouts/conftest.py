"""What tests of rollouts share: an endpoint that speaks chat completions, and plans of the kiosk's task."""

import pytest
from chat_server import serving

from worlds.engine.rollouts.limits import Limits
from worlds.engine.rollouts.rollout import Plan


@pytest.fixture
def model():
    """A running endpoint; `model.options` are the agent's."""
    with serving() as spoken:
        yield spoken


@pytest.fixture
def plan(tmp_path):
    """Makes plans of the kiosk's task."""

    def make(agent="solution", surface="tools", **more):
        given = {"name": "run", "task": "kiosk/recount", "seed": 4, "limits": Limits(), **more}
        return Plan(agent=agent, surface=surface, out=str(tmp_path / "out"), **given)

    return make
