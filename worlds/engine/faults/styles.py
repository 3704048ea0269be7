"""How the systems of this trade say that something failed: the error body of each vendor, from one failure.

A world names the vendor that it imitates as `STYLE` in its module `errors`; what breaks on the way there is said in
that vendor's shape and words. The business's own refusals keep the shape that the world gives them; `refused_in` gives
them the vendor's:

    STYLE: Final = "salesforce"


    def body(refusal: Refusal) -> Any:
        return refused_in(STYLE, refusal)
"""

import importlib.util
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from worlds.engine.errors import Failure, Refusal
from worlds.engine.world import World, plain_error

PLAIN: Final = "plain"

Style = Callable[[Refusal], Any]
"""The body that a vendor sends with a failure, as JSON values."""


def style_of(world: World) -> str:
    """The name of the style that a world imitates; `plain` where it says nothing.

    Raises:
        LookupError: when it names one that is not there.
    """
    return _style_of(world)


@lru_cache(maxsize=32)
def _style_of(world: World) -> str:
    named = PLAIN
    if importlib.util.find_spec(f"{world.package}.errors"):
        named = str(getattr(world.part("errors"), "STYLE", PLAIN))
    if named not in STYLES:
        raise LookupError(f"{world.name} imitates {named!r}; there are these styles: {', '.join(STYLES)}.")
    return named


def told_by(world: World, failure: Failure) -> Any:
    """What is sent with a failure in a world: its own body, or else what the world's vendor would send."""
    if failure.body is not None:
        return failure.body
    style = style_of(world)
    return world.error_body(failure) if style == PLAIN else STYLES[style](failure)


def refused_in(style: str, refusal: Refusal) -> Any:
    """A refusal of the business in a vendor's shape, and in its own words.

    Raises:
        LookupError: when there is no such style.
    """
    if style not in STYLES:
        raise LookupError(f"There is no style {style!r}; there are these: {', '.join(STYLES)}.")
    return _OWN.get(style, STYLES[style])(refusal)


def told_before(status: int, told: Any) -> Refusal | None:
    """A refusal of the business as its body tells it, for pages that show it again; None where it cannot be read."""
    if isinstance(told, list):
        return _read_salesforce(status, told)
    error = told.get("error") if isinstance(told, Mapping) else None
    if isinstance(error, Mapping) and "code" in error:
        details = {name: value for name, value in error.items() if name not in {"code", "message", "field", "override"}}
        way = error.get("override")
        return Refusal(
            error["code"], error["message"], field=error.get("field"), status=status, details=details, override=way
        )
    listed = told.get("details") if isinstance(told, Mapping) else None
    if isinstance(listed, Mapping) and listed and "description" in told:
        field = next(iter(listed))
        code = next((str(one["error"]) for one in listed[field] if "error" in one), "refused_before")
        return Refusal(code, told["description"], field=None if field == "base" else field, status=status)
    return None


def _read_salesforce(status: int, told: list[Any]) -> Refusal | None:
    if not told or not isinstance(told[0], Mapping) or not {"message", "errorCode"} <= told[0].keys():
        return None
    problems = [
        {"code": one["errorCode"].lower(), "field": next(iter(one.get("fields", ())), None), "message": one["message"]}
        for one in told
    ]
    alike = told[0].get("duplicateResult", {}).get("matchResults", [])
    details = {"problems": problems, **({"matches": alike} if alike else {})}
    code, field, message = problems[0].values()
    return Refusal(code, message, field=field, status=status, details=details, override=told[0].get("override"))


def trace_id(text: str, length: int = 16) -> str:
    """An id as vendors put it beside an error; the same text gives the same id."""
    return sha256(text.encode()).hexdigest()[:length]


def _plain(failure: Refusal) -> Any:
    return plain_error(failure)


_SHOPIFY = {
    "session_expired": "[API] Invalid API key or access token (unrecognized login or wrong password)",
    "not_found": "Not Found",
    "server_error": "Internal Server Error",
    "maintenance": "Service Unavailable",
}


def _shopify_rest(failure: Refusal) -> Any:
    sentence = _SHOPIFY.get(failure.code, failure.message)
    return {"errors": {failure.field: [sentence]} if failure.field else sentence, **failure.details}


_GRAPHQL = {
    "rate_limited": "THROTTLED",
    "role_denied": "ACCESS_DENIED",
    "scope_missing": "ACCESS_DENIED",
    "server_error": "INTERNAL_SERVER_ERROR",
}


def _shopify_gql(failure: Refusal) -> Any:
    code = _GRAPHQL.get(failure.code, failure.code.upper())
    return {"errors": [{"message": failure.message, "extensions": {"code": code, **failure.details}}]}


_STRIPE_TYPES = {
    400: "invalid_request_error",
    402: "card_error",
    404: "invalid_request_error",
    409: "invalid_request_error",
}
_STRIPE_CODES = {"rate_limited": "rate_limit", "session_expired": "api_key_expired", "not_found": "resource_missing"}


def _stripe(failure: Refusal) -> Any:
    kind = "idempotency_error" if failure.code.startswith("idempotency") else _STRIPE_TYPES.get(failure.status)
    if kind is None:
        kind = "api_error" if failure.status >= 500 else "invalid_request_error"
    error = {"type": kind, "code": _STRIPE_CODES.get(failure.code, failure.code), "message": failure.message}
    return {"error": {**error, **({"param": failure.field} if failure.field else {}), **failure.details}}


_SALESFORCE = {
    "session_expired": ("INVALID_SESSION_ID", "Session expired or invalid"),
    "role_denied": ("INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id"),
    "scope_missing": ("INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id"),
    "not_found": ("NOT_FOUND", "The requested resource does not exist"),
    "rate_limited": ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    "server_error": ("UNKNOWN_EXCEPTION", "An unexpected error occurred."),
    "maintenance": ("SERVER_UNAVAILABLE", "Server unavailable"),
    "record_locked": ("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
}


def _salesforce(failure: Refusal) -> Any:
    code, sentence = _SALESFORCE.get(failure.code, (failure.code.upper(), failure.message))
    error = {"message": sentence, "errorCode": code, **_found_alike(failure)}
    changed = [one["field"] for one in failure.details.get("changes", ())]
    fields = [failure.field] if failure.field else list(dict.fromkeys(changed))
    return [{**error, "fields": fields} if fields else error]


_SALESFORCE_OWN = {
    "missing_argument": "REQUIRED_FIELD_MISSING",
    "unknown_argument": "INVALID_FIELD",
    "role_not_permitted": "INSUFFICIENT_ACCESS",
}
"""What the engine itself refuses; the business's codes are told as they are."""


def _salesforce_own(refusal: Refusal) -> Any:
    """One entry for each thing that is wrong; what else there is to say stands with the first."""
    one = {"code": refusal.code, "field": refusal.field, "message": refusal.message}
    problems: list[Mapping[str, Any]] = refusal.details.get("problems") or [one]
    errors = [
        {
            "message": wrong["message"],
            "errorCode": _SALESFORCE_OWN.get(wrong["code"], wrong["code"].upper()),
            "fields": [wrong["field"]] if wrong["field"] else [],
        }
        for wrong in problems
    ]
    way = {"override": refusal.override} if refusal.override else {}
    errors[0] |= {**way, **_found_alike(refusal)}
    return errors


def _found_alike(refusal: Refusal) -> dict[str, Any]:
    """The details of a refusal, with the records that are alike where this vendor lists them."""
    told = {name: value for name, value in refusal.details.items() if name not in {"problems", "matches", "allow_save"}}
    if "matches" not in refusal.details:
        return told
    allowed = refusal.override is not None or refusal.details.get("allow_save") is True
    return {**told, "duplicateResult": {"allowSave": allowed, "matchResults": refusal.details["matches"]}}


_ZENDESK = {
    "session_expired": "Unauthorized",
    "role_denied": "Forbidden",
    "scope_missing": "Forbidden",
    "not_found": "RecordNotFound",
    "rate_limited": "APIRateLimitExceeded",
    "version_conflict": "UpdateConflict",
    "validation_rule": "RecordInvalid",
    "server_error": "InternalServerError",
}


def _zendesk(failure: Refusal) -> Any:
    named = _ZENDESK.get(failure.code) or "".join(word.title() for word in failure.code.split("_"))
    said = {"error": named, "description": failure.message}
    if not failure.field and not failure.details:
        return said
    return {**said, "details": {failure.field or "base": [{"description": failure.message, **failure.details}]}}


_HUBSPOT = {
    401: "EXPIRED_AUTHENTICATION",
    403: "MISSING_SCOPES",
    404: "OBJECT_NOT_FOUND",
    409: "CONFLICT",
    429: "RATE_LIMITS",
}


def _hubspot(failure: Refusal) -> Any:
    category = _HUBSPOT.get(failure.status, "VALIDATION_ERROR" if failure.status < 500 else "SERVER_ERROR")
    said = {"status": "error", "message": failure.message, "correlationId": trace_id(failure.message, 32)}
    return {**said, "category": category, **failure.details}


def _jira(failure: Refusal) -> Any:
    if failure.field:
        return {"errorMessages": [], "errors": {failure.field: failure.message}}
    return {"errorMessages": [failure.message], "errors": {}}


STYLES: Final[Mapping[str, Style]] = {
    PLAIN: _plain,
    "shopify-rest": _shopify_rest,
    "shopify-gql": _shopify_gql,
    "stripe": _stripe,
    "salesforce": _salesforce,
    "zendesk": _zendesk,
    "hubspot": _hubspot,
    "jira": _jira,
}
"""By name, the body of a failure in each vendor's shape."""
_OWN: Final[Mapping[str, Style]] = {"salesforce": _salesforce_own}
"""The same for the business's own refusals, where it differs."""
