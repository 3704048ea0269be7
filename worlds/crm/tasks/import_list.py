"""Import a list from a fair as leads; mend the rows that fail where it is known how, and report the others.

What is typically got wrong: what is not known is made up, people whom we have as contacts are forced in a second time,
the whole list is sent once more for a few rows, the list's word is taken for somebody's consent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from worlds.crm.models import CrmUser, stand_in
from worlds.crm.rulings.import_list import CONTACT, NOBODY, ruling
from worlds.crm.tasks import fair_lists, import_pages
from worlds.crm.tasks.casework import at_work
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Refused, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE: Final = "marketing"
BRANCHES: Final = (SOLVABLE, NOBODY, CONTACT)

WORDINGS: Final = (
    "Our list from the fair, as a file it is {file}. Please take it into the CRM as leads and do with it what the "
    "handbook says of lists.\n\n{list}\n\nRows are matched by the e-mail address; a lead that we have stays as it is. "
    "What is new belongs to {owner}. Rows that fail and can be put right, from what they say or from our records, are "
    "put right in the import and entered again; the rest is left out. Tell me how many rows were created, updated, "
    "skipped and failed in the end (created, updated, skipped, failed), which lines are people whom we have as "
    "contacts (known) and which, if any, lack something that nobody here knows (missing). The header is the first "
    "line.",
    "{file} from the stand, the people we talked to:\n\n{list}\n\nCould you import that for {owner}? They become "
    "leads; go by e-mail, and leave alone whoever is a lead with us already. See to what fails as our pages say: "
    "mended in the import where the row itself or our records tell how, otherwise not at all. Afterwards I need the "
    "numbers (created, updated, skipped, failed), the lines that are contacts of ours (known) and the lines, if there "
    "are such, for which something is simply not known (missing), by the line numbers of the import.",
    "Please import this list of leads. Its name is {file}, new ones are {owner}'s, the match is by e-mail and "
    "those whom it finds are skipped.\n\n{list}\n\nOur handbook has a page on that; heed it, above all with the rows "
    "that fail: some can be corrected there and run again, some cannot. I want to hear the four numbers as they stand "
    "when you are through (created, updated, skipped, failed), then the lines of those that are contacts already "
    "(known) and of those for which we lack something that no record says, where that happens (missing). The header is "
    "the first line.",
)
FILES: Final = ("camping-fair", "hotel-days", "garden-fair", "outdoor-expo", "spring-market", "terrace-days")
TRIES: Final = 4
_COUNTRIES: Final = {"netherlands": "NL", "belgium": "BE", "germany": "DE", "france": "FR", "united kingdom": "GB"}


def instance(draw: Draw) -> Instance:
    """A list with a name, and whose the leads are to be."""
    case = draw.pick(fair_lists.cases, branch=draw.branch(BRANCHES))
    rng = draw.rng("file")
    owner = draw.session.get_one(CrmUser, rng.choice(_owners(draw)))
    file = f"{rng.choice(FILES)}-{rng.randint(100, 999)}.csv"
    lines = fair_lists.lines_of(draw, case)
    facts = {"file": file, "owner": owner.name} | {f"line_{at}": line for at, line in enumerate(lines, 1)}
    target = {"lead": sorted([*case.known, case.objector]), "import_job": []}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"{file} was taken for {case.branch}, but is {decision['branch']}")
    return Instance(
        instruction=draw.word(WORDINGS, {**facts, "list": "\n".join(lines)}),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=fair_lists.expectation(decision, owner, file),
        target=target,
        decision=decision,
    )


def _owners(draw: Draw) -> list[int]:
    """Colleagues to whom leads can be given."""
    found = [*at_work(draw.session, "rep"), *at_work(draw.session, "sdr")]
    return list(draw.session.scalars(select(CrmUser.id).where(CrmUser.id.in_(found)).order_by(CrmUser.id)))


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Report:
    """What is told of an import: its id, and the lines of rows that stay out."""

    key: int
    known: list[int]
    missing: list[int]


def list_in(facts: Mapping[str, str]) -> str:
    """The text of the list, of which each line is a fact."""
    lines = [name for name in facts if name.startswith("line_")]
    return "\n".join(facts[name] for name in sorted(lines, key=lambda name: int(name.removeprefix("line_"))))


def _owner(worker: Worker) -> int:
    name = worker.facts["owner"]
    return next(int(one["user_id"]) for one in every_row(worker, "list_users", query=name) if one["name"] == name)


def _read_in(worker: Worker, **changes: Any) -> int:
    """Import the list, unless it is there already; answers the import's id."""
    file = changes.get("file_name", worker.facts["file"])
    for one in every_row(worker, "list_imports", kind="lead"):
        if one["file_name"] == file:
            return int(one["import_id"])
    asked = {
        "kind": "lead", "csv": list_in(worker.facts), "match_key": "email", "on_match": "skip", "file_name": file,
        "owner_id": _owner(worker),
    }  # fmt: skip
    done = worker.call("start_import", **{name: value for name, value in (asked | changes).items() if value})
    return int(done["import_id"])


def _failed(worker: Worker, key: int) -> list[dict[str, Any]]:
    return list(every_row(worker, "list_import_rows", import_id=key, status="failed"))


def _values(row: Mapping[str, Any]) -> dict[str, str]:
    return {one["field"]: one["value"] for one in row["values"]}


def slip(values: Mapping[str, str], field: str) -> dict[str, str]:
    """What a row with a slip is to say instead; empty where there is no slip in a field."""
    said = values.get(field, "")
    right = {
        "email": re.sub(r"\s", "", said),
        "country": _COUNTRIES.get(said.casefold(), said),
        "employees": said.replace(",", ""),
    }.get(field, said)
    return {field: right} if right != said else {}


def _company(worker: Worker, email: str) -> tuple[str, bool]:
    """The company of whoever has an address, and whether they are a contact."""
    for one in every_row(worker, "list_leads", email=email):
        if one["status"] != "converted":
            return str(one["company"]), False
    for one in every_row(worker, "list_contacts", email=email):
        return str(one["account_name"]), True
    return "", False


def _again(worker: Worker, row: Mapping[str, Any], values: Mapping[str, str], **more: Any) -> None:
    sent = [{"field": field, "value": value} for field, value in values.items()]
    worker.call("correct_import_row", row_id=row["row_id"], **({"values": sent} if sent else {}), **more)


def _settle(worker: Worker, row: Mapping[str, Any], report: Report) -> None:
    """Mend one row that failed and enter it again, or write down why it stays out; a second refusal may say why."""
    values = _values(row)
    error, field = row["error"], row["error_field"] or ""
    for _ in range(TRIES):
        change = slip(values, field)
        if error == "REQUIRED_FIELD_MISSING":
            company, is_contact = _company(worker, values.get("email", ""))
            if is_contact or not company:
                (report.known if is_contact else report.missing).append(row["line"])
                return
            change = {field: company}
        if error == "DUPLICATES_DETECTED":
            report.known.append(row["line"])
            return
        try:
            _again(worker, row, change)
        except Refused as refused:
            error, field = _why(refused)
        else:
            return


def _why(refused: Refused) -> tuple[str, str]:
    """The code of a refusal, and the field that it finds fault with."""
    told = refused.body[0] if isinstance(refused.body, list) else {}
    fields = told.get("fields") or [""]
    return str(told.get("errorCode")), str(fields[0]).rpartition(".")[2]


def _told(worker: Worker, report: Report) -> FinalAnswer:
    """What the import says in the end, once it knows of every row that was entered again."""
    left = len(report.known) + len(report.missing)
    shown = worker.call("get_import", import_id=report.key)
    for _ in range(TRIES):
        if shown["failed"] == left:
            break
        worker.call("wait", minutes=10)
        shown = worker.call("get_import", import_id=report.key)
    facts: dict[str, Any] = {name: str(shown[name]) for name in ("created", "updated", "skipped", "failed")}
    facts |= {name: [str(one) for one in lines] for name, lines in _lines(report).items()}
    return FinalAnswer(status="partly" if shown["failed"] else "done", facts=facts)


def _lines(report: Report) -> dict[str, list[int]]:
    found = {"known": report.known, "missing": report.missing}
    return {name: sorted(lines) for name, lines in found.items() if lines}


def solve(worker: Worker) -> FinalAnswer:
    """Import the list, read the rows that failed, mend what can be mended, and report the others."""
    report = Report(_read_in(worker), [], [])
    for row in _failed(worker, report.key):
        _settle(worker, row, report)
    return _told(worker, report)


def tidied_first(worker: Worker) -> FinalAnswer:
    """Mend the slips in the list before it is sent; the rest is seen to in the import."""
    header, *lines = list_in(worker.facts).split("\n")
    names, tidied = header.split(";"), [header]
    for line in lines:
        values = dict(zip(names, line.split(";"), strict=True))
        for field in ("email", "country", "employees"):
            values |= slip(values, field)
        tidied.append(";".join(values.values()))
    report = Report(_read_in(worker, csv="\n".join(tidied)), [], [])
    for row in _failed(worker, report.key):
        _settle(worker, row, report)
    return _told(worker, report)


def browse(page: "Page") -> FinalAnswer:
    """The same in the CRM's pages."""
    return import_pages.browse(page, list_in(page.facts), slip)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def made_up(worker: Worker) -> FinalAnswer:
    """Write something where the company is not known, and leave out the one whose company we know."""
    report = Report(_read_in(worker), [], [])
    for row in _failed(worker, report.key):
        if row["error"] != "REQUIRED_FIELD_MISSING":
            _settle(worker, row, report)
            continue
        company, is_contact = _company(worker, _values(row).get("email", ""))
        if company and not is_contact:
            report.missing.append(row["line"])
        else:
            _again(worker, row, {"company": company or "Private"}, allow_save=True)
    return _told(worker, report)


def forced(worker: Worker) -> FinalAnswer:
    """Enter people whom we have as contacts once more, as leads."""
    report = Report(_read_in(worker), [], [])
    for row in _failed(worker, report.key):
        _settle(worker, row, report)
        if row["error"] == "DUPLICATES_DETECTED":
            _again(worker, row, {}, allow_save=True)
    return _told(worker, report)


def slips_left(worker: Worker) -> FinalAnswer:
    """Report every row that failed, and mend none."""
    report = Report(_read_in(worker), [], [])
    for row in _failed(worker, report.key):
        to = report.known if row["error"] == "DUPLICATES_DETECTED" else report.missing
        to.append(row["line"])
    return _told(worker, report)


def sent_again(worker: Worker) -> FinalAnswer:
    """Mend the list and send the whole of it a second time."""
    key = _read_in(worker)
    text = list_in(worker.facts)
    for row in _failed(worker, key):
        values = _values(row)
        for old, new in ((values.get(field, ""), right) for field in values for right in slip(values, field).values()):
            text = text.replace(old, new)
    report = Report(_read_in(worker, csv=text, file_name=f"again-{worker.facts['file']}"), [], [])
    for row in _failed(worker, report.key):
        _settle(worker, row, report)
    return _told(worker, report)


def lists_word(worker: Worker) -> FinalAnswer:
    """Write down for everybody what the list says of their consent."""
    done = solve(worker)
    header, *lines = list_in(worker.facts).split("\n")
    for line in lines:
        values = dict(zip(header.split(";"), line.split(";"), strict=True))
        if values["email_consent"] == "in":
            for one in every_row(worker, "list_leads", email=re.sub(r"\s", "", values["email"])):
                worker.call(
                    "set_consent", kind="lead", record_id=one["lead_id"], channel="email", state="in", source="import"
                )
    return done


def anew(worker: Worker) -> FinalAnswer:
    """Make everybody anew, also whom we have."""
    report = Report(_read_in(worker, on_match="create"), [], [])
    for row in _failed(worker, report.key):
        _settle(worker, row, report)
    return _told(worker, report)


def first_numbers(worker: Worker) -> FinalAnswer:
    """Report the numbers as they were before anything was mended."""
    report = Report(_read_in(worker), [], [])
    before = _told(worker, report)
    for row in _failed(worker, report.key):
        _settle(worker, row, report)
    facts = {**_told(worker, report).facts, **before.facts}
    return before.model_copy(update={"facts": facts})


def anybodys(worker: Worker) -> FinalAnswer:
    """Let the rules give the leads to whose turn it is."""
    report = Report(_read_in(worker, owner_id=None), [], [])
    for row in _failed(worker, report.key):
        _settle(worker, row, report)
    return _told(worker, report)


FAMILY = Family(
    name="import-list",
    title="Import a list from a fair",
    point="rows that fail are mended where that is known and reported where it is not; nobody comes in a second time",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"tidied first": tidied_first},
    mistakes={
        "made up": made_up,
        "forced": forced,
        "slips left": slips_left,
        "sent again": sent_again,
        "the list's word": lists_word,
        "anew": anew,
        "first numbers": first_numbers,
        "anybody's": anybodys,
    },
    unenforced={
        "made up": "A row that failed because something is not known is not made up: it is reported with its line.",
        "forced": "Rows that would need a second record of somebody we know are reported, not forced.",
        "sent again": "The same file is not imported twice.",
        "the list's word": "Nobody sets a consent back to in because a colleague, a list or an import says so.",
        "anew": "it is never created anew.",
    },
)
