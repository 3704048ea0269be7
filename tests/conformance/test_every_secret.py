"""What only the judge may know reaches nobody: where that alone differs, every answer is the same, byte for byte."""

import json
import re
from collections import deque
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest
from arguments import Known, canonical, made_up
from werkzeug.test import Client

import worlds
from worlds.engine.episode import Episode
from worlds.engine.surfaces.pages import create_pages
from worlds.graders.answers import Answer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.seeds.forks import open_fork

MARK = "sealed-4711-canary"
PREFIX = "/episodes/KEY"
PAGES = 120
"""Pages that a crawl visits at most."""
LINK = re.compile(rb'(?:href|src)="([^"#]+)')
TOKENS = re.compile(rb'(name="(?:csrf_token|_key|idempotency_key)"[^>]*value=")[^"]*')


def other_truth(start, folder):
    """The same start with another sealed truth: every text a mark, every number another one."""

    def shuffled(value):
        if isinstance(value, dict):
            return {key: shuffled(child) for key, child in value.items()}
        if isinstance(value, list):
            return [shuffled(child) for child in reversed(value)]
        return MARK if isinstance(value, str) else 7 if isinstance(value, int) else value

    path = folder / "truth.json"
    path.write_text(json.dumps({"mark": MARK, "truth": shuffled(start.snapshot.truth())}), encoding="utf-8")
    return replace(start, snapshot=replace(start.snapshot, truth_path=path))


def other_expectation(task):
    """The same task with another expectation, which names a mark."""
    table = next(iter(task.world.schema.tables))
    effect = Effect("other", table, "insert", words=MARK)
    expectation = Expectation(any_of=[Bundle(required=[effect])], answer=Answer("not_done"))
    return replace(task, instance=replace(task.instance, expectation=expectation, target={MARK: [1]}, branch=MARK))


def asked(episode):
    """Every answer of every reading operation, with arguments made up from what was seen."""
    known, answers = Known(), []
    for turn in range(3):
        for operation in episode.world.operations.values():
            if not operation.writing and "tools" in operation.doors:
                reply = episode.call(operation.name, made_up(operation.input_schema, known, turn))
                known.learn(reply.body)
                answers.append((operation.name, reply.status, canonical(reply.body)))
    return answers


def crawled(episode):
    """Status, headers and body of every page that links lead to, form tokens masked."""
    client = Client(create_pages(episode.world), use_cookies=True)
    environ = {"SCRIPT_NAME": PREFIX, "worlds.episode": episode, "worlds.secret": "s" * 43}
    queue, seen = deque([f"{PREFIX}/"]), {}
    while queue and len(seen) < PAGES:
        url = queue.popleft()
        if url in seen:
            continue
        response = client.get(url.removeprefix(PREFIX), environ_overrides=environ)
        body = TOKENS.sub(rb"\1", response.data)
        headers = sorted((name, value) for name, value in response.headers.items() if name != "Set-Cookie")
        seen[url] = (response.status_code, headers, body)
        response.close()
        found = [match.decode() for match in LINK.findall(body)]
        if "Location" in response.headers:
            found.append(response.headers["Location"])
        for link in found:
            target = urlsplit(urljoin(url, link.replace("&amp;", "&")))
            if target.netloc in ("", "localhost") and target.path.startswith(PREFIX):
                queue.append(target.path + (f"?{target.query}" if target.query else ""))
    return seen


@pytest.fixture
def pair(world, family, tmp_path):
    """Two episodes of one task; the second has another truth and another expectation."""
    with worlds.open(f"{world.name}/{family.name}", seed=5) as one:
        start, task = other_truth(one.start, tmp_path), other_expectation(one.task)
        with Episode(start, open_fork(start.snapshot.path), one.actor, task) as other:
            yield one, other


def test_no_operation_tells_what_is_sealed(pair):
    one, other = pair
    answers = asked(other)
    assert answers == asked(one)
    assert MARK not in repr(answers)
    assert one.tools() == other.tools()


def test_no_page_header_or_picture_tells_what_is_sealed(pair):
    one, other = pair
    pages = crawled(other)
    assert pages == crawled(one)
    assert MARK not in repr(pages)
    assert not [url for url, (status, *_) in pages.items() if status >= 500]
    assert one.diff() == []
    assert len(pages) > 3
