"""The one door as a page's view has it: typed reads, one write a request, and the forms that lead to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Generic, NamedTuple, TypeVar, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Request, g, render_template, request

from worlds.engine.context import Actor
from worlds.engine.episode import Episode
from worlds.engine.errors import Failure, Invalid, Refusal, WorldBug
from worlds.engine.faults.styles import told_before
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply
from worlds.engine.surfaces import drafts, overrides, seals, troubles
from worlds.engine.surfaces.forms import (
    OWN_FIELDS,
    Form,
    Problem,
    Sent,
    Typed,
    in_zone,
    problems_of,
    read_typed,
    settle_links,
    words_of,
)
from worlds.engine.world import World

R = TypeVar("R")
SENT_BEFORE = "This form was sent before, with other entries. See what came of that; to send these, send it again."


@dataclass(frozen=True, slots=True)
class Done:
    """What a writing view answers: the message to show, naming the record, and the path to show it on."""

    message: str
    to: str


class Listing(NamedTuple, Generic[R]):
    """A list as a page shows it: the form of its filters, and what was found or None where a filter makes no sense."""

    form: Form
    found: R | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page showed before: a reading operation's typed result, and the virtual second of it."""

    value: Any
    at: int


class Door:
    """What a view is given. The first call of a request costs the page's virtual time, the others of it nothing.

    `status` is the HTTP status with which the page will be sent, `headers` what the answers of its calls carried.
    """

    def __init__(self, asked: Request) -> None:
        """Made by the framework once a request."""
        self._episode: Episode = asked.environ["worlds.episode"]
        self._secret = seals.secret_of(asked)
        self._calls = 0
        self._forms = 0
        self._answers: list[Any] = []
        self._stays = False
        self._asked = Typed({}, {}, {})
        self.sent: Sent | None = None
        self.status = 200
        self.headers: dict[str, str] = {}

    # -- who and when ---------------------------------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The world whose pages these are."""
        return self._episode.world

    @property
    def actor(self) -> Actor:
        """Who sits before the screen."""
        return self._episode.actor

    @property
    def now(self) -> datetime:
        """Virtual time, aware, in the world's zone."""
        return self._local(seals.seconds_now(self._episode))

    @property
    def today(self) -> date:
        """The world's calendar day."""
        return self.now.date()

    @property
    def request_id(self) -> str:
        """What an error page calls this request."""
        last = self._episode.journal.last
        return troubles.request_id(self._episode.door.chance, last.step if last else 0, request.method, request.path)

    @property
    def unread(self) -> int:
        """How many messages of the inbox nobody has read."""
        return 0 if self._episode.closed else self._episode.unread

    def may(self, operation: Operation[..., Any]) -> bool:
        """Whether the acting role may use an operation, as of now; the door refuses it anyway."""
        return self._episode.permitted(self.world.operations.get(operation.name, operation))

    def who_may(self, operation: Operation[..., Any]) -> str:
        """The titles of the roles that may use an operation, for a sentence."""
        mine = self.actor.role
        named = operation.roles if self.may(operation) else operation.roles - {mine}  # it may have been taken away
        able = [title.title for name, title in self.world.roles.items() if name in named]
        return ", ".join(able) or "people who were given the permission"

    # -- through the door -----------------------------------------------------------------------------------------

    def read(self, operation: Operation[..., R], /, **arguments: Any) -> R:
        """The typed result of a reading operation; arguments are texts as of a form (money as "18.40") or plain values.

        Raises:
            Refusal: when the world says no; unless a view catches it, it becomes an error page.
        """
        if operation.writing:
            raise WorldBug(f"A page reads through {operation.name}, which writes.")
        shown = self._shown_before(operation, arguments) if self._stays else None
        result: R = shown.value if shown else self._value(self._perform(operation, arguments))
        self._answers.append(result)
        return result

    def part(self, operation: Operation[..., R], /, **arguments: Any) -> R | None:
        """As `read`, for a list that the rest of the page does without.

        Where it cannot be had for the moment, it is what pages showed before, or None; a banner says so.
        """
        try:
            return self.read(operation, **arguments)
        except Failure as failure:
            if failure.face != "banner":
                raise
            self.status = failure.status
            shown = self._shown_before(operation, arguments)
            troubles.warn(failure, self.now, as_of=self._local(shown.at) if shown else None)
            return shown.value if shown else None

    def listing(self, operation: Operation[..., R], /, **fixed: Any) -> Listing[R]:
        """A list whose filters stand in the URL: its form, and the result or None where a filter makes no sense.

        Where the list cannot be had for the moment, the page stays: it shows what it showed before, if it did, below a
        banner that says so.

        Args:
            operation: a reading operation.
            fixed: arguments that the view decides; the URL may not name them.
        """
        typed = read_typed(_pairs(request.args.items(multi=True)), operation.input_schema, {})
        arguments = {**typed.arguments, **fixed}
        try:
            _without_fixed(typed, fixed)
            return Listing(self._asking(operation, None), self.part(operation, **arguments))
        except Refusal as refusal:
            if refusal.status != 422 or isinstance(refusal, Failure):
                raise
            self.status = 422
            return Listing(self._asking(operation, Sent(_here(), typed, problems_of(refusal, typed))), None)

    def query(self, operation: Operation[..., Any], rows: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The arguments of an operation that stand in the URL or in the form just sent, for a preview."""
        known = operation.input_schema.get("properties", {})
        sent = request.form if request.method == "POST" else request.args
        pairs = [pair for pair in _pairs(sent.items(multi=True)) if pair[0].split(".")[0] in known]
        self._asked = read_typed(pairs, operation.input_schema, rows or {})
        return self._asked.arguments

    def words_of(self, refusal: Refusal) -> str:
        """What a refusal of what `query` has read says, in the words of its form."""
        return words_of(refusal, self._asked)

    def here(self, **changes: Any) -> str:
        """This page's address with some of its query changed (None takes a name out); the page number starts again."""
        query: dict[str, Any] = dict(_pairs(request.args.items()))
        query.pop("page", None)
        query |= changes
        kept = {name: value for name, value in query.items() if value not in {None, ""}}
        return f"{_here()}?{urlencode(kept)}" if kept else _here()

    def submit(
        self, operation: Operation[..., R], fixed: Mapping[str, Any], rows: Mapping[str, str], key: str | None
    ) -> Reply:
        """Perform a writing operation with what the request's form says and the URL fixes; used by the framework.

        Raises:
            Refusal: when the world says no; what was typed is then in `sent`.
        """
        typed = self.typed(operation, rows)
        self.sent = Sent(_here(), typed, ())
        try:
            _without_fixed(typed, fixed)
            reply = self._perform(operation, {**typed.arguments, **fixed, **_version_sent()}, key)
            self._value(reply)
        except Failure:
            raise  # how it shows is for the framework: the form may be lost, too
        except Refusal as refusal:
            if refusal.code == "idempotency_key_reused":
                self.refuse(409, Problem(None, "form_changed", SENT_BEFORE))
            else:
                self.status = refusal.status
                self._ask_back(refusal, typed)
            raise
        return reply

    def expire(self, operation: Operation[..., Any], rows: Mapping[str, str]) -> None:
        """Keep what was typed into a form that was shown too long ago; used by the framework."""
        self.sent = Sent(_here(), self.typed(operation, rows), ())
        self.refuse(400, Problem(None, "form_expired", seals.EXPIRED))

    def stay(self, failure: Failure, operation: Operation[..., Any], rows: Mapping[str, str], *, text: bool) -> None:
        """Show the page again as it was shown, with or without the text; used by the framework.

        What names a field stands there, anything else in a banner on top.
        """
        self._stays = True
        self.status = failure.status
        if not text:
            self.sent = None
        question = overrides.question_of(failure, self.sent.typed, self.world) if self.sent else None
        if self.sent is None or (failure.field is None and question is None):
            troubles.warn(failure, self.now, sent=True)
            return
        self._ask_back(failure, self.typed(operation, rows))

    def typed(self, operation: Operation[..., Any], rows: Mapping[str, str]) -> Typed:
        """What the request's form says; a moment without a zone is one on the world's clocks."""
        typed = read_typed(_pairs(request.form.items(multi=True)), operation.input_schema, rows)
        return replace(typed, arguments=in_zone(typed.arguments, operation.input_schema, self.world.zone))

    def refuse(self, status: int, *problems: Problem) -> None:
        """Show these problems at the form that was sent."""
        self.status = status
        if self.sent is not None:
            self.sent = replace(self.sent, problems=problems)

    def _ask_back(self, refusal: Refusal, typed: Typed) -> None:
        """Show what was wrong with the form that was sent, and what is asked before it is sent again."""
        if self.sent is not None:
            box = overrides.box_for(refusal, typed)
            found = (*problems_of(refusal, typed), *([box] if box else []))
            question = overrides.question_of(refusal, typed, self.world)
            self.sent = Sent(self.sent.action, self.sent.typed, found, question)

    # -- what a view shows ----------------------------------------------------------------------------------------

    def form(
        self,
        operation: Operation[..., Any],
        action: str,
        values: Mapping[str, Any] | None = None,
        name: str = "f",
        *,
        onward: str = "",
    ) -> Form:
        """A form that sends a writing operation to `action`, filled with what was typed, the URL's query, or `values`.

        Args:
            operation: the operation that the address performs.
            action: the address, made by `url_for`.
            values: by field name, what stands in the form at first.
            name: begins the ids of its elements; give each form of a page its own.
            onward: the path of these pages to go on to once it is done, in place of the action's own; a form that came
                back keeps the one that it was sent with.
        """
        path = action.partition("?")[0]
        sent = self.sent if self.sent is not None and self.sent.action == path else None
        if request.method == "POST":
            onward = request.form.get("next", onward) if path == _here() else onward
        elif kept := drafts.take(path):
            sent = Sent(path, read_typed(_pairs(kept), operation.input_schema, {}), ())
            onward = dict(kept).get("next", onward)
        elif sent is None and path == _here():
            sent = self._prefilled(operation)
        step = self._episode.journal.last.step if self._episode.journal.last else 0
        self._forms += 1
        return Form(
            operation=operation,
            action=action,
            method="post",
            values=values or {},
            sent=sent,
            token=seals.form_token(self._secret, seals.seconds_now(self._episode)),
            key=seals.form_key(step, f"{self._forms}|{action.removeprefix(request.script_root)}"),
            allowed=self.may(operation),
            roles=self.who_may(operation),
            name=name,
            version=lambda: self._version(operation, values or {}, came_back=sent is not None),
            onward=onward,
        )

    def render(self, template: str, /, **context: Any) -> str:
        """A page of a template; `door` is in its context."""
        return settle_links(render_template(template, door=self, **context))

    # -- inside ---------------------------------------------------------------------------------------------------

    def _asking(self, operation: Operation[..., Any], sent: Sent | None) -> Form:
        typed = read_typed(_pairs(request.args.items(multi=True)), operation.input_schema, {})
        return Form(operation, _here(), "get", {}, sent or Sent(_here(), typed, ()))

    def _prefilled(self, operation: Operation[..., Any]) -> Sent | None:
        known = operation.input_schema.get("properties", {})
        pairs = [pair for pair in _pairs(request.args.items(multi=True)) if pair[0].split(".")[0] in known]
        return Sent(_here(), read_typed(pairs, operation.input_schema, {}), ()) if pairs else None

    def _version(
        self, operation: Operation[..., Any], values: Mapping[str, Any], *, came_back: bool
    ) -> int | str | None:
        """The version of the record that a form overwrites: as it was sent, or as this page has read it."""
        if operation.record is None:
            return None
        if came_back and request.method == "POST":
            return request.form.get("if_version")
        key = {**values, **(request.view_args or {})}.get(operation.record)
        for shown in reversed(self._answers):
            if key is not None and hasattr(shown, "version"):
                own = getattr(shown, operation.record, getattr(shown, "id", None))
                if own == key:
                    return int(shown.version)
        return None

    def _shown_before(self, operation: Operation[..., Any], arguments: Mapping[str, Any]) -> Shown | None:
        """What pages of this episode showed last when they asked for the same, or None."""
        asked = json.loads(json.dumps(arguments, default=str))
        for entry in reversed(list(self._episode.journal)):
            same = entry.surface == "pages" and entry.operation == operation.name and entry.arguments == asked
            if same and entry.outcome == "done":
                return Shown(operation.decode(entry.told), entry.now)
        return None

    def _local(self, moment: int) -> datetime:
        return datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(self.world.zone))

    def _perform(self, operation: Operation[..., Any], arguments: Mapping[str, Any], key: str | None = None) -> Reply:
        self._calls += 1
        seconds = None if self._calls == 1 else 0
        reply = self._episode.perform(
            operation.name, dict(arguments), "pages", key=key, seconds=seconds, route=request.path
        )
        self.headers.update(reply.headers)
        return reply

    @staticmethod
    def _value(reply: Reply) -> Any:
        if reply.ok:
            return reply.value
        if reply.refusal is not None:
            raise reply.refusal
        told = told_before(reply.status, reply.body) if reply.status < 500 else None  # an answer given before, again
        if told is None:
            raise Failure("failed_before", SENT_BEFORE, status=reply.status, headers=reply.headers, body=reply.body)
        raise told


def door_of(asked: Request) -> Door:
    """The door of the request being answered."""
    if "door" not in g:
        g.door = Door(asked)
    return cast("Door", g.door)


def _here() -> str:
    return f"{request.script_root}{request.path}"


def _pairs(items: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in items if name not in OWN_FIELDS]


def _version_sent() -> dict[str, str]:
    version = request.form.get("if_version")
    return {"if_version": version} if version else {}


def _without_fixed(typed: Typed, fixed: Mapping[str, Any]) -> None:
    """Refuse a field for what the address already says.

    Raises:
        Invalid: naming the field.
    """
    for name in sorted(typed.arguments.keys() & fixed.keys()):
        raise Invalid("unknown_argument", f"The address says {name}; the form may not say it too.", field=name)
