"""Dirt: what careless typing, old imports and different programs do to a clean value, one function a kind.

Each takes a stream of chance and the clean value and answers the dirty one. What was clean is for the caller to keep.
"""

import random
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace

from worlds.seeds.addresses import Postal
from worlds.seeds.phones import Phone, in_wrong_country, with_extension
from worlds.seeds.text import KEYS

_EMOJI = ("🙏", "😊", "🎁", "👍🏽", "❤️", "🏕️", "🥾", "😡", "✨")


def decomposed(text: str) -> str:
    """The text in NFD, as one kind of computer sends it: it looks the same and compares unequal."""
    return unicodedata.normalize("NFD", text)


def curly_apostrophes(text: str) -> str:
    """Typographic apostrophes, as telephones put them."""
    return text.replace("'", "’")


def trailing_space(rng: random.Random, text: str) -> str:
    """A blank or two behind the text, or one before it."""
    return rng.choice((f"{text} ", f"{text}  ", f" {text}", f"{text} "))


def shouted(text: str) -> str:
    """All capitals."""
    return text.upper()


def uncapitalised(text: str) -> str:
    """All small letters, as typed on a telephone."""
    return text.lower()


def ways_with_names(rng: random.Random) -> tuple[tuple[str, Callable[[str], str]], ...]:
    """What becomes of names in records, by the kind of mess that it shows: forms, apostrophes, capitals, blanks."""
    return (
        ("names_decomposed", decomposed),
        ("names_curly_apostrophe", curly_apostrophes),
        ("names_shouted", shouted),
        ("names_uncapitalised", uncapitalised),
        ("names_trailing_space", lambda name: trailing_space(rng, name)),
    )


def dirtied_phone(
    rng: random.Random, phone: Phone, written: str, rates: Mapping[str, float]
) -> tuple[str | None, str | None]:
    """What a record has in place of a number as it was written down, and the kind of mess that it then shows.

    `rates` holds the shares `missing_phone`, `phone_wrong_country` and `phone_extension`.
    """
    if rng.random() < rates["missing_phone"]:
        return None, "missing_phone"
    if rng.random() < rates["phone_wrong_country"]:
        return in_wrong_country(rng, phone), "phone_wrong_country"
    if rng.random() < rates["phone_extension"]:
        return with_extension(rng, written), "phone_extension"
    return written, None


def with_emoji(rng: random.Random, text: str) -> str:
    """The text with an emoji or two behind it."""
    return f"{text} {''.join(rng.choice(_EMOJI) for _ in range(rng.randint(1, 2)))}"


def with_markup(rng: random.Random, text: str) -> str:
    """The text as an old mail form stored it, with HTML tags and entities."""
    inner = text.replace("&", "&amp;").replace("\n", "<br>")
    return rng.choice((f"<p>{inner}</p>", f"<b>{inner}</b>&nbsp;", f'<div class="note">{inner}</div>'))


def dirtied_note(rng: random.Random, text: str, rates: Mapping[str, float]) -> tuple[str, str | None]:
    """The text, with emoji or old markup where chance says so, and the kind of mess that it then shows.

    `rates` holds the shares `notes_emoji` and `notes_markup`.
    """
    at = rng.random()
    if at < rates["notes_emoji"]:
        return with_emoji(rng, text), "notes_emoji"
    if at < rates["notes_emoji"] + rates["notes_markup"]:
        return with_markup(rng, text), "notes_markup"
    return text, None


def misspelt(rng: random.Random, name: str) -> str:
    """A name with one slip: two letters swapped, one doubled, one left out, or a neighbouring key."""
    if len(name) < 4:
        return f"{name}{name[-1].lower()}"
    for _ in range(20):
        at = rng.randrange(1, len(name) - 1)
        here, then = name[at], name[at + 1]
        slips = [name[:at] + name[at + 1 :], name[:at] + here + name[at:], name[:at] + then + here + name[at + 2 :]]
        if here.lower() in KEYS:
            slips.append(name[:at] + rng.choice(KEYS[here.lower()]) + name[at + 1 :])
        slip = rng.choice(slips)
        if here.isalpha() and then.isalpha() and slip != name:
            return slip
    return f"{name}{name[-1].lower()}"


def email_in_other_case(rng: random.Random, email: str) -> str:
    """The same mailbox in other letters: capitals at the start of words, or all of them."""
    local, host = email.split("@")
    spelt = rng.choice((local.title(), local.upper(), local.capitalize()))
    return f"{spelt}@{host}"


def email_with_dots(rng: random.Random, email: str) -> str:
    """The same mailbox at a host that ignores dots or what follows a plus sign."""
    local, host = email.split("@")
    if "." in local and rng.random() < 0.5:
        return f"{local.replace('.', '', 1)}@{host}"
    if len(local) > 3 and rng.random() < 0.5:
        at = rng.randrange(1, len(local) - 1)
        return f"{local[:at]}.{local[at:]}@{host}".replace("..", ".")
    return f"{local}+{rng.choice(('shop', 'larkfield', 'orders', 'web'))}@{host}"


def swapped_town(address: Postal) -> Postal:
    """Town and province in each other's place."""
    return replace(address, city=address.province, province=address.city)


def apartment_in_street(rng: random.Random, address: Postal) -> Postal:
    """The second line typed behind the street."""
    if not address.line2:
        return address
    return replace(address, line1=f"{address.line1}{rng.choice((', ', ' - ', ' / ', ' '))}{address.line2}", line2=None)


def respaced_postal_code(rng: random.Random, address: Postal) -> Postal:
    """The postal code with its blank lost, moved, or one that does not belong there."""
    code = address.postal_code
    if " " in code:
        return replace(address, postal_code=rng.choice((code.replace(" ", ""), code.lower(), code.replace(" ", "  "))))
    at = rng.choice((2, len(code) - 1))
    return replace(address, postal_code=rng.choice((f"{code[:at]} {code[at:]}", f"{address.country}-{code}")))


def shouted_address(address: Postal) -> Postal:
    """Street and town in capitals, as a label printer wants them."""
    return replace(address, line1=address.line1.upper(), city=address.city.upper())
