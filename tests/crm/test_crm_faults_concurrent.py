"""Promises of others at the same records: what they change, whose hand it is, what is told of it, and to whom."""

import json
import random

import pytest
from struck import a_contact, a_deal, a_draft, a_lead, an_account, refused, rows, turned_away, under
from troubles import by_agent, done, met, roots, stored

import worlds
from worlds.crm import WORLD
from worlds.crm.faults.amending import KINDS
from worlds.crm.faults.concurrency import openable, told
from worlds.crm.faults.look_alikes import alike
from worlds.crm.operations.meanwhile import STEPS
from worlds.engine.bookkeeping import driver_of
from worlds.engine.context import Actor
from worlds.engine.faults.fault import Setup


def conflict(episode, operation, **arguments):
    status, headers, body = turned_away(episode, operation, **arguments)
    assert (status, body["errorCode"]) == (409, "VERSION_CONFLICT")
    assert headers["ETag"] == f'"{body["version"]}"'
    return body


# -- F16, F17: edits that cross --------------------------------------------------------------------------------------


def test_an_edit_of_the_same_field_is_told_field_by_field_and_what_is_sent_then_goes_through():
    with under("F16") as episode:
        deal = a_deal(episode)
        change = {"opportunity_id": deal["opportunity_id"], "next_step": "Call on Friday"}
        body = conflict(episode, "update_opportunity", **change, if_modstamp=deal["version"])
        ((field, was, by),) = [(one["field"], one["was"], one["by"]) for one in body["changes"]]
        assert (field, was, body["fields"]) == ("next_step", deal["next_step"], ["next_step"])
        assert by != episode.actor.name
        assert by in body["message"]
        assert by_agent(episode) == set()
        after = done(episode, "update_opportunity", **change, if_modstamp=body["version"])
        assert after["next_step"] == "Call on Friday"


@pytest.mark.parametrize(
    ("find", "operation", "name", "change", "field"),
    [
        (an_account, "update_account", "account_id", {"billing": {"city": "Gouda"}}, "billing.city"),
        (an_account, "update_account", "account_id", {"notes": "Ring first."}, "notes"),
        (a_lead, "update_lead", "lead_id", {"rating": "cold"}, "rating"),
        (a_deal, "update_opportunity", "opportunity_id", {"close_date": "2026-09-01"}, "close_date"),
        (a_draft, "update_quote", "quote_id", {"notes": "Pallets extra."}, "notes"),
        (a_draft, "update_quote", "quote_id", {"expires_on": "2026-03-25"}, "expires_on"),
    ],
)
def test_colleagues_edit_records_of_every_kind(find, operation, name, change, field):
    with under("F16", operations=(operation,)) as episode:
        shown = find(episode)
        body = conflict(episode, operation, **{name: shown[name]}, **change, if_modstamp=shown["version"])
        assert body["fields"] == [field]
        assert done(episode, operation, **{name: shown[name]}, **change, if_modstamp=body["version"])


def test_a_lead_that_a_colleague_gave_away_meanwhile_is_not_given_away_unseen():
    with under("F16") as episode:
        lead = next(one for one in rows(episode, "list_leads", status="working") if one["owner_id"])
        named = {"lead_id": lead["lead_id"], "owner_id": episode.actor.person}
        body = conflict(episode, "assign_lead", **named, if_modstamp=1)
        assert body["fields"] == ["owner_id"]
        assert body["changes"][0]["now"] not in (lead["owner_id"], episode.actor.person)


def test_a_line_of_which_a_colleague_ordered_more_is_told_as_a_part_of_its_deal():
    with under("F16") as episode:
        deal = next(
            one
            for row in rows(episode, "list_opportunities", stage_kind="open", approval_lock=False)
            if (one := done(episode, "get_opportunity", opportunity_id=row["opportunity_id"]))["lines"]
        )
        line = deal["lines"][0]
        named = {"opportunity_id": deal["opportunity_id"], "line_id": line["line_id"], "quantity": line["quantity"] + 1}
        (change,) = conflict(episode, "update_line", **named, if_modstamp=deal["version"])["changes"]
        assert (change["field"], change["was"], change["id"]) == ("lines.quantity", line["quantity"], line["line_id"])


def test_an_edit_of_a_task_is_in_the_way_of_the_same_edit():
    with under("F16", operations=("update_task",)) as episode:
        task = done(episode, "create_task", subject="Call", opportunity_id=a_deal(episode)["opportunity_id"])
        change = {"activity_id": task["activity_id"], "priority": "high"}
        body = conflict(episode, "update_task", **change, if_modstamp=task["version"])
        assert done(episode, "update_task", **change, if_modstamp=body["version"])["priority"] == "high"


@pytest.mark.parametrize(
    ("kind", "find"), [("account", an_account), ("contact", a_contact), ("lead", a_lead), ("opportunity", a_deal)]
)
def test_what_was_read_may_be_older_than_it_looks(kind, find):
    with under("F17", operations=(f"get_{kind}",)) as episode:
        found = find(episode)
        now = done(episode, f"get_{kind}", **{f"{kind}_id": found[f"{kind}_id"]})
        assert now["version"] > found["version"]
        column = next(iter(KINDS[kind].varied))
        assert now[column] != found[column]
        assert (found[column] or "") in now[column]
        assert {root for _, root in roots(episode, kind)} == {"world"}


def test_what_is_locked_for_an_approval_is_edited_by_no_colleague():
    with under("F17") as episode:
        waits = rows(episode, "list_opportunities", approval_lock=True)[0]["opportunity_id"]
        first, again = (done(episode, "get_opportunity", opportunity_id=waits) for _ in range(2))
        assert (first["version"], met(episode)) == (again["version"], [])


# -- what a conflict tells, and to whom ------------------------------------------------------------------------------


def test_what_a_conflict_shows_is_in_the_form_that_the_tools_have():
    assert told("opportunity", "amount", 124_500) == ("amount", "1245.00")
    assert told("quote", "discount_bp", 950) == ("discount", "9.5")
    assert told("quote_line", "discount_bp", None) == ("lines.discount", None)
    assert told("account", "billing_postal_code", "8011 AB") == ("billing.postal_code", "8011 AB")
    assert told("contact", "is_deleted", 1) == ("is_deleted", True)
    assert told("opportunity", "pipeline_id", 1) is None


def test_what_somebody_may_not_open_is_not_told_by_a_conflict_either():
    with worlds.open("crm", role="rep") as mine, worlds.open("crm", role="admin") as all_of_it:
        seen = {one["account_id"] for one in rows(mine, "list_accounts", page_size=100)}
        everything = {one["account_id"] for one in rows(all_of_it, "list_accounts", page_size=100)}
        closed = min(everything - seen)
        deal = next(one for one in rows(all_of_it, "list_opportunities", account_id=closed, page_size=100) or [{}])
        reply = mine.call("update_account", {"account_id": closed, "notes": "Mine", "if_modstamp": 7})
        assert (reply.status, reply.body[0]["errorCode"]) == (404, "ACCOUNT_NOT_FOUND")
        with mine._fork.lease() as connection:
            driver = driver_of(connection)
            who = Actor("rep", mine.actor.person, mine.actor.name)
            assert all(openable(driver, who, "account", key) == (key in seen) for key in sorted(everything))
            assert openable(driver, Actor("admin"), "account", closed)
            if deal:
                quotes = driver.execute("SELECT id FROM quote WHERE opportunity_id = ?", (deal["opportunity_id"],))
                assert not any(openable(driver, who, "quote", key) for (key,) in quotes.fetchall())
            assert openable(driver, who, "product", 1)


def test_a_part_is_open_to_whoever_may_open_the_whole_and_a_request_to_who_is_asked():
    with worlds.open("crm", role="rep") as episode:
        mine = {one["contact_id"] for one in rows(episode, "list_contacts", page_size=100)}
        with episode._fork.lease() as connection:
            driver = driver_of(connection)
            who = Actor("rep", episode.actor.person, episode.actor.name)
            parts = driver.execute("SELECT id, contact_id FROM email_address ORDER BY id").fetchall()
            assert {openable(driver, who, "email_address", key) for key, whole in parts if whole in mine} == {True}
            asked = driver.execute("SELECT id, approver_id, quote_id FROM approval_request").fetchall()
            for key, approver, _ in asked:
                manager = driver.execute("SELECT role, name FROM crm_user WHERE id = ?", (approver,)).fetchone()
                assert openable(driver, Actor(manager[0], approver, manager[1]), "approval_request", key)
                assert not openable(driver, Actor("rep", 0, "nobody"), "approval_request", key)


# -- F18, F22, F23: locks and steps ----------------------------------------------------------------------------------


def test_a_record_that_a_colleague_has_open_is_locked_and_what_stands_beside_it_goes_through():
    with under("F18", operations=("update_opportunity",), params={"seconds": 300}) as episode:
        deal = a_deal(episode)
        change = {"opportunity_id": deal["opportunity_id"], "next_step": "Call on Friday"}
        status, headers, body = turned_away(episode, "update_opportunity", **change)
        assert (status, body["errorCode"], body["why"]) == (423, "UNABLE_TO_LOCK_ROW", "editing")
        assert (body["holder"],) in stored(episode, "SELECT name FROM crm_user WHERE active = 1")
        done(episode, "log_call", subject="Rang", outcome="no_answer", opportunity_id=deal["opportunity_id"])
        episode.call("wait", {"minutes": 1 + int(headers["Retry-After"]) // 60})
        assert done(episode, "update_opportunity", **change)["next_step"] == "Call on Friday"


@pytest.mark.parametrize(("minutes", "again"), [(10, True), (0, False)])
def test_a_lead_in_a_queue_may_be_taken_by_somebody_quicker_and_put_back(minutes, again):
    with under("F22", role="admin", params={"minutes": minutes}) as episode:
        lead = next(one for one in rows(episode, "list_leads", status="new") if one["queue_id"])
        named = {"lead_id": lead["lead_id"]}
        status, body = refused(episode, "take_lead", **named)
        assert (status, body["errorCode"], by_agent(episode)) == (409, "NOT_IN_QUEUE", set())
        who = done(episode, "get_lead", **named)["owner_name"]
        assert (who,) in stored(
            episode, "SELECT u.name FROM queue_member m JOIN crm_user u ON u.id = m.user_id WHERE queue_id = ?",
            lead["queue_id"],
        )  # fmt: skip
        episode.call("wait", {"minutes": 15})
        assert episode.call("take_lead", named).ok == again


def test_a_step_that_crosses_another_is_turned_away_and_may_be_taken_again():
    with under("F23") as episode:
        deal = a_deal(episode)
        lost = next(
            one["stage_id"]
            for pipeline in done(episode, "list_stages")["pipelines"]
            for one in pipeline["stages"]
            if one["kind"] == "lost"
        )
        step = {"opportunity_id": deal["opportunity_id"], "stage_id": lost, "loss_reason": "timing"}
        status, _, body = turned_away(episode, "change_stage", **step)
        assert (status, body["errorCode"], by_agent(episode)) == (409, "TRANSITION_IN_PROGRESS", set())
        assert done(episode, "change_stage", **step)["stage_id"] == lost


def test_a_step_that_a_colleague_has_just_taken_is_not_taken_again():
    with under("F23", params={"how": "ran"}) as episode:
        lead = next(one for one in rows(episode, "list_leads", status="working") if one["owner_id"])
        status, body = refused(episode, "convert_lead", lead_id=lead["lead_id"], allow_save=True)
        assert (status, body["errorCode"]) == (409, "LEAD_CONVERTED")
        ((actor, root),) = roots(episode, "lead")
        assert (actor != episode.actor.name, root) == (True, "world")


def test_every_step_that_colleagues_take_is_an_operation_that_somebody_of_theirs_may_use():
    assert all(STEPS[name].writing and STEPS[name].roles for name in STEPS)
    assert WORLD.operations["colleague_steps"].roles == frozenset()


# -- F34, C1, C2: rules, the website, many at once --------------------------------------------------------------------


def test_a_rule_plans_a_task_after_a_change_and_nobody_is_blamed_for_it():
    with under("F34") as episode:
        deal = a_deal(episode)
        done(episode, "update_opportunity", opportunity_id=deal["opportunity_id"], next_step="Call on Friday")
        planned = stored(episode, "SELECT owner_id, created_by FROM activity WHERE subject LIKE 'Look at the deal%'")
        assert planned == [(deal["owner_id"], "Deals are watched")]
        assert roots(episode, "activity") == {("Deals are watched", "world")}
        assert "activity" not in by_agent(episode)


@pytest.mark.parametrize(("key", "leads"), [("same", 0), ("new", 1)])
def test_a_form_of_the_website_comes_once_more(key, leads):
    with under("C1", params={"key": key}) as episode:
        before = stored(episode, "SELECT count(*) FROM lead")[0][0]
        lead = a_lead(episode, source="web")
        assert stored(episode, "SELECT count(*) FROM lead") == [(before + leads,)]
        assert roots(episode, "web_event") == {("Web forms", "world")}
        assert done(episode, "get_lead", lead_id=lead["lead_id"])["version"] == lead["version"]


def test_sales_operations_changes_many_records_of_one_owner_at_once():
    with under("C2", role="rep") as episode:
        deal = a_deal(episode)
        changed = stored(episode, "SELECT DISTINCT key FROM engine_change WHERE tbl = 'opportunity'")
        assert (len(changed) > 1, met(episode)) == (True, ["bulk-change"])
        keys = json.dumps([key for (key,) in changed])
        owners = stored(
            episode, "SELECT DISTINCT owner_id FROM opportunity WHERE id IN (SELECT value FROM json_each(?))", keys
        )
        assert owners == [(deal["owner_id"],)]
        via = stored(episode, "SELECT DISTINCT via, actor_name FROM field_history WHERE at >= '2026-03-16T08:00:00Z'")
        assert {one for one, _ in via} == {"bulk"}


# -- F39 -------------------------------------------------------------------------------------------------------------


def given_a_namesake(episode, target, instruction):
    """Let F39 prepare an episode for a task about some records; answers whom it gave another name."""
    with episode._fork.lease() as connection, connection.begin():
        driver = driver_of(connection)
        scene = Setup(
            WORLD, driver, episode.now, target, instruction, None, random.Random(3), role=episode.actor.role
        )  # fmt: skip
        return alike(scene)


def test_somebody_else_has_the_name_of_a_deals_contact_and_nothing_else_in_common():
    with worlds.open("crm", role="sales_ops") as episode:
        deal = next(
            one
            for row in rows(episode, "list_opportunities", stage_kind="open")
            if (one := done(episode, "get_opportunity", opportunity_id=row["opportunity_id"]))["primary_contact_id"]
        )
        meant = done(episode, "get_contact", contact_id=deal["primary_contact_id"])
        kind, key = given_a_namesake(episode, {"opportunity": [deal["opportunity_id"]]}, deal["number"])
        other = done(episode, f"get_{kind}", contact_id=key)
        assert (other["first_name"], other["last_name"]) == (meant["first_name"], meant["last_name"])
        assert other["account_id"] != meant["account_id"]
        hosts = [{one["value"].partition("@")[2] for one in person["emails"]} for person in (meant, other)]
        assert not hosts[0] & hosts[1]
        found = rows(episode, "list_contacts", query=meant["name"])
        assert {meant["contact_id"], key} <= {one["contact_id"] for one in found}


def test_nobody_gets_the_name_of_somebody_whom_the_request_knows_by_name_alone():
    with worlds.open("crm", role="sales_ops") as episode:
        lead = next(one for one in rows(episode, "list_leads", status="working") if one["email"])
        target = {"lead": [lead["lead_id"]]}
        assert given_a_namesake(episode, target, f"Please ring {lead['name']}.") is None
        kind, key = given_a_namesake(episode, target, f"Please ring {lead['name']} of {lead['company']}.")
        other = done(episode, "get_lead", lead_id=key)
        assert (kind, other["name"]) == ("lead", lead["name"])
        assert other["company"] != lead["company"]
