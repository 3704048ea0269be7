"""Promises of Larkfield Relations: looking changes nothing, pages are made soundly, and each role sees its own."""

import re
from pathlib import Path

import pytest
from relations_cases import pages_of, visited

from worlds.crm import WORLD
from worlds.engine.proofs.addresses import Addresses
from worlds.engine.proofs.crawl import PREFIX
from worlds.engine.start import Start
from worlds.engine.surfaces.wording import money

STATUS = {"nothing": 404, "a wrong filter": 422}
LEAD_ELSEWHERE = {"relations.board_again"}
"""Addresses that only lead back to a page."""
EVERYWHERE = {"wait", "renew_session", "get_job", "read_inbox"}
"""Operations that pages of every world have."""


def test_every_page_there_is_has_a_case(app, cases):
    assert pages_of(app) - visited(app, cases.paths.values()) == LEAD_ELSEWHERE


def test_every_operation_of_people_is_done_by_some_page(app):
    sources = "".join(path.read_text(encoding="utf-8") for path in (Path(WORLD.folder) / "pages").rglob("*.py"))
    done = {getattr(view, "operation", None) for name, view in app.view_functions.items() if "relations." in name}
    names = {one.name for one in done if one is not None}
    for operation in WORLD.operations.values():
        if "pages" in operation.doors and operation.name not in EVERYWHERE:
            read = not operation.writing and re.search(rf"\b{operation.name}\b", sources)
            assert operation.name in names or read, operation.name


@pytest.mark.parametrize("role", ["rep", "sdr", "sales_manager", "marketing", "cs_manager", "finance", "admin"])
def test_looking_at_every_page_changes_nothing_in_any_role(colleague, cases, role):
    person = colleague(role)
    for name, path in cases.paths.items():
        status = person.get(path).status_code
        refused = role != "admin" and status in {403, 404, 410, 422}
        made = status == 404  # what was made for the tests is in the administrator's copy alone
        assert status == STATUS.get(name, 200) or refused or made, (name, person.text)
    assert person.did == []
    assert all(not WORLD.operations[entry.operation].writing for entry in person.episode.journal)


def test_every_link_leads_somewhere_and_looking_changes_nothing(colleague):
    person = colleague("rep")
    for path, answer in person.visitor.crawl("/relations/", limit=150):
        assert answer.status_code == 200 or (answer.status_code == 403 and "owned by" in answer.text), path
    assert person.did == []


def test_every_page_is_whole_and_names_its_controls_apart(app, cases):
    from worlds.engine.surfaces.visitor import Visitor  # noqa: PLC0415 - the administrator's own copy is looked at

    visitor = Visitor(app, cases.episode)
    for name, path in cases.paths.items():
        page = visitor.get(path).text
        assert visitor.page.status_code == STATUS.get(name, 200), (name, visitor.text)
        assert len(re.findall(r"<h1[ >]", page)) == 1, name
        assert page.count("<main ") == page.count('aria-label="Main"') == 1, name
        assert '<a class="skip" href="#main">' in page, name
        labels = re.findall(r'<(?:a|input|select)[^>]*aria-label="([^"]+)"', page)
        assert len(labels) == len(set(labels)), name
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), name


def test_templates_reach_no_further_than_what_their_views_give_them():
    folder = Path(WORLD.folder) / "pages" / "relations" / "templates"
    for template in sorted(folder.rglob("*.html")):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\b(environ|episode|config|session|truth|seed)\b", text), template.name
        assert not re.search(r"<script(?! src=)| style=|\son\w+=|\|\s*safe|https?://", text), template.name


def test_the_sums_above_the_board_are_those_of_the_report_and_each_deal_stands_in_its_stage(colleague):
    person = colleague("rep")
    report = person.episode.call("pipeline_report", {}).body
    person.get("/relations/board")
    page = person.visitor.page.text
    cards = re.findall(r'data-deal="(\d+)"', page)
    assert len(cards) == min(report["deals"], 100)
    for one in report["stages"]:
        (column,) = re.findall(rf'data-stage="{one["stage_id"]}".*?</section>', page, re.DOTALL) or [""]
        if column:
            assert money(round(float(one["amount"]) * 100)) in column
            assert column.count("data-deal=") == one["deals"]


def test_fields_that_are_kept_from_a_role_are_named_but_not_shown(colleague, cases):
    person = colleague("rep")
    mine = person.episode.call("list_contacts", {"page_size": 1}).body["records"][0]["contact_id"]
    person.get(f"/relations/contacts/{mine}")
    assert "Kept from your role: " in person.text
    person.get(f"/relations/contacts/{mine}/edit")
    names = {name for name, _ in person.visitor.form("/edit").fields}
    assert names.isdisjoint({"personal_id", "pay_notes"})
    keeper = colleague("admin")
    keeper.get(f"/relations/contacts/{cases.contact['contact_id']}/edit")
    assert {"personal_id", "pay_notes"} <= {name for name, _ in keeper.visitor.form("/edit").fields}


def test_what_the_role_lacks_is_said_and_its_button_disabled(colleague):
    person = colleague("finance")
    lead = person.episode.call("list_leads", {"status": "open", "page_size": 1}).body["records"][0]["lead_id"]
    person.get(f"/relations/leads/{lead}")
    assert re.search(r"Convert : only for ", person.text)
    page = person.get(f"/relations/leads/{lead}/edit").text
    assert re.search(r"<button[^>]*disabled[^>]*>Save", page)
    person.send("/edit", {"notes": "Mine"})
    assert person.status == 403
    assert person.did == []


def test_a_records_pages_are_found_though_a_column_of_its_is_called_like_a_part_of_addresses(app):
    found = Addresses(app, Start.of(WORLD, "small")).of(("opportunity", 1))  # its `kind` is new, renewal or expansion
    assert f"{PREFIX}/relations/deals/1" in found
