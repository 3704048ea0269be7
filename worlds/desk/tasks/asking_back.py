"""Asking a requester which order they mean: in which words, for how long, and what counts as an answer."""

from itertools import takewhile
from typing import Any, Final

from worlds.desk.tasks import toolwork
from worlds.desk.tasks.casework import orders_in, orders_named
from worlds.engine.task import Worker

DAY: Final = 1_440
LONG: Final = 6 * DAY
"""Minutes after which nobody waits for an answer any more."""
MOST: Final = 2
"""Answers that do not agree, after which the page on identity has a ticket handed up."""
ASKED: Final = {
    "en": "Thank you for writing. Which order is it about? Please send us its number; it begins with LK- and stands at "
    "the top of the confirmation.",
    "nl": "Dank voor uw bericht. Om welke bestelling gaat het? Stuurt u ons het bestelnummer; dat begint met LK- en "
    "staat boven aan de bevestiging.",
    "de": "Danke für Ihre Nachricht. Um welche Bestellung geht es? Bitte nennen Sie uns die Bestellnummer; sie beginnt "
    "mit LK- und steht oben in der Bestätigung.",
    "fr": "Merci de votre message. De quelle commande s'agit-il ? Merci de nous envoyer le numéro de commande ; il "
    "commence par LK- et figure en haut de la confirmation.",
}
"""How they are asked for the number of their order."""
ASKED_AGAIN: Final = {
    "en": "Thank you. We cannot speak about the order yet. Please look at the confirmation once more and send us the "
    "order number as it stands there.",
    "nl": "Dank u. We kunnen nog niets over de bestelling zeggen. Kijkt u nog eens in de bevestiging, en stuurt u ons "
    "het bestelnummer zoals het daar staat?",
    "de": "Danke. Zu der Bestellung können wir noch nichts sagen. Bitte sehen Sie noch einmal in der Bestätigung nach "
    "und nennen Sie uns die Bestellnummer, wie sie dort steht.",
    "fr": "Merci. Nous ne pouvons encore rien dire de la commande. Veuillez relire la confirmation et nous envoyer le "
    "numéro de commande tel qu'il y figure.",
}
"""How they are asked once more, where the number that they gave is not theirs."""
BESIDE: Final = {
    "en": " Please tell us the postcode as well.",
    "nl": " Wilt u ook de postcode noemen?",
    "de": " Bitte nennen Sie auch die Postleitzahl.",
    "fr": " Merci d'indiquer aussi le code postal.",
}


def orders_given(worker: Worker, ticket: dict[str, Any]) -> set[str]:
    """The numbers of orders that the requester has given, in words or in files."""
    numbers = orders_named(ticket)
    for said in ticket["comments"]:
        for file in said["attachments"]:
            if said["author_role"] == "end_user" and file["scan_state"] == "clean":
                numbers |= orders_in(worker.call("get_attachment", attachment_id=file["attachment_id"])["content"])
    return numbers


def proven_order(worker: Worker, ticket: dict[str, Any]) -> dict[str, Any] | None:
    """The order that the requester has named and that was placed from their address; None where there is none."""
    for number in sorted(orders_given(worker, ticket)):
        for row in worker.call("find_orders", number=number)["items"]:
            if row["email"].casefold() == (ticket["requester"]["email"] or "").casefold():
                order: dict[str, Any] = worker.call("get_order", order_id=row["order_id"])
                return order
    return None


def until_answered(worker: Worker, ticket: dict[str, Any], *, minutes: int = 0) -> dict[str, Any]:
    """The ticket once its requester has answered what they were asked, or after some days."""
    waited = 0
    while not _has_answered(ticket := worker.call("get_ticket", ticket_id=ticket["ticket_id"])) and waited < LONG:
        if minutes:
            worker.call("wait", minutes=minutes)
        else:
            worker.call("wait", minutes=DAY, for_message=True)
            worker.call("read_inbox", unread_only=True)
        waited += minutes or DAY
    return ticket


def _has_answered(ticket: dict[str, Any]) -> bool:
    """Whether the requester has named an order since one of us last wrote to them; to ask for news is no answer."""
    comments = [one for one in ticket["comments"] if one["public"] and not one["automatic"]]
    theirs = takewhile(lambda one: one["author_role"] == "end_user", reversed(comments))
    return any(orders_in(one["body"]) for one in theirs)


def asked_for_order(
    worker: Worker, ticket: dict[str, Any], *, beside: str = "", status: str = "pending", minutes: int = 0
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The ticket and the order, once the requester has named it: asked as often as it takes."""
    texts = [ASKED[ticket["language"]], ASKED_AGAIN[ticket["language"]]]
    order = proven_order(worker, ticket)
    for text in texts[:MOST]:
        if order is None:
            toolwork.reply(worker, ticket, text + beside, status)
            if not status:
                toolwork.change(worker, ticket, status="pending")
            ticket = until_answered(worker, ticket, minutes=minutes)
            order = proven_order(worker, ticket)
    if order is None:
        raise LookupError(f"the requester of {ticket['number']} has not proven who they are")
    return ticket, order
