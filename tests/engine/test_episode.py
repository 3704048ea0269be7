"""Promises of the one door."""

import threading

import pytest

import worlds
from worlds.engine.errors import Gone, WorldBug
from worlds.engine.hands import Hands


def codes(reply):
    return reply.status, reply.body["error"]["code"]


def test_a_call_answers_what_the_operation_found(stall):
    reply = stall.call("get_item", {"item_id": 7})
    assert reply.ok
    assert reply.status == 200
    assert reply.body["name"] == "Lantern 07"
    assert stall.diff() == []


def test_a_write_shows_in_the_diff_with_before_and_after(stall):
    before = stall.call("get_item", {"item_id": 7}).body["quantity"]
    stall.call("change_item", {"item_id": 7, "quantity": before + 1})
    (change,) = stall.diff()
    assert (change.table, change.key, change.kind) == ("item", 7, "update")
    assert (change.before["quantity"], change.after["quantity"]) == (before, before + 1)
    assert change.columns == {"quantity"} or set(change.columns) == {"quantity"}


def test_a_row_changed_and_changed_back_leaves_no_diff(stall):
    before = stall.call("get_item", {"item_id": 7}).body["quantity"]
    stall.call("change_item", {"item_id": 7, "quantity": before + 1})
    stall.call("change_item", {"item_id": 7, "quantity": before})
    assert stall.diff() == []


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("no_such_thing", {}, (404, "unknown_operation")),
        ("get_item\x00", {}, (404, "unknown_operation")),
        (None, {}, (404, "unknown_operation")),
        ("get_item", {}, (422, "missing_argument")),
        ("get_item", {"item_id": 1, "colour": "red"}, (422, "unknown_argument")),
        ("get_item", {"item_id": "1"}, (422, "invalid_argument")),
        ("get_item", {"item_id": True}, (422, "invalid_argument")),
        ("get_item", {"item_id": 2**80}, (422, "invalid_argument")),
        ("get_item", {"item_id": -1}, (422, "invalid_argument")),
        ("get_item", {"item_id": 1.5}, (422, "invalid_argument")),
        ("get_item", {"item_id": float("nan")}, (422, "invalid_arguments")),
        ("get_item", ["item_id"], (422, "invalid_arguments")),
        ("get_item", {"item_id": 4711}, (404, "item_not_found")),
        ("change_item", {"item_id": 1, "price": "1.005"}, (422, "invalid_argument")),
        ("change_item", {"item_id": 1, "price": "-1.00"}, (422, "invalid_argument")),
        ("change_item", {"item_id": 1, "price": 100}, (422, "invalid_argument")),
        ("change_item", {"item_id": 1, "price": "99999999999999.00"}, (422, "invalid_argument")),
        ("change_item", {"item_id": 1, "note": "a\x00b"}, (422, "invalid_argument")),
        ("change_item", {"item_id": 1, "note": "\x1b[31m"}, (422, "invalid_argument")),
        ("change_item", {"item_id": 1, "note": "\ud800"}, (422, "invalid_arguments")),
        ("change_item", {"item_id": 1, "note": "x" * 1_000_000}, (422, "invalid_argument")),
        ("sell_item", {"item_id": 1, "quantity": 1000}, (409, "not_enough")),
    ],
)
def test_bad_input_gets_a_code_and_a_sentence_and_changes_nothing(stall, name, arguments, expected):
    reply = stall.call(name, arguments)
    assert not reply.ok
    assert codes(reply) == expected
    assert reply.body["error"]["message"].endswith((".", "…"))
    assert "Traceback" not in reply.text
    assert stall.diff() == []


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE item; --", "<script>alert(1)</script>", "{{ 7 * 7 }}", "\u202egnp.exe", "𝔘ñí"]
)
def test_text_is_kept_as_it_was_written(stall, text):
    stall.call("change_item", {"item_id": 3, "note": text})
    assert stall.call("get_item", {"item_id": 3}).body["note"] == text


def test_a_role_without_the_permission_is_refused_and_told_who_has_it():
    with worlds.open("tiny", role="visitor") as episode:
        reply = episode.call("change_item", {"item_id": 1, "quantity": 0})
        assert codes(reply) == (403, "role_not_permitted")
        assert "Keeper" in reply.body["error"]["message"]
        assert episode.diff() == []
        assert "change_item" not in [tool["function"]["name"] for tool in episode.tools()]


def test_a_refused_call_moves_the_clock_but_a_call_that_cannot_be_read_does_not(stall):
    stall.call("get_item", {"item_id": 1})
    stall.call("sell_item", {"item_id": 1, "quantity": 1000})
    stall.call("get_item", {})
    steps = [(entry.step, entry.outcome) for entry in stall.journal]
    assert steps == [(1, "done"), (2, "refused"), (2, "invalid")]
    now = [entry.now for entry in stall.journal]
    assert now[1] - now[0] == 2
    assert now[2] == now[1]


def test_the_journal_keeps_apart_what_was_committed_and_what_was_told(stall):
    stall.call("change_item", {"item_id": 1, "quantity": 3})
    stall.call("sell_item", {"item_id": 1, "quantity": 9})
    first, second = stall.journal
    assert (first.committed, first.told["quantity"]) == (True, 3)
    assert (second.committed, second.told["error"]["code"]) == (False, "not_enough")


def test_the_journal_is_not_changed_through_the_arguments_that_were_passed(stall):
    arguments = {"item_id": 1}
    stall.call("get_item", arguments)
    arguments["item_id"] = 2
    assert next(iter(stall.journal)).arguments == {"item_id": 1}


def test_the_journal_is_not_changed_through_an_answer_that_was_given(stall):
    reply = stall.call("get_item", {"item_id": 1})
    name = reply.body["name"]
    reply.body["name"] = "forged"
    assert next(iter(stall.journal)).told["name"] == name


def test_the_same_key_and_arguments_have_one_effect_and_the_same_answer(stall):
    first = stall.call("sell_item", {"item_id": 1, "quantity": 1}, key="abc")
    again = stall.call("sell_item", {"item_id": 1, "quantity": 1}, key="abc")
    assert first.body == again.body
    assert sum(entry.committed for entry in stall.journal) == 1
    other = stall.call("sell_item", {"item_id": 1, "quantity": 2}, key="abc")
    assert codes(other) == (409, "idempotency_key_reused")
    assert len(stall.diff()) == 1


def test_a_reading_operation_that_writes_ends_the_episode_and_keeps_nothing(stall):
    with pytest.raises(WorldBug):
        stall.call("write_while_reading")
    assert stall.diff() == []
    assert "The reading operation" in stall.crash.traceback
    assert codes(stall.call("list_items")) == (410, "episode_closed")


def test_a_crash_commits_nothing_and_its_cause_is_found_by_playing_it_again(tiny):
    tiny.call("list_items")
    with pytest.raises(WorldBug):
        tiny.call("crash", {"item_id": 1})
    assert tiny.diff() == []
    grade = tiny.grade({"status": "done"})
    assert (grade.reward, grade.passed, grade.cause) == (None, False, "world_bug")


def test_a_crash_that_does_not_come_back_is_infrastructure(tiny, monkeypatch):
    operation = tiny.world.operations["get_item"]
    monkeypatch.setitem(operation.__dict__, "function", lambda *_, **__: 1 / 0)
    with pytest.raises(WorldBug):
        tiny.call("get_item", {"item_id": 1})
    monkeypatch.undo()
    grade = tiny.grade(None)
    assert (grade.reward, grade.cause) == (None, "infra")


def test_grading_freezes_the_episode_and_asking_again_gives_the_same_grade(tiny):
    answer = tiny.task.family.solve(Hands(tiny))
    grade = tiny.grade(answer)
    assert (grade.reward, grade.passed) == (1.0, True)
    assert tiny.grade({"status": "not_done"}) is grade
    assert codes(tiny.call("list_items")) == (410, "episode_graded")


def test_reset_returns_to_the_start_in_state_clock_and_journal(tiny):
    start = tiny.state_hash()
    tiny.task.family.solve(Hands(tiny))
    tiny.grade(None)
    assert tiny.state_hash() != start
    tiny.reset()
    assert tiny.state_hash() == start
    assert list(tiny.journal) == []
    assert tiny.call("list_items").ok


def test_a_fork_shares_the_past_and_parts_from_then_on(stall):
    stall.call("change_item", {"item_id": 1, "quantity": 11})
    with stall.fork() as other:
        assert other.state_hash() == stall.state_hash()
        other.call("change_item", {"item_id": 1, "quantity": 12})
        assert stall.call("get_item", {"item_id": 1}).body["quantity"] == 11
        assert other.call("get_item", {"item_id": 1}).body["quantity"] == 12
        assert [entry.step for entry in other.journal] == [1, 2, 3]
        assert [entry.step for entry in stall.journal] == [1, 2]


def test_a_fork_is_reset_to_the_start_that_it_shares(stall):
    start = stall.state_hash()
    stall.call("change_item", {"item_id": 1, "quantity": 11})
    with stall.fork() as other:
        other.call("change_item", {"item_id": 1, "quantity": 12})
        other.reset()
        assert other.state_hash() == start
        assert list(other.journal) == []
        assert stall.call("get_item", {"item_id": 1}).body["quantity"] == 11


def test_a_saved_snapshot_goes_on_where_it_was_saved(tiny, tmp_path, monkeypatch):
    answer = tiny.task.family.solve(Hands(tiny))
    tiny.snapshot("after-the-count", replace=True)
    with worlds.open(snapshot="after-the-count") as again:
        assert again.task.instruction == tiny.task.instruction
        assert again.state_hash() == tiny.state_hash()
        assert again.journal.to_json() == tiny.journal.to_json()
        assert again.grade(answer).reward == 1.0
    with pytest.raises(ValueError, match="after-the-count"):
        tiny.snapshot("after-the-count")
    tiny.start.store.remove("after-the-count")


def test_a_closed_episode_takes_no_more_calls_and_closing_again_is_no_error(stall):
    stall.close()
    stall.close()
    assert codes(stall.call("list_items")) == (410, "episode_closed")


def test_hundreds_of_episodes_on_several_threads_do_not_touch_each_other():
    episodes = [worlds.open("tiny", role="keeper") for _ in range(200)]

    def work(first):
        for _ in range(3):
            for number in range(first, 200, 4):
                episodes[number].call("change_item", {"item_id": 1, "quantity": number})
                episodes[number].call("sell_item", {"item_id": 2, "quantity": 1})

    threads = [threading.Thread(target=work, args=(first,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    start = worlds.open("tiny").call("get_item", {"item_id": 2}).body["quantity"]
    for number, episode in enumerate(episodes):
        assert episode.call("get_item", {"item_id": 1}).body["quantity"] == number
        assert episode.call("get_item", {"item_id": 2}).body["quantity"] == start - 3
        episode.close()


def test_eight_threads_calling_one_episode_are_served_one_after_another(stall):
    stall.call("change_item", {"item_id": 1, "quantity": 1000})
    threads = [
        threading.Thread(target=lambda: [stall.call("sell_item", {"item_id": 1, "quantity": 1}) for _ in range(25)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stall.call("get_item", {"item_id": 1}).body["quantity"] == 800
    assert len(stall.journal) == 202


def test_a_call_that_is_turned_away_first_is_kept_at_the_virtual_time(stall):
    stall.call("no_such_thing")
    assert next(iter(stall.journal)).now == int(stall.now.timestamp())
    assert stall.now.year == 2026


def test_a_saved_snapshot_is_opened_with_nothing_beside_its_name(tiny):
    tiny.snapshot("beside-it", replace=True)
    for beside in ({"role": "visitor"}, {"population": "small"}, {"seed": 4}, {"target": "tiny"}):
        with pytest.raises(ValueError, match="give nothing beside it"):
            worlds.open(snapshot="beside-it", **beside)
    tiny.start.store.remove("beside-it")


def test_free_play_cannot_be_graded(stall):
    with pytest.raises(ValueError, match="no task"):
        stall.grade({"status": "done"})


@pytest.mark.parametrize("shape", ["openai", "anthropic", "mcp"])
def test_tools_are_the_same_for_every_task_and_seed(shape):
    with worlds.open("tiny/recount", seed=1) as one, worlds.open("tiny", role="keeper") as other:
        assert one.tools(shape) == other.tools(shape)
        assert "write_while_reading" in str(one.tools(shape))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"target": "tiny/nothing"}, "no task 'nothing'"),
        ({"target": "nowhere/recount"}, "no world named 'nowhere'"),
        ({"target": "tiny", "population": "huge"}, "no population 'huge'"),
        ({"target": "tiny", "role": "king"}, "no role 'king'"),
        ({"target": "tiny/recount", "role": "visitor"}, "in the role keeper"),
        ({}, "Name a task"),
        ({"snapshot": "never-saved"}, "never-saved"),
    ],
)
def test_what_cannot_be_opened_says_why_and_what_there_is(arguments, sentence):
    with pytest.raises((LookupError, ValueError), match=sentence):
        worlds.open(**arguments)


def test_a_key_goes_with_money_and_nested_arguments_too(stall):
    first = stall.call("change_item", {"item_id": 1, "price": "2.50"}, key="money")
    again = stall.call("change_item", {"item_id": 1, "price": "2.50"}, key="money")
    assert first.ok
    assert first.body == again.body
    assert codes(stall.call("change_item", {"item_id": 1, "price": "2.51"}, key="money")) == (
        409,
        "idempotency_key_reused",
    )


def test_arguments_nested_without_end_are_refused(stall):
    deep: dict = {}
    for _ in range(20_000):
        deep = {"a": deep}
    reply = stall.call("get_item", deep)
    assert codes(reply) == (422, "invalid_arguments")
    assert stall.diff() == []


def test_a_key_that_is_no_text_is_refused(stall):
    assert codes(stall.call("sell_item", {"item_id": 1, "quantity": 1}, key=5)) == (422, "invalid_idempotency_key")
    assert codes(stall.call("sell_item", {"item_id": 1, "quantity": 1}, key="")) == (422, "invalid_idempotency_key")
    assert stall.diff() == []


def test_a_closed_episode_has_no_diff_to_tell(stall):
    stall.close()
    with pytest.raises(Gone):
        stall.diff()
    with pytest.raises(Gone):
        stall.state_hash()


def test_an_answer_nested_without_end_is_judged_and_fails(tiny):
    deep: dict = {}
    for _ in range(20_000):
        deep = {"a": deep}
    tiny.task.family.solve(Hands(tiny))
    assert tiny.grade({"status": "done", "facts": deep}).reward == 0.0
