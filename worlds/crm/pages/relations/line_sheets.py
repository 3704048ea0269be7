"""Forms about one line, of a deal as of a quote: what it may be changed to, and that it is taken out."""

from typing import Any

from worlds.crm.pages.relations.asking import Ask, Part, Sheet
from worlds.crm.selling.percent import spelled
from worlds.engine.surfaces.wording import money

_ASKS = (Ask("quantity", "How many"), Ask("discount", "Discount in per cent", hint="Such as 7.5; 0 takes it away."))


def changed(shown: Any, line: Any, back: str, crumbs: Any) -> tuple[Sheet, dict[str, Any]]:
    """The form that changes how many of something a deal or a quote has, or for how much less, and what it is now."""
    sheet = Sheet(
        f"Line {line.position} of {shown.number}", "Save the line", back, crumbs, (Part("", _ASKS),),
        note=f"{line.product_name} at {money(line.list_price, shown.currency)}",
    )  # fmt: skip
    return sheet, {"quantity": line.quantity, "discount": spelled(line.discount)}


def removed(shown: Any, line: Any, then: str, back: str, crumbs: Any) -> Sheet:
    """The form that takes a line out; `then` says what the deal or the quote comes to without it."""
    return Sheet(
        f"Take line {line.position} out of {shown.number}", "Take it out", back, crumbs,
        follows=(f"{line.quantity} × {line.product_name} go; {shown.number} {then}.",), danger=True,
    )  # fmt: skip
