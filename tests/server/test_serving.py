"""`worlds serve`: what it prints, and that it stops when told to."""

import json
import re
import signal
import subprocess
import sys

import httpx
import pytest

SERVE = "import sys; from worlds.server import serve; serve(port=0, json_line=sys.argv[1] == 'json')"


@pytest.fixture
def start():
    running = []

    def start(kind):
        command = [sys.executable, "-c", SERVE, kind]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))  # noqa: S603 - our own code
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_with_json_its_first_line_is_url_and_token_and_a_signal_ends_it(start, number):
    process = start("json")
    said = json.loads(process.stdout.readline())
    assert set(said) == {"url", "control_token"}
    headers = {"Authorization": f"Bearer {said['control_token']}"}
    opened = httpx.post(
        f"{said['url']}/control/episodes", json={"task": "tiny/recount"}, headers=headers, trust_env=False
    )
    assert opened.status_code == 201
    process.send_signal(number)
    rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_for_people_it_prints_a_link_that_works_once(start):
    process = start("people")
    link = re.search(r"http://\S+/start\?ticket=\S+", process.stdout.readline())[0]
    with (
        httpx.Client(trust_env=False, follow_redirects=True, timeout=60) as person,
        httpx.Client(trust_env=False, timeout=60) as other,
    ):
        assert person.get(link).status_code == 200
        assert other.get(link).status_code == 401
    process.terminate()
    assert process.wait(30) == 0
