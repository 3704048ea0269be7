"""The openai agent speaks the chat-completions protocol and copes with what endpoints and models get wrong."""

import json
from email.utils import formatdate

import pytest
from chat_server import KEY, completion

from worlds.engine.rollouts.agents import find_agent
from worlds.engine.rollouts.agents.openai import LEFT_OUT
from worlds.engine.rollouts.chat import Endpoint, ModelFailure
from worlds.engine.rollouts.limits import Limits
from worlds.engine.rollouts.rollout import play
from worlds.engine.rollouts.traces import read_trace


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("TEST_MODEL_KEY", KEY)


@pytest.fixture
def endpoint(model):
    """The endpoint with pauses that are told instead of made."""
    pauses = []
    made = Endpoint(
        base_url=model.url, key=KEY, model="tiny-1", timeout=5, attempts=3, sleep=pauses.append, now=lambda: 1000.0
    )
    return made, pauses


def part_of(body):
    """The part that the last tool result of `list_parts` names and the request asks for."""
    asked = body["messages"][1]["content"]
    parts = json.loads(body["messages"][-1]["content"])["parts"]
    return next(part for part in parts if part["name"] in asked)


def correct(body):
    part = part_of(body)
    asked = body["messages"][1]["content"].replace(part["name"], "")
    count = int("".join(letter if letter.isdigit() else " " for letter in asked).split()[0])
    given = {"part_id": part["id"], "stock": count, "reason": "miscounted"}
    return completion("", ("correct_stock", given))


def test_a_model_that_knows_its_way_solves_the_task_through_tools(model, plan):
    price = {}

    def remember(body):
        price["price"] = f"{part_of(body)['price']} EUR"
        return correct(body)

    submit = lambda _: completion("", ("submit_answer", {"status": "done", "facts": price}))  # noqa: E731 - a line of script
    model.says(completion("I look.", ("list_parts", {})), remember, submit)
    rollout = play(plan("openai", options=model.options))
    assert (rollout.reward, rollout.steps, rollout.error) == (1.0, 2, "")
    assert rollout.usage == {"prompt_tokens": 30, "completion_tokens": 15}


def test_the_model_is_given_the_request_its_role_and_the_tools_and_no_more(model, plan):
    model.says(completion("I cannot."))
    rollout = play(plan("openai", options=model.options))
    (request,) = model.requests
    system, user = request["messages"]
    assert "Parts Counter as: Clerk." in system["content"]
    assert user["content"] == read_trace(rollout.plan.trace)[0]["instruction"]
    names = [tool["function"]["name"] for tool in request["tools"]]
    assert names == [
        "correct_stock",
        "faint",
        "get_job",
        "get_part",
        "jam",
        "list_parts",
        "preview_correction",
        "read_inbox",
        "renew_session",
        "stumble",
        "wait",
        "submit_answer",
    ]
    assert request["model"] == "tiny-1"


def test_plain_text_is_an_answer_too(model, plan):
    model.says(completion("status: not_done\nThere is no such part."))
    rollout = play(plan("openai", options=model.options))
    assert read_trace(rollout.plan.trace)[-1]["answer"] == "status: not_done\nThere is no such part."
    assert rollout.reward == 0.0


def test_what_a_model_gets_wrong_is_told_to_it_and_not_to_us(model, plan):
    model.says(
        completion("", ("list_parts", '{"shelf": NaN}'), ("get_part", "[" * 5000)),
        completion("", ("list_parts", "{broken"), ("no_such_tool", {}), ("get_part", {"part_id": "7"})),
        completion("", ("submit_answer", {"status": "finished"}), ("get_part", [1])),
        completion("", ("submit_answer", {"status": "not_done"})),
    )
    rollout = play(plan("openai", options=model.options))
    told = [message["content"] for message in model.requests[-1]["messages"] if message["role"] == "tool"]
    assert "The arguments of list_parts are not JSON: NaN is no JSON number" in told.pop(0)
    assert "The arguments of get_part are not JSON" in told.pop(0)
    assert "The arguments of list_parts are not JSON" in told[0]
    assert "unknown_operation" in told[1]
    assert "part_id" in told[2]
    assert "The answer does not fit its schema at status" in told[3]
    assert "must be one JSON object" in told[4]
    assert (rollout.reward, rollout.error, rollout.cause) == (0.0, "", None)


def test_several_calls_in_one_message_are_made_in_order(model, plan):
    model.says(
        completion("", ("get_part", {"part_id": 1}), ("get_part", {"part_id": 2})),
        completion("done"),
    )
    rollout = play(plan("openai", options=model.options))
    calls = [line for line in read_trace(rollout.plan.trace) if line["kind"] == "call"]
    assert [line["arguments"]["part_id"] for line in calls] == [1, 2]


def test_a_model_that_never_ends_runs_into_the_step_limit(model, plan):
    model.says(completion("", ("list_parts", {})))
    rollout = play(plan("openai", options=model.options, limits=Limits(steps=3)))
    assert (rollout.truncated, rollout.steps, rollout.cause, rollout.reward) == ("steps", 3, "agent_limit", 0.0)
    assert read_trace(rollout.plan.trace)[-1]["truncated"] == "steps"


def test_a_model_has_as_many_turns_as_it_was_given(model, plan):
    model.says(completion("", ("submit_answer", {})))
    rollout = play(plan("openai", options={**model.options, "turns": "4"}))
    assert (len(model.requests), rollout.steps, rollout.reward) == (4, 0, 0.0)


def test_an_endpoint_that_is_busy_is_asked_again_when_it_says(endpoint, model):
    made, pauses = endpoint
    model.says(
        (429, {"Retry-After": "7"}, b"{}"), (503, {"Retry-After": formatdate(1012, usegmt=True)}, b""), completion("hi")
    )
    assert made.complete([{"role": "user", "content": "x"}], []).text == "hi"
    assert pauses == [7.0, 12.0]


def test_an_endpoint_that_does_not_say_is_asked_again_more_and_more_slowly(endpoint, model):
    made, pauses = endpoint
    model.says((500, {}, b"oops"), (529, {}, b"{}"), completion("hi"))
    assert made.complete([{"role": "user", "content": "x"}], []).text == "hi"
    assert pauses == [1.0, 2.0]


@pytest.mark.parametrize(
    "sent",
    [
        b"not json",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"tool_calls": [{"id": 1}]}}]}',
        b"[1]",
    ],
)
def test_an_answer_that_is_none_is_asked_for_again_and_then_a_failure(endpoint, model, sent):
    made, pauses = endpoint
    model.says((200, {}, sent))
    with pytest.raises(ModelFailure, match="gave no usable answer in 3 attempts"):
        made.complete([{"role": "user", "content": "x"}], [])
    assert len(pauses) == 2


def test_a_request_that_is_refused_is_not_sent_again(endpoint, model):
    made, pauses = endpoint
    model.says(completion("hi"))
    with pytest.raises(ModelFailure, match=r"400 Bad Request.*a tool message answers no call"):
        made.complete([{"role": "tool", "tool_call_id": "x", "content": ""}], [])
    assert pauses == []


def test_pauses_never_outlast_the_rollout(endpoint, model):
    made, pauses = endpoint
    model.says((429, {"Retry-After": "50"}, b"{}"))
    with pytest.raises(ModelFailure):
        made.complete([{"role": "user", "content": "x"}], [], seconds_left=10.0)
    assert pauses == [10.0, 0.0]


def test_an_endpoint_that_fails_for_good_is_no_failure_of_the_agent(model, plan):
    model.says((500, {}, b"down"))
    rollout = play(plan("openai", options={**model.options, "attempts": "1"}, limits=Limits(retries=1)))
    assert (rollout.reward, rollout.cause, rollout.attempts) == (None, "infra", 2)
    assert "gave no usable answer" in rollout.error


def test_the_key_stands_in_no_file(model, plan):
    model.says(completion("done"))
    rollout = play(plan("openai", options=model.options))
    for path in (rollout.plan.trace, rollout.plan.record):
        assert KEY not in path.read_text()


def test_options_that_are_unknown_or_missing_are_refused(monkeypatch):
    monkeypatch.delenv("OPENAI_MODEL", raising=False)
    with pytest.raises(ValueError, match="Name a model"):
        find_agent("openai", {})
    with pytest.raises(ValueError, match="The agent openai has no option 'modle'; it has: base_url"):
        find_agent("openai", {"modle": "x"})


@pytest.mark.browser
def test_a_model_works_in_the_browser_by_refs(model, plan):
    def ref(body, role, name):
        page = [message["content"] for message in body["messages"] if "- generic" in (message["content"] or "")][-1]
        return page.split(f'{role} "{name}" [')[1].split("ref=")[1].split("]")[0]

    model.says(
        lambda body: completion("", ("click", {"ref": ref(body, "link", "Bolt 20 mm")})),
        lambda body: completion("", ("fill", {"ref": ref(body, "spinbutton", "Stock"), "text": "500"})),
        completion("", ("click", {"ref": "e99999"})),
        lambda body: completion("", ("select", {"ref": ref(body, "combobox", "Reason"), "option": "Found"})),
        lambda body: completion("", ("click", {"ref": ref(body, "button", "Correct")})),
        completion("", ("submit_answer", {"status": "done"})),
    )
    rollout = play(plan("openai", "browser", options={**model.options, "pages_kept": "2"}))
    acts = [line for line in read_trace(rollout.plan.trace) if line["kind"] == "act"]
    assert [line["observation"]["ok"] for line in acts] == [True, True, False, True, True]
    assert "Part 2 was corrected." in acts[-1]["observation"]["snapshot"]
    assert json.loads(rollout.plan.record.read_text())["journal"][-2]["operation"] == "correct_stock"
    last = model.requests[-1]["messages"]
    assert [message["content"] == LEFT_OUT for message in last if message["role"] == "tool"] == [
        True,
        True,
        True,
        False,
        False,
    ]
    tools = {tool["function"]["name"] for tool in model.requests[0]["tools"]}
    assert {"click", "fill", "goto", "submit_answer"} <= tools
    assert not {"screenshot", "correct_stock"} & tools
