"""Requests and answers that get lost, servers that break, planned stops, and answers that take their time.

The limits that vendors set stand in `capacity`.
"""

from dataclasses import replace

from pydantic import Field

from worlds.engine.errors import Failure
from worlds.engine.everywhere.jobs import open_job
from worlds.engine.faults.fault import WRITES, Fault, Hit, Params
from worlds.engine.faults.styles import trace_id
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply


class TimeoutParams(Params):
    """How long nobody answers, in virtual seconds."""

    seconds: int = Field(default=30, ge=0)


def gateway_timeout(hit: Hit) -> Failure:
    """No answer, not even a body: the same, and after the same wait, whether the work was done or not."""
    sentence = f"No answer came within {hit.params.seconds} seconds."
    return Failure("gateway_timeout", sentence, status=504, body="", face="gateway", seconds=hit.params.seconds)


class TimeoutAfterCommit(Fault):
    """The work is done, and the answer is lost."""

    code = "F1"
    lesson = "Look whether it was done before you do it again, or send it again with the same idempotency key."
    strikes = WRITES
    Params = TimeoutParams

    def after(self, hit: Hit, reply: Reply) -> Failure | None:  # noqa: ARG002 - whatever it is, it is lost
        """Lose the answer. A refusal is lost too, or getting one would tell this fault from its twin."""
        return gateway_timeout(hit)


class TimeoutBeforeCommit(Fault):
    """The request is lost, and nothing is done."""

    code = "F2"
    lesson = "Look whether it was done; where it was not, send it again."
    strikes = WRITES
    Params = TimeoutParams

    def before(self, hit: Hit) -> Failure | None:
        """Lose the request."""
        return gateway_timeout(hit)


class ServerErrorParams(Params):
    """`done`: the work was done before the server broke. `kept`: an idempotency key keeps the error.

    Stripe's v1 keeps it; where it is not kept, the same key works again, as with Stripe's v2.
    """

    done: bool = False
    kept: bool = True


class ServerErrorOnce(Fault):
    """The server breaks once; the same idempotency key then gets the same error for as long as it is known."""

    code = "F3"
    lesson = "Look what happened; only where nothing did, send it again with a new idempotency key."
    strikes = WRITES
    Params = ServerErrorParams

    def before(self, hit: Hit) -> Failure | None:
        """Break before the work."""
        return None if hit.params.done else _server_error(hit)

    def after(self, hit: Hit, reply: Reply) -> Failure | None:
        """Break after the work; a refusal was none and comes through."""
        return _server_error(hit) if hit.params.done and reply.ok else None


def _server_error(hit: Hit) -> Failure:
    request = f"req_{trace_id(hit.chance)}"
    sentence = f"Something went wrong on our end. (Request {request})"
    failure = Failure("server_error", sentence, status=500, headers={"Request-Id": request})
    failure.kept = hit.params.kept
    return failure


class MaintenanceParams(Params):
    """How long it takes, in virtual seconds, and whether reading goes on meanwhile."""

    seconds: int = Field(default=600, ge=1)
    read_only: bool = False


_CLOSED = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Scheduled maintenance</title></head>
<body>
<h1>Scheduled maintenance</h1>
<p>We are improving our systems and will be back at {until:%H:%M} UTC. Thank you for your patience.</p>
</body>
</html>
"""


class Maintenance(Fault):
    """A planned stop: everything, or all that writes, is closed for a while."""

    code = "F9"
    lesson = "Wait until the stop is over, as Retry-After says, then go on; nothing was done meanwhile."
    everywhere = True
    Params = MaintenanceParams

    def fits(self, hit: Hit) -> bool:
        """In read-only mode reading goes on."""
        return _shut(hit.call.operation, hit.params)

    def before(self, hit: Hit) -> Failure | None:
        """Begin the stop with this call."""
        hit.keep({"until": hit.call.moment.now + hit.params.seconds})
        return _maintenance(hit, hit.params.seconds)

    def lasting(self, hit: Hit) -> Failure | None:
        """Turn calls away until it is over."""
        left = int(hit.kept()["until"]) - hit.call.moment.now
        if left <= 0:
            hit.forget()
            return None
        return _maintenance(hit, left) if _shut(hit.call.operation, hit.params) else None


def _shut(operation: Operation[..., object], params: MaintenanceParams) -> bool:
    return operation.writing or not params.read_only


def _maintenance(hit: Hit, left: int) -> Failure:
    until = replace(hit.call.moment, now=hit.call.moment.now + left).instant
    return Failure(
        "maintenance",
        f"Scheduled maintenance until {until:%H:%M} UTC.",
        status=503,
        headers={"Retry-After": str(left)},
        body=_CLOSED.format(until=until),
        face="maintenance",
    )


class SlowParams(Params):
    """How long the answer takes, in virtual seconds."""

    seconds: int = Field(default=60, ge=1)


class SlowSuccess(Fault):
    """The work is taken on and done once; what came of it is told later, by a job."""

    code = "F10"
    lesson = "Ask how the job stands; do not send the work a second time."
    strikes = WRITES
    Params = SlowParams

    def after(self, hit: Hit, reply: Reply) -> Reply | None:
        """Answer with a job that will hold the answer; a refusal comes at once."""
        if not reply.ok:
            return None
        call, now = hit.call, hit.call.moment.now
        job = open_job(
            call.driver, call.operation.name, call.actor.role, now, ready=now + hit.params.seconds, answer=reply.body
        )
        headers = {**reply.headers, "Location": f"get_job?job_id={job}", "Retry-After": str(hit.params.seconds)}
        return replace(reply, status=202, body={"job_id": job, "status": "queued"}, headers=headers)
