"""The limits that vendors set: how many calls one may make, and what is said to those who make more.

Each is counted on the virtual clock. Whoever calls again before there is room has to wait anew, so that waiting gets
through and hammering does not. A page counts as one call, however much it reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from worlds.engine.errors import Failure
from worlds.engine.faults.fault import Fault, Hit, Params
from worlds.engine.faults.plan import Rule
from worlds.engine.faults.styles import trace_id

RATE_LIMIT = "rate-limit"
"""The kind of these faults: a rule that names it means the limit of the world's own vendor."""

THOUSAND = 1_000
"""Levels are kept in thousandths of a call, so that no rounding piles up."""


class _Limit(Fault):
    """A limit is there all the time; it strikes the calls that are too many."""

    kind = RATE_LIMIT
    lesson = "Wait as long as you are told, then go on where you were; leave nothing out."

    def alone(self) -> tuple[Rule, ...]:
        """Without end."""
        return (Rule(fault=self.name, times=0),)


def _same_page(hit: Hit, at: int | None) -> bool:
    """Whether the call is a further one of a page that was counted at `at`."""
    return hit.call.surface == "pages" and at == hit.call.moment.now


class LeakyBucketParams(Params):
    """A bucket of `size` calls, `level` of them in it at first.

    `leak` calls a second run out of it, and `others` calls a second are put in by other apps of the same account.
    """

    size: int = Field(default=40, ge=1)
    level: int = Field(default=40, ge=0)
    leak: float = Field(default=2.0, gt=0)
    others: float = Field(default=1.95, ge=0)


class LeakyBucket(_Limit):
    """A bucket of calls that leaks: whoever fills it faster is told to wait."""

    code = "F4"
    vendor = "shopify-rest"
    Params = LeakyBucketParams

    def fits(self, hit: Hit) -> bool:
        """Put the call into the bucket, or see that it runs over."""
        kept, now = hit.kept(), hit.call.moment.now
        if kept is not None and _same_page(hit, kept["at"]):
            return bool(kept["over"])
        size = hit.params.size * THOUSAND
        level = hit.params.level * THOUSAND if kept is None else kept["level"] - _runs_out(hit) * (now - kept["at"])
        level = max(level, 0) + THOUSAND
        over = bool(level > size)
        hit.keep({"level": min(level, size), "at": now, "over": over})
        return over

    def before(self, hit: Hit) -> Failure | None:
        """Say when there is room for one call again."""
        seconds = ceil(THOUSAND / _runs_out(hit))
        leak = f"{hit.params.leak:g}"
        sentence = (
            f"Exceeded {leak} calls per second for api client. Reduce request rates to resume uninterrupted service."
        )
        return Failure(
            "rate_limited",
            sentence,
            status=429,
            headers={"Retry-After": f"{seconds}.0", **self.headers(hit)},
            body={"errors": sentence},
            face="banner",
        )

    def headers(self, hit: Hit) -> Mapping[str, str]:
        """How full the bucket is."""
        level = ceil((hit.kept() or {"level": 0})["level"] / THOUSAND)
        return {"X-Shopify-Shop-Api-Call-Limit": f"{level}/{hit.params.size}"}


def _runs_out(hit: Hit) -> int:
    """Thousandths of a call a second that really run out; one at least."""
    left: float = hit.params.leak - hit.params.others
    return max(round(left * THOUSAND), 1)


class CostThrottleParams(Params):
    """Points: `maximum` at most, `available` at first, `restore` come back a second; `change` is what a write costs.

    A read costs 2 and one for each record that it may list.
    """

    maximum: int = Field(default=1_000, ge=1)
    available: int = Field(default=20, ge=0)
    restore: int = Field(default=1, ge=1)
    change: int = Field(default=10, ge=1)


class CostThrottle(_Limit):
    """Calls cost points that come back with time; one that costs too much is answered with 200 and an error inside.

    Nothing was done then, so the reply is not `ok`, although its status is 200 and MCP does not call it an error: that
    is for the agent to see.
    """

    code = "F5"
    vendor = "shopify-gql"
    lesson = "Read the answer before you take a 200 for success; wait for the points that are missing, or ask for less."
    surfaces = frozenset({"tools", "http", "mcp"})
    Params = CostThrottleParams

    def fits(self, hit: Hit) -> bool:
        """Pay for the call, or see that there are too few points."""
        params, now = hit.params, hit.call.moment.now
        kept = hit.kept() or {"points": params.available, "at": now}
        points = min(kept["points"] + params.restore * (now - kept["at"]), params.maximum)
        cost = min(_cost(hit), params.maximum)
        over = bool(points < cost)
        hit.keep({"points": kept["points"] if over else points - cost, "at": now})
        return over

    def before(self, hit: Hit) -> Failure | None:
        """Say what it costs, what there is, and how fast more comes back."""
        params = hit.params
        status = {
            "maximumAvailable": float(params.maximum),
            "currentlyAvailable": hit.kept()["points"],
            "restoreRate": float(params.restore),
        }
        cost = {"requestedQueryCost": _cost(hit), "actualQueryCost": None, "throttleStatus": status}
        errors = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
        body = {"errors": errors, "extensions": {"cost": cost}}
        return Failure("rate_limited", "Throttled", status=200, body=body, face="banner")


def _cost(hit: Hit) -> int:
    listed = hit.call.values.get("page_size", 0)
    return int(hit.params.change) if hit.call.operation.writing else 2 + int(listed)


@dataclass(frozen=True, slots=True)
class _Window:
    """The last calls within a rolling window of `seconds`, in which there is room for `places`."""

    calls: list[int]
    seconds: int
    places: int

    def with_call(self, now: int) -> "tuple[_Window, bool]":
        """With one call more, and whether it was too many; one that was too many takes a place too."""
        within = [at for at in self.calls if at > now - self.seconds]
        over = len(within) >= self.places
        return _Window([*within, now][-max(self.places, 1) :], self.seconds, self.places), over

    def left(self, now: int) -> int:
        """Places that are free."""
        return max(self.places - sum(at > now - self.seconds for at in self.calls), 0)

    def frees_in(self, now: int) -> int:
        """Seconds until a place is free."""
        return max(self.calls[0] + self.seconds - now, 1) if self.calls and not self.left(now) else 0


class AccountLimitParams(Params):
    """Calls and updates a minute that an account may make, and how many of them others make."""

    limit: int = Field(default=700, ge=1)
    others: int = Field(default=694, ge=0)
    updates: int = Field(default=100, ge=1)
    other_updates: int = Field(default=98, ge=0)


class AccountLimit(_Limit):
    """An account may make so many calls a minute, and so many updates; the latter also count those made on pages."""

    code = "F6"
    vendor = "zendesk"
    Params = AccountLimitParams

    def fits(self, hit: Hit) -> bool:
        """Count the call where it counts."""
        now, over = hit.call.moment.now, False
        kept: dict[str, Any] = hit.kept() or {}
        for name in _counted(hit):
            window, too_many = _minute(hit, name, kept).with_call(now)
            kept[name] = window.calls
            over = over or too_many
            kept["over"] = name if too_many else kept.get("over", "")
        hit.keep(kept)
        return over

    def before(self, hit: Hit) -> Failure | None:
        """Say how long to wait."""
        kept, now = hit.kept(), hit.call.moment.now
        what = "updates" if kept["over"] == "updates" else "API requests"
        seconds = _minute(hit, kept["over"], kept).frees_in(now)
        sentence = f"Number of allowed {what} per minute exceeded"
        return Failure(
            "rate_limited",
            f"{sentence}. Wait {seconds} seconds before you try again.",
            status=429,
            headers={"Retry-After": str(seconds), **self.headers(hit), "ratelimit-reset": str(seconds)},
            body={"error": "APIRateLimitExceeded", "description": sentence},
            face="banner",
        )

    def headers(self, hit: Hit) -> Mapping[str, str]:
        """How many calls are left of this minute."""
        window, now = _minute(hit, "calls", hit.kept() or {}), hit.call.moment.now
        return {
            "X-Rate-Limit": str(hit.params.limit),
            "X-Rate-Limit-Remaining": str(window.left(now)),
            "ratelimit-reset": str(window.frees_in(now)),
        }


def _counted(hit: Hit) -> list[str]:
    on_page, updating = hit.call.surface == "pages", hit.call.operation.writing
    return [*([] if on_page else ["calls"]), *(["updates"] if updating else [])]


def _minute(hit: Hit, name: str, kept: Mapping[str, Any]) -> _Window:
    params = hit.params
    places = params.updates - params.other_updates if name == "updates" else params.limit - params.others
    return _Window(list(kept.get(name, ())), 60, places)


class RollingLimitParams(Params):
    """Calls in any ten seconds, and how many of them others make; `daily` calls are left today, None for plenty."""

    limit: int = Field(default=100, ge=1)
    others: int = Field(default=98, ge=0)
    daily: int | None = Field(default=None, ge=0)


DAY_LIMIT = 250_000
"""Calls a day of all apps together, as the headers tell."""


class RollingLimit(_Limit):
    """So many calls in any ten seconds, and so many a day, which ends at midnight."""

    code = "F7"
    vendor = "hubspot"
    lesson = "Slow down; where the day's calls are used up, stop, and say what is done and what is not."
    Params = RollingLimitParams

    def fits(self, hit: Hit) -> bool:
        """Count the call in its ten seconds and its day."""
        now, today = hit.call.moment.now, _local(hit).date().isoformat()
        kept: dict[str, Any] = hit.kept() or {"calls": [], "day": today, "today": 0, "policy": ""}
        if kept["calls"] and _same_page(hit, kept["calls"][-1]):
            return bool(kept["policy"])
        used = kept["today"] if kept["day"] == today else 0
        window, over = _ten_seconds(hit, kept).with_call(now)
        spent = hit.params.daily is not None and used >= hit.params.daily
        policy = "DAILY" if spent else "TEN_SECONDLY_ROLLING" if over else ""
        hit.keep({"calls": window.calls, "day": today, "today": used + (not policy), "policy": policy})
        return bool(policy)

    def before(self, hit: Hit) -> Failure | None:
        """Say which of the two it is; for how long one has to find out from the headers, or from the clock."""
        policy = hit.kept()["policy"]
        sentence = f"You have reached your {policy.lower()} limit."
        body = {
            "status": "error",
            "message": sentence,
            "errorType": "RATE_LIMIT",
            "correlationId": trace_id(hit.chance, 32),
            "policyName": policy,
        }
        return Failure("rate_limited", sentence, status=429, headers=self.headers(hit), body=body, face="banner")

    def headers(self, hit: Hit) -> Mapping[str, str]:
        """What is left of the ten seconds and of the day."""
        kept = hit.kept() or {"calls": [], "today": 0}
        daily = DAY_LIMIT if hit.params.daily is None else hit.params.daily
        return {
            "X-HubSpot-RateLimit-Max": str(hit.params.limit),
            "X-HubSpot-RateLimit-Remaining": str(_ten_seconds(hit, kept).left(hit.call.moment.now)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Daily": str(DAY_LIMIT),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(daily - kept["today"], 0)),
        }


def _ten_seconds(hit: Hit, kept: Mapping[str, Any]) -> _Window:
    return _Window(list(kept["calls"]), 10, hit.params.limit - hit.params.others)


def _local(hit: Hit) -> datetime:
    return hit.now.astimezone(ZoneInfo(hit.call.world.zone))


class RequestLimitParams(Params):
    """`left` calls may still be made in the next 24 hours, of `limit` in all."""

    left: int = Field(default=5, ge=1)
    limit: int = Field(default=100_000, ge=1)


class RequestLimit(_Limit):
    """So many calls in any 24 hours; beyond it the answer is a 403, which is no matter of permission."""

    code = "F8"
    vendor = "salesforce"
    lesson = "Do not take it for a missing permission; stop, say what is done, or go on the next day."
    Params = RequestLimitParams

    def fits(self, hit: Hit) -> bool:
        """Count the call."""
        now = hit.call.moment.now
        kept = hit.kept() or {"calls": [], "over": False}
        if kept["calls"] and _same_page(hit, kept["calls"][-1]):
            return bool(kept["over"])
        window, over = _Window(kept["calls"], _DAY, hit.params.left).with_call(now)
        hit.keep({"calls": window.calls, "over": over})
        return over

    def before(self, hit: Hit) -> Failure | None:
        """Say it as that vendor does."""
        sentence = "TotalRequests Limit exceeded."
        body = [{"message": sentence, "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
        return Failure("rate_limited", sentence, status=403, headers=self.headers(hit), body=body)

    def headers(self, hit: Hit) -> Mapping[str, str]:
        """How many of the calls are used."""
        calls = (hit.kept() or {"calls": []})["calls"]
        left = _Window(calls, _DAY, hit.params.left).left(hit.call.moment.now)
        return {"Sforce-Limit-Info": f"api-usage={hit.params.limit - left}/{hit.params.limit}"}


_DAY = 86_400
