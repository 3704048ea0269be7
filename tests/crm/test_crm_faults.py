"""Promises of what goes wrong in the CRM: which failure modes there are, in whose words, what stays, what helps."""

import pytest
from struck import a_deal, a_lead, refused, rows, turned_away, under
from troubles import by_agent, done, met, stored

import worlds
from worlds.crm import WORLD
from worlds.engine.faults.catalogue import faults_of, find_fault
from worlds.engine.faults.layers.business import bindings
from worlds.engine.faults.layers.concurrency import bound
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.faults.styles import style_of

WITHOUT = {
    "F4": "The limit of other vendors, who count calls in a bucket that leaks; the CRM's own is F8.",
    "F5": "The limit of other vendors, who let calls cost points; the CRM's own is F8.",
    "F6": "The limit of other vendors, who count calls and updates a minute; the CRM's own is F8.",
    "F7": "The limit of other vendors, who count ten seconds and a day; the CRM's own is F8.",
    "F21": "Nothing of the CRM is written by comparing what was read with what is there: it keeps no stock.",
    "F28": "The CRM neither takes nor gives back money, so nothing settles later.",
}
"""Failure modes that have no counterpart in this business, and why."""
TASK = {"subject": "Call about the samples", "due_at": "2026-03-18T09:00:00Z"}
TRANSPORT = {
    "F1": (504, "", True),
    "F2": (504, "", False),
    "F3": (500, "UNKNOWN_EXCEPTION", False),
    "F9": (503, "", False),
    "F10": (202, "", True),
    "F11": (401, "INVALID_SESSION_ID", False),
    "F13": (403, "INSUFFICIENT_ACCESS", False),
    "F15": (401, "INVALID_SESSION_ID", False),
    "F19": (429, "LOCK_TIMEOUT", False),
    "F20": (409, "IDEMPOTENCY_KEY_IN_USE", True),
}
"""What a write is answered with: the status, the vendor's code where there is one, and whether it was done."""
ELSEWHERE = {
    "F8", "F14", "F24", "F25", "F26", "F27", "F29", "F30", "F31", "F32", "F33", "F34", "F36", "F39", "F40",
    *("F16", "F17", "F18", "F22", "F23"),  # in test_crm_faults_concurrent
    *("F37", "F38"),  # in test_crm_planted_texts
    *("F12", "F35"),  # on pages alone
}  # fmt: skip
"""Failure modes that have promises of their own."""


def tasks(episode):
    return stored(episode, "SELECT id FROM activity WHERE subject = ?", TASK["subject"])


def test_every_failure_mode_has_a_promise_here_or_a_reason_why_it_has_no_counterpart():
    modes = {f"F{number}" for number in range(1, 41)}
    assert modes == {*WITHOUT, *TRANSPORT, *ELSEWHERE}
    assert len(modes) == len(WITHOUT) + len(TRANSPORT) + len(ELSEWHERE)
    assert {fault.code for fault in faults_of(WORLD).values()} == modes | {"C1", "C2"}
    assert bound(WORLD, "sale") is None
    for code in ("F4", "F5", "F6", "F7"):
        assert find_fault(WORLD, code).vendor != style_of(WORLD) == find_fault(WORLD, "F8").vendor


@pytest.mark.parametrize(("code", "status", "error", "kept"), [(code, *told) for code, told in TRANSPORT.items()])
def test_what_breaks_on_the_way_is_told_in_the_vendors_words_and_only_the_state_says_what_was_done(
    code, status, error, kept
):
    with under(code, operations=("create_task",)) as episode:
        deal = a_deal(episode)
        reply = episode.call("create_task", {**TASK, "opportunity_id": deal["opportunity_id"]}, key="one")
        told = reply.body if reply.ok else reply.body["body"]
        assert (reply.status, reply.ok) == (status, code == "F10")
        assert (told[0]["errorCode"] if isinstance(told, list) else "") == error
        assert bool(tasks(episode)) == kept
        assert met(episode) == [find_fault(WORLD, code).name]


@pytest.mark.parametrize("code", ["F1", "F2"])
def test_the_same_key_makes_one_task_whether_the_request_or_its_answer_was_lost(code):
    with under(code, operations=("create_task",)) as episode:
        asked = {**TASK, "opportunity_id": a_deal(episode)["opportunity_id"]}
        replies = [episode.call("create_task", asked, key="one") for _ in range(2)]
        assert [one.status for one in replies] == [504, 200]
        assert len(tasks(episode)) == 1


def test_the_limit_is_that_of_the_vendor_and_no_matter_of_permission():
    with under("rate-limit", times=0, params={"left": 2}) as episode:
        deal = a_deal(episode)
        status, headers, told = turned_away(episode, "create_task", **TASK, opportunity_id=deal["opportunity_id"])
        assert (status, told["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
        assert headers["Sforce-Limit-Info"] == "api-usage=100000/100000"
        assert not tasks(episode)
        episode.call("wait", {"minutes": 24 * 60})
        done(episode, "create_task", subject=TASK["subject"], opportunity_id=deal["opportunity_id"])
        assert len(tasks(episode)) == 1


def test_a_permission_that_is_taken_away_leaves_the_hand_over():
    with under("F14", times=0, params={"after_calls": 2}) as episode:
        deal = a_deal(episode)
        _, _, told = turned_away(episode, "create_task", **TASK, opportunity_id=deal["opportunity_id"])
        assert told["errorCode"] == "INSUFFICIENT_ACCESS"
        over = {"kind": "opportunity", "record_id": deal["opportunity_id"], "to_role": "sales_ops"}
        done(episode, "hand_over", **over, reason="system_problem", message=f"{deal['number']}: status 403.")
        assert by_agent(episode) == {"hand_over"}


# -- rules, likes, approvals, races ----------------------------------------------------------------------------------


def test_a_rule_of_the_house_names_the_field_and_takes_the_real_value():
    with under("F24", times=0) as episode:
        deal = a_deal(episode)
        asked = {**TASK, "opportunity_id": deal["opportunity_id"]}
        for subject in (TASK["subject"], "Call about D-1"):
            status, _, told = turned_away(episode, "create_task", **{**asked, "subject": subject})
            assert (status, told["errorCode"], told["fields"]) == (422, "VALIDATION_RULE", ["subject"])
            assert told["message"] == "Subject must contain the number of the deal."
        assert by_agent(episode) == set()
        done(episode, "create_task", **{**asked, "subject": f"{deal['number']}: {TASK['subject']}"})


def test_rules_of_the_house_leave_alone_what_is_about_no_deal():
    with under("F24", times=0) as episode:
        done(episode, "create_task", **TASK, lead_id=a_lead(episode)["lead_id"])


def test_a_deal_that_is_like_another_is_saved_only_by_whoever_says_so():
    with under("F25", times=0) as episode:
        deal = a_deal(episode, kind="new")
        asked = {"name": "More of it", "account_id": deal["account_id"], "close_date": "2026-06-30"}
        status, _, told = turned_away(episode, "create_opportunity", **asked)
        assert (status, told["errorCode"]) == (409, "DUPLICATES_DETECTED")
        found = told["duplicateResult"]
        assert found["allowSave"] is True
        match = {"record": "opportunity", "id": deal["opportunity_id"], "label": f"deal {deal['number']}"}
        assert match in found["matchResults"]
        assert by_agent(episode) == set()
        assert done(episode, "create_opportunity", **asked, allow_save=True)["number"] != deal["number"]


@pytest.mark.parametrize("operation", ["create_account", "create_contact", "create_lead"])
def test_a_failure_plan_goes_by_the_same_word_as_the_crms_own_rules(operation):
    assert operation in bindings(WORLD).DUPLICATES
    kind = operation.removeprefix("create_")
    with under("F25", times=0, params={"mode": "alert"}, operations=(operation,)) as episode:
        row = rows(episode, f"list_{kind}s")[0]
        last = row["name"].split()[-1]
        asked = {
            "account": {"name": row["name"], "country": "NL"},
            "contact": {"first_name": row["name"].removesuffix(last).strip() or None, "last_name": last},
            "lead": {"last_name": "Zandbergen", "company": row.get("company")},
        }[kind]
        told = turned_away(episode, operation, **asked)[2]["duplicateResult"]
        assert told["allowSave"] is True
        assert not {one["label"] for one in told["matchResults"]} & {row["name"], row.get("company")}
        done(episode, operation, **asked, allow_save=True)


def test_the_crms_own_warning_is_told_as_the_vendor_has_it():
    with worlds.open("crm", role="sales_ops") as episode:
        account = next(one for one in rows(episode, "list_accounts") if one["website"])
        asked = {"name": account["name"], "country": account["country"], "website": account["website"]}
        status, told = refused(episode, "create_account", **asked)
        assert (status, told["errorCode"], told["override"]) == (409, "DUPLICATES_DETECTED", "allow_save")
        matches = told["duplicateResult"]["matchResults"]
        assert {"record": "account", "id": account["account_id"]}.items() <= matches[0].items()
        done(episode, "create_account", **asked, allow_save=True)


def test_a_deal_in_an_approval_process_is_edited_by_nobody_and_a_note_goes_beside_it():
    with under("F26", operations=("update_opportunity",)) as episode:
        deal = a_deal(episode)
        change = {"opportunity_id": deal["opportunity_id"], "next_step": "Call on Friday"}
        status, headers, told = turned_away(episode, "update_opportunity", **change)
        assert (status, told["errorCode"], told["why"]) == (423, "UNABLE_TO_LOCK_ROW", "is in an approval process")
        done(episode, "add_note", subject="Waits", body="Waits for approval.", opportunity_id=deal["opportunity_id"])
        episode.call("wait", {"minutes": 1 + int(headers["Retry-After"]) // 60})
        assert done(episode, "update_opportunity", **change)["next_step"] == "Call on Friday"


def test_a_lead_that_a_colleague_converts_first_stays_converted():
    with under("F27") as episode:
        lead = next(one for one in rows(episode, "list_leads", status="working") if one["owner_id"])
        status, told = refused(episode, "convert_lead", lead_id=lead["lead_id"], allow_save=True)
        assert (status, told["errorCode"]) == (409, "LEAD_CONVERTED")
        assert by_agent(episode) == set()
        now = done(episode, "get_lead", lead_id=lead["lead_id"])
        assert (now["status"], met(episode)) == ("converted", ["refund-refused"])
        (who,) = {
            one["actor_name"] for one in rows(episode, "list_field_history", kind="lead", record_id=lead["lead_id"])
            if one["field"] == "status" and one["after"] == "converted"
        }  # fmt: skip
        assert who != episode.actor.name


def test_records_that_a_colleague_merges_first_stay_merged():
    with under("F27") as episode:
        first, second = [one["contact_id"] for one in rows(episode, "list_contacts")[:2]]
        status, told = refused(episode, "merge_contacts", contact_id=first, loser_ids=[second])
        assert (status, told["errorCode"]) == (409, "RECORD_MERGED")
        assert stored(episode, "SELECT merged_into_id FROM contact WHERE id = ?", second) == [(first,)]
        assert by_agent(episode) == set()


def test_a_change_of_many_is_done_and_holds_records_that_failed():
    with under("F29", nth=2) as episode:
        ids = [one["contact_id"] for one in rows(episode, "list_contacts")[:4]]
        changes = [{"field": "department", "value": "Night shift"}]
        told = done(episode, "bulk_update_records", kind="contact", record_ids=ids, changes=changes)
        (failed,) = [one for one in told["items"] if not one["success"]]
        assert (told["failed"], failed["record_id"], failed["error"]) == (1, ids[1], "RECORD_BUSY")
        held = stored(episode, "SELECT id FROM contact WHERE department = 'Night shift' ORDER BY id")
        assert held == [(one,) for one in sorted({*ids} - {ids[1]})]


# -- what is read is not what is there -------------------------------------------------------------------------------


def test_a_list_lags_behind_and_what_was_made_is_read_by_its_id():
    with under("F30", times=0) as episode:
        made = done(episode, "create_lead", last_name="Zandbergen", company="Zandbergen Zeilen")
        assert not rows(episode, "list_leads", query="zandbergen zeilen")
        assert done(episode, "get_lead", lead_id=made["lead_id"])["company"] == "Zandbergen Zeilen"
        episode.call("wait", {"minutes": 5})
        assert len(rows(episode, "list_leads", query="zandbergen zeilen")) == 1


def test_a_record_is_read_as_it_was_a_moment_ago_and_says_how_old_that_is():
    with under("F31", times=0) as episode:
        deal = a_deal(episode)
        named = {"opportunity_id": deal["opportunity_id"]}
        done(episode, "update_opportunity", **named, next_step="Call on Friday")
        assert done(episode, "get_opportunity", **named)["next_step"] == deal["next_step"]
        assert met(episode) == ["stale-read"]
        episode.call("wait", {"minutes": 2})
        assert done(episode, "get_opportunity", **named)["next_step"] == "Call on Friday"


@pytest.mark.parametrize(
    "operation", ["list_leads", "list_accounts", "list_contacts", "list_opportunities", "list_activities"]
)
def test_a_list_grows_while_somebody_turns_its_pages_and_its_locator_is_lost(operation):
    with under("F32") as episode:
        first = done(episode, operation, page_size=2)
        status, _, told = turned_away(episode, operation, query_locator=first["nextRecordsUrl"])
        assert (status, told["errorCode"], told["fields"]) == (400, "CURSOR_INVALID", ["query_locator"])
        assert done(episode, operation, page_size=2)["totalSize"] == first["totalSize"] + 1
        assert by_agent(episode) == set()


def test_what_a_customer_writes_may_come_twice_under_one_event():
    with worlds.open("crm", role="sales_ops") as plain:
        contact = rows(plain, "list_contacts")[0]["contact_id"]
    wrote = {"contact_id": contact, "body": "Where is our offer?", "subject": "Our offer", "tell": True}
    params = {"who": "customer", "operation": "contact_writes", "arguments": wrote}
    plan = FaultPlan(
        rules=(Rule(fault="F17", params=params), Rule(fault="F33", params={"late": 900, "twice": True}, times=0))
    )
    with worlds.open("crm", role="sales_ops", faults=plan) as episode:
        done(episode, "get_contact", contact_id=contact)
        episode.call("wait", {"minutes": 20})
        events = [one["event_id"] for one in done(episode, "read_inbox")["records"]]
        assert (len(events), len(set(events))) == (2, 1)
        assert len(rows(episode, "list_activities", query="where is our offer")) == 1


def test_a_green_light_for_what_was_not_kept_is_seen_by_reading_again():
    with under("F36", operations=("change_stage", "update_opportunity")) as episode:
        deal = a_deal(episode)
        told = done(episode, "update_opportunity", opportunity_id=deal["opportunity_id"], next_step="Call on Friday")
        assert told["next_step"] == "Call on Friday"
        now = done(episode, "get_opportunity", opportunity_id=deal["opportunity_id"])
        assert now["next_step"] == deal["next_step"]
        assert by_agent(episode) == set()


def test_amounts_may_be_written_otherwise():
    with worlds.open("crm", role="finance") as plain, worlds.open("crm", role="finance", faults="F40") as other:
        one, same = (rows(episode, "list_opportunities", sort="amount")[0] for episode in (plain, other))
        whole, cents = one["amount"].split(".")
        assert same["opportunity_id"] == one["opportunity_id"]
        assert same["amount"] == f"{int(whole):,}".replace(",", ".") + f",{cents}"
