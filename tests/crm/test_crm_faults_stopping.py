"""Promises of work that a system does not let through: what is handed over, about which record, how it is judged."""

import ast

import pytest
from struck import a_deal, a_draft, a_lead, rows
from troubles import done

import worlds
from worlds.crm import WORLD
from worlds.crm.errors import body
from worlds.crm.faults.stopping import REASON, ROLE, hand_over, handed_over
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.engine.reply import Reply
from worlds.engine.resilience.signs import sign_of
from worlds.engine.resilience.stopping import Stopped
from worlds.graders.judged import judged
from worlds.graders.matching import fits


def stopped(episode, operation, **arguments):
    """A call that was answered with 503 until nobody had patience any more."""
    return Stopped(operation, arguments, sign_of(Reply(ok=False, status=503, body="")))


def sent(episode, stop, *seen):
    """What is handed over by whoever has seen some answers, once it is sent."""
    said = hand_over(stop, {(str(at), ""): body for at, body in enumerate(seen)})
    assert said is not None
    operation, arguments = said
    assert (operation, arguments["to_role"], arguments["reason"]) == ("hand_over", ROLE, REASON)
    return done(episode, operation, **arguments)


def judged_as(episode, target, status=503):
    """How many ways of handing over hold whole in what the agent did."""
    with episode.start.reading() as (session, _):
        ways = handed_over(session, target, status)
    changes = judged(WORLD.schema, episode.changes()).changes
    return sum(all(any(fits(effect, one, {}) for one in changes) for effect in way) for way in ways)


def test_a_deal_is_handed_over_by_its_number_with_the_status():
    with worlds.open("crm", role="rep") as episode:
        deal = a_deal(episode)
        target = {"opportunity": [deal["opportunity_id"]]}
        assert judged_as(episode, target) == 0
        over = sent(episode, stopped(episode, "create_quote", opportunity_id=deal["opportunity_id"]), deal)
        assert (over["kind"], over["record_id"]) == ("opportunity", deal["opportunity_id"])
        assert over["message"].startswith(f"{deal['number']}: create_quote is answered with status 503")
        assert judged_as(episode, target) == 1
        assert judged_as(episode, target, status=504) == 0


def test_what_is_made_on_the_way_is_handed_over_as_the_deal_that_it_belongs_to():
    with worlds.open("crm", role="sales_ops") as episode:
        quote = a_draft(episode)
        over = sent(episode, stopped(episode, "present_quote", quote_id=quote["quote_id"]), quote)
        assert (over["kind"], over["record_id"]) == ("opportunity", quote["opportunity_id"])
        assert judged_as(episode, {"opportunity": [quote["opportunity_id"]]}) == 0  # its number was not seen
        deal = done(episode, "get_opportunity", opportunity_id=quote["opportunity_id"])
        sent(episode, stopped(episode, "present_quote", quote_id=quote["quote_id"]), quote, deal)
        assert judged_as(episode, {"opportunity": [quote["opportunity_id"]]}) == 1


@pytest.mark.parametrize("operation", ["convert_lead", "update_lead", "take_lead"])
def test_a_lead_is_handed_over_by_name_whatever_else_a_call_names(operation):
    with worlds.open("crm", role="sales_ops") as episode:
        lead = a_lead(episode)
        account = rows(episode, "list_accounts")[0]["account_id"]
        over = sent(episode, stopped(episode, operation, lead_id=lead["lead_id"], account_id=account), lead)
        assert (over["kind"], over["record_id"]) == ("lead", lead["lead_id"])
        assert lead["name"] in over["message"]
        assert judged_as(episode, {"lead": [lead["lead_id"]], "account": [account]}) == 1


def test_a_change_of_many_is_handed_over_by_the_first_of_them():
    with worlds.open("crm", role="sales_ops") as episode:
        ids = [one["account_id"] for one in rows(episode, "list_accounts")[:3]]
        stop = stopped(episode, "transfer_records", kind="account", record_ids=ids, to_user_id=4)
        over = sent(episode, stop)
        assert (over["kind"], over["record_id"]) == ("account", ids[0])
        assert judged_as(episode, {"account": ids}) == 1


def test_a_set_of_duplicates_is_handed_over_by_a_record_that_stands_in_it():
    with worlds.open("crm", role="sales_ops") as episode:
        listed = rows(episode, "list_duplicate_sets")
        stop = stopped(episode, "dismiss_duplicate_set", set_id=listed[0]["set_id"])
        over = sent(episode, stop, {"records": listed})
        first = listed[0]["members"][0]
        assert (over["kind"], over["record_id"]) == (first["kind"], first["record_id"])
        assert judged_as(episode, {"duplicate_set": [listed[0]["set_id"]]}) == 1


def test_what_is_about_no_record_is_handed_over_by_nobody():
    assert hand_over(stopped(None, "save_view", name="Mine"), {}) is None


def test_activities_and_requests_are_handed_over_as_what_they_are_about():
    with worlds.open("crm", role="sales_ops") as episode, episode.start.reading() as (session, _):
        task = next(one for one in rows(episode, "list_activities", kind="task") if one["opportunity_id"])
        ways = handed_over(session, {"activity": [task["activity_id"]]}, 503)
        about = {(way[0].where["kind"].value, way[0].where["record_id"].value) for way in ways}
        assert ("opportunity", task["opportunity_id"]) in about
        asked = rows(episode, "list_approvals")[0]
        ways = handed_over(session, {"approval_request": [asked["approval_id"]]}, 503)
        assert ("quote", asked["quote_id"]) in {
            (way[0].where["kind"].value, way[0].where["record_id"].value) for way in ways
        }


# -- what tells a refusal from a failure -----------------------------------------------------------------------------

STATUS = {"Conflict": Conflict, "Forbidden": Forbidden, "Invalid": Invalid, "NotFound": NotFound}
WAITING_HELPS = {"unable_to_lock_row"}


def refusals():
    """Every refusal of the CRM with what it says, as far as that stands where it is raised."""
    for path in sorted(WORLD.folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in STATUS:
                said = [part.value for one in node.args for part in ast.walk(one) if isinstance(part, ast.Constant)]
                code, *texts = [one for one in said if isinstance(one, str)]
                yield f"{path.name}:{node.lineno}", STATUS[node.func.id](code, " ".join(texts))


def test_no_refusal_of_the_business_reads_as_if_waiting_helped_where_it_does_not():
    found = dict(refusals())
    assert len(found) > 100
    for where, refusal in found.items():
        kind = sign_of(Reply(ok=False, status=refusal.status, body=body(refusal))).kind
        wanted = {"locked"} if refusal.code in WAITING_HELPS else {"refused", "forbidden"}
        assert kind in wanted, f"{where}: {refusal.code} reads as {kind}: {refusal.message}"
