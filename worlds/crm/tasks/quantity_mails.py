"""How customers write that a quantity of their deal is wrong, and how the number they want is read out of it."""

import re
from typing import Final

MAILS: Final = {
    "en": (
        "We have gone through the rooms once more: {right} of the {product} will do, not {wrong}. Please put that "
        "right.",
        "A mistake of mine in the list: you have {wrong} of the {product} down for us, it should say {right}.",
        "Please make it {right} x {product}. The {wrong} were from an earlier plan; all else stays.",
    ),
    "nl": (
        "We hebben alles nog eens nagelopen: {right} van de {product} is genoeg, niet {wrong}. Wilt u dat aanpassen?",
        "Een fout van mij in de lijst: er staan {wrong} van de {product} voor ons, het moeten er {right} zijn.",
        "Maakt u er {right} x {product} van? De {wrong} waren van een eerder plan; de rest blijft zo.",
    ),
    "de": (
        "Wir sind alles noch einmal durchgegangen: {right} x {product} reichen, nicht {wrong}. Bitte ändern Sie das.",
        "Mein Fehler in der Liste: Für uns sind {wrong} x {product} vorgemerkt, richtig wären {right}.",
        "Bitte machen Sie daraus {right} x {product}. Die {wrong} stammten aus einem früheren Plan, der Rest bleibt.",
    ),
    "fr": (
        "Nous avons tout revu : {right} x {product} suffisent, et non {wrong}. Merci de corriger.",
        "Une erreur de ma part dans la liste : vous avez noté {wrong} x {product} pour nous, il en faut {right}.",
        "Merci de mettre {right} x {product}. Les {wrong} venaient d'un plan précédent, le reste ne change pas.",
    ),
}
"""What customers write, by language."""
_NUMBER: Final = re.compile(r"\d+")


def wanted(mail: str, product: str, there: int) -> int | None:
    """How many of a product a mail asks for in place of those that are there; None where it is not about them."""
    if product not in mail:
        return None
    numbers = {int(one) for one in _NUMBER.findall(mail.replace(product, " "))} - {there}
    return numbers.pop() if len(numbers) == 1 else None
