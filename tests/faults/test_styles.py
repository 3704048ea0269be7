"""Promises of error bodies: each vendor's shape, one failure said in each, and a world that says whom it imitates."""

import json

import pytest

from worlds.engine.errors import Conflict, Failure, Invalid
from worlds.engine.faults.styles import STYLES, refused_in, style_of, told_before, told_by
from worlds.engine.world import find


def failure(code="role_denied", status=403, field=None, **details):
    one = Failure(code, "It is not for you.", status=status)
    one.field, one.details = field, details
    return one


def test_a_world_says_whom_it_imitates_and_is_plain_otherwise():
    assert style_of(find("shop")) == "shopify-rest"
    assert style_of(find("tiny")) == "plain"


def test_a_body_of_its_own_goes_before_the_style():
    own = Failure("maintenance", "Closed.", status=503, body="<h1>Closed</h1>")
    assert told_by(find("shop"), own) == "<h1>Closed</h1>"
    assert told_by(find("shop"), failure()) == {"errors": "It is not for you."}
    assert told_by(find("tiny"), failure())["error"]["code"] == "role_denied"


@pytest.mark.parametrize(
    ("style", "body"),
    [
        ("plain", {"error": {"code": "role_denied", "message": "It is not for you.", "field": None}}),
        ("shopify-rest", {"errors": "It is not for you."}),
        (
            "shopify-gql",
            {"errors": [{"message": "It is not for you.", "extensions": {"code": "ACCESS_DENIED"}}]},
        ),
        (
            "stripe",
            {"error": {"type": "invalid_request_error", "code": "role_denied", "message": "It is not for you."}},
        ),
        (
            "salesforce",
            [{"message": "insufficient access rights on cross-reference id", "errorCode": "INSUFFICIENT_ACCESS"}],
        ),
        ("zendesk", {"error": "Forbidden", "description": "It is not for you."}),
        ("jira", {"errorMessages": ["It is not for you."], "errors": {}}),
    ],
)
def test_a_missing_permission_in_each_shape(style, body):
    assert STYLES[style](failure()) == body


def test_the_field_at_fault_stands_where_the_vendor_puts_it():
    wrong = failure("invalid", 400, field="price")
    said = "It is not for you."
    assert STYLES["plain"](wrong)["error"]["field"] == "price"
    assert STYLES["shopify-rest"](wrong) == {"errors": {"price": [said]}}
    assert STYLES["stripe"](wrong)["error"]["param"] == "price"
    assert STYLES["salesforce"](wrong)[0]["fields"] == ["price"]
    assert STYLES["zendesk"](wrong)["details"] == {"price": [{"description": said}]}
    assert STYLES["zendesk"](failure("version_conflict", 409, version=3)) == {
        "error": "UpdateConflict",
        "description": said,
        "details": {"base": [{"description": said, "version": 3}]},
    }
    assert STYLES["jira"](wrong) == {"errorMessages": [], "errors": {"price": said}}


def test_a_hubspot_body_names_its_category_and_a_stable_correlation():
    first, again = STYLES["hubspot"](failure()), STYLES["hubspot"](failure())
    assert first == again
    assert (first["status"], first["category"]) == ("error", "MISSING_SCOPES")
    assert len(first["correlationId"]) == 32


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("code", "status"), [("session_expired", 401), ("server_error", 500), ("record_locked", 409)])
def test_every_style_says_every_failure_as_json(style, code, status):
    said = json.dumps(STYLES[style](failure(code, status, holder="Dana")))
    assert said
    assert "Traceback" not in said


# -- a world's own refusals -------------------------------------------------------------------------------------------


def own(**more):
    return Conflict("stage_closed", "Deal D-1042 is closed; reopen it first.", **more)


def test_a_refusal_of_the_business_keeps_its_code_and_its_words_in_a_vendors_shape():
    assert refused_in("salesforce", own(field="stage_id")) == [
        {"message": "Deal D-1042 is closed; reopen it first.", "errorCode": "STAGE_CLOSED", "fields": ["stage_id"]}
    ]
    assert refused_in("salesforce", own(details={"until": 3}))[0] | {"message": ""} == {
        "message": "", "errorCode": "STAGE_CLOSED", "fields": [], "until": 3,
    }  # fmt: skip
    assert refused_in("stripe", own())["error"]["code"] == "stage_closed"
    with pytest.raises(LookupError, match="salesforce"):
        refused_in("nobody", own())


def test_each_thing_that_is_wrong_has_an_entry_of_its_own():
    problems = [
        {"code": "missing_argument", "field": "name", "message": "It needs a name."},
        {"code": "unknown_argument", "field": "nmae", "message": "It takes no nmae."},
        {"code": "invalid_argument", "field": None, "message": "It is not acceptable."},
    ]
    told = refused_in("salesforce", Invalid("missing_argument", "It needs a name.", details={"problems": problems}))
    assert [(one["errorCode"], one["fields"]) for one in told] == [
        ("REQUIRED_FIELD_MISSING", ["name"]), ("INVALID_FIELD", ["nmae"]), ("INVALID_ARGUMENT", []),
    ]  # fmt: skip


def test_records_that_are_alike_are_listed_where_the_vendor_lists_them():
    match = {"record": "contact", "id": 5, "name": "Ada Bos"}
    (error,) = refused_in("salesforce", own(details={"matches": [match]}, override="allow_duplicates"))
    assert error["duplicateResult"] == {"allowSave": True, "matchResults": [match]}
    assert error["override"] == "allow_duplicates"
    (error,) = refused_in("salesforce", own(details={"matches": [match]}))
    assert error["duplicateResult"]["allowSave"] is False
    assert "override" not in error
    (error,) = STYLES["salesforce"](failure("duplicates_detected", 409, allow_save=True, matches=[match]))
    assert error["duplicateResult"] == {"allowSave": True, "matchResults": [match]}


def test_a_conflict_names_the_fields_that_were_changed():
    changes = [{"field": "phone", "was": "1", "now": "2"}, {"field": "name", "was": "A", "now": "B"}]
    (error,) = STYLES["salesforce"](failure("version_conflict", 409, changes=changes))
    assert (error["errorCode"], error["fields"]) == ("VERSION_CONFLICT", ["phone", "name"])


@pytest.mark.parametrize("style", ["plain", "salesforce"])
def test_pages_read_a_refusal_that_was_answered_before(style):
    said = own(field="stage_id", details={"matches": [{"record": "deal", "id": 3}]}, override="sure")
    again = told_before(409, json.loads(json.dumps(refused_in(style, said))))
    assert (again.code, again.message, again.field, again.status) == (said.code, said.message, said.field, 409)
    assert (again.override, again.details["matches"]) == (said.override, said.details["matches"])


def test_pages_read_what_the_desk_has_refused_before_and_nothing_into_what_is_none():
    desk = find("desk")
    for field in ("status", None):
        again = told_before(409, desk.error_body(own(field=field)))
        assert (again.code, again.message, again.field) == ("stage_closed", own().message, field)
    for other in ({"errors": "Not Found"}, "<h1>Closed</h1>", [], ["no"], [{"message": "Oh."}], {}, None):
        assert told_before(409, other) is None
