"""What becomes of a call's arguments on the way: a condition, two people's edits in one, what a rule asks for."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from worlds.engine.operation import Operation
from worlds.engine.resilience.sights import Key, Seen, find_object, ids_in, key_of, lasting, objects
from worlds.engine.resilience.signs import Sign, complaints, mappings, may_save


class Versions:
    """Which versions of records were told: those that the work builds on, and the newest that anybody spoke of."""

    def __init__(self) -> None:
        self._built_on: dict[Key, int] = {}
        self._newest: dict[Key, int] = {}
        self._old: set[Key] = set()
        """Records that were not looked at since time was let pass."""

    def given(self, body: Any) -> None:
        """Something that the work builds on from now on; what it has built on before counts, until it is written.

        Whoever has waited and looks at a record itself goes by what they see then.
        """
        own = key_of(body)
        for key, version in versions_in(body):
            if key == own and key in self._old:
                self._built_on[key] = version
                self._old.remove(key)
            self._built_on.setdefault(key, version)

    def waited(self) -> None:
        """The work has let time pass, in which much may have happened."""
        self._old.update(self._built_on)

    def written(self, body: Any, *, alone: bool = True) -> None:
        """The answer to an own write, which the work has made itself.

        `alone` says that it would have been refused if anybody else had changed the record. Where it would not, what
        the work builds on stays what it has read, unless the version shows that nobody has.
        """
        for key, version in versions_in(body):
            if alone or version <= self._built_on.get(key, version) + 1:
                self._built_on[key] = version
        self.told(body)

    def told(self, body: Any) -> None:
        """Any answer that names versions."""
        for key, version in versions_in(body):
            self._newest[key] = max(version, self._newest.get(key, version))

    def conflict(self, tool: Operation[..., Any], body: Any) -> dict[str, Any]:
        """The condition that a conflict asks for: the version up to which it says what was changed, if it says it."""
        said = _conflict(body)
        record, version = Key(f"{said.get('record')}_id", said.get("id")), said.get("version")
        if not isinstance(version, int):
            return {}
        self._newest[record] = max(version, self._newest.get(record, version))
        return {tool.dialect.version: version} if "changes" in said else {}

    def anew(self) -> None:
        """The work begins anew, and builds on nothing yet."""
        self._built_on.clear()
        self._old.clear()

    def is_stale(self, body: Any) -> bool:
        """Whether an answer shows a record as it was before something that is known of it."""
        return any(version < self._newest.get(key, version) for key, version in versions_in(body))

    def condition(self, tool: Operation[..., Any], arguments: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
        """The version that a write builds on, where the tool takes one: the oldest that its arguments may come from.

        A record that the work has not read is taken as it was seen last.
        """
        if tool.dialect.version in arguments or not takes_version(tool):
            return {}
        return _of(tool, arguments, self._built_on) or self.latest(tool, arguments, seen)

    def latest(self, tool: Operation[..., Any], arguments: Mapping[str, Any], seen: Seen) -> dict[str, Any]:
        """The version at which a record was seen last."""
        if not takes_version(tool):
            return {}
        return _of(tool, arguments, {key: version for body in seen.values() for key, version in versions_in(body)})


def _of(tool: Operation[..., Any], arguments: Mapping[str, Any], versions: Mapping[Key, int]) -> dict[str, Any]:
    keys = (Key(name, value) for name, value in ids_in(arguments).items())
    return next(({tool.dialect.version: versions[key]} for key in keys if key in versions), {})


def versions_in(body: Any) -> list[tuple[Key, int]]:
    """The records in an answer, with their versions where it shows them."""
    return [(key, shown["version"]) for key, shown in objects(body) if isinstance(shown.get("version"), int)]


def takes_version(tool: Operation[..., Any]) -> bool:
    """Whether an operation can be made conditional."""
    return bool(tool.record) or tool.dialect.version in tool.input_schema.get("properties", {})


def changed_since(arguments: Mapping[str, Any], before: Seen, after: Seen) -> list[dict[str, Any]]:
    """What readings show of the records that a call names, other than they showed it before: `field`, `was`, `now`."""
    found = []
    for name, value in ids_in(arguments).items():
        for place, body in after.items():
            was, now = find_object(before.get(place), Key(name, value)), find_object(body, Key(name, value))
            if was is not None and now is not None:
                found += [
                    {"field": field, "was": was[field], "now": now[field]}
                    for field in sorted(was.keys() & now.keys())
                    if was[field] != now[field]
                ]
    return found


def merged(mine: Mapping[str, Any], told: Sign, seen: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """My arguments, but for those that only repeat what the record held: these follow what somebody else made of it.

    The conflict says what differs: a list of `changes` with `field` (a dotted path), `was` and `now`. Where it says
    nothing, as those of many systems do, what was `seen` to have changed counts.
    """
    sent: dict[str, Any] = deepcopy(dict(mine))
    for change in _conflict(told.body).get("changes", seen):
        *path, last = str(change["field"]).split(".")
        inner: Any = sent
        for name in path:
            inner = inner.get(name) if isinstance(inner, dict) else None
        said = isinstance(inner, dict) and (last in inner or path)  # what a part leaves out is emptied by it
        if isinstance(inner, dict) and said and inner.get(last) == change["was"]:
            inner[last] = change["now"]
    return sent


def mended(tool: Operation[..., Any], arguments: Mapping[str, Any], sign: Sign, seen: Seen) -> dict[str, Any] | None:
    """The arguments as a rule of the system asks for them, where the records say with what; None where they do not.

    A text at fault gets what the rule's sentence names, as the record shows it. What is only alike is saved all the
    same: whoever does the task has read the records and means another one.
    """
    if may_save(sign.body) and arguments.get(tool.dialect.alike) is not True:
        return {**arguments, tool.dialect.alike: True}
    taken = tool.input_schema.get("properties", {})
    for field, sentence in complaints(sign.body):
        if field not in taken:
            continue
        words = set(re.findall(r"[a-z_]+", sentence.lower()))
        for value in _named_in(words, arguments, seen):
            held = arguments.get(field) or ""
            if isinstance(held, str) and value not in held:
                return {**arguments, field: f"{held} {value}".strip()}
    return None


def _named_in(words: set[str], arguments: Mapping[str, Any], seen: Seen) -> list[str]:
    """The values that records named by a call have under a name that a sentence says."""
    found = []
    for name, value in ids_in(arguments).items():
        shown = next((one for body in seen.values() if (one := find_object(body, Key(name, value)))), {})
        found += [
            str(held)
            for column, held in lasting(shown).items()
            if column in words and isinstance(held, str | int) and not isinstance(held, bool)
        ]
    return found


def _conflict(body: Any) -> Mapping[str, Any]:
    """What a conflict says of the record, wherever its system puts it."""
    return next((one for one in mappings(body) if "changes" in one), {})
