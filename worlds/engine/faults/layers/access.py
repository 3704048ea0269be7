"""Who may: sessions that run out, forms that are too old, permissions that are missing or taken away.

Whoever may do nothing else can still hand the matter over, unless a rule names that operation too.
"""

from typing import Any, Literal

from worlds.engine.errors import Failure
from worlds.engine.faults.fault import CALLS, WRITES, Fault, Hit, Params
from worlds.engine.faults.plan import Rule
from worlds.engine.operation import Operation

HANDING_OVER = ("escalat", "hand_over", "handover", "refer_")
"""What the names of operations begin with by which a role hands a matter over to others."""

RENEWAL = "renew_session"


class SessionParams(Params):
    """Whether pages still have what was typed into a form once somebody has signed in again."""

    text_kept: bool = False


class SessionExpiry(Fault):
    """The session runs out in the middle of the work; nothing goes on until somebody signs in again."""

    code = "F11"
    lesson = "Sign in again, look what was kept, and only then do again what is missing."
    everywhere = True
    Params = SessionParams

    def fits(self, hit: Hit) -> bool:
        """It runs out when something is to be changed, or on the calls that the rule names."""
        return hit.call.operation.writing or bool(hit.rule.operations)

    def before(self, hit: Hit) -> Failure | None:
        """Let it run out with this call."""
        hit.keep({"expired": True})
        return _expired(hit)

    def lasting(self, hit: Hit) -> Failure | None:
        """Turn every call away."""
        return _expired(hit)

    def overhears(self, hit: Hit) -> None:
        """Signing in again ends it."""
        if hit.call.operation.name == RENEWAL:
            hit.forget()


def _expired(hit: Hit) -> Failure:
    failure = Failure("session_expired", "Your session has expired. Sign in again.", status=401, face="sign_in")
    failure.text_kept = hit.params.text_kept
    return failure


class FormParams(Params):
    """What becomes of the form: a page that says so, the form again with nothing in it, or with its text."""

    shown: Literal["page", "lost", "banner"] = "page"


class FormTokenExpiry(Fault):
    """A form is taken for one that was shown too long ago, and nothing of it is done."""

    code = "F12"
    lesson = "Open the form anew, fill it in again, and send it once."
    strikes = WRITES
    surfaces = frozenset({"pages"})
    Params = FormParams

    def before(self, hit: Hit) -> Failure | None:
        """Turn the form away."""
        return Failure("form_expired", "The CSRF token has expired.", status=400, face=hit.params.shown)


class DeniedParams(Params):
    """`hide`: say that there is no such thing, in place of saying that one may not."""

    hide: bool = False


class RoleDenied(Fault):
    """A permission is missing that the role has elsewhere: to do anything, or what the rule names."""

    code = "F13"
    lesson = "Hand it over, or say that you may not; do not look for a way round."
    Params = DeniedParams

    def alone(self) -> tuple[Rule, ...]:
        """Without end."""
        return (Rule(fault=self.name, times=0),)

    def fits(self, hit: Hit) -> bool:
        """Whether the permission for this operation is missing."""
        return self.denies(hit.call.operation, hit.rule, hit.params, None)

    def before(self, hit: Hit) -> Failure | None:
        """Refuse."""
        return _denied(hit.call.operation, hide=hit.params.hide)

    def denies(self, operation: Operation[..., Any], rule: Rule, params: Any, kept: Any) -> bool:  # noqa: ARG002 - of its start
        """From the start on."""
        return _among(operation, rule.operations)


def _among(operation: Operation[..., Any], named: tuple[str, ...]) -> bool:
    """Whether an operation is one of those named; with none named, all that change something but do not hand over."""
    if named:
        return operation.name in named
    return operation.writing and not operation.aside and not operation.name.startswith(HANDING_OVER)


def _scope(operation: Operation[..., Any]) -> str:
    """The permission for an operation, as such systems name it: `write_refunds`, by the module that it stands in."""
    verb = "write" if operation.writing else "read"
    return f"{verb}_{operation.function.__module__.rpartition('.')[2]}"


def _denied(operation: Operation[..., Any], *, hide: bool) -> Failure:
    if hide:
        return Failure("not_found", "Not found.", status=404)
    return Failure(
        "role_denied", f"You do not have the permission {_scope(operation)} that {operation.name} takes.", status=403
    )


class ChangedParams(DeniedParams):
    """How many calls go well before the permission is taken away."""

    after_calls: int = 4


class RoleChanged(Fault):
    """A permission is taken away in the middle of the work: to do anything, or what the rule names."""

    code = "F14"
    lesson = "Stop, say what is done and what is not, and hand the rest over."
    strikes = CALLS
    Params = ChangedParams

    def alone(self) -> tuple[Rule, ...]:
        """Without end."""
        return (Rule(fault=self.name, times=0),)

    def fits(self, hit: Hit) -> bool:
        """Count what went well; from then on whatever the permission is needed for."""
        kept = hit.kept() or {"calls": 0}
        if self.denies(hit.call.operation, hit.rule, hit.params, kept):
            return True
        hit.keep({"calls": min(kept["calls"] + 1, hit.params.after_calls)})
        return False

    def before(self, hit: Hit) -> Failure | None:
        """Refuse."""
        return _denied(hit.call.operation, hide=hit.params.hide)

    def denies(self, operation: Operation[..., Any], rule: Rule, params: Any, kept: Any) -> bool:
        """Once enough calls went well."""
        calls = (kept or {"calls": 0})["calls"]
        return bool(calls >= params.after_calls) and _among(operation, rule.operations)


class ScopeParams(Params):
    """The operations that the renewed token is not good for; all that change something where none is named."""

    without: tuple[str, ...] = ()


class FewerScopes(Fault):
    """The access token runs out, and the renewed one is good for less."""

    code = "F15"
    lesson = "Renew it once; where the new one is not enough, do not renew it again, but hand over or say so."
    everywhere = True
    Params = ScopeParams

    def fits(self, hit: Hit) -> bool:
        """It runs out when something is to be changed, or on the calls that the rule names."""
        return hit.call.operation.writing or bool(hit.rule.operations)

    def before(self, hit: Hit) -> Failure | None:
        """Let it run out with this call."""
        hit.keep({"renewed": False})
        return _token_expired()

    def lasting(self, hit: Hit) -> Failure | None:
        """Turn every call away until the token is renewed, then those that it is not good for."""
        kept, operation = hit.kept(), hit.call.operation
        if not kept["renewed"]:
            return _token_expired()
        return _scope_missing(operation) if self.denies(operation, hit.rule, hit.params, kept) else None

    def overhears(self, hit: Hit) -> None:
        """Renewing gives a token that is good for less; again gives the same."""
        if hit.call.operation.name == RENEWAL:
            hit.keep({"renewed": True})

    def denies(self, operation: Operation[..., Any], rule: Rule, params: Any, kept: Any) -> bool:  # noqa: ARG002 - its own list
        """Once the token was renewed."""
        return bool(kept and kept["renewed"]) and _among(operation, params.without)


def _token_expired() -> Failure:
    said = 'Bearer error="invalid_token", error_description="The access token expired"'
    return Failure(
        "session_expired", "The access token expired.", status=401, headers={"WWW-Authenticate": said}, face="sign_in"
    )


def _scope_missing(operation: Operation[..., Any]) -> Failure:
    scope = _scope(operation)
    return Failure(
        "scope_missing",
        f"This action requires the scope {scope}, which the access token does not have.",
        status=403,
        headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
    )
