"""The start page for people: who gets in, what its forms do, and that nobody else can make them do it."""

import html
import re

import httpx
import pytest

TARGET = {"target": "tiny/recount", "seed": "3", "population": ""}


@pytest.fixture
def person(operator):
    """Somebody who has used the one-time link."""
    with httpx.Client(base_url=operator.served.url, trust_env=False, follow_redirects=True, timeout=60) as client:
        assert client.get(operator.served.start_link()).status_code == 200
        yield client


def mark_of(page):
    return re.search(r'name="mark" value="([^"]+)"', page.text)[1]


def send(person, path, **fields):
    return person.post(path, data={"mark": mark_of(person.get("/console/")), **fields})


@pytest.fixture
def opened(person):
    """The page of an episode that was opened by hand, and its id."""
    page = send(person, "/console/episodes", **TARGET)
    assert page.status_code == 200
    return page, str(page.url).rsplit("/", 1)[1]


def agent_address(page):
    return re.search(r'href="([^"]+/episodes/[^"]+)"', page.text)[1]


def test_the_link_works_once_and_its_cookie_is_for_these_pages_alone(operator, anybody):
    link = operator.served.start_link()
    answer = anybody.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/console"):
        assert part in cookie
    assert anybody.get("/console/").status_code == 200
    anybody.cookies.clear()
    assert anybody.get(link).status_code == 401
    assert anybody.get("/console/").status_code == 401


def test_a_used_link_leads_whoever_is_inside_to_the_pages(operator, anybody):
    link = operator.served.start_link()
    anybody.get(link)
    cookie = {"Cookie": f"worlds_console={anybody.cookies['worlds_console']}"}
    assert anybody.get(link, headers=cookie).status_code == 303


@pytest.mark.parametrize("path", ["/console/", "/console/episodes/x", "/start", "/start?ticket=", "/start?ticket=x"])
def test_nobody_gets_in_without_a_ticket(anybody, path):
    answer = anybody.get(path)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "Open an episode" not in answer.text


def test_the_control_token_is_no_ticket_and_no_cookie(anybody, served):
    token = served.control_token
    assert anybody.get(f"/start?ticket={token}").status_code == 401
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"worlds_console={token}"}):
        assert anybody.get("/console/", headers=headers).status_code == 401


def test_the_first_address_leads_to_the_pages(anybody):
    assert anybody.get("/").headers["location"] == "/console/"


def test_every_page_forbids_scripts_frames_and_keeping(person):
    for path in ("/console/", "/console/nope", "/console/episodes/nobody"):
        headers = person.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"


def test_the_page_offers_every_task_and_role_of_every_world(person):
    page = person.get("/console/").text
    for value in ("tiny/recount", "tiny as keeper", "tiny as visitor"):
        assert f'<option value="{value}"' in page


def test_an_episode_can_be_opened_looked_at_and_worked_in(person, opened, operator):
    page, name = opened
    assert "Lantern 35" in page.text
    assert "Nothing has changed." in page.text
    assert f"Episode {name} is open." in page.text
    assert operator.http.get(f"/control/episodes/{name}").json()["seed"] == 3
    api = f"{agent_address(page)}api/change_item"
    httpx.post(api, json={"item_id": 3, "quantity": 1, "note": "<b>bold</b>"}, trust_env=False, timeout=60)
    page = person.get(f"/console/episodes/{name}").text
    row = r'<th scope="row"><code>quantity</code></th>\s*<td><code>10</code></td>\s*<td><code>1</code></td>'
    assert re.search(row, page)
    assert html.escape("<b>bold</b>") in page
    assert "<b>bold</b>" not in page
    assert f"Episode {name} is open." not in page
    assert name in person.get("/console/").text


def test_free_play_can_be_opened_in_a_role(person, operator):
    page = send(person, "/console/episodes", **TARGET | {"target": "tiny as visitor"})
    [standing] = operator.http.get("/control/episodes").json()["episodes"]
    assert (standing["role"], standing["task"]) == ("visitor", None)
    assert "Grade and freeze" not in page.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"target": "tiny/nope"}, "There is no task tiny/nope"),
        ({"target": "nope as nobody"}, "There is no world named"),
        ({"target": ""}, "Name a task"),
        ({"seed": "many"}, "The seed is not acceptable"),
        ({"seed": "-1"}, "The seed is not acceptable"),
        ({"population": "huge"}, "has no population huge"),
    ],
)
def test_a_wish_that_cannot_be_met_is_shown_again_with_what_is_wrong(person, operator, fields, sentence):
    page = send(person, "/console/episodes", **TARGET | fields)
    assert page.status_code == 422
    assert sentence in html.unescape(page.text)
    assert 'aria-invalid="true"' in page.text
    if "seed" in fields:
        assert f'value="{fields["seed"]}"' in page.text
    assert operator.http.get("/control/episodes").json() == {"episodes": []}


def test_a_reset_by_hand_brings_back_the_start_at_a_new_address(person, opened):
    page, name = opened
    old = agent_address(page)
    httpx.post(f"{old}api/change_item", json={"item_id": 3, "quantity": 1}, trust_env=False, timeout=60)
    page = send(person, f"/console/episodes/{name}/reset")
    assert "Nothing has changed." in page.text
    assert agent_address(page) != old
    assert httpx.get(old, trust_env=False, timeout=60).status_code == 410


def test_a_fork_by_hand_shows_the_new_episode(person, opened):
    page, name = opened
    httpx.post(f"{agent_address(page)}api/change_item", json={"item_id": 3, "quantity": 1}, trust_env=False, timeout=60)
    fork = send(person, f"/console/episodes/{name}/fork")
    assert not str(fork.url).endswith(name)
    assert "<code>quantity</code>" in fork.text


def test_a_grade_by_hand_is_shown_criterion_by_criterion(person, opened):
    _, name = opened
    page = send(person, f"/console/episodes/{name}/grade", answer="status: done\r\nprice: 1.00 EUR")
    assert "Grade: not passed" in page.text
    assert "Nothing else was changed" in page.text
    assert "Grade and freeze" not in page.text


def test_an_episode_deleted_by_hand_is_gone(person, opened):
    page, name = opened
    assert f"Episode {name} was deleted." in send(person, f"/console/episodes/{name}/delete").text
    assert person.get(f"/console/episodes/{name}").status_code == 410
    assert httpx.get(agent_address(page), trust_env=False, timeout=60).status_code == 410


@pytest.mark.parametrize("act", ["reset", "fork", "grade", "delete"])
def test_a_form_without_this_session_s_mark_does_nothing(person, opened, operator, act):
    page, name = opened
    httpx.post(f"{agent_address(page)}api/change_item", json={"item_id": 3, "quantity": 1}, trust_env=False, timeout=60)
    with httpx.Client(base_url=operator.served.url, trust_env=False, follow_redirects=True, timeout=60) as other:
        other.get(operator.served.start_link())
        foreign = mark_of(other.get("/console/"))
    for mark in ({}, {"mark": ""}, {"mark": "é"}, {"mark": foreign}):
        assert person.post(f"/console/episodes/{name}/{act}", data=mark).status_code == 403
    mark = {"mark": mark_of(person.get("/console/"))}
    answer = person.post(f"/console/episodes/{name}/{act}", data=mark, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert person.get(f"/console/episodes/{name}/{act}").status_code == 405
    standings = operator.http.get("/control/episodes").json()["episodes"]
    assert [(one["id"], one["state"]) for one in standings] == [(name, "open")]
    assert len(operator.diff(name)) == 1


def test_a_script_may_not_read_these_pages(person):
    for mode in ("cors", "same-origin", "no-cors", "websocket"):
        assert person.get("/console/", headers={"Sec-Fetch-Mode": mode}).status_code == 403
    assert person.get("/console/", headers={"Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_an_agent_s_pages_never_get_the_cookie_of_these(person, opened):
    page, _ = opened
    request = person.build_request("GET", agent_address(page))
    assert "worlds_console" not in request.headers.get("cookie", "")
    assert "worlds_console" in person.build_request("GET", "/console/").headers["cookie"]


def test_a_failure_shows_no_traceback(person, operator, monkeypatch, caplog):
    monkeypatch.setattr(type(operator.served.room), "all", lambda _: 1 / 0)
    page = person.get("/console/")
    monkeypatch.undo()
    assert page.status_code == 500
    assert "ZeroDivision" not in page.text
    assert "ZeroDivisionError" in caplog.text
