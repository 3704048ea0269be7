"""Promises of conflicts by column: what does not meet goes through, and what does is told with who put what there."""

import json
from datetime import date

import httpx
import pytest
from cards_at_work import meanwhile, read

import worlds
from worlds.engine import clashes
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.operation import writes
from worlds.engine.resilience.line import Desk, Straight
from worlds.engine.resilience.resilient import Resilient
from worlds.engine.surfaces.application import AgentApplication, serve_in_thread
from worlds.engine.surfaces.http import Request, respond
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.switchboard import Switchboard

pytestmark = pytest.mark.usefixtures("rolodex")
OLD = {"card_id": 3, "if_modstamp": 1}


def update(episode, **changes):
    return episode.call("update_card", {**OLD, **changes})


def fields_in(reply):
    """What a conflict lists: field, what is there now, and by whom."""
    assert reply.status == 409
    (error,) = reply.body["body"]
    assert error["errorCode"] == "VERSION_CONFLICT"
    assert error["fields"] == [one["field"] for one in error["changes"]]
    return [(one["field"], one["now"], one["by"]) for one in error["changes"]]


def test_a_write_whose_columns_do_not_meet_the_others_goes_through_and_both_stand():
    with meanwhile(phone="+31 20 1") as episode:
        read(episode)
        done = update(episode, name="Mine", email="mine@mail.test")
        assert done.ok
        assert (done.body["name"], done.body["phone"], done.body["version"]) == ("Mine", "+31 20 1", 3)


def test_a_write_of_a_column_that_somebody_else_has_changed_is_refused_and_tells_that_column_alone():
    with meanwhile(phone="+31 20 1", city="Delft") as episode:
        read(episode)
        told = update(episode, name="Mine", phone="+31 20 2")
        assert fields_in(told) == [("phone", "+31 20 1", "Ann")]
        (error,) = told.body["body"]
        assert (error["id"], error["version"], error["if_modstamp"]) == (3, 2, 1)
        assert "phone (by Ann)" in error["message"]
        assert read(episode)["name"] == "Person 03", "nothing of it was done"
        assert update(episode, name="Mine", phone="+31 20 2", if_modstamp=error["version"]).ok


def test_what_is_there_already_is_no_change_and_no_conflict():
    with meanwhile(phone="+31 20 1", tags=["a", "b"]) as episode:
        read(episode)
        assert update(episode, phone="+31 20 1", tags=["a", "b"], name="Mine").ok


def test_a_value_that_only_repeats_what_was_read_would_undo_the_others_and_is_refused():
    with meanwhile(phone="+31 20 1") as episode:
        before = read(episode)
        assert fields_in(update(episode, phone=before["phone"])) == [("phone", "+31 20 1", "Ann")]


def test_ones_own_changes_are_in_nobodys_way(cards):
    assert update(cards, phone="+31 20 1").ok
    assert update(cards, phone="+31 20 2", name="Mine").ok
    assert read(cards)["version"] == 3


def test_a_version_that_never_was_is_refused_all_the_same(cards):
    reply = update(cards, name="Mine", if_modstamp=7)
    assert reply.status == 409
    assert reply.body["body"][0]["changes"] == []
    assert not cards.diff()


def test_members_of_objects_and_listed_names_stand_for_the_columns_that_were_declared():
    with meanwhile(city="Delft", phone="+31 20 1") as episode:
        read(episode)
        assert update(episode, place={"street": "Kade 1"}).ok
        assert fields_in(update(episode, place={"street": "Kade 2", "town": "Gouda"})) == [("city", "Delft", "Ann")]
        assert fields_in(update(episode, clear=["email", "phone"])) == [("phone", "+31 20 1", "Ann")]
        assert update(episode, clear=["email"]).ok


def test_lists_are_compared_as_lists():
    with meanwhile(tags=["a"]) as episode:
        read(episode)
        assert fields_in(update(episode, tags=["b"])) == [("tags", ["a"], "Ann")]


def test_a_part_counts_for_itself():
    with meanwhile(digits="99") as episode:
        first, second = (one["extension_id"] for one in read(episode)["numbers"])
        assert update(episode, name="Mine").ok
        assert episode.call("change_extension", {**OLD, "extension_id": second, "digits": "77"}).ok
        late = episode.call("change_extension", {**OLD, "extension_id": first, "digits": "77"})
        assert fields_in(late) == [("digits", "99", "Ann")]
        assert late.body["body"][0]["changes"][0]["id"] == first
        assert fields_in(episode.call("hand_on_card", {**OLD, "extensions": ["1"]})) == [("digits", "99", "Ann")]
        assert episode.call("hand_on_card", OLD).ok


def test_what_each_call_changes_is_declared_at_the_record_itself():
    with meanwhile(owner="Noor") as episode:
        read(episode)
        assert fields_in(episode.call("hand_on_card", OLD)) == [("owner", "Noor", "Ann")]
        assert update(episode, name="Mine").ok


def test_an_operation_that_names_no_column_is_about_the_record_as_a_whole():
    with meanwhile(phone="+31 20 1") as episode:
        read(episode)
        assert fields_in(episode.call("stamp_card", {**OLD, "words": "Seen."})) == [("phone", "+31 20 1", "Ann")]


def test_nothing_is_told_of_a_record_that_one_may_not_open():
    with meanwhile(owner="Nobody", phone="+31 20 1") as episode:
        read(episode)
        for name, more in (("update_card", {"phone": "+31 20 2"}), ("stamp_card", {"words": "Seen."})):
            late = episode.call(name, {**OLD, **more})
            assert (late.status, late.body[0]["errorCode"]) == (404, "CARD_NOT_FOUND")
            assert "+31 20 1" not in late.text


def test_other_worlds_go_by_the_record(rolodex):
    kinds = {name: clashes.kind_of(one, rolodex.metadata) for name, one in rolodex.operations.items() if one.record}
    assert kinds == {
        "update_card": "columns", "rewrite_card": "columns", "change_extension": "columns", "hand_on_card": "columns",
        "stamp_card": "record",
    }  # fmt: skip
    for name in ("shop", "desk", "tiny"):
        other = worlds.discover()[name]
        ops = [one for one in other.operations.values() if one.record]
        assert {clashes.kind_of(one, other.metadata) for one in ops} == {"record"}


def test_a_declaration_that_names_what_is_not_there_is_refused(rolodex):
    def rename(ctx: object, card_id: int, name: str) -> None:
        """Rename."""

    with pytest.raises(TypeError, match="which argument names it"):
        writes(roles=("clerk",), columns={"name": ("name",)})(rename)
    one = rolodex.operations["update_card"]
    for wrong in ({"name": ("title",)}, {"name": ("extension.title",)}, {"name": ("person.name",)}):
        one.columns.clear()
        one.columns.update(wrong)
        with pytest.raises(TypeError, match="does not have"):
            clashes.check_columns(one, rolodex.metadata)
    one.columns.clear()
    one.columns.update({"place.town": ("city",), "clear": ("*",)})


@pytest.mark.parametrize(
    ("value", "stored", "same"),
    [(date(2026, 3, 1), "2026-03-01", True), (True, 1, True), (False, 1, False), (None, None, True), ("a", None, False),
     (["a"], '["a"]', True), (["a"], "a", False), (None, "a", False), (1840, 1840, True)],
)  # fmt: skip
def test_an_argument_is_compared_with_what_is_stored(value, stored, same):
    assert clashes.is_stored(value, stored) is same


# -- pages ------------------------------------------------------------------------------------------------------------


def visiting(rolodex, episode):
    visitor = Visitor(create_pages(rolodex), episode)
    visitor.get("/cards/3")
    return visitor


def test_a_form_sends_all_its_fields_and_undoes_none_that_nobody_has_typed_into(rolodex):
    with meanwhile(phone="+31 20 1", city="Delft") as episode:
        visitor = visiting(rolodex, episode)
        visitor.send("/edit", {"name": "Mine"})
        assert visitor.page.status_code == 200
        now = read(episode)
        assert (now["name"], now["phone"], now["city"], now["street"]) == ("Mine", "+31 20 1", "Delft", "Kade 3")


def test_a_field_that_has_to_be_sent_leaves_what_is_there_too(rolodex):
    with meanwhile(city="Delft") as episode:
        visitor = visiting(rolodex, episode)
        visitor.send("/anew", {"name": "Mine"})
        assert (read(episode)["name"], read(episode)["city"]) == ("Mine", "Delft")


@pytest.mark.parametrize("form", ["/edit", "/anew"])
def test_a_form_that_comes_too_late_shows_what_is_there_beside_what_was_typed_and_loses_nothing(rolodex, form):
    with meanwhile(name="Hers", city="Delft") as episode:
        visitor = visiting(rolodex, episode)
        sent = {"name": "Mine", "phone": "+31 20 2"} if form == "/edit" else {"name": "Mine"}
        visitor.send(form, sent)
        assert visitor.page.status_code == 409
        assert "Mine" in visitor.text
        assert "Hers" in visitor.text
        assert "Also changed, and left as it is" in visitor.text
        shown = dict(visitor.form(form).fields)
        assert (shown["name"], shown["if_version"]) == ("Mine", "2")
        visitor.send(form, {})
        now = read(episode)
        assert (now["name"], now["city"]) == ("Mine", "Delft")
        assert now["phone"] == ("+31 20 2" if form == "/edit" else "+31 20 5550103")


def test_a_form_without_a_field_for_what_it_changes_says_what_it_would_replace(rolodex):
    with meanwhile(owner="Noor", phone="+31 20 1") as episode:
        visitor = visiting(rolodex, episode)
        visitor.send("/gift", {})
        assert visitor.page.status_code == 409
        assert "Also changed, and replaced by what you save Owner: Clerk → Noor (Ann" in visitor.text
        assert "Also changed, and left as it is Phone:" in visitor.text
        visitor.send("/gift", {})
        assert read(episode)["owner"] == "Far"


def test_whoever_takes_the_others_version_keeps_their_own_elsewhere(rolodex):
    with meanwhile(name="Hers") as episode:
        visitor = visiting(rolodex, episode)
        visitor.send("/edit", {"name": "Mine", "email": "mine@mail.test"})
        visitor.send("/edit", {"name": "Hers"})
        assert (read(episode)["name"], read(episode)["email"]) == ("Hers", "mine@mail.test")


# -- failures and the resilient agent ---------------------------------------------------------------------------------


def sure(episode):
    """The resilient agent at a desk without a task."""
    task = type("Task", (), {"name": "rolodex/none", "seed": 0})()
    return Resilient(Desk(task, Straight(episode), world=episode.world, actor=episode.actor))


def test_the_colleague_who_comes_first_changes_what_the_call_changes():
    with worlds.open("rolodex", role="clerk", faults=FaultPlan(rules=(Rule(fault="F16"),))) as episode:
        read(episode)
        assert fields_in(update(episode, name="Mine")) == [("name", "Ann's choice", "Ann")]
        assert episode.journal.last.faults == ("optimistic-conflict",)


def test_the_resilient_agent_brings_its_own_change_through_and_keeps_the_others():
    with meanwhile(name="Hers", phone="+31 20 1") as episode:
        agent = sure(episode)
        shown = agent.call("get_card", card_id=3)
        done = agent.call("update_card", card_id=3, name="Mine", phone=shown["phone"])
        assert (done["name"], done["phone"]) == ("Mine", "+31 20 1"), "what it only repeats follows the colleague"


def test_a_write_that_went_by_anothers_edit_does_not_make_the_agent_think_that_it_knows_of_it():
    with meanwhile(phone="+31 20 1") as episode:
        agent = sure(episode)
        shown = agent.call("get_card", card_id=3)
        agent.call("update_card", card_id=3, name="Mine")
        agent.call("update_card", card_id=3, phone=shown["phone"], email="new@mail.test")
        now = read(episode)
        assert (now["name"], now["phone"], now["email"]) == ("Mine", "+31 20 1", "new@mail.test")


def test_over_mcp_the_conflict_is_told_as_through_tools():
    board = Switchboard()
    with meanwhile(phone="+31 20 1") as episode:
        read(episode)
        server = serve_in_thread(AgentApplication(board))
        try:
            call = {"name": "update_card", "arguments": {**OLD, "phone": "+31 20 2"}}
            request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            accept = {"Accept": "application/json, text/event-stream"}
            address = f"{server.url}/episodes/{board.register(episode).key}/mcp"
            told = httpx.post(address, json=request, headers=accept, trust_env=False, timeout=60).json()["result"]
            assert told["isError"]
            assert json.loads(told["content"][0]["text"])["body"][0]["fields"] == ["phone"]
            request["params"]["arguments"] = {**OLD, "name": "Mine"}
            assert not httpx.post(address, json=request, headers=accept, trust_env=False, timeout=60).json()["result"][
                "isError"
            ]
        finally:
            server.close()


def test_over_http_the_version_comes_as_if_match_and_the_conflict_with_an_etag():
    def ask(episode, **changes):
        body = json.dumps({"card_id": 3, **changes}).encode()
        return respond(episode, Request("POST", "update_card", body, ("application/json",), versions=('"1"',)))

    with meanwhile(phone="+31 20 1") as episode:
        read(episode)
        late = ask(episode, phone="+31 20 2")
        assert (late.status, json.loads(late.body)[0]["fields"]) == (409, ["phone"])
        assert ("etag", '"2"') in late.headers
        assert ask(episode, name="Mine").status == 200
