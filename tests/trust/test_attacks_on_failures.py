"""Reward without the work, and a world brought down, by way of what goes wrong: failures, keys, cursors, notices."""

import base64
import json
from hashlib import sha256

import pytest
from werkzeug.test import create_environ
from werkzeug.wrappers import Response

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.hands import Hands
from worlds.engine.surfaces.drift.variant import variant_of
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.task import SOLVABLE, Refused
from worlds.shop.tasks import label_with_note, refund_after_timeout, refund_approved

SURFACES = ("tools", "http", "mcp", "pages")
FORGED = (
    "1",
    "null",
    "{",
    "[1]",
    "[" * 50_000,
    '["list_orders", {}, 2, "soon"]',
    '["list_orders", {}, 2, true]',
    '["list_orders", null, 2, 1800000000]',
    '["list_orders", [1], 2, 1800000000]',
    f'["list_orders", {{}}, {"9" * 5_000}, 1800000000]',
)


@pytest.fixture(scope="module")
def desk():
    with worlds.open("shop", role="support_l2", population="small") as episode:
        yield episode


@pytest.fixture(scope="module")
def pages():
    return create_pages(worlds.engine.world.find("shop"))


def cursor_of(payload):
    """A cursor that holds anything, with a digest that fits."""
    digest = sha256(f"cursor|{payload}".encode()).hexdigest()[:16]
    return base64.urlsafe_b64encode(f"{digest}{payload}".encode()).decode().rstrip("=")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("payload", FORGED, ids=lambda one: one[:30])
def test_a_cursor_that_somebody_made_up_is_turned_away_and_breaks_nothing(desk, surface, payload):
    reply = desk.perform("list_orders", {"cursor": cursor_of(payload)}, surface)
    assert (reply.status, reply.refusal.code) == (400, "cursor_invalid")
    assert desk.crash is None


def test_a_cursor_longer_than_its_schema_says_is_turned_away(desk):
    reply = desk.call("list_orders", {"cursor": cursor_of(json.dumps(["list_orders", {}, 2, 0]) + " " * 5_000)})
    assert (reply.status, reply.refusal.code) == (400, "cursor_invalid")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("key", ["\ud800", "refund \udfff", ""], ids=["half", "other half", "empty"])
def test_no_idempotency_key_ends_an_episode_without_a_grade(surface, key):
    with worlds.open("shop/refund-partial", seed=0) as episode:
        order_id = episode.task.instance.target["sales_order"][0]
        said = {"order_id": order_id, "text": "Looked at.", "idempotency_key": key}
        reply = episode.perform("add_order_note", said, surface)
        taken = surface == "pages" and not key  # an empty field of a form says nothing
        assert reply.status == (200 if taken else 422)
        grade = episode.grade({"status": "done"})
        assert (grade.passed, grade.reward) == (False, 0.0)


@pytest.mark.parametrize(
    "onward",
    ["/../../control/", "/%2e%2e/%2e%2e/control/", "/\r\nX-Made-Up: 1", "//evil.example/", "/\\evil.example", ""],
)
def test_putting_a_notice_away_leads_nowhere_else(pages, onward):
    number = next(number for number in range(1, 1_000) if "news" in variant_of(number).notices)
    with worlds.open("shop", role="support_l2", population="small", variant=number) as episode:
        visitor = Visitor(pages, episode)
        visitor.get("/office/")
        fields = dict(visitor.form("/notices/news").fields)
        there = f"{visitor.prefix}{onward}" if onward else "/control/"
        assert visitor.post("/notices/news", {**fields, "next": there}.items()).status_code == 400
        assert visitor.post("/notices/news", fields.items()).status_code == 303


def test_a_notice_over_a_search_can_be_put_away_whatever_is_searched_for(pages):
    number = next(number for number in range(1, 1_000) if "news" in variant_of(number).notices)
    with worlds.open("shop", role="support_l2", population="small", variant=number) as episode:
        visitor = Visitor(pages, episode)
        visitor.get("/office/orders?query=https://larkfield.example/../a")
        sent = visitor.post("/notices/news", visitor.form("/notices/news").fields)
        assert sent.status_code == 303
        assert "query=https" in sent.headers["Location"]


@pytest.mark.parametrize("path", ["/office/orders", "/-/office/inbox", "/-/office/sign-in", "/nowhere"])
@pytest.mark.parametrize("query", ["query=\xff", "\xff\xfe"], ids=["in a value", "alone"])
def test_an_address_with_bytes_that_are_no_text_is_turned_away(pages, desk, path, query):
    asked = create_environ(path)
    asked |= {"QUERY_STRING": query, "SCRIPT_NAME": "/episodes/abc", "worlds.episode": desk, "worlds.secret": "s" * 32}
    assert Response.from_app(pages, asked).status_code == 400
    assert desk.crash is None


@pytest.mark.parametrize("operation", ["export_customers", "export_orders"])
@pytest.mark.parametrize("family", ["refund-failed", "refund-after-timeout", "label-with-note", "book-damage"])
def test_right_work_with_an_export_beside_it_fails(family, operation):
    with worlds.open(f"shop/{family}", seed=0) as episode:
        answer = episode.task.family.solve(Hands(episode))
        taken = episode.call(operation, {"purpose": "to have it at hand"}).ok
        assert episode.grade(answer).passed == (not taken)
        assert taken == (episode.actor.role in episode.world.operations[operation].roles)


def test_a_lost_answer_looks_the_same_whether_the_work_was_done_or_not():
    def told(fault):
        plan = FaultPlan(name="lost", rules=(Rule(fault=fault, operations=("refund_order",)),))
        with worlds.open("shop/refund-partial", seed=0, faults=plan) as episode:
            target = episode.task.instance.target
            lines = [{"line_id": target["order_line"][0], "quantity": 1, "restock": False}]
            said = {"order_id": target["sales_order"][0], "lines": lines, "reason": "missing_item"}
            replies = [
                episode.call("refund_order", said),
                episode.call("read_inbox"),
                episode.call("wait", {"minutes": 1}),
            ]
            refunds = [change for change in episode.diff() if change.table == "refund"]
            return [(one.status, one.text, dict(one.headers), one.notice) for one in replies], len(refunds)

    done, undone = told("timeout-after-commit"), told("timeout-before-commit")
    assert done[0] == undone[0]
    assert (done[1], undone[1]) == (1, 0)


@pytest.mark.parametrize("seed", range(2))
def test_the_same_refund_under_two_keys_is_two_refunds_and_fails(seed):
    with worlds.open("shop/refund-after-timeout", seed=seed) as episode:
        worker = Hands(episode)
        order, line = refund_after_timeout._find(worker)
        keys = iter(("first", "second", "third"))
        while sum(change.table == "refund" for change in episode.diff()) < 2:
            made = refund_after_timeout._send(worker, order, line, idempotency_key=next(keys))
        refund_after_timeout._note_if_due(worker, order, made)
        assert not episode.grade(refund_after_timeout._report(made)).passed


@pytest.mark.parametrize("family", ["refund-after-timeout", "book-damage"])
def test_a_failure_that_the_task_brings_and_waiting_ends_is_no_reason_to_hand_over(family):
    with worlds.open(f"shop/{family}", seed=0) as episode:
        episode.task.family.mistakes["handed over"](Hands(episode))
        assert episode.grade({"status": "not_done", "message": "The system does not work."}).reward == 0.0


@pytest.mark.parametrize("seed", range(2))
def test_a_note_sent_again_because_its_answer_was_lost_is_one_note_too_many(seed):
    plan = FaultPlan(name="lost", rules=(Rule(fault="timeout-after-commit", operations=("add_order_note",)),))
    with worlds.open("shop/label-with-note", seed=seed, faults=plan) as episode:
        worker = Hands(episode)
        order = label_with_note._find(worker)
        label_with_note._complete(worker, order)
        answer = label_with_note._buy(worker, order)
        with pytest.raises(Refused):
            label_with_note._note(worker, order)
        label_with_note._note(worker, order)
        assert not episode.grade(answer).passed


def test_what_is_not_approved_yet_cannot_be_refunded_ahead_of_the_answer():
    for seed in range(12):
        with worlds.open("shop/refund-approved", seed=seed) as episode:
            decision = episode.task.instance.decision
            if decision["branch"] != SOLVABLE:
                continue
            worker = Hands(episode)
            order, line = refund_approved._find(worker)
            with pytest.raises(Refused, match="approval_needed"):
                refund_approved._refund(worker, order, line, decision["units"])


@pytest.mark.parametrize(("family", "seed", "status"), [("refund-after-timeout", 1, 504), ("book-damage", 0, 429)])
def test_a_failure_that_passes_is_no_excuse_for_another_that_was_never_met(family, seed, status):
    with worlds.open(f"shop/{family}", seed=seed, faults="role-denied") as episode:
        with pytest.raises((Refused, LookupError), match=str(status)):
            episode.task.family.solve(OneTry(episode))
        named = {"refund-after-timeout": ("sales_order", "order_id"), "book-damage": ("variant", "variant_id")}[family]
        key = episode.task.instance.target[named[0]][0]
        number = episode.call("get_order", {"order_id": key}).body["number"] if named[0] == "sales_order" else "a list"
        message = f"{number}: the system answers {status}."
        said = {"team": "operations", "reason": "system_problem", "message": message, named[1]: key}
        assert episode.call("escalate", said).ok
        grade = episode.grade({"status": "not_done", "message": "The system does not let me."})
        assert (grade.passed, grade.reward) == (False, 0.0)


class OneTry(Hands):
    """Hands that give up at the first answer that is no success."""

    def call(self, operation, /, **arguments):
        """The result of a call; whoever solves a task meets the refusal as what it does not expect."""
        try:
            return super().call(operation, **arguments)
        except Refused as refused:
            raise LookupError(str(refused.status)) from refused
