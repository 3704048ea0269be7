"""Giving somebody else the name of a task's requester."""

import sqlite3
from typing import Any, Final

from worlds.desk.rules import REQUESTERS
from worlds.engine.adversary.grounds import Scene
from worlds.engine.folding import fold, search_text

_MEANT: Final = """SELECT u.id, u.name, u.organization_id FROM ticket t JOIN desk_user u ON u.id = t.requester_id
WHERE t.id = ?"""
_NAMESAKES: Final = """SELECT u.id FROM desk_user u WHERE u.role = 'end_user' AND u.suspended = 0 AND u.vip = 0
AND u.merged_into_id IS NULL AND u.id <> :user AND u.name <> :name AND u.organization_id IS NULL
AND u.id NOT IN (SELECT merged_into_id FROM desk_user WHERE merged_into_id IS NOT NULL)
AND (SELECT count(*) FROM ticket t WHERE t.requester_id = u.id) BETWEEN 1 AND 3
AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = u.id AND t.status NOT IN ('solved', 'closed'))
AND NOT EXISTS (SELECT 1 FROM collaborator c WHERE c.user_id = u.id)
ORDER BY u.id"""
_ADDRESSES: Final = """SELECT CASE kind WHEN 'email' THEN value ELSE norm END FROM user_identity WHERE user_id = ?
ORDER BY kind, is_primary DESC, id"""


def alike(scene: Scene) -> tuple[str, int] | None:
    """Another requester who has the name of the one that is meant now; None where nobody can.

    They are known by another address, and none of their tickets waits.
    """
    if scene.role in REQUESTERS:
        return None
    for ticket in scene.target.get("ticket", ()):
        user, name, _ = _row(scene.driver, _MEANT, ticket)
        found = [one for (one,) in scene.driver.execute(_NAMESAKES, {"user": user, "name": name})]
        if found:
            other = scene.rng.choice(found)
            _rename(scene.driver, other, name)
            return ("desk_user", other)
    return None


def _rename(driver: sqlite3.Connection, user: int, name: str) -> None:
    """Let somebody be called so wherever the desk shows it: in lists, on what they wrote, in searches."""
    (was,) = _row(driver, "SELECT name FROM desk_user WHERE id = ?", user)
    known = driver.execute(_ADDRESSES, (user,)).fetchall()
    words = search_text(name, *(value for (value,) in known))
    driver.execute("UPDATE desk_user SET name = ?, search_text = ? WHERE id = ?", (name, words, user))
    driver.execute("UPDATE comment SET author_name = ? WHERE author_id = ? AND author_name = ?", (name, user, was))
    tickets = driver.execute("SELECT id, search_text FROM ticket WHERE requester_id = ? ORDER BY id", (user,))
    for ticket, text in tickets.fetchall():
        found = text.replace(fold(was), fold(name), 1)
        driver.execute("UPDATE ticket SET search_text = ? WHERE id = ?", (found, ticket))


def _row(driver: sqlite3.Connection, sql: str, key: int) -> Any:
    return driver.execute(sql, (key,)).fetchall()[0]
