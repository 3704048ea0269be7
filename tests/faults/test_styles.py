"""Promises of error bodies: each vendor's shape, one failure said in each, and a world that says whom it imitates."""

import json

import pytest

from worlds.engine.errors import Failure
from worlds.engine.faults.styles import STYLES, style_of, told_by
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
