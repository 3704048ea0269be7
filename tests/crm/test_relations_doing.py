"""Promises of what is done on the pages of Larkfield Relations: it comes of it what the operations promise."""

import re

import pytest

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.surfaces.visitor import Visitor

NASTY = "<img src=x onerror=alert(1)> '; DROP TABLE lead; -- {{ 7 * 7 }}"


# -- leads ------------------------------------------------------------------------------------------------------------


def test_a_lead_is_saved_and_what_was_typed_is_shown_as_text(colleague):
    person = colleague("sdr")
    person.get("/relations/leads/new")
    person.send("/leads/new", {"last_name": "Zebra", "company": "Zz Zebra Camping", "country": "NL", "notes": NASTY})
    assert "The lead Zebra of Zz Zebra Camping was saved" in person.text
    assert "<img src=x" not in person.visitor.page.text
    assert [row["company"] for row in person.rows("lead")] == ["Zz Zebra Camping"]


def test_a_form_without_what_it_needs_is_refused_at_its_fields_and_loses_nothing(colleague):
    person = colleague("sdr")
    person.get("/relations/leads/new")
    person.send("/leads/new", {"last_name": "", "company": "Zz Zebra Camping", "employees": "-3"})
    assert person.status == 422
    assert "Last name: fill this in." in person.text
    assert re.search(r'id="f-last-name-error"', person.visitor.page.text)
    assert dict(person.visitor.form("/leads/new").fields)["company"] == "Zz Zebra Camping"
    assert person.did == []


def test_a_record_like_another_is_asked_about_with_a_link_and_saved_all_the_same(colleague, cases):
    person = colleague("admin")
    known = cases.contact
    person.get("/relations/leads/new")
    typed = {"last_name": "Zebra", "company": "Zz Zebra Camping", "email": known["emails"][0]["value"]}
    person.send("/leads/new", typed)
    assert person.status == 409
    assert f'href="{person.visitor.prefix}/relations/contacts/{known["contact_id"]}"' in person.visitor.page.text
    page = person.visitor.page.text
    assert 'role="dialog"' in page
    assert re.search(r'<button[^>]*name="allow_save" value="true">Save anyway', page)
    assert person.did == []
    person.post(person.visitor.page.request.path, [*person.visitor.fields("/leads/new", {}), ("allow_save", "true")])
    assert person.status == 303
    assert [row["company"] for row in person.rows("lead")] == ["Zz Zebra Camping"]


def test_a_lead_in_a_queue_is_taken(colleague, cases):
    person = colleague("admin")
    person.get(f"/relations/leads/{cases.queued['lead_id']}")
    person.send("/take")
    assert f"The lead {cases.queued['name']} is yours now." in person.text
    assert [row["owner_id"] for row in person.rows("lead")] == [person.episode.actor.person]


def test_a_lead_is_converted_step_by_step_after_its_fields_were_shown(colleague):
    person = colleague("admin")
    known = {"last_name": "Quokka", "company": "Zz Quokka Lodge", "country": "NL", "email": "q@zzquokka.example"}
    made = person.episode.call("create_lead", {**known, "owner_id": 4}).body["lead_id"]
    person.episode.call("update_lead", {"lead_id": made, "status": "working"})
    person.episode.call("update_lead", {"lead_id": made, "status": "qualified"})
    person.get(f"/relations/leads/{made}/convert")
    assert "A new account “Zz Quokka Lodge”" in person.text
    person.get(f"/relations/leads/{made}/convert/confirm")
    assert "converting cannot be undone" in person.text
    person.send("/convert/confirm", {"opportunity_name": "Zz Quokka tents"})
    assert re.search(r"The lead was converted into Quokka at Zz Quokka Lodge and the deal D-\d+\.", person.text)
    assert {row["name"] for row in person.rows("opportunity")} == {"Zz Quokka tents"}


# -- merging ----------------------------------------------------------------------------------------------------------


def test_accounts_are_merged_after_the_values_and_what_goes_over_were_shown(colleague, cases):
    person = colleague("admin")
    winner, loser = cases.twins
    path = f"/relations/accounts/{winner}/merge"
    person.get(f"{path}?loser_ids={loser}")
    assert "A merge cannot be undone." in person.text
    assert "Keep this one instead" in person.text
    assert person.did == []
    person.send("/merge")
    assert re.search(r"1 record went into", person.text)
    assert [row["loser_id"] for row in person.rows("merge_record")] == [loser]


def test_a_merge_of_a_record_with_itself_begins_with_the_choice(colleague, cases):
    person = colleague("admin")
    winner = cases.twins[0]
    person.get(f"/relations/accounts/{winner}/merge?loser_ids={winner}")
    assert "Which go into it?" in person.text


# -- deals ------------------------------------------------------------------------------------------------------------


def test_a_card_of_the_board_is_moved_by_its_select_and_the_filters_stay(colleague, cases):
    person = colleague("admin")
    deal = cases.deal
    stages = person.episode.call("list_stages", {}).body["pipelines"][0]["stages"]
    back = next(one for one in stages if one["kind"] == "open" and one["stage_id"] != deal["stage_id"])
    person.get(f"/relations/board?owner_id={deal['owner_id']}")
    address = f"/board/{deal['opportunity_id']}?owner_id={deal['owner_id']}"
    person.send(address, {"stage_id": str(back["stage_id"])})
    assert f"{deal['number']} {deal['name']} is in {back['name']} now." in person.text
    assert person.rows("opportunity")[0]["stage_id"] == back["stage_id"]
    assert f"owner_id={deal['owner_id']}" in person.visitor.page.request.url


def test_a_card_without_a_stage_is_refused_on_the_board(colleague, cases):
    person = colleague("admin")
    person.get("/relations/board")
    person.send(f"/board/{cases.deal['opportunity_id']}", {"stage_id": ""})
    assert person.status == 422
    assert "The deal was not moved" in person.text
    assert person.did == []


def test_a_line_is_added_and_the_deal_is_worth_more(colleague, cases):
    person = colleague("admin")
    path = f"/relations/deals/{cases.deal['opportunity_id']}/lines/new"
    person.get(path)
    product = re.search(r'<option value="(\d+)">', person.visitor.page.text)[1]
    person.send("/lines/new", {"product_id": product, "quantity": "2"})
    assert re.search(rf"{cases.deal['number']} is worth \S+ now\.", person.text)
    assert [row["quantity"] for row in person.rows("opportunity_line")] == [2]


def test_a_quote_with_much_off_says_that_it_needs_approval(colleague, cases):
    person = colleague("admin")
    person.get(f"/relations/deals/{cases.deal['opportunity_id']}/quotes/new")
    person.send("/quotes/new")
    assert re.search(r"The quote Q-\d+ of \S+ is a draft\.", person.text)
    person.get(person.visitor.page.request.path.rstrip("/") + "/discount")
    person.send("/discount", {"discount": "12.5", "reason": "Two years in advance."})
    assert "has 12.5 % off" in person.text
    assert "It needs approval now." in person.text
    assert "it needs approval before it can be presented" in person.text


# -- activities -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "typed", "said"),
    [
        ("call", {"subject": "Called about tents", "outcome": "reached"}, "The call “Called about tents” was saved."),
        ("note", {"subject": "Heard at the fair", "body": "Buys in May."}, "The note “Heard at the fair” was saved."),
        ("task", {"subject": "Send the list", "due_at": "2026-03-20T10:00"}, "The task “Send the list” was saved."),
        (
            "meeting", {"subject": "Visit", "starts_at": "2026-03-20T10:00", "duration": "45"},
            "The meeting “Visit” was saved.",
        ),
    ],
)  # fmt: skip
def test_an_activity_is_written_down_from_the_account_it_is_about(colleague, cases, what, typed, said):
    person = colleague("admin")
    person.get(f"/relations/activities/new/{what}?account_id={cases.account['account_id']}")
    assert f"About {cases.account['name']}" in person.text
    person.send(f"/activities/new/{what}", typed)
    assert said in person.text
    (row,) = person.rows("activity")
    assert (row["subject"], row["account_id"]) == (typed["subject"], cases.account["account_id"])


def test_a_task_is_done_by_one_button(colleague, cases):
    person = colleague("admin")
    person.get(f"/relations/activities/{cases.task['activity_id']}")
    person.send("/done")
    assert "is done." in person.text
    assert [row["status"] for row in person.rows("activity") if row["id"] == cases.task["activity_id"]] == ["done"]


# -- many at once, files, views, the bin ------------------------------------------------------------------------------


def test_ticked_leads_are_changed_and_each_is_told_of(colleague, cases):
    person = colleague("admin")
    ids = [row["lead_id"] for row in cases.rows("list_leads", status="working")[:2]] + [cases.converted["lead_id"]]
    query = "&".join(f"record_ids={one}" for one in ids)
    person.get(f"/relations/bulk/lead?{query}")
    person.send("/bulk/lead", {"changes.0.field": "rating", "changes.0.value": "hot"})
    assert re.search(r"\d leads? (was|were) changed\. 1 was not\.", person.text)
    assert {row["rating"] for row in person.rows("lead")} <= {"hot"}


def test_ticked_deals_are_closed_by_the_name_of_the_stage_and_a_reason(colleague, cases):
    person = colleague("admin")
    deal = cases.rows("list_opportunities", stage_kind="open", approval_lock=False)[0]
    person.get(f"/relations/bulk/opportunity?record_ids={deal['opportunity_id']}")
    offered = dict(person.visitor.form("/bulk/opportunity").fields)
    assert "changes.0.field" in offered
    assert '<option value="stage">' in person.visitor.page.text
    assert '<option value="stage_id">' not in person.visitor.page.text
    changes = {"changes.0.field": "stage", "changes.0.value": "Closed Lost"}
    person.send("/bulk/opportunity", {**changes, "changes.1.field": "loss_reason", "changes.1.value": "no_response"})
    assert "1 deal was changed." in person.text
    assert [row["loss_reason"] for row in person.rows("opportunity")] == ["no_response"]


def test_an_account_is_given_to_a_colleague_with_what_hangs_on_it(colleague, cases):
    person = colleague("sales_ops")
    account = cases.account
    users = person.episode.call("list_users", {"role": "rep", "active": True}).body["records"]
    to = next(one for one in users if one["user_id"] != account["owner_id"])
    person.get(f"/relations/transfer/account?record_ids={account['account_id']}")
    person.send("/transfer/account", {"to_user_id": str(to["user_id"]), "with_contacts": "true"})
    assert f"{to['name']} has 1 account more" in person.text
    assert person.rows("account")[0]["owner_id"] == to["user_id"]


def test_a_file_is_read_in_row_by_row_and_a_row_that_failed_is_put_right(colleague):
    person = colleague("sales_ops")
    person.get("/relations/imports/new")
    text = "name,country\nZz Probe One,NL\nZz Probe Two,Nowhere\n"
    person.send("/imports/new", {"kind": "account", "csv": text, "match_key": "name", "on_match": "skip"})
    assert "1 created, 0 updated, 0 skipped, 1 failed." in person.text
    row = re.search(r"/imports/\d+/rows/\d+", person.visitor.page.text)[0]
    person.get(f"/relations{row}")
    person.send(row, {"values.1.value": "NL"})
    assert "Line 3 was created." in person.text
    assert {row["name"] for row in person.rows("account")} == {"Zz Probe One", "Zz Probe Two"}


def test_filters_are_saved_as_a_view_which_stands_among_the_tabs(colleague):
    person = colleague("rep")
    person.get("/relations/leads?status=open&rating=hot&sort=oldest")
    save = re.search(r'href="[^"]*?(/relations/views/new\?[^"]+)"', person.visitor.page.text)[1].replace("&amp;", "&")
    person.get(save)
    person.send("/views/new", {"name": "Zz my hot ones"})
    assert "The view “Zz my hot ones” was saved" in person.text
    person.get("/relations/leads")
    assert "Zz my hot ones" in person.text


def test_a_record_goes_into_the_bin_and_comes_back(colleague, cases):
    person = colleague("admin")
    person.get(f"/relations/bin/lead/{cases.lead['lead_id']}")
    assert "can be restored for 15 days" in person.text
    person.send(f"/bin/lead/{cases.lead['lead_id']}")
    assert "is in the recycle bin until" in person.text
    place = re.search(r"/bin/\d+/restore", person.visitor.page.text)[0]
    person.get(f"/relations{place}")
    person.send(place)
    assert f"{cases.lead['name']}" in person.text
    assert "is back." in person.text


def test_consent_is_written_down_with_where_it_was_said(colleague, cases):
    person = colleague("marketing")
    path = f"/relations/consents/contact/{cases.contact['contact_id']}"
    person.get(path)
    person.send(
        f"/consents/contact/{cases.contact['contact_id']}", {"channel": "post", "state": "out", "source": "Card"}
    )
    assert f"What {cases.contact['name']} said was written down." in person.text
    assert [(row["channel"], row["state"]) for row in person.rows("consent")] == [("post", "out")]


def test_what_one_does_not_decide_is_handed_over(colleague):
    person = colleague("rep")
    lead = person.episode.call("list_leads", {"page_size": 1}).body["records"][0]["lead_id"]
    person.get(f"/relations/hand-overs/new?kind=lead&record_id={lead}")
    person.send("/hand-overs/new", {"reason": "needs_decision", "to_role": "sales_ops", "message": "Please look."})
    assert re.search(r"\S+-\d+ is with Sales operations\.", person.text)
    assert len(person.rows("hand_over")) == 1


@pytest.mark.parametrize("kind", ["account", "contact", "lead", "deal"])
def test_a_form_sent_as_it_stands_changes_nothing_but_is_taken(colleague, kind):
    person = colleague("rep")
    lists = {"deal": "list_opportunities"}.get(kind, f"list_{kind}s")
    asked = {"status": "open"} if kind == "lead" else {"stage_kind": "open"} if kind == "deal" else {}
    rows = person.episode.call(lists, {"owner_id": person.episode.actor.person, "page_size": 25, **asked}).body[
        "records"
    ]
    key = {"deal": "opportunity_id"}.get(kind, f"{kind}_id")
    row = next(one for one in rows if not one.get("locked") and one.get("close_date", "9") > "2026-03-16")
    person.get(f"/relations/{kind}s/{row[key]}/edit")
    person.send("/edit")
    assert "was saved" in person.text
    assert person.changed <= {"engine_idempotency"}


def test_a_record_that_changed_meanwhile_is_not_overwritten_in_the_same_field(app, cases):
    key = cases.account["account_id"]
    changes = [{"field": "tier", "value": "key" if cases.account["tier"] != "key" else "strategic"}]
    act = {"kind": "account", "record_id": key, "changes": changes}
    params = {"who": "Helena Brandt", "operation": "colleague_updates", "arguments": act}
    plan = FaultPlan(rules=(Rule(fault="F17", operations=("get_account",), params=params),))
    with worlds.open("crm", role="admin", faults=plan) as episode:
        visitor = Visitor(app, episode)
        visitor.get(f"/relations/accounts/{key}/edit")
        mine = next(one for one in ("standard", "strategic") if one not in {cases.account["tier"], changes[0]["value"]})
        visitor.send("/edit", {"tier": mine})
        assert visitor.page.status_code == 409
        assert "Helena Brandt changed account" in visitor.text
        assert episode.call("get_account", {"account_id": key}).body["tier"] == changes[0]["value"]
