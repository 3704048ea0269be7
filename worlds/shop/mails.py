"""What the shop writes to its customers: subject and body of every e-mail, as (subject, body)."""

from collections.abc import Iterable

from worlds.engine.fields import format_money

Letter = tuple[str, str]

_SIGNED = "Kind regards,\nLarkfield Supply\ncare@larkfieldsupply.example"


def euros(minor: int) -> str:
    """An amount as letters and timelines write it: `18.40 EUR`."""
    return f"{format_money(minor)} EUR"


def counted(units: int) -> str:
    """Units as sentences write them: `1 unit`, `3 units`."""
    return "1 unit" if units == 1 else f"{units} units"


def fewer(left: int) -> str:
    """The way out where more units of a line are asked for than are left."""
    return "Lower the quantity." if left else "Leave the line out."


def _letter(name: str, subject: str, *paragraphs: str) -> Letter:
    first = name.split(maxsplit=1)[0] if name.split() else "customer"
    return subject, "\n\n".join((f"Hello {first},", *paragraphs, _SIGNED))


def items(lines: Iterable[tuple[int, str, str]]) -> str:
    """Lines of goods as a list: (units, title, variant)."""
    return "\n".join(
        f"  {units} x {title}" + (f", {variant}" if variant not in ("", "Default") else "")
        for units, title, variant in lines
    )


def order_confirmation(name: str, number: str, goods: str, total: int, card: str | None) -> Letter:
    """The order is in; the money is only held so far."""
    money = (
        f"The total is {euros(total)}. We have reserved it on your {card} and take it when your first parcel leaves."
        if card
        else f"The total is {euros(total)}; there is nothing to pay."
    )
    return _letter(name, f"Your order {number} is confirmed", f"Thank you for your order {number}:", goods, money)


def order_cancelled(name: str, number: str, voided: int, refunded: int) -> Letter:
    """The order will not come; what happens to the money."""
    money = "Nothing was charged."
    if refunded:
        money = (
            f"We are refunding {euros(refunded)} to the card you paid with; your bank may take up to 10 working days."
        )
    elif voided:
        money = f"Nothing was charged: the {euros(voided)} reserved on your card has been released."
    return _letter(name, f"Your order {number} has been cancelled", f"We have cancelled your order {number}.", money)


def order_shipped(name: str, number: str, goods: str, carrier: str, tracking: str, *, complete: bool) -> Letter:
    """A parcel left."""
    rest = "That is everything." if complete else "The rest follows in another parcel."
    return _letter(
        name,
        f"Your order {number} is on its way",
        f"A parcel of your order {number} has left our warehouse:",
        goods,
        f"{carrier} carries it under number {tracking}. {rest}",
    )


def tracking_updated(name: str, number: str, carrier: str, tracking: str) -> Letter:
    """The number we gave was wrong."""
    return _letter(
        name,
        f"New tracking number for your order {number}",
        f"The tracking number that we sent you for order {number} has changed.",
        f"{carrier} carries your parcel under number {tracking}.",
    )


def refund_created(name: str, number: str, goods: str, amount: int, shipping: int, fee: int, card: str) -> Letter:
    """Money is on its way back."""
    what = [f"We are refunding {euros(amount)} of your order {number} to your {card}."]
    if goods:
        what.append(goods)
    if shipping:
        what.append(f"This includes {euros(shipping)} for shipping.")
    if fee:
        what.append(f"We have kept a restocking fee of {euros(fee)} for goods that came back used.")
    return _letter(name, f"Refund for your order {number}", *what, "Your bank may take up to 10 working days.")


def refund_failed(name: str, number: str, amount: int) -> Letter:
    """The bank could not pay it back."""
    return _letter(
        name,
        f"Your refund for order {number} did not arrive",
        f"Your bank could not take our refund of {euros(amount)} for order {number}.",
        "Please reply to this message so that we can find another way.",
    )


def return_requested(name: str, number: str, return_number: str, goods: str) -> Letter:
    """The customer's wish is in."""
    return _letter(
        name,
        f"We have your return request {return_number}",
        f"You would like to send back from order {number}:",
        goods,
        "We will look at it within one working day. Please do not send anything yet.",
    )


def return_approved(name: str, number: str, return_number: str, goods: str) -> Letter:
    """It may come back."""
    return _letter(
        name,
        f"Your return {return_number} is open",
        f"You may send back from order {number}:",
        goods,
        f"Write {return_number} on the parcel. We refund you once we have checked the goods.",
    )


def return_declined(name: str, number: str, return_number: str, why: str) -> Letter:
    """It may not come back, and why."""
    return _letter(
        name,
        f"Your return {return_number} cannot be accepted",
        f"We cannot take back the goods of return {return_number} (order {number}).",
        why,
    )


def return_arrived(name: str, number: str, return_number: str, goods: str) -> Letter:
    """The goods are in."""
    return _letter(
        name,
        f"Your return {return_number} has arrived",
        f"We have received from your order {number}:",
        goods,
        "We will be in touch about your refund.",
    )


def address_changed(name: str, number: str, address: str) -> Letter:
    """Where the order goes now."""
    return _letter(name, f"New address for your order {number}", f"Your order {number} now goes to:", address)


def message(name: str, number: str, words: str) -> Letter:
    """What one of us writes in words of their own."""
    return _letter(name, f"About your order {number}", words.strip())
