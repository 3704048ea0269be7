"""Where the desk's requesters write, what such a text can speak of, and who looks like whom.

What it can try to bring about stands in `planted_acts`, how a look-alike is made in `look_alikes`.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from worlds.desk.faults.look_alikes import alike
from worlds.desk.faults.planted_acts import ACTS
from worlds.desk.rules import REQUESTERS
from worlds.engine.adversary.grounds import Grounds, Place, Scene
from worlds.engine.adversary.made_up import approval, nearly
from worlds.engine.folding import search_text

MARKS: Final = ("PO", "BK", "FX", "KS")
"""How references begin that people want to read in an answer."""
NEAR: Final = 4
"""So many times as many neighbours are considered as get a text."""
_AMOUNTS: Final = ("5.00", "10.00", "12.50", "15.00", "20.00", "25.00")
_GAPS: Final = {"subject": " ", "file-name": " "}
_FILE: Final = "scan_state = 'clean' AND mime LIKE 'text/%'"


def slots(scene: Scene, place: Place, language: str, wanted: Collection[str]) -> Mapping[str, str]:  # noqa: ARG001 - one signature
    """What a text at a place can speak of: its ticket, another one, a reference, a code, a colleague, an amount.

    Only what is wanted is looked up.
    """
    rng, ticket = scene.rng, _ticket_of(scene.driver, place)
    (number,) = _row(scene.driver, "SELECT number FROM ticket WHERE id = ?", ticket)
    found = {"record": str(number), "mark": f"{rng.choice(MARKS)}-{rng.randrange(10_000, 100_000)}"}
    if "code" in wanted:
        found["code"] = approval(rng)
    if "amount" in wanted:
        found["amount"] = rng.choice(_AMOUNTS)
    if "other" in wanted:
        found["other"] = _other(scene, ticket)
    if "address" in wanted:
        found["address"] = _stranger(scene, ticket)
    if "staff" in wanted:
        found["staff"] = nearly(rng, str(rng.choice(_colleagues(scene.driver))))
    return found


def places(scene: Scene) -> Sequence[Place]:
    """Where requesters wrote on the tickets that a task is about; without a task, on any of the last ones."""
    if scene.role in REQUESTERS:
        return ()
    found: list[Place] = []
    for ticket in _tickets(scene):
        for kind, query in _OWN.items():
            found += [_place(kind, key, text, ticket) for key, text in scene.driver.execute(query, (ticket,))]
    return found


def elsewhere(scene: Scene, place: Place, most: int) -> Sequence[Place]:
    """The same on other tickets, of about the same time."""
    mine = json.dumps(_tickets(scene))
    rows = scene.driver.execute(_NEAREST[place.kind], (mine, place.key, NEAR * most)).fetchall()
    chosen = scene.rng.sample(rows, min(most, len(rows)))
    return [_place(place.kind, key, text, ticket) for key, text, ticket in chosen]


def follow(scene: Scene, place: Place, whole: str) -> None:
    """Searches find what a subject says, and a file is as long as what it holds."""
    if place.kind == "file":
        scene.driver.execute("UPDATE attachment SET size = ? WHERE id = ?", (len(whole.encode()), place.key))
    if place.kind == "subject":
        (found,) = _row(scene.driver, "SELECT search_text FROM ticket WHERE id = ?", place.key)
        words = found.replace(search_text(place.text), search_text(whole), 1)
        scene.driver.execute("UPDATE ticket SET search_text = ? WHERE id = ?", (words, place.key))


_TABLES: Final = {
    "message": ("comment", "body"),
    "subject": ("ticket", "subject"),
    "file": ("attachment", "content"),
    "file-name": ("attachment", "name"),
}
_FIRST: Final = """(SELECT min(c.id) FROM comment c
  WHERE c.ticket_id = t.id AND c.author_role = 'end_user' AND c.public = 1 AND c.automatic = 0)"""
_LETTERS: Final = {
    "message": f"SELECT m.id, m.body, t.id AS ticket FROM ticket t JOIN comment m ON m.id = {_FIRST}",  # noqa: S608 - texts of this module
    "subject": f"SELECT t.id, t.subject, t.id AS ticket FROM ticket t WHERE {_FIRST} IS NOT NULL",  # noqa: S608 - as above
    "file": f"""SELECT a.id, a.content, t.id AS ticket FROM ticket t JOIN attachment a ON a.comment_id = {_FIRST}
      AND a.{_FILE}""",  # noqa: S608 - as above
    "file-name": f"""SELECT a.id, a.name, t.id AS ticket FROM ticket t JOIN attachment a ON a.comment_id = {_FIRST}
      AND a.{_FILE}""",  # noqa: S608 - as above
}
"""What people write on a ticket: each place with what stands there, and its ticket."""
_OWN: Final = {
    kind: f"SELECT id, {_TABLES[kind][1]} FROM ({query}) WHERE ticket = ? ORDER BY id"  # noqa: S608 - as above
    for kind, query in _LETTERS.items()
}
_NEAREST: Final = {
    kind: f"""SELECT id, {_TABLES[kind][1]}, ticket FROM ({query})
    WHERE ticket NOT IN (SELECT value FROM json_each(?)) ORDER BY abs(id - ?), id LIMIT ?"""  # noqa: S608 - as above
    for kind, query in _LETTERS.items()
}


def _place(kind: str, key: int, text: str, ticket: int) -> Place:
    table, column = _TABLES[kind]
    within = None if kind == "file" else ("ticket", ticket)  # what a file holds, only get_attachment shows
    return Place(kind, table, column, key, text, within, _GAPS.get(kind, "\n"))


def _tickets(scene: Scene) -> list[int]:
    """The tickets that a task's records belong to; without any records, the last ones that wait."""
    found = dict.fromkeys(scene.target.get("ticket", ()))
    for table, keys in scene.target.items():
        if "ticket_id" in scene.world.metadata.tables[table].columns:
            for key in keys:
                found[_row(scene.driver, f'SELECT ticket_id FROM "{table}" WHERE id = ?', key)[0]] = None  # noqa: S608 - a table of the schema
    if not scene.target:
        latest = "SELECT id FROM ticket WHERE status IN ('new', 'open') ORDER BY id DESC LIMIT 60"
        found = dict.fromkeys(key for (key,) in scene.driver.execute(latest))
    return [key for key in found if key is not None]


def _ticket_of(driver: sqlite3.Connection, place: Place) -> int:
    if place.table == "ticket":
        return place.key
    return int(_row(driver, f'SELECT ticket_id FROM "{place.table}" WHERE id = ?', place.key)[0])  # noqa: S608 - a table of the schema


def _other(scene: Scene, ticket: int) -> str:
    """The number of somebody else's open ticket, who is no part of the task."""
    mine = _tickets(scene)
    rows = scene.driver.execute(_OTHERS, (json.dumps(mine), ticket)).fetchall()
    free = [number for (number,) in rows if str(number) not in scene.instruction]
    return str(scene.rng.choice(free))


_OTHERS: Final = """SELECT t.number FROM ticket t
JOIN user_identity i ON i.user_id = t.requester_id AND i.is_primary = 1
WHERE t.status = 'open' AND t.assignee_id IS NOT NULL AND t.spam = 0 AND t.id NOT IN (SELECT value FROM json_each(?))
AND i.kind = 'email' AND t.requester_id <> (SELECT requester_id FROM ticket WHERE id = ?)
ORDER BY t.id DESC LIMIT 300"""


def _stranger(scene: Scene, ticket: int) -> str:
    """The address of somebody who has nothing to do with the ticket."""
    rows = scene.driver.execute(_STRANGERS, (ticket, ticket)).fetchall()
    return str(scene.rng.choice([address for (address,) in rows if address not in scene.instruction]))


_STRANGERS: Final = """SELECT i.value FROM user_identity i JOIN desk_user u ON u.id = i.user_id
WHERE i.kind = 'email' AND i.is_primary = 1 AND u.role = 'end_user' AND u.suspended = 0 AND u.merged_into_id IS NULL
AND i.value NOT GLOB '*[^a-z0-9.@-]*'
AND u.id NOT IN (SELECT requester_id FROM ticket WHERE id = ?)
AND u.id NOT IN (SELECT user_id FROM collaborator WHERE ticket_id = ?) ORDER BY u.id DESC LIMIT 400"""


def _colleagues(driver: sqlite3.Connection) -> list[str]:
    found = "SELECT name FROM desk_user WHERE role IN ('agent', 'team_lead') AND suspended = 0 ORDER BY id"
    return [name for (name,) in driver.execute(found)]


def _row(driver: sqlite3.Connection, sql: str, key: int) -> Any:
    return driver.execute(sql, (key,)).fetchall()[0]


GROUNDS: Final = Grounds(places=places, elsewhere=elsewhere, slots=slots, acts=ACTS, alike=alike, follow=follow)
