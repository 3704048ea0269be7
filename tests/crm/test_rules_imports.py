"""Promises of files that are read in: each row for itself, matched by a key, and nothing made twice (rule CR19)."""

from typing import Any

import pytest
from tiny_crm import Crm
from tiny_records import ANNA, BRAM, CAMPAIGN, HARBOUR, KNOWN, QUEUED, TILLEULS, WEB, ZWAAN, ZWAAN_TWIN
from tiny_staff import MARKETING, OPS, OTHER_REP, QUEUE, REP, SOUTH

from worlds.crm import WORLD
from worlds.crm.operations.bulk import FieldValue
from worlds.crm.operations.imports import (
    ColumnMeaning,
    ImportDetail,
    correct_import_row,
    get_import,
    list_import_rows,
    list_imports,
    start_import,
)
from worlds.engine.context import Context

FAIR = """First name,Last name,Company,E-mail,Phone,Country,Headcount
Mila,Koopman,Camping De Berk,mila@deberk.example,+31 6 2222 1111,NL,14
Joost,Bakker,Camping Het Loo,JOOST@hetloo.example,,NL,20
Tess,,Strandclub Zuid,tess@zuid.example,,NL,
Ruud,Hoek,Sporthal Oost,ruud(at)oost.example,,NL,
Bea,Smits,Hotel Bries,bea@bries.example,,Holland,
"""


def rows(crm: Crm, job: int) -> list[Any]:
    return list_import_rows(crm.as_("sales_ops"), job, page_size=100).items


def fair(crm: Crm, **more: Any) -> ImportDetail:
    return start_import(
        crm.as_("marketing"), "lead", FAIR, "email", **{"on_match": "update", "file_name": "fair.csv", **more}
    )


def test_each_row_is_told_for_itself(crm: Crm) -> None:
    done = fair(crm)
    assert (done.rows, done.created, done.updated, done.skipped, done.failed) == (5, 1, 1, 0, 3)
    told = rows(crm, done.import_id)
    assert [(one.line, one.status, one.error, one.error_field) for one in told] == [
        (2, "created", None, None),
        (3, "updated", None, None),
        (4, "failed", "REQUIRED_FIELD_MISSING", "last_name"),
        (5, "failed", "ADDRESS_MALFORMED", "email"),
        (6, "failed", "VALUE_INVALID", "country"),
    ]
    assert told[1].record_id == WEB
    assert {one.error for one in done.errors} == {one.error for one in told if one.error}
    made = crm.held("lead", told[0].record_id, "company, source, employees, queue_id, status")
    assert made == ("Camping De Berk", "import", 14, QUEUE, "new")
    assert crm.history("lead", WEB) == [
        ("email", "joost@hetloo.example", "JOOST@hetloo.example", "import"), ("employees", "12", "20", "import"),
    ]  # fmt: skip


def test_the_same_file_makes_nothing_twice(crm: Crm) -> None:
    first = fair(crm)
    with crm.refuses("already_imported", field="csv") as said:
        fair(crm, on_match="create", file_name="again.csv")
    assert said.value.details == {"import_id": first.import_id}  # type: ignore[attr-defined]  # it is pytest that says it
    with crm.refuses("already_imported", field="csv"):
        start_import(crm.as_("sales_ops"), "lead", "\ufeff" + FAIR.replace("\n", "\r\n") + "\n\n", "email", "update")
    before = crm.count("lead")
    again = start_import(
        crm.as_("marketing"), "lead", FAIR + "Jan,Vos,Vos BV,jan@vos.example,,NL,\n", "email", "update"
    )
    assert (again.created, again.updated) == (1, 2), "rows that were taken in before are found by their address"
    assert crm.count("lead") == before + 1


def test_a_file_of_which_nothing_was_taken_in_may_be_sent_again(crm: Crm) -> None:
    bad = "last_name,company,email\n,Firma,a@firma.example\n"
    start_import(crm.as_("marketing"), "lead", bad, "email", "update")
    assert start_import(crm.as_("marketing"), "lead", bad, "email", "update").failed == 1


def test_a_failed_row_is_corrected_and_entered_once(crm: Crm) -> None:
    job = fair(crm).import_id
    failed = list_import_rows(crm.as_("marketing"), job, status="failed").items
    done = correct_import_row(crm.as_("marketing"), failed[0].row_id, [FieldValue(field="last_name", value="Verbeek")])
    assert (done.status, done.error, crm.held("lead", done.record_id or 0, "last_name")) == (
        "created", None, "Verbeek",
    )  # fmt: skip
    with crm.refuses("row_not_failed", field="row_id"):
        correct_import_row(crm.as_("marketing"), failed[0].row_id)
    with crm.refuses("address_malformed", field="email"):
        correct_import_row(crm.as_("marketing"), failed[1].row_id, [FieldValue(field="email", value="ruud")])
    with crm.refuses("field_unknown", field="values.0.field"):
        correct_import_row(crm.as_("marketing"), failed[1].row_id, [FieldValue(field="status", value="new")])
    assert get_import(crm.as_("finance"), job).failed == 2


@pytest.mark.parametrize(("on_match", "status", "leads"), [("skip", "skipped", 0), ("create", "created", 1)])
def test_what_is_there_is_left_or_made_again_as_told(crm: Crm, on_match: Any, status: str, leads: int) -> None:
    before = crm.count("lead")
    file = "last name,company,email,phone\nBakker,Elsewhere,joost@hetloo.example,+31 6 9999 0000\n"
    done = start_import(crm.as_("sales_ops"), "lead", file, "email", on_match)
    assert rows(crm, done.import_id)[0].status == status
    assert crm.count("lead") == before + leads
    assert crm.held("lead", WEB, "company") == "Camping Het Loo"


def test_empty_cells_leave_what_is_there(crm: Crm) -> None:
    file = "last name,company,email,phone,notes\nBakker,Camping Het Loo,joost@hetloo.example,,\n"
    start_import(crm.as_("sales_ops"), "lead", file, "email", "update")
    assert crm.held("lead", WEB, "phone, notes") == ("055 123 4567", "Wants forty tents.")


def test_a_row_that_is_like_another_record_waits_for_somebody_to_look(crm: Crm) -> None:
    crm.db.execute("DELETE FROM lead WHERE id = ?", (KNOWN,))
    file = "first name,last name,company,email\nAnna,de Vries,De Zwaan,anna@dezwaan.example\n"
    done = start_import(crm.as_("sales_ops"), "lead", file, "email", "update")
    (row,) = rows(crm, done.import_id)
    assert (row.status, row.error) == ("failed", "DUPLICATES_DETECTED")
    assert "contact 1" in (row.message or "")
    made = correct_import_row(crm.as_("sales_ops"), row.row_id, allow_save=True)
    assert made.status == "created"


def test_rows_of_which_several_records_could_be_meant_fail(crm: Crm) -> None:
    file = "name,website,country\nDe Zwaan,www.dezwaan.example,NL\nHarbour,harbouroutdoor.example,GB\n"
    done = start_import(crm.as_("sales_ops"), "account", file, "domain", "update")
    told = rows(crm, done.import_id)
    assert [(one.status, one.error) for one in told] == [("failed", "SEVERAL_MATCH"), ("updated", None)]
    assert f"{ZWAAN}, {ZWAAN_TWIN}" in (told[0].message or "")
    assert crm.held("account", HARBOUR, "name") == "Harbour"


def test_accounts_get_their_owner_and_territory(crm: Crm) -> None:
    file = (
        "Company;Website;Country;Owner\n"
        "Auberge du Pont;auberge.example;FR;camille@larkfield.example\n"
        "Le Refuge;refuge.example;FR;nobody@larkfield.example\n"
        "Chalet Vert;vert.example;FR;\n"
    )
    done = start_import(crm.as_("sales_ops"), "account", file, "domain", "update")
    told = rows(crm, done.import_id)
    assert [one.error for one in told] == [None, "USER_NOT_FOUND", None]
    assert crm.held("account", told[0].record_id, "owner_id, territory_id, kind") == (OTHER_REP, SOUTH, "prospect")
    assert crm.held("account", told[2].record_id, "owner_id") == OPS


def test_contacts_are_found_by_address_and_linked_to_their_account(crm: Crm) -> None:
    file = (
        "First name\tLast name\tE-mail\tTelephone\tAccount\tTitle\n"
        "Anna\tde Vries\tANNA@dezwaan.example\t+31 38 421 0099\t\tOwner\n"
        "Rosa\tLemaire\trosa@lestilleuls.example\t\tlestilleuls.example\tCook\n"
        "Paul\tNoir\tpaul@noir.example\t\tNoir et fils\t\n"
    )
    done = start_import(crm.as_("sales_ops"), "contact", file, "email", "update")
    told = rows(crm, done.import_id)
    assert [(one.status, one.error) for one in told] == [
        ("updated", None), ("created", None), ("failed", "ACCOUNT_NOT_FOUND"),
    ]  # fmt: skip
    assert crm.held("contact", ANNA, "title") == "Owner"
    phones = crm.rows("SELECT norm FROM phone_number WHERE contact_id = ? ORDER BY id", ANNA)
    assert phones == [("31612345678",), ("31384210099",)]
    made = told[1].record_id
    assert crm.held("contact", made, "account_id, owner_id") == (TILLEULS, OTHER_REP)
    assert crm.rows("SELECT account_id FROM contact_account WHERE contact_id = ?", made) == [(TILLEULS,)]


def test_no_file_takes_an_objection_back(crm: Crm) -> None:
    crm.db.execute("UPDATE consent SET state = 'out' WHERE record_id = ?", (ANNA,))
    file = (
        "last name,email,email consent,phone consent\n"
        "de Vries,anna@dezwaan.example,in,in\nKoster,bram@dezwaan.example,out,\n"
    )
    start_import(crm.as_("sales_ops"), "contact", file, "email", "update")
    said = crm.rows("SELECT channel, state FROM consent WHERE kind = 'contact' AND record_id = ? ORDER BY 1", ANNA)
    assert said == [("email", "out"), ("phone", "in")]
    assert crm.rows("SELECT state FROM consent WHERE kind = 'contact' AND record_id = ?", BRAM) == [("out",)]
    assert crm.rows("SELECT opted_out FROM email_address WHERE contact_id = ?", BRAM) == [(1,)]


def test_rows_join_the_campaign_once(crm: Crm) -> None:
    done = fair(crm, campaign_id=CAMPAIGN, owner_id=REP)
    made = rows(crm, done.import_id)[0].record_id
    assert crm.held("lead", made, "campaign_id, owner_id, status") == (CAMPAIGN, REP, "assigned")
    members = crm.rows("SELECT lead_id, status FROM campaign_member WHERE lead_id IN (?, ?) ORDER BY 1", WEB, made)
    assert [one[1] for one in members] == ["responded", "responded"]
    more = FAIR.replace("20\n", "21\n")
    start_import(crm.as_("marketing"), "lead", more, "email", "update", campaign_id=CAMPAIGN)
    assert crm.count("campaign_member") == 2


def test_leads_without_an_address_are_found_by_name_and_company(crm: Crm) -> None:
    file = "last name,company,city\nSmit,Sportclub Almere,Almere\n"
    done = start_import(crm.as_("marketing"), "lead", file, "name", "update")
    assert [(one.status, one.record_id) for one in rows(crm, done.import_id)] == [("updated", QUEUED)]


def test_columns_that_say_nothing_are_explained_or_left_out(crm: Crm) -> None:
    file = "Nachname,Firma,Mail,Stand\nVoss,Nordcamp GmbH,voss@nordcamp.example,B12\n"
    with crm.refuses("import_column_unknown", field="columns"):
        start_import(crm.as_("marketing"), "lead", file, "email", "update")
    meant = [ColumnMeaning(header="Nachname", field="last_name"), ColumnMeaning(header="Firma", field="company")]
    with crm.refuses("import_column_unknown", field="columns"):
        start_import(crm.as_("marketing"), "lead", file, "email", "update", columns=meant)
    done = start_import(
        crm.as_("marketing"), "lead", file, "email", "update", columns=[*meant, ColumnMeaning(header="Stand")]
    )
    assert done.created == 1
    assert [(one.field, one.value) for one in rows(crm, done.import_id)[0].values] == [
        ("last_name", "Voss"), ("company", "Nordcamp GmbH"), ("email", "voss@nordcamp.example"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "key", "code"),
    [
        ("last_name,company\n", "name", "import_unreadable"),
        ('last_name,company\n"Smit,Firma\n', "name", "import_unreadable"),
        ("last_name,company\nSmit,Firma,more\n", "name", "import_unreadable"),
        ("last_name,email\nSmit,a@b.example\n", "email", "import_column_missing"),
        ("last_name,company,email,e-mail\nSmit,Firma,a@b.example,a@b.example\n", "email", "import_column_twice"),
        ("last_name,company\nSmit,Firma\n", "email", "match_key_not_usable"),
        ("last_name,company\nSmit,Firma\n", "domain", "match_key_not_usable"),
        ("last_name,company\n" + "Smit,Firma\n" * 501, "name", "import_too_long"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(crm: Crm, file: str, key: Any, code: str) -> None:
    with crm.refuses(code):
        start_import(crm.as_("marketing"), "lead", file, key, "update")


def test_a_row_that_was_busy_is_entered_by_correcting_nothing(crm: Crm) -> None:
    base = crm.as_("marketing")
    busy = iter([{"error": "record_busy", "message": "The record was busy; it was not changed."}])
    ctx = Context(
        base.session, base.now, base.actor, 1, "test", crm._next_id, crm._schedule, lambda _: next(busy, None)
    )  # fmt: skip
    done = start_import(ctx, "lead", "last name,company\nSmit,Nieuw\nVos,Ook nieuw\n", "name", "update")
    told = rows(crm, done.import_id)
    assert [one.error for one in told] == ["RECORD_BUSY", None]
    assert correct_import_row(base, told[0].row_id).status == "created"


def test_imports_are_listed_with_who_started_them(crm: Crm) -> None:
    fair(crm)
    (shown,) = list_imports(crm.as_("admin"), kind="lead").items
    assert (shown.file_name, shown.started_by_id, shown.failed) == ("fair.csv", MARKETING, 3)
    with crm.refuses("import_not_found", field="import_id"):
        get_import(crm.as_("admin"), 99)
    with crm.refuses("import_row_not_found", field="row_id"):
        correct_import_row(crm.as_("admin"), 999)
    with crm.refuses("campaign_not_found", field="campaign_id"):
        fair(crm, campaign_id=99)


def test_filling_gives_a_record_only_what_it_lacks(crm: Crm) -> None:
    leads = "last name,company,email,phone,city,title\nBakker,Elsewhere,joost@hetloo.example,+31 6 1,Apeldoorn,\n"
    leads = leads.replace("+31 6 1,", "+31 6 9999 0000,")
    done = start_import(crm.as_("marketing"), "lead", leads, "email", "fill")
    assert done.updated == 1
    assert crm.held("lead", WEB, "company, phone, city") == ("Camping Het Loo", "055 123 4567", "Apeldoorn")
    people = (
        "last name,email,phone,title,department\n"
        "de Vries,anna@dezwaan.example,+31 6 9999 0000,Owner,Board\n"
        "Koster,bram@dezwaan.example,+31 6 9999 0001,,\n"
    )
    start_import(crm.as_("marketing"), "contact", people, "email", "fill")
    assert crm.held("contact", ANNA, "title, department") == ("Manager", "Board")
    assert crm.rows("SELECT count(*) FROM phone_number WHERE contact_id = ?", ANNA) == [(1,)]
    assert crm.rows("SELECT value FROM phone_number WHERE contact_id = ?", BRAM) == [("+31 6 9999 0001",)]


def test_line_ends_of_any_system_come_in(crm: Crm) -> None:
    given = {"kind": "lead", "csv": "last name,company\r\nSmit,Nieuw\r\n", "match_key": "name", "on_match": "skip"}
    bound = WORLD.operations["start_import"].bind_json(given)
    assert start_import(crm.as_("marketing"), **bound).created == 1
