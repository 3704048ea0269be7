"""Transport and capacity: requests and answers that get lost, servers that break, limits that are reached."""

from worlds.engine.errors import Failure
from worlds.engine.faults.fault import WRITES, Fault, Hit, Params
from worlds.engine.reply import Reply


class TimeoutParams(Params):
    """How long nobody answers, in virtual seconds."""

    seconds: int = 30


def gateway_timeout(hit: Hit) -> Failure:
    """No answer: the same words and the same wait, whether the work was done or not."""
    return Failure(
        "gateway_timeout",
        f"No answer came within {hit.params.seconds} seconds.",
        status=504,
        face="gateway",
        seconds=hit.params.seconds,
    )


class TimeoutAfterCommit(Fault):
    """The work is done, and the answer is lost."""

    code = "F1"
    lesson = "Look whether it was done before you do it again, or send it again with the same idempotency key."
    strikes = WRITES
    Params = TimeoutParams

    def after(self, hit: Hit, reply: Reply) -> Failure | None:
        """Lose the answer of what was done; a refusal was no work and comes through."""
        return gateway_timeout(hit) if reply.ok else None


class TimeoutBeforeCommit(Fault):
    """The request is lost, and nothing is done."""

    code = "F2"
    lesson = "Look whether it was done; where it was not, send it again."
    strikes = WRITES
    Params = TimeoutParams

    def before(self, hit: Hit) -> Failure | None:
        """Lose the request."""
        return gateway_timeout(hit)
