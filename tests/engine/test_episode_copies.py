"""All that the one door promises holds on plain copies too, as on platforms that cannot map a snapshot."""

import os
import subprocess
import sys
from pathlib import Path

DOOR = Path(__file__).parent / "test_episode.py"


def test_every_promise_of_the_door_holds_with_plain_copies():
    environment = {**os.environ, "WORLDS_FORK": "copy", "PYTEST_ADDOPTS": ""}
    told = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(DOOR)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout[-3000:]
    assert " passed" in told.stdout
