"""Files that come with what people write: pictures of what is broken, lists, and what they have noted."""

import random
from html import escape
from typing import Final

from worlds.desk.operations.writing_in import FileIn
from worlds.desk.population.matters import Matter

_PICTURED: Final = {"damaged": 0.55, "complaint": 0.3, "return_exchange": 0.15}
_NAMES: Final = ("IMG_{at}.svg", "photo-{at}.svg", "WhatsApp {at}.svg", "scan{at}.svg")
_COLOURS: Final = ("#7d8c5c", "#b08d57", "#5c7a8c", "#8c5c5c", "#9a9a8e")
_WRITTEN: Final = 0.45
"""Of the mails about parcels: so many come with what their writer has noted of the order."""
_NOTED: Final = {
    "en": ("My order", "ordered", "order.txt"),
    "nl": ("Mijn bestelling", "besteld", "bestelling.txt"),
    "de": ("Meine Bestellung", "bestellt", "bestellung.txt"),
    "fr": ("Ma commande", "commandé", "commande.txt"),
}
_SCANS: Final = ("clean",) * 22 + ("pending",) * 14 + ("malware",) * 2


def enclosed(rng: random.Random, matter: Matter) -> list[FileIn]:
    """The files that come with a first message."""
    if matter.order is None:
        return []
    if matter.case == "half_told":
        return [_notes(matter)] if matter.given["named"] == "file" else []
    if matter.topic == "invoice_b2b" and rng.random() < 0.45:
        return [_lines(matter)]
    if matter.topic == "wismo":
        return [_notes(matter)] if not matter.silent and rng.random() < _WRITTEN else []
    if rng.random() >= _PICTURED.get(matter.topic, 0.0):
        return []
    return [_picture(rng, matter.order.missing.title) for _ in range(rng.choice((1, 1, 2)))]


def _picture(rng: random.Random, title: str) -> FileIn:
    """A drawing of a thing on a table, with a crack across it."""
    points = " ".join(f"{x},{60 + rng.randint(-18, 18)}" for x in range(30, 190, 20))
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="220" height="140">'
        f'<title>{escape(title, quote=False)}</title><rect width="220" height="140" fill="#efe9dc"/>'
        f'<rect x="28" y="24" width="164" height="78" rx="{rng.randint(2, 30)}" fill="{rng.choice(_COLOURS)}"/>'
        f'<polyline points="{points}" fill="none" stroke="#1d1d1d" stroke-width="{rng.randint(2, 4)}"/></svg>'
    )
    name = rng.choice(_NAMES).format(at=rng.randint(1_000, 9_999))
    scan = rng.choice(_SCANS)
    return FileIn(name=name, mime="image/svg+xml", content=drawing, scan=scan)


def _lines(matter: Matter) -> FileIn:
    """The order as a buyer's own books hold it."""
    order = matter.order
    rows = [f"{line.title};{line.units};{line.price / 100:.2f}" for line in (order.lines if order else ())]
    content = "\n".join(["article;units;price", *rows, ""])
    return FileIn(name=f"{order.number if order else 'order'}.csv", mime="text/csv", content=content)


def _notes(matter: Matter) -> FileIn:
    """What somebody has written down of their order, to help."""
    order = matter.order
    assert order is not None  # noqa: S101 - such matters are about orders
    title, ordered, name = _NOTED[matter.language]
    rows = [f"{line.units} x {line.title}" for line in order.lines]
    content = "\n".join([title, matter.claimed or order.number, *rows, f"{ordered} {order.at:%d-%m-%Y}", ""])
    return FileIn(name=name, mime="text/plain", content=content)
