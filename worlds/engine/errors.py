"""What can go wrong at the door: a refusal is a result for the agent, a bug is a crash for the operator.

Refusal                     a value the agent sees: code, sentence, HTTP status, field
    Invalid         422     an argument breaks the operation's schema or a rule about itself
    Unauthorized    401     nobody is signed in
    Forbidden       403     the acting role lacks the permission
    NotFound        404     no such operation, record or page (or none that this role may see)
    Conflict        409     the record's state forbids it now
    Gone            410     the episode is closed, reset or graded
    Failure         any     the way to the business broke, not the business: see `worlds.engine.faults`
        VersionConflict 409 the record is not at the version that was asked for
WorldBug                    our own failure: ends the episode with reward None, never shown to the agent
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Face = Literal["page", "gateway", "maintenance", "banner", "lost", "sign_in", "conflict"]
"""How pages show a failure: an error page of the app with a request id; a bare page of the gateway before it; a static
page for a planned stop; a banner above the form, which keeps what was typed; the form again, empty; the sign-in page;
both versions of a record side by side."""


class Refusal(Exception):  # noqa: N818 - a refusal is a result of business, not an error of ours
    """A business answer that says no.

    Args:
        code: stable machine code in snake_case, documented by the world.
        message: one or two sentences that name the record, the rule and the way out.
        field: dotted path of the argument at fault (`lines.0.quantity`), if one is.
        status: HTTP status, where it differs from the class's own.
        details: further JSON values, for instance the maximum that would be accepted; `matches` lists records that are
            in the way, each with `record` (its table), `id`, `label`, whatever else pages are to show of it, and
            `openable`, false where the caller may not open it.
        override: the argument with which the same call goes through all the same, set to true, if there is one.
    """

    status: int = 422

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        status: int | None = None,
        details: dict[str, Any] | None = None,
        override: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.details = details or {}
        self.override = override
        if status is not None:
            self.status = status


class Invalid(Refusal):
    """An argument that no state of the world would accept."""

    status = 422


class Unauthorized(Refusal):
    """Nobody is signed in where somebody must be."""

    status = 401


class Forbidden(Refusal):
    """The acting role may not do this."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or none that this role may see."""

    status = 404


class Conflict(Refusal):
    """The record is in a state in which this cannot be done."""

    status = 409


class Gone(Refusal):
    """The episode takes no more calls."""

    status = 410


class WorldBug(Exception):  # noqa: N818 - named for what it is; the tree above keeps it apart from refusals
    """A defect of a world or of the engine; the cause is chained as `__cause__`."""


class Failure(Refusal):
    """Not the business says no: something on the way broke, throttled, locked or lost the call.

    Args:
        code: stable machine code in snake_case.
        message: what a system of that kind says; it need not name a way out.
        status: HTTP status.
        headers: what an HTTP answer carries, such as `{"Retry-After": "2.0"}` (seconds).
        body: what is sent in place of the world's error shape: JSON values, or text such as an HTML page; None for the
            world's own shape.
        face: how pages show it: see `worlds.engine.surfaces.error_pages`.
        seconds: virtual seconds that go by until the caller knows of it.

    `kept` says whether an idempotency key keeps this answer, as Stripe's v1 API does for a 500; `text_kept`, whether
    pages still have what was typed once somebody has signed in again.
    """

    kept = False
    text_kept = False

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        face: Face = "page",
        seconds: int = 0,
    ) -> None:
        super().__init__(code, message, status=status)
        self.headers = dict(headers or {})
        self.body = body
        self.face = face
        self.seconds = seconds


class VersionConflict(Failure):
    """A write that was made with an old version of its record; `version` is that of now.

    Where conflicts go by columns (`by_columns`), pages are told more: `paths` are the arguments that a change stands in
    the way of, in the order of the changes (empty where an argument only lists it), `beside` are changes that stand in
    nobody's way, told like the others, and `untouched` the arguments that only repeat what stood there before.
    """

    status = 409
    by_columns = False
    paths: Sequence[str] = ()
    beside: Sequence[Mapping[str, Any]] = ()
    untouched: frozenset[str] = frozenset()

    def __init__(self, code: str, message: str, *, version: int) -> None:
        super().__init__(code, message, status=409, headers={"ETag": f'"{version}"'}, face="conflict")
