"""Merging records through tools, as several families do it: once, and looked at afterwards."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from worlds.engine.task import Refused, Worker, every_row

_TRIES: Final = 3


def merge(worker: Worker, kind: str, records: Iterable[Mapping[str, Any]], **more: Any) -> None:
    """Merge records into the first one: the preview is read, and afterwards whether they are gone.

    What a colleague has merged into it a moment before is done as well; so is what cannot be done a second time, even
    if it is still shown as it was.
    """
    stays, *goes = [one[f"{kind}_id"] for one in records]
    worker.call("preview_merge", kind=kind, record_ids=[stays, *goes], winner_id=stays)
    for again in range(_TRIES):
        try:
            worker.call(f"merge_{kind}s", **{f"{kind}_id": stays}, loser_ids=goes, **more)
        except Refused:
            if not again and not _went(worker, kind, stays, goes):
                raise
            return
        if _went(worker, kind, stays, goes):
            return


def _went(worker: Worker, kind: str, stays: int, goes: Iterable[int]) -> bool:
    return all(worker.call(f"get_{kind}", **{f"{kind}_id": one})["merged_into_id"] == stays for one in goes)


def kept(records: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The record that stays: the oldest one that is linked to a customer of the shop, or the oldest one."""
    every = list(records)
    return min([one for one in every if one["shop_customer"]] or every, key=age)


def age(record: Mapping[str, Any]) -> tuple[str, int]:
    """By what records are put in the order in which they were made."""
    return record["created_at"], int(record["contact_id"] if "contact_id" in record else record["account_id"])


def remark(worker: Worker, kind: str, key: int, text: str) -> None:
    """Add a line to what colleagues should know of a record."""
    known = worker.call(f"get_{kind}", **{f"{kind}_id": key})["notes"]
    worker.call(f"update_{kind}", **{f"{kind}_id": key}, notes=f"{known}\n\n{text}" if known else text)


def note(worker: Worker, kind: str, key: int, subject: str, body: str) -> Mapping[str, Any] | None:
    """Leave a note on a record, unless one under that subject is there: all that is there is read first."""
    there = list(every_row(worker, "list_activities", **{f"{kind}_id": key}))
    if any(one["kind"] == "note" and one["subject"] == subject for one in there):
        return None
    made: Mapping[str, Any] = worker.call("add_note", **{f"{kind}_id": key}, subject=subject, body=body)
    return made


def is_anothers(worker: Worker, made: Mapping[str, Any]) -> bool:
    """Whether under the number of a note that was written stands one on another record, so that it was not kept."""
    try:
        shown = worker.call("get_activity", activity_id=made["activity_id"])
    except Refused:
        return False
    return bool(shown["contact_id"] != made["contact_id"])
