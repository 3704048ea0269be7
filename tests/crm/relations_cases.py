"""Records of the small CRM on which the pages can be tried, found by what they are, never by id."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask

CSV = "name,country,website\nZz Probe Outfitters,NL,https://www.zzprobe.example\nZz Broken Firm,Nowhere,\n"
"""A file of two accounts, the second of which cannot be entered."""


def pages_of(app: Flask) -> set[str]:
    """The names of the pages of Larkfield Relations; what is no page, such as its pictures, left out."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("relations.")]
    return {rule.endpoint for rule in rules if "GET" in (rule.methods or ())} - {"relations.static"}


def visited(app: Flask, paths: Iterable[str]) -> set[str]:
    """The names of the pages at some addresses."""
    known = app.url_map.bind("localhost")
    plain = [path.partition("?")[0] for path in paths]
    return {known.match(path, "GET")[0] for path in plain if known.test(path, "GET")}


@dataclass
class Cases:
    """Looks for records through the operations, as an administrator would; each is found once."""

    episode: Any

    def call(self, name: str, /, **arguments: Any) -> Any:
        """What an operation answers."""
        reply = self.episode.call(name, arguments)
        assert reply.ok, (name, arguments, reply.body)
        return reply.body

    def rows(self, name: str, /, **arguments: Any) -> list[Any]:
        """The first hundred rows of a list."""
        found: list[Any] = self.call(name, page_size=100, **arguments)["records"]
        return found

    def _full(self, lists: str, gets: str, key: str, fits: Any, **filters: Any) -> Any:
        """The first record in full that fits, of those that filters find."""
        found = (self.call(gets, **{key: row[key]}) for row in self.rows(lists, **filters))
        return next(one for one in found if fits(one))

    @cached_property
    def lead(self) -> Any:
        """A lead that somebody owns and works on."""
        return self._full("list_leads", "get_lead", "lead_id", lambda one: one["owner_id"], status="working")

    @cached_property
    def queued(self) -> Any:
        """A lead that waits in a queue."""
        return self._full("list_leads", "get_lead", "lead_id", lambda one: one["queue_id"], status="new")

    @cached_property
    def converted(self) -> Any:
        """A lead that became a customer."""
        return self._full("list_leads", "get_lead", "lead_id", bool, status="converted")

    @cached_property
    def account(self) -> Any:
        """An account with contacts and deals."""
        return self._full(
            "list_accounts", "get_account", "account_id", lambda one: one["contacts"] > 1 and one["open_deals"]
        )

    @cached_property
    def contact(self) -> Any:
        """A contact with an e-mail address, a number and an account."""
        return self._full(
            "list_contacts", "get_contact", "contact_id", lambda one: one["emails"] and one["phones"] and one["links"]
        )

    @cached_property
    def deal(self) -> Any:
        """An open deal with lines, people and an owner, which waits for no approval."""
        return self._full(
            "list_opportunities", "get_opportunity", "opportunity_id",
            lambda one: one["lines"] and one["contact_roles"] and one["close_date"] > "2026-03-16",
            stage_kind="open", approval_lock=False,
        )  # fmt: skip

    @cached_property
    def lost(self) -> Any:
        """A deal that was lost."""
        return self._full("list_opportunities", "get_opportunity", "opportunity_id", bool, stage_kind="lost")

    @cached_property
    def quote(self) -> Any:
        """A draft of a quote of the open deal, made for the tests."""
        return self.call("create_quote", opportunity_id=self.deal["opportunity_id"])

    @cached_property
    def task(self) -> Any:
        """An open task."""
        return self.rows("list_activities", kind="task", status="open")[0]

    @cached_property
    def meeting(self) -> Any:
        """A meeting that is planned, made for the tests."""
        return self.call(
            "schedule_meeting",
            subject="Walk through the offer",
            starts_at="2026-03-18T09:00:00Z",
            account_id=self.account["account_id"],
        )

    @cached_property
    def imported(self) -> Any:
        """A file of which one row failed, read in for the tests."""
        return self.call("start_import", kind="account", csv=CSV, match_key="name", on_match="skip")

    @cached_property
    def deleted(self) -> Any:
        """A lead in the recycle bin, put there for the tests."""
        made = self.call("create_lead", last_name="Probe", company="Zz Bin Probe", owner_id=self.lead["owner_id"])
        return self.call("delete_record", kind="lead", record_id=made["lead_id"])

    @cached_property
    def campaign(self) -> Any:
        """A campaign with members."""
        return next(one for one in self.rows("list_campaigns") if one["members"])

    @cached_property
    def view(self) -> Any:
        """A saved view of leads, saved for the tests."""
        return self.call(
            "save_view", name="Hot leads of the probe", record_kind="lead", filters=[{"name": "rating", "value": "hot"}]
        )

    @cached_property
    def twins(self) -> tuple[int, int]:
        """Two accounts that are taken for the same."""
        for one in self.rows("list_duplicate_sets", kind="account"):
            ids = [member["record_id"] for member in one["members"] if member["kind"] == "account"]
            if len(ids) > 1:
                return ids[0], ids[1]
        raise AssertionError("no two accounts are alike")

    @cached_property
    def paths(self) -> dict[str, str]:
        """Every page by name."""
        found = self._lists() | self._records() | self._doing() | self._keeping()
        return {name: f"/relations/{path}" for name, path in found.items()}

    def _lists(self) -> dict[str, str]:
        plain = (
            "leads", "accounts", "contacts", "deals", "board", "quotes", "approvals", "contracts", "activities",
            "campaigns", "duplicates", "imports", "views", "bin", "access", "hand-overs", "colleagues", "products",
            "prices", "prices/books", "prices/rates", "territories", "setup", "setup/rules", "handbook", "more",
            "reports", "reports/forecast", "reports/leads", "reports/activities",
        )  # fmt: skip
        return {
            "home": "",
            **{name: name for name in plain},
            "no leads": "leads?query=zzzz",
            "a wrong filter": "leads?created_from=x",
            "nothing": "nothing",
            "history": "history?kind=account",
            "changes": f"history?kind=lead&record_id={self.lead['lead_id']}",
            "my board": f"board?owner_id={self.deal['owner_id']}",
        }

    def _records(self) -> dict[str, str]:
        return {
            "a lead": f"leads/{self.lead['lead_id']}",
            "a queued lead": f"leads/{self.queued['lead_id']}",
            "a converted lead": f"leads/{self.converted['lead_id']}",
            "an account": f"accounts/{self.account['account_id']}",
            "a contact": f"contacts/{self.contact['contact_id']}",
            "a deal": f"deals/{self.deal['opportunity_id']}",
            "a lost deal": f"deals/{self.lost['opportunity_id']}",
            "a quote": f"quotes/{self.quote['quote_id']}",
            "an approval": f"approvals/{self.rows('list_approvals')[0]['approval_id']}",
            "a contract": f"contracts/{self.rows('list_contracts')[0]['contract_id']}",
            "a task": f"activities/{self.task['activity_id']}",
            "a meeting": f"activities/{self.meeting['activity_id']}",
            "a campaign": f"campaigns/{self.campaign['campaign_id']}",
            "an import": f"imports/{self.imported['import_id']}",
            "a view": f"views/{self.view['view_id']}",
            "a colleague": f"colleagues/{self.lead['owner_id']}",
            "a page of the handbook": "handbook/" + self.call("list_policies")["items"][0]["slug"],
        }

    def _doing(self) -> dict[str, str]:
        lead, deal = f"leads/{self.lead['lead_id']}", f"deals/{self.deal['opportunity_id']}"
        account, contact = f"accounts/{self.account['account_id']}", f"contacts/{self.contact['contact_id']}"
        line, role = self.deal["lines"][0]["line_id"], self.deal["contact_roles"][0]["contact_role_id"]
        email, link = self.contact["emails"][0]["email_id"], self.contact["links"][0]["link_id"]
        quote, quoted = f"quotes/{self.quote['quote_id']}", self.quote["lines"][0]["quote_line_id"]
        about = f"?contact_id={self.contact['contact_id']}"
        writing = {
            f"new {what}": f"activities/new/{what}{about}"
            for what in ("call", "email", "letter", "note", "task", "meeting")
        }
        return writing | {
            "new lead": "leads/new", "edit a lead": f"{lead}/edit", "owner of a lead": f"{lead}/owner",
            "convert": f"{lead}/convert", "convert confirm": f"{lead}/convert/confirm",
            "new account": "accounts/new", "edit an account": f"{account}/edit", "territory": f"{account}/territory",
            "merge choose": f"{account}/merge", "merge": f"accounts/{self.twins[0]}/merge?loser_ids={self.twins[1]}",
            "merge contacts": f"{contact}/merge?query=a", "merge leads": f"{lead}/merge?query=a",
            "new contact": f"contacts/new?account_id={self.account['account_id']}", "edit a contact": f"{contact}/edit",
            "new address": f"{contact}/addresses/new", "an address": f"{contact}/email/{email}",
            "new link": f"{contact}/accounts/new", "end a link": f"{contact}/accounts/{link}/end",
            "consents": f"consents/contact/{self.contact['contact_id']}",
            "new deal": f"deals/new?account_id={self.account['account_id']}", "edit a deal": f"{deal}/edit",
            "stage": f"{deal}/stage", "reopen": f"deals/{self.lost['opportunity_id']}/reopen",
            "new line": f"{deal}/lines/new", "a line": f"{deal}/lines/{line}",
            "line out": f"{deal}/lines/{line}/remove", "new role": f"{deal}/people/new",
            "a role": f"{deal}/people/{role}", "role out": f"{deal}/people/{role}/remove",
            "new quote": f"{deal}/quotes/new", "new contract": f"{deal}/contracts/new",
            "edit a quote": f"{quote}/edit", "discount": f"{quote}/discount", "present": f"{quote}/present",
            "answer": f"{quote}/answer", "revise": f"{quote}/revise", "submit": f"{quote}/submit",
            "new quote line": f"{quote}/lines/new", "a quote line": f"{quote}/lines/{quoted}",
            "quote line out": f"{quote}/lines/{quoted}/remove",
            "edit a task": f"activities/{self.task['activity_id']}/edit",
            "outcome": f"activities/{self.meeting['activity_id']}/outcome",
            "move a meeting": f"activities/{self.meeting['activity_id']}/move",
            "cancel": f"activities/{self.task['activity_id']}/cancel",
        }  # fmt: skip

    def _keeping(self) -> dict[str, str]:
        lead, account = self.lead["lead_id"], self.account["account_id"]
        campaign = self.campaign["campaign_id"]
        member = self.rows("list_campaign_members", campaign_id=campaign)[0]["member_id"]
        row = self.rows("list_import_rows", import_id=self.imported["import_id"], status="failed")[0]["row_id"]
        rules = {
            name: self.call(f"list_{name}_rules")["rules"][0][f"{name}_rule_id"]
            for name in ("validation", "assignment", "workflow")
        }
        return {
            "rule history": "history/rules", "shares": f"shares/account/{account}",
            "unshare": f"shares/account/{account}/{self.account['owner_id']}/end",
            "new member": f"accounts/{account}/team/new",
            "member out": f"accounts/{account}/team/{self.account['owner_id']}/remove",
            "likes": f"duplicates/account/{self.twins[0]}",
            "dismiss": f"duplicates/{self.rows('list_duplicate_sets')[0]['set_id']}/dismiss",
            "runs": f"history/lead/{lead}/runs", "delete": f"bin/lead/{lead}",
            "restore": f"bin/{self.deleted['deleted_id']}/restore",
            "new access": f"access/new?kind=account&record_id={account}", "decide access": "access/1",
            "new hand-over": f"hand-overs/new?kind=lead&record_id={lead}",
            "recall": f"approvals/{self.rows('list_approvals')[0]['approval_id']}/recall",
            "signature": f"contracts/{self.rows('list_contracts')[0]['contract_id']}/signature",
            "join": f"campaigns/{campaign}/members/new", "join many": f"campaigns/members/lead?record_ids={lead}",
            "leave": f"campaigns/{campaign}/members/{member}/remove",
            "bulk": f"bulk/lead?record_ids={lead}", "transfer": f"transfer/account?record_ids={account}",
            "territory run": f"territories/run?record_ids={account}",
            "new import": "imports/new", "a row": f"imports/{self.imported['import_id']}/rows/{row}",
            "new view": "views/new?record_kind=lead&filters.0.name=status&filters.0.value=open",
            "edit a view": f"views/{self.view['view_id']}/edit",
            "delete a view": f"views/{self.view['view_id']}/delete",
            "new validation rule": "setup/rules/validation/new", "new assignment rule": "setup/rules/assignment/new",
            **{f"a {name} rule": f"setup/rules/{name}/{key}" for name, key in rules.items()},
        }  # fmt: skip
