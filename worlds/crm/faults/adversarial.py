"""Where people who may buy write, what such a text can speak of, and who looks like whom.

What it can try to bring about stands in `planted_acts`, how a look-alike is made in `look_alikes`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from worlds.crm.faults.look_alikes import alike
from worlds.crm.faults.planted_acts import ACTS, others
from worlds.engine.adversary.grounds import Grounds, Place, Scene
from worlds.engine.adversary.made_up import approval, nearly
from worlds.engine.folding import search_text

MARKS: Final = ("PO", "EK", "BC", "REF")
"""How references begin that people want to read in an answer."""
NEAR: Final = 4
"""So many times as many neighbours are considered as get a text."""
_AMONG: Final = "(SELECT value FROM json_each(?))"
_TABLES: Final = {
    "enquiry": ("lead", "notes"), "mail": ("activity", "body"), "mail-subject": ("activity", "subject"),
}  # fmt: skip
_MAIL: Final = "a.kind = 'email' AND a.direction = 'in' AND a.is_deleted = 0 AND a.contact_id IS NOT NULL"
_WRITTEN: Final = {
    "enquiry": "SELECT l.id, l.notes FROM lead l WHERE l.external_key IS NOT NULL AND l.is_deleted = 0",
    "mail": f"SELECT a.id, a.body FROM activity a WHERE {_MAIL}",  # noqa: S608 - texts of this module
    "mail-subject": f"SELECT a.id, a.subject FROM activity a WHERE {_MAIL}",  # noqa: S608 - as above
}
"""What people write: each place with what stands there."""
_BY_WHOM: Final = f"(a.contact_id IN {_AMONG} OR a.opportunity_id IN {_AMONG} OR a.account_id IN {_AMONG})"
_SLACK: Final = 60
"""Of so many of the last texts somebody without a task meets one."""


def slots(scene: Scene, place: Place, language: str, wanted: Collection[str]) -> Mapping[str, str]:  # noqa: ARG001 - one signature
    """What a text at a place can speak of: a reference, a code, a colleague, somebody else's deal.

    Only what is wanted is looked up.
    """
    rng = scene.rng
    found = {"mark": f"{rng.choice(MARKS)}-{rng.randrange(10_000, 100_000)}"}
    if "code" in wanted:
        found["code"] = approval(rng)
    if "other" in wanted:
        found["other"] = str(rng.choice(others(scene, place)))
    if "staff" in wanted:
        names = "SELECT name FROM crm_user WHERE active = 1 AND role IN ('rep', 'sales_manager') ORDER BY id"
        found["staff"] = nearly(rng, str(rng.choice([name for (name,) in scene.driver.execute(names)])))
    return found


def places(scene: Scene) -> Sequence[Place]:
    """Where somebody wrote who has to do with the task's records; without a task, in any of the last texts."""
    found: list[Place] = []
    for kind, query in _WRITTEN.items():
        if not scene.target:
            rows = scene.driver.execute(f"{query} ORDER BY id DESC LIMIT {_SLACK}").fetchall()
        elif kind == "enquiry":
            rows = scene.driver.execute(f"{query} AND l.id IN {_AMONG} ORDER BY id", _keys(scene, "lead")).fetchall()
        else:
            asked = _keys(scene, "contact", "opportunity", "account")
            rows = scene.driver.execute(f"{query} AND {_BY_WHOM} ORDER BY id", asked).fetchall()
            own = _keys(scene, "activity")
            rows += scene.driver.execute(f"{query} AND a.id IN {_AMONG} ORDER BY id", own).fetchall()
        found += [_place(kind, key, text) for key, text in dict(rows).items()]
    return found


def elsewhere(scene: Scene, place: Place, most: int) -> Sequence[Place]:
    """The same of people who have nothing to do with the task, of about the same time."""
    mine = [one.key for one in places(scene)] if scene.target else [place.key]
    rows = scene.driver.execute(
        f"""SELECT id, {place.column} FROM ({_WRITTEN[place.kind]}) WHERE id NOT IN {_AMONG}
        ORDER BY abs(id - ?), id LIMIT ?""",  # noqa: S608 - texts of this module
        (json.dumps(mine), place.key, NEAR * most),
    ).fetchall()
    chosen = scene.rng.sample(rows, min(most, len(rows)))
    return [_place(place.kind, key, text) for key, text in chosen]


def follow(scene: Scene, place: Place, whole: str) -> None:  # noqa: ARG001 - one signature
    """Searches find what a mail says."""
    if place.table == "activity":
        query = "SELECT subject, body FROM activity WHERE id = ?"
        said = scene.driver.execute(query, (place.key,)).fetchall()[0]
        scene.driver.execute("UPDATE activity SET search_text = ? WHERE id = ?", (search_text(*said), place.key))


def _place(kind: str, key: int, text: str | None) -> Place:
    table, column = _TABLES[kind]
    return Place(kind, table, column, key, text, gap=" " if kind == "mail-subject" else "\n")


def _keys(scene: Scene, *tables: str) -> tuple[Any, ...]:
    return tuple(json.dumps(list(scene.target.get(table, ()))) for table in tables)


GROUNDS: Final = Grounds(places=places, elsewhere=elsewhere, slots=slots, acts=ACTS, alike=alike, follow=follow)
