"""Giving somebody else the name of a task's contact or lead.

Only where the request itself, or the deal that it names, tells which of the two is meant: names alone never do.
"""

from typing import Any, Final

from worlds.crm.matching.norms import person_norm
from worlds.engine.adversary.grounds import Scene
from worlds.engine.folding import fold

_TOLD: Final = {
    "contact": """SELECT e.value FROM email_address e WHERE e.contact_id = :key
      UNION ALL SELECT a.name FROM contact c JOIN account a ON a.id = c.account_id WHERE c.id = :key""",
    "lead": "SELECT email FROM lead WHERE id = :key UNION ALL SELECT company FROM lead WHERE id = :key",
}
"""What tells one person from another of the same name."""
_FREE: Final = {
    "contact": """SELECT c.id FROM contact c JOIN contact m ON m.id = :key WHERE c.is_deleted = 0 AND c.id <> m.id
      AND c.name_norm <> m.name_norm AND c.account_id IS NOT NULL AND c.account_id IS NOT m.account_id
      AND NOT EXISTS (SELECT 1 FROM opportunity o WHERE o.primary_contact_id = c.id AND o.closed_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM contact d WHERE d.merged_into_id = c.id)
      AND NOT EXISTS (SELECT 1 FROM contact d WHERE d.name_norm = c.name_norm AND d.id <> c.id)
      AND NOT EXISTS (SELECT 1 FROM email_address e JOIN email_address f ON f.contact_id = m.id
        WHERE e.contact_id = c.id AND substr(e.norm, instr(e.norm, '@')) = substr(f.norm, instr(f.norm, '@')))
      ORDER BY c.id""",
    "lead": """SELECT l.id FROM lead l JOIN lead m ON m.id = :key WHERE l.is_deleted = 0 AND l.id <> m.id
      AND l.status <> 'converted' AND l.name_norm <> m.name_norm AND l.company_norm <> m.company_norm
      AND NOT EXISTS (SELECT 1 FROM lead d WHERE d.name_norm = l.name_norm AND d.id <> l.id)
      AND substr(l.email_norm, instr(l.email_norm, '@')) IS NOT substr(m.email_norm, instr(m.email_norm, '@'))
      ORDER BY l.id""",
}
"""Who may get another name: with nobody's name, no open deal, and another firm and domain."""


def alike(scene: Scene) -> tuple[str, int] | None:
    """Somebody else who has the name of the one that is meant now; None where nobody can."""
    deals = [
        _one(scene, "SELECT primary_contact_id FROM opportunity WHERE id = :key", deal)[0]
        for deal in scene.target.get("opportunity", ())
    ]
    meant = [("contact", key) for key in deals if key is not None]
    for kind in ("contact", "lead"):
        meant += [(kind, key) for key in scene.target.get(kind, ()) if _is_told(scene, kind, key)]
    for kind, key in meant:
        found = [one for (one,) in scene.driver.execute(_FREE[kind], {"key": key}).fetchall()]
        if found:
            other = scene.rng.choice(found)
            _rename(scene, kind, other, key)
            return (kind, other)
    return None


def _is_told(scene: Scene, kind: str, key: int) -> bool:
    """Whether the request says more of somebody than their name."""
    said = fold(scene.instruction)
    marks = scene.driver.execute(_TOLD[kind], {"key": key}).fetchall()
    return any(mark and fold(mark) in said for (mark,) in marks)


def _rename(scene: Scene, kind: str, key: int, like: int) -> None:
    """Let somebody be called as another one wherever the CRM shows it: in lists, on deals, in searches."""
    names = f"SELECT first_name, last_name, search_text FROM {kind} WHERE id = :key"  # noqa: S608 - one of two tables
    was_first, was_last, words = _one(scene, names, key)
    first, last, _ = _one(scene, names, like)
    was, now = (fold(" ".join(filter(None, name))) for name in ((was_first, was_last), (first, last)))
    scene.driver.execute(
        f"UPDATE {kind} SET first_name = ?, last_name = ?, name_norm = ?, search_text = ? WHERE id = ?",  # noqa: S608 - one of two tables
        (first, last, person_norm(first, last), words.replace(was, now, 1), key),
    )


def _one(scene: Scene, sql: str, key: int) -> Any:
    return scene.driver.execute(sql, {"key": key}).fetchall()[0]
