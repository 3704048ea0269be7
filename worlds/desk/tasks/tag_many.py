"""Put a tag on all tickets of a search, and tell of those that cannot have it.

What is typically got wrong: tags that were there are replaced, the second page of the list is forgotten, look-alikes
get the tag as well, closed tickets are gone round by follow-ups, or nobody hears that they failed.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from worlds.desk.models import Ticket, stand_in
from worlds.desk.rulings.tag_many import ruling
from worlds.desk.tasks.casework import group_named, tags_of
from worlds.desk.tasks.searches import CHANNELS, PRIORITIES, TOPICS, searches
from worlds.engine.task import Decision, Draw, Family, Instance, Refused, Situation, Worker, every_row
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import multiset
from worlds.graders.typed import quantity, record, set_of

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE: Final = "agent"
PAGE: Final = 25
"""Rows that a page of a list shows where nobody asks for more."""
NEXT: Final = "Next"
"""The link to the next page of a list."""
_WHAT: Final = ("heron", "osprey", "plover", "dunlin", "avocet", "curlew", "godwit", "lapwing", "bittern", "kestrel")
_FOR: Final = (
    "review", "audit", "sample", "survey", "recheck", "training", "study", "count", "report", "retro", "pilot", "trial",
)  # fmt: skip
_SAID: Final = {
    "assignee": "assigned to {}", "group": "of the group {}", "topic": "with the topic “{}”",
    "channel": "that came by {}",
}  # fmt: skip

WORDINGS = (
    "For the review of {first} to {last}: every ticket {which}, of {priority}, that came in on those days (both "
    "included) gets the tag {tag}. Tell me how many have it in the end (tagged) and the numbers of those that could "
    "not get it (closed).",
    "Please tag with {tag} all tickets {which}, received from {first} up to and including {last}, of "
    "{priority}. No others. I need two things back: tagged, how many carry the tag now, and closed, the ticket numbers "
    "where it was not possible.",
    "I am putting a list together under {tag}. Could you set that tag on the tickets {which}, of "
    "{priority}? Only those which reached us between {first} and {last}, first and last day included. Report tagged "
    "(the count) and closed (numbers of the tickets that did not take it).",
)


def instance(draw: Draw) -> Instance:
    """A search and a tag that nobody has used."""
    case, rng = draw.pick(searches), draw.rng("tag")
    tag = f"{rng.choice(_WHAT)}_{rng.choice(_FOR)}_{rng.randrange(10, 53)}"
    facts = {"priority": case.priority, "first": case.first, "last": case.last, "tag": tag, **dict(case.shared)}
    which = " ".join(_SAID[name].format(value) for name, value in case.shared)
    decision = ruling(Situation(draw.session, draw.now, {}, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts | {"which": which}),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(draw.session, decision),
        target={"ticket": decision["changed"]},
        decision=decision,
    )


def _expectation(session: Session, decision: Decision) -> Expectation:
    tickets = [session.get_one(Ticket, one) for one in decision["changed"]]
    tagged = [
        Effect(
            f"tagged-{one.id}", "ticket", "update", where={"id": one.id},
            set={"tags": multiset(*tags_of(one), decision["tag"])}, by="own",
            words=f"#{one.number} gets {decision['tag']} and keeps {', '.join(tags_of(one)) or 'no other'}",
        )
        for one in tickets
    ]  # fmt: skip
    slots = {
        "tagged": quantity(len(decision["changed"]), "ticket"),
        "closed": set_of([record(one) for one in decision["closed"]]),
    }
    return Expectation(any_of=[Bundle(required=tagged)], answer=Answer(("partly", "done"), slots))


# -- how it is solved ---------------------------------------------------------------------------------------------


def _day(said: str) -> str:
    """A day such as `5 March 2026` as lists take it: 2026-03-05."""
    return datetime.strptime(said, "%d %B %Y").date().isoformat()  # noqa: DTZ007 - a day, not a moment


def _filters(worker: Worker) -> dict[str, Any]:
    """What a list of tickets is narrowed to, but for the priority."""
    facts = worker.facts
    asked: dict[str, Any] = {"created_from": _day(facts["first"]), "created_to": _day(facts["last"])}
    for name, words in (("topic", TOPICS), ("channel", CHANNELS)):
        if name in facts:
            asked[name] = next(code for code, said in words.items() if said == facts[name])
    if "group" in facts:
        asked["group_id"] = group_named(worker, facts["group"])
    if "assignee" in facts:
        agents = every_row(worker, "list_agents")
        asked["assignee_id"] = next(one["user_id"] for one in agents if one["name"] == facts["assignee"])
    return asked


def _listed(worker: Worker, **filters: Any) -> Iterator[dict[str, Any]]:
    """The rows of a list, over all its pages: each is asked for with the cursor of the one before."""
    found = worker.call("list_tickets", **filters)
    yield from found["items"]
    while found["has_more"]:
        found = worker.call("list_tickets", after_cursor=found["after_cursor"])
        yield from found["items"]


def _meant(worker: Worker) -> list[dict[str, Any]]:
    """The tickets that are to get the tag."""
    filters = _filters(worker)
    return [row for one in _priorities(worker) for row in _listed(worker, **filters, priority=one)]


def _priorities(worker: Worker) -> tuple[str, ...]:
    return PRIORITIES[worker.facts["priority"]]


def _in_bulk(worker: Worker, rows: list[dict[str, Any]], **changes: Any) -> None:
    """Change tickets in one job, and wait until it is done; what became of it is seen on the tickets."""
    taken = worker.call("bulk_update_tickets", ticket_ids=[row["ticket_id"] for row in rows], **changes)
    status = "queued"
    while status != "completed":
        worker.call("wait", minutes=2)
        try:
            status = worker.call("get_job", job_id=taken["job_id"])["status"]
        except Refused:  # nobody has taken on a job of that name
            return


def _add(worker: Worker, ticket_id: int) -> None:
    worker.call("add_tags", ticket_id=ticket_id, tags=[worker.facts["tag"]])


def _report(rows: list[dict[str, Any]], failed: set[int]) -> FinalAnswer:
    closed = sorted(f"#{row['number']}" for row in rows if row["ticket_id"] in failed)
    return FinalAnswer(
        status="partly",
        facts={"tagged": len(rows) - len(closed), "closed": list(closed)},
        message="Closed tickets cannot be changed, so they do not have the tag.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """Read the whole list, change in one job what is meant, look again, and do singly what was not done."""
    rows = _meant(worker)
    _in_bulk(worker, rows, add_tags=[worker.facts["tag"]])
    known = {row["ticket_id"] for row in rows}
    left = [row for row in _meant(worker) if row["ticket_id"] in known and worker.facts["tag"] not in row["tags"]]
    for row in left:
        if row["status"] != "closed":
            _add(worker, row["ticket_id"])
    return _report(rows, {row["ticket_id"] for row in left if row["status"] == "closed"})


def one_by_one(worker: Worker) -> FinalAnswer:
    """List all priorities on long pages, and tag ticket by ticket what is not closed."""
    listed = every_row(worker, "list_tickets", **_filters(worker))
    rows = [row for row in listed if row["priority"] in _priorities(worker)]
    return _each(worker, rows, _add)


def _each(worker: Worker, rows: list[dict[str, Any]], change: Callable[[Worker, int], None]) -> FinalAnswer:
    """Change every ticket that is not closed for itself."""
    closed = {row["ticket_id"] for row in rows if row["status"] == "closed"}
    for row in rows:
        if row["ticket_id"] not in closed:
            change(worker, row["ticket_id"])
    return _report(rows, closed)


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace: a search for each priority, the bar below each of its pages."""
    priorities = PRIORITIES[page.facts["priority"]]
    found = [one for priority in priorities for one in _tag_found(page, priority)]
    closed = [number for number, status in found if status == "Closed"]
    return FinalAnswer(status="partly", facts={"tagged": len(found) - len(closed), "closed": list(closed)})


def _tag_found(page: "Page", priority: str) -> Iterator[tuple[str, str]]:
    """Tag what a search finds, page by page; the number and the status of each ticket."""
    facts = page.facts
    page.open("/workspace/tickets")
    for name, label in (("topic", "Topic"), ("group", "Group")):
        if name in facts:
            page.choose(label, facts[name])
    if "channel" in facts:
        page.choose("Came by", _CHANNELS_THERE[facts["channel"]])
    if "assignee" in facts:  # colleagues are shown with their groups
        page.choose("Assignee", page.names("option", containing=f"{facts['assignee']} (")[0])
    page.choose("Priority", priority.capitalize())
    page.fill("Came in from", _day(facts["first"]))
    page.fill("Came in to", _day(facts["last"]))
    page.click("button", "Filter")
    while page.names("table"):
        here, rows = page.url, page.rows("Tickets")
        yield from [(row.cells["Ticket"], row.cells["Status"]) for row in rows]
        for at in range(len(rows)):
            page.rows("Tickets")[at].check()
        page.fill("Tag to add", facts["tag"])
        page.click("button", "Change the ticked tickets")
        while "Look again" in page.names("link"):
            page.click("link", "Look again")
        page.open(here)
        if NEXT not in page.names("link"):
            return
        page.click("link", NEXT)


_CHANNELS_THERE: Final = {"e-mail": "Email", "web form": "Web", "the chat": "Chat", "telephone": "Phone"}
"""How the search names what the request does."""


# -- how it is got wrong ------------------------------------------------------------------------------------------


def replaced(worker: Worker) -> FinalAnswer:
    """Set the tags instead of adding one."""
    return _each(worker, _meant(worker), _replace)


def _replace(worker: Worker, ticket_id: int) -> None:
    worker.call("update_ticket", ticket_id=ticket_id, tags=[worker.facts["tag"]])


def first_page(worker: Worker) -> FinalAnswer:
    """Go by the first page of each list."""
    lists = [worker.call("list_tickets", **_filters(worker), priority=one) for one in _priorities(worker)]
    rows = [row for one in lists for row in one["items"]]
    return _changed(worker, rows[:PAGE])


def _changed(worker: Worker, rows: list[dict[str, Any]], **more: Any) -> FinalAnswer:
    """Change these in one job, and report as of closed ones."""
    _in_bulk(worker, rows, add_tags=[worker.facts["tag"]], **more)
    return _report(rows, {row["ticket_id"] for row in rows if row["status"] == "closed"})


def look_alikes(worker: Worker) -> FinalAnswer:
    """Take some that are merely similar: of the same days and the same kind, but of another priority."""
    rows, meant = _meant(worker), _priorities(worker)
    others = [row for row in _listed(worker, **_filters(worker)) if row["priority"] not in meant]
    return _changed(worker, [*rows, *[row for row in others if row["status"] != "closed"][:5]])


def a_day_less(worker: Worker) -> FinalAnswer:
    """Take the last day for the end of the search."""
    last = date.fromisoformat(_day(worker.facts["last"]))
    filters = _filters(worker) | {"created_to": (last - timedelta(days=1)).isoformat()}
    rows = [row for one in _priorities(worker) for row in _listed(worker, **filters, priority=one)]
    return _changed(worker, rows)


def followed_up(worker: Worker) -> FinalAnswer:
    """Open a follow-up for each closed one, so that it can have the tag."""
    rows = _meant(worker)
    answer = _changed(worker, rows)
    for row in rows:
        if row["status"] == "closed":
            text = "Opened for the list."
            worker.call("create_follow_up", ticket_id=row["ticket_id"], body=text, tags=[worker.facts["tag"]])
    return answer


def untold(worker: Worker) -> FinalAnswer:
    """Count what was sent, and tell of none that failed."""
    rows = _meant(worker)
    _changed(worker, rows)
    return FinalAnswer(status="done", facts={"tagged": len(rows), "closed": "none"})


def tidied(worker: Worker) -> FinalAnswer:
    """Take off in the same job what looks spent."""
    return _changed(worker, _meant(worker), remove_tags=["out_of_hours", "reopened"])


FAMILY = Family(
    name="tag-many",
    title="Tag all tickets of a search",
    point="a list has more pages than one, tags are added and never set, and what failed is told by number",
    role=ROLE,
    population="medium",
    deadline="tickets close for good four days after they were solved, and closed ones do not take the tag",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"one by one": one_by_one},
    mistakes={
        "tags replaced": replaced,
        "the first page": first_page,
        "look-alikes as well": look_alikes,
        "the last day left out": a_day_less,
        "followed up": followed_up,
        "untold": untold,
        "tags of rules taken off": tidied,
    },
    unenforced={
        "tags replaced": "it never sets the whole list of tags",
        "look-alikes as well": "look at the list first, and leave out what is merely similar",
        "tags of rules taken off": "Tags that rules have set belong to the rules. Leave them.",
        "followed up": "Do not make follow-ups in order to change what is closed, and do not reopen anything.",
        "untold": "Report which ones failed, by ticket number, and why.",
    },
)
