"""Other right spellings of a typed value, made by type from what its normalizer reads.

Only spellings of which nobody doubts what they mean; whether the graders take them is what is being proven.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from worlds.graders.normalizers import normalizer

Options = Mapping[str, Any]
Speller = Callable[[Any, Any, Options], list[Any]]
"""Takes the value as given, its canonical form and the type's options."""

_SMALLEST = {"piece": "pieces", "mass": "g", "volume": "ml", "length": "mm", "time": "seconds"}
_TWO_PLACES = {"EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD"}
_LONG_NAME = 2
_GROUPED = re.compile(r"\.[0-9]{3}$")
"""Three decimals may be read as thousands, so nobody is asked to take them."""


def respelt(kind: str, given: Any, options: Options) -> list[Any]:
    """Other spellings of a value of a type; none for a type that has but one, or a value that cannot be read."""
    read = normalizer(kind).normalize(given, options)
    if read is None or kind not in SPELLERS:
        return []
    found: list[Any] = []
    for one in SPELLERS[kind](given, read, options):
        if one != given and one not in found:
            found.append(one)
    return found


def _money(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    minor, code = read
    if code not in _TWO_PLACES or minor < 0:
        return []
    whole, cents = divmod(minor, 100)
    plain = f"{whole}.{cents:02d}"
    comma = f"{whole},{cents:02d}"
    found: list[Any] = [f"{code} {plain}", f"{plain} {code.lower()}", f"{comma} {code}", f" {plain} {code} "]
    if code == options.get("currency"):
        found += [plain, minor / 100]
    if code == "EUR":
        found += [f"€{plain}", f"{comma} €", f"{plain} euros"]
    if whole >= 1000:
        found += [f"{whole:,}.{cents:02d} {code}", f"{whole:,}".replace(",", ".") + f",{cents:02d} {code}"]
    return [*found, f"{whole} {code}"] if cents == 0 else found


def _date(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    day = date.fromisoformat(read)
    return [
        day.isoformat(), f"{day.day} {day:%B %Y}", f"{day:%B} {day.day}, {day.year}", f"{day:%d.%m.%Y}",
        f"{day:%A}, {day.day} {day:%b %Y}",
    ]  # fmt: skip


def _instant(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    moment = datetime.fromisoformat(read).astimezone(UTC)
    local = moment.astimezone(ZoneInfo(options.get("zone", "UTC")))
    clock = "%H:%M" if moment.second == 0 else "%H:%M:%S"
    return [
        moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"), moment.strftime(f"%Y-%m-%d {clock} UTC"), local.isoformat(),
        f"{moment.day} {moment:%B %Y}, {moment.strftime(clock)} UTC",
    ]  # fmt: skip


def _phone(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    digits, _, extension = read.removeprefix("+").partition("x")
    code = str(options.get("calling_code", ""))
    forms = [f"+{digits}", f"00{digits}", f"tel:+{digits}"]
    if code and code != "1" and digits.startswith(code):
        rest = digits.removeprefix(code)
        forms += [f"0{rest}", f"+{code} {rest[:2]} {rest[2:]}", f"+{code} (0){rest}"]
    return [form + (f" ext. {extension}" if extension else "") for form in forms]


def _name(given: str, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    found: list[Any] = [given.upper(), given.lower(), f"  {given} ", given.replace("'", "\u2019")]
    if "," not in given and len(read) == _LONG_NAME and len(given.split()) == _LONG_NAME:
        first, last = given.split()
        found += [f"{last}, {first}", f"Mx {given}"]
    return found


def _record(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    text = str(given).strip()
    prefix = str(options.get("prefix", ""))
    found: list[Any] = [text.upper(), text.lower(), f" {text} "]
    if "#" in text:
        return found
    found.append(f"#{text}")
    if prefix and text.upper().startswith(prefix.upper()):
        bare = text[len(prefix) :]
        found += [bare, f"#{bare}", f"{prefix.rstrip('-_/ ')} {bare}"]
    return found


def _enum(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    value, labels = str(read), [str(label) for label in options.get("labels", {}).values()]
    label = str(options.get("labels", {}).get(read, read))
    by_value: list[Any] = [value, value.upper(), value.replace("_", " ")]
    return by_value if labels.count(label) > 1 else [*by_value, label, label.lower()]


def _yesno(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    return ["Yes", "y", True, "true"] if read == "yes" else ["No", "n", False, "false"]


def _percent(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    return [] if _GROUPED.search(read) else [f"{read}%", f"{read} %", f"{read} percent", f"{read} per cent"]


def _quantity(given: Any, read: Any, options: Options) -> list[Any]:
    kind, amount = read
    if _GROUPED.search(amount):
        return []
    unit = _SMALLEST.get(kind, kind)
    found: list[Any] = [f"{amount} {unit}"]
    bare = re.fullmatch(r"\s*([0-9]+)\b.*", str(given))
    if kind == "piece":
        found += [f"{amount} pcs", f"{amount} units", amount]
        if options.get("unit", "piece") == "piece" and Decimal(amount) == int(Decimal(amount)):
            found.append(int(Decimal(amount)))
    elif bare and str(given).strip() == bare[1]:
        found.append(f"{bare[1]} {options.get('unit', '')}".strip())
    return found


def _email(given: Any, read: Any, options: Options) -> list[Any]:  # noqa: ARG001 - the shape of a speller
    return [read, read.upper(), f"<{read}>", f" {read} "]


def _set(given: Any, read: Any, options: Options) -> list[Any]:
    items = given if isinstance(given, list) else [one.strip() for one in re.split(r"[;\n]", str(given))]
    if len(items) != len(read):
        return []
    kind, inner = options["of"], options.get("options", {})
    found: list[Any] = [items[::-1], "; ".join(map(str, items)), "\n".join(map(str, items[::-1])), [*items, items[0]]]
    others = [respelt(kind, item, inner) for item in items]
    return [*found, [other[0] if other else item for item, other in zip(items, others, strict=True)]]


SPELLERS: Mapping[str, Speller] = {
    "money": _money,
    "date": _date,
    "instant": _instant,
    "phone": _phone,
    "name": _name,
    "record": _record,
    "enum": _enum,
    "yesno": _yesno,
    "percent": _percent,
    "quantity": _quantity,
    "email": _email,
    "set": _set,
}
