"""Amounts as 1.250,00 and moments in local time, where tools ask for 1250.00 and UTC; and back again."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

_AMOUNT: Final = re.compile(r"(-?)(\d{1,10})\.(\d{2})")
_FOREIGN_AMOUNT: Final = re.compile(r"-?\d{1,3}(?:\.\d{3})*,\d{2}")
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_LOCAL_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}")


def foreign(answer: Any, zone: ZoneInfo) -> Any:
    """An answer with every amount and moment in the other notation; moments name their offset, so none is ambiguous."""

    def written(text: str) -> str:
        if found := _AMOUNT.fullmatch(text):
            whole = f"{int(found[2]):,}".replace(",", ".")
            return f"{found[1]}{whole},{found[3]}"
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(zone).isoformat()
        return text

    return _each(answer, written)


def plain(answer: Any) -> Any:
    """An answer with every amount and moment as tools ask for them."""

    def written(text: str) -> str:
        if _FOREIGN_AMOUNT.fullmatch(text):
            return text.replace(".", "").replace(",", ".")
        if _LOCAL_MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
            return moment.isoformat(timespec="seconds") + "Z"
        return text

    return _each(answer, written)


def _each(value: Any, written: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return written(value)
    if isinstance(value, Mapping):
        return {name: _each(one, written) for name, one in value.items()}
    if isinstance(value, list):
        return [_each(one, written) for one in value]
    return value
