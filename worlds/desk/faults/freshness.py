"""What makes the desk's lists grow while somebody turns their pages."""

from collections.abc import Callable, Mapping
from typing import Final

from worlds.engine.faults.fault import Hit
from worlds.engine.faults.layers.freshness import Arrival

_WRITERS = """SELECT i.value, u.name, u.locale FROM desk_user u JOIN user_identity i ON i.user_id = u.id
    AND i.kind = 'email' AND i.is_primary = 1 WHERE u.role = 'end_user' AND u.suspended = 0
    AND u.merged_into_id IS NULL AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = u.id
      AND t.status <> 'closed') ORDER BY u.id DESC LIMIT 60"""
_WISHES = {
    "en": ("A question about the care of wood", "How do I best look after an oiled oak table?"),
    "nl": ("Vraag over onderhoud van hout", "Hoe onderhoud ik een geoliede eikenhouten tafel het best?"),
    "de": ("Frage zur Pflege von Holz", "Wie pflege ich einen geölten Eichentisch am besten?"),
    "fr": ("Question sur l'entretien du bois", "Comment entretenir au mieux une table en chêne huilée ?"),
}
_OFFER = ("First page of every search engine", "We bring your shop to the top within a week. Reply for our price list.")


def _new_ticket(hit: Hit) -> Arrival | None:
    """A requester without any open ticket writes in about something else."""
    writers = hit.call.driver.execute(_WRITERS).fetchall()
    if not writers:
        return None
    address, name, locale = hit.rng.choice(writers)
    subject, body = _WISHES[locale]
    said = {"sender": address, "sender_name": name, "subject": subject, "body": body, "language": locale}
    return "customer", "mail_arrives", said


def _spam(hit: Hit) -> Arrival | None:
    """Another piece of spam is kept out."""
    subject, body = _OFFER
    sender = f"offers{hit.rng.randrange(100, 1_000)}@rank-first.example"
    said = {"sender": sender, "sender_name": "Rank First", "subject": subject, "body": body, "spam": True}
    return "stranger", "mail_arrives", said


ARRIVALS: Final[Mapping[str, Callable[[Hit], Arrival | None]]] = {
    "list_tickets": _new_ticket,
    "list_view_tickets": _new_ticket,
    "list_suspended_messages": _spam,
}
