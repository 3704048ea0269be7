"""What is said of goodwill: the requests for it, what approvers write, and what the customer is told in the end."""

import re
from typing import Final

from worlds.engine.fields import parse_money

WORDINGS = (
    "{ticket} is yours. The fault is ours (cause: {cause}), and I find {amount} EUR of goodwill right for it. That is "
    "above your limit: ask {approver} to allow it, with the order and the cause in your reason, and see it through by "
    "the handbook once there is an answer. In the end the customer has a reply that names their order, the cause is "
    "filled in and the ticket is solved. Tell me the number of your request (request) and what was given (credit).",
    "Please see to {ticket}. I looked into it: the fault is ours, and the cause to fill in is {cause}. For the trouble "
    "they should get {amount} EUR of shop credit; {approver} has to allow that, so ask, naming order and cause, and do "
    "what follows from the answer. Reply to the customer under the number of their order and solve it. For my list: "
    "request is the number of your request, credit the amount that was booked in the end, 0.00 EUR if none was.",
    "Hand-over: on {ticket} something of ours broke, cause {cause}. I would give {amount} EUR by way of apology, but "
    "neither of us may. {approver} decides; the reason has to say which order and which cause. Bring it to its end as "
    "our pages say, with the cause in its field, an answer to the customer that names the order, and the ticket "
    "solved. I want to know the request (its number) and the credit that they got, 0.00 EUR if it is nothing.",
)
WHOLE: Final = ("Seen, go ahead.", "Fine by me, it was our doing.", "Agreed. Please tell them today.")
LESS: Final = ("Allowed, but no more than {} EUR.", "I allow {} EUR of it; the rest would be too much for this.")
DENIED: Final = (
    "No. What is owed is enough in this case.",
    "I do not allow this; others with the same article got nothing either.",
    "Denied. I would have to give it to everybody who has had this.",
)
MAILS: Final = {
    "hopeful": "Saw your request about ticket {number}. Sounds fair to me at first sight; I answer it when I am at my "
    "desk.",
    "doubtful": "About your request on ticket {number}: I doubt it, but I want to read it all first. You have my "
    "answer later.",
}
_GIVEN: Final = {
    "en": "Thank you for your patience. The fault with order {order} was ours; we booked {amount} EUR of shop credit "
    "for you.",
    "nl": "Dank voor uw geduld. De fout bij bestelling {order} lag bij ons; er is {amount} EUR winkeltegoed voor u "
    "geboekt.",
    "de": "Danke für Ihre Geduld. Der Fehler bei Bestellung {order} lag bei uns; wir haben {amount} EUR als Guthaben "
    "für Sie gebucht.",
    "fr": "Merci de votre patience. L'erreur sur la commande {order} est la nôtre ; nous vous avons crédité {amount} "
    "EUR en bon d'achat.",
}
_REFUSED: Final = {
    "en": "Thank you for your patience. We looked at order {order} once more. We cannot give a credit beyond what you "
    "are owed, and we are sorry for the trouble.",
    "nl": "Dank voor uw geduld. We hebben bestelling {order} nog eens bekeken. Een tegoed bovenop wat u toekomt kunnen "
    "we niet geven; het spijt ons.",
    "de": "Danke für Ihre Geduld. Wir haben Bestellung {order} noch einmal geprüft. Ein Guthaben über das hinaus, was "
    "Ihnen zusteht, können wir nicht geben; es tut uns leid.",
    "fr": "Merci de votre patience. Nous avons revu la commande {order}. Nous ne pouvons pas accorder de crédit en "
    "plus de ce qui vous est dû ; nous en sommes désolés.",
}
_AMOUNT: Final = re.compile(r"\b(\d+\.\d{2}) EUR\b")


def told(order: str, amount: str, language: str) -> str:
    """What the customer is told of an amount that was given, or of nothing (`0.00`)."""
    texts = _GIVEN if parse_money(amount) else _REFUSED
    return texts[language].format(order=order, amount=amount)


def allowed(status: str, asked: str, answer: str) -> str:
    """What an answer allows: the amount that was asked for, or less if it says so, or nothing."""
    if status.casefold() != "approved":
        return "0.00"
    said = _AMOUNT.search(answer)
    return min(asked, said[1], key=parse_money) if said else asked
