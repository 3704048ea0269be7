"""Records of the small desk on which the workspace's pages can be tried, found by what they are, never by id."""

from functools import cached_property
from typing import Any

from finding import Finder


class Cases(Finder):
    """What the pages are tried on."""

    def _first(self, name: str, **arguments: Any) -> Any:
        return self._call(name, **arguments)["items"][0]

    def ticket(self, fits: Any, **filters: Any) -> Any:
        """A ticket in full that fits, of those that filters find."""
        rows = self._call("list_tickets", page_size=100, **filters)["items"]
        found = (self._call("get_ticket", ticket_id=row["ticket_id"]) for row in rows)
        return next(ticket for ticket in found if fits(ticket))

    @cached_property
    def busy(self) -> Any:
        """An open ticket with an assignee, a file that can be read, and more than one public comment."""
        return self.ticket(lambda one: one["assignee_id"] and len(_public(one)) > 1, status="open", sort="oldest")

    @cached_property
    def new(self) -> Any:
        """A ticket that nobody has taken."""
        return self.ticket(lambda one: not one["assignee_id"], status="new")

    @cached_property
    def closed(self) -> Any:
        """A ticket that is closed for good, and was not merged."""
        return self.ticket(lambda one: not one["merged_into"], status="closed")

    @cached_property
    def merged(self) -> Any:
        """A ticket that was merged into another."""
        return self.ticket(lambda one: one["merged_into"], status="closed")

    @cached_property
    def problem(self) -> Any:
        """A problem with incidents."""
        return self.ticket(lambda one: one["incidents"] and one["status"] != "closed", type="problem")

    @cached_property
    def twins(self) -> tuple[Any, Any]:
        """Two unsolved tickets of one requester, the older one first."""
        rows = self._call("list_tickets", status="unsolved", sort="oldest", page_size=100)["items"]
        seen: dict[int, Any] = {}
        for row in rows:
            if row["requester_id"] in seen:
                return seen[row["requester_id"]], row
            seen[row["requester_id"]] = row
        raise AssertionError("nobody has two unsolved tickets")

    @cached_property
    def stranger(self) -> Any:
        """An unsolved ticket of somebody else than the twins' requester."""
        rows = self._call("list_tickets", status="unsolved", page_size=100)["items"]
        return next(row for row in rows if row["requester_id"] != self.twins[0]["requester_id"])

    @cached_property
    def filed(self) -> tuple[int, int]:
        """A ticket and a file of it that can be read."""
        for topic in ("damaged", "return_exchange", "refund_status", "wismo", "other", "complaint"):
            for row in self._call("list_tickets", topic=topic, page_size=100)["items"]:
                shown = self._call("get_ticket", ticket_id=row["ticket_id"])
                for said in shown["comments"]:
                    for file in said["attachments"]:
                        if file["scan_state"] == "clean" and not file["redacted"]:
                            return row["ticket_id"], file["attachment_id"]
        raise AssertionError("no ticket has a file")

    @cached_property
    def paths(self) -> dict[str, str]:
        """Every page of the workspace by name."""
        return {name: f"/workspace/{path}" for name, path in (self._of_tickets() | self._of_the_rest()).items()}

    def _of_tickets(self) -> dict[str, str]:
        busy, closed = self.busy["ticket_id"], self.closed["ticket_id"]
        older, newer = (one["ticket_id"] for one in self.twins)
        macro = self._first("list_macros", usable=True)["macro_id"]
        filed, file = self.filed
        return {
            "home": "",
            "a view": f"views/{self._call('list_views')['views'][0]['view_id']}",
            "tickets": "tickets",
            "no tickets": "tickets?query=zzzz",
            "a wrong filter": "tickets?created_from=x",
            "new ticket": "tickets/new",
            "new ticket for somebody": f"tickets/new?requester_id={self.busy['requester']['user_id']}",
            "a ticket": f"tickets/{busy}",
            "a new ticket": f"tickets/{self.new['ticket_id']}",
            "a closed ticket": f"tickets/{closed}",
            "a merged ticket": f"tickets/{self.merged['ticket_id']}",
            "a problem": f"tickets/{self.problem['ticket_id']}",
            "updates": f"tickets/{busy}/updates",
            "a file": f"tickets/{filed}/files/{file}",
            "redact": f"tickets/{busy}/comments/{self.busy['comments'][0]['comment_id']}/redact",
            "merge": f"tickets/{older}/merge",
            "merge preview": f"tickets/{older}/merge/preview?source_ids={newer}",
            "merge others": f"tickets/{older}/merge/preview?source_ids={self.stranger['ticket_id']}",
            "link": f"tickets/{busy}/link?query=order",
            "make an incident": f"tickets/{busy}/problem",
            "incidents": f"tickets/{self.problem['ticket_id']}/incidents?query=parcel",
            "split": f"tickets/{busy}/split",
            "follow up": f"tickets/{closed}/follow-up",
            "add somebody": f"tickets/{busy}/people?query=a",
            "articles for a ticket": f"tickets/{busy}/articles",
            "macros for a ticket": f"tickets/{busy}/macros",
            "use a macro": f"tickets/{busy}/macros/{macro}",
            "start a side conversation": f"tickets/{busy}/side",
            "ask for approval": f"tickets/{busy}/approval",
            "give credit": f"tickets/{busy}/credit",
            "escalate": f"tickets/{busy}/escalate",
            "nothing": "nothing",
        }

    def _of_the_rest(self) -> dict[str, str]:
        person, other = (row["user_id"] for row in self._call("list_users", sort="most_tickets")["items"][:2])
        organization = self._first("list_organizations", sort="most_tickets")["organization_id"]
        order = self._first("find_orders", query="LK")
        article = self._first("search_articles", visibility="public")["slug"]
        message = self._first("list_suspended_messages")["message_id"]
        trigger = self._call("list_triggers")["rules"][0]["rule_id"]
        return {
            "people": "people",
            "a person": f"people/{person}",
            "a colleague": f"people/{self._first('list_users', kind='staff')['user_id']}",
            "edit a person": f"people/{person}/edit",
            "add an address": f"people/{person}/addresses",
            "suspend a person": f"people/{person}/suspend",
            "find a double": f"people/{person}/merge?query=a",
            "merge people": f"people/{person}/merge?merged_user_id={other}",
            "organisations": "organizations",
            "an organisation": f"organizations/{organization}",
            "orders": "orders",
            "orders found": f"orders?query={order['postal_code'].split()[0]}",
            "an order": f"orders/{order['order_id']}",
            "articles": "articles",
            "handbook": "articles?category=handbook",
            "an article": f"articles/{article}",
            "correct an article": f"articles/{article}/correct",
            "macros": "macros",
            "a macro": f"macros/{self._first('list_macros')['macro_id']}",
            "new macro": "macros/new",
            "edit a macro": f"macros/{self._first('list_macros')['macro_id']}/edit",
            "side conversations": "side-conversations",
            "a side conversation": f"side-conversations/{self._first('list_side_conversations')['conversation_id']}",
            "approvals": "approvals",
            "an approval": f"approvals/{self._first('list_approvals')['approval_id']}",
            "escalations": "escalations",
            "suspended": "suspended",
            "a suspended message": f"suspended/{message}",
            "let it in": f"suspended/{message}/release",
            "delete it": f"suspended/{message}/delete",
            "reports": "reports",
            "service levels": "service",
            "triggers": "service/triggers",
            "groups": "service/groups",
            "reorder levels": "service/levels/order",
            "new trigger": "service/triggers/new",
            "edit a trigger": f"service/triggers/{trigger}/edit",
        }


def _public(ticket: Any) -> list[Any]:
    return [said for said in ticket["comments"] if said["public"]]
