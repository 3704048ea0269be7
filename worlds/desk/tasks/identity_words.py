"""What somebody is told who asks for an order, and what is asked of those who have not proven who they are."""

from typing import Final

CODE_WORDS: Final = {
    "en": ("postcode", "postal code"),
    "nl": ("postcode", "postcode"),
    "de": ("Postleitzahl", "PLZ"),
    "fr": ("code postal", "code postal"),
}
"""What a postcode is called."""
TOLD: Final = {
    "en": "Thank you for your message. The parcel travels with {carrier}, under number {tracking}.",
    "nl": "Dank voor uw bericht. Het pakket is voor u onderweg met {carrier}, onder nummer {tracking}.",
    "de": "Danke für Ihre Nachricht. Das Paket ist mit {carrier} unterwegs und hat die Nummer {tracking}.",
    "fr": "Merci de votre message. Le colis voyage avec {carrier} sous le numéro {tracking}.",
}
ASKED: Final = {
    "en": "Thank you for your message. We cannot speak about an order yet. Would you send us the postcode that it was "
    "placed with, or write to us from the e-mail address of the order?",
    "nl": "Dank voor uw bericht. Wij kunnen nog niet over een bestelling spreken. Wilt u ons de postcode van de "
    "bestelling sturen, of schrijven vanaf het e-mailadres ervan?",
    "de": "Danke für Ihre Nachricht. Über eine Bestellung können wir noch nicht sprechen. Nennen Sie uns bitte die "
    "Postleitzahl, mit der sie aufgegeben wurde, oder schreiben Sie von der E-Mail-Adresse der Bestellung?",
    "fr": "Merci de votre message. Nous ne pouvons pas encore parler d'une commande. Pourriez-vous nous donner le code "
    "postal de la commande, ou nous écrire depuis son adresse e-mail ?",
}
