"""Whether two plays came to the same but for traces: a second entry of a diary is no other outcome."""

from worlds.engine.proofs.outcomes import Left, Outcome
from worlds.engine.proofs.plays import Play
from worlds.graders.shape import Schema


def same_effects(one: Play, other: Play, schema: Schema, *, letters: bool = True) -> bool:
    """Whether business rows, letters and the answer are isomorphic, whoever judges them.

    Without `letters` the wording of what left the house may differ, such as the order in which a mail lists articles;
    whom it went to and what it was about may not.
    """
    return _seen(one, schema, letters=letters).same_as(_seen(other, schema, letters=letters))


def _seen(one: Play, schema: Schema, *, letters: bool) -> Outcome:
    rows: set[tuple[str, int]] = set()
    columns: set[tuple[str, int, str]] = set()
    for entry in one.record.entries:
        shape = schema.table(entry.table)
        if shape.class_ == "trace":
            rows.add((entry.table, entry.key))
        elif shape.class_ == "outward" and not letters:
            columns.update((entry.table, entry.key, name) for name in shape.columns if shape.class_of(name) == "prose")
    return Outcome.of(one, schema, Left(rows, columns))
