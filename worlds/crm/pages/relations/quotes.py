"""Quotes: the list, the record, and how one goes from a draft to the customer's answer."""

from typing import Any, Final

from flask import url_for

from worlds.crm.operations.approvals import submit_quote
from worlds.crm.operations.opportunities import get_opportunity
from worlds.crm.operations.quote_lines import add_quote_line, set_discount
from worlds.crm.operations.quotes import (
    create_quote,
    get_quote,
    list_quotes,
    present_quote,
    record_answer,
    revise_quote,
    update_quote,
)
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Crumbs, Part, Sheet, sheet_page, values_of
from worlds.crm.pages.relations.choices import colleagues, people_of, price_books, with_own
from worlds.crm.pages.relations.deals import crumbs_of
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.selling.percent import spelled
from worlds.crm.selling.views import QuoteDetail
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act
from worlds.engine.surfaces.pages import Done, Door
from worlds.engine.surfaces.wording import day, money

SORTS: Final = [("newest", "Newest first"), ("expires_on", "Expires first"), ("total", "Largest first")]


@relations.page("/quotes")
def quotes(door: Door) -> str:
    """The list, with its filters in the URL."""
    filters = (
        Ask("query", "Search"), Ask("status", "Status", blank="Any"),
        Ask("owner_id", "Owner", colleagues(door), "Anybody"),
        Ask("account_id", "Account’s id"), Ask("opportunity_id", "Deal’s id"), Ask("expires_to", "Good until at most"),
        Ask("sort", "Sort by", SORTS),
    )  # fmt: skip
    quick: Views = (
        ("All quotes", {}),
        ("My drafts", {"status": "draft", "owner_id": str(door.actor.person or "")}),
        ("In review", {"status": "in_review"}),
        ("With the customer", {"status": "presented"}),
    )
    listed = Listed("Quotes", "quote", "quote", "quotes", filters, quick, note="A quote is begun from its deal’s page.")
    return list_page(door, list_quotes, listed)


def quote_url(quote_id: int) -> str:
    """A quote's page."""
    return url_for("relations.quote", quote_id=quote_id)


def quote_crumbs(shown: QuoteDetail) -> Crumbs:
    """The way to what belongs to a quote."""
    return [("Quotes", url_for("relations.quotes")), (shown.number, quote_url(shown.quote_id))]


@relations.page("/quotes/<id:quote_id>")
def quote(door: Door, quote_id: int) -> str:
    """One quote, with its lines and approvals."""
    shown = door.read(get_quote, quote_id=quote_id)
    return door.render(
        "relations/quote.html",
        quote=shown,
        acts=_acts(door, shown),
        line_acts=[
            act(
                door, "Add a line", url_for("relations.new_quote_line", quote_id=quote_id), add_quote_line,
                (shown.status != "draft", "the quote is no draft"),
            )
        ],
    )  # fmt: skip


def _acts(door: Door, shown: QuoteDetail) -> list[Act]:
    draft = (shown.status != "draft", f"the quote is {shown.status.replace('_', ' ')}")
    ready = (shown.status not in {"draft", "approved"}, f"the quote is {shown.status.replace('_', ' ')}")

    def one(title: str, page: str, operation: Any, *hurdles: tuple[bool, str]) -> Act:
        return act(door, title, url_for(f"relations.{page}", quote_id=shown.quote_id), operation, *hurdles)

    found = [
        one("Present it", "presenting", present_quote, ready, (shown.approval_needed, "it needs approval first")),
        one("Submit for approval", "submission", submit_quote, draft),
        one("Record the answer", "answer", record_answer, (shown.status != "presented", "it was not presented")),
        one("Set the discount", "discount", set_discount, draft),
        one("Edit", "edit_quote", update_quote, draft),
        one("Revise", "revision", revise_quote, (shown.status == "draft", "it is a draft; change it")),
        Act("Hand over", url_for("relations.new_hand_over", kind="quote", record_id=shown.quote_id)),
    ]
    return sorted(found, key=lambda one: one.title == "Present it") if shown.approval_needed else found


@relations.page("/deals/<id:opportunity_id>/quotes/new")
def new_quote(door: Door, opportunity_id: int) -> str:
    """A quote of a deal's lines."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    asks = (
        Ask("price_book_id", "Price book", price_books(door), "the deal’s own"),
        Ask("currency", "Currency", blank="the price book’s"),
        Ask("contact_id", "For", people_of(door, shown.account_id), "the primary contact"),
        Ask("expires_on", "Good until", hint="At most 30 days from now, which it is if left out."),
        Ask("notes", "Written below it"),
    )  # fmt: skip
    sheet = Sheet(
        f"New quote of {shown.number}", "Make the quote", crumbs_of(shown)[-1][1], crumbs_of(shown), (Part("", asks),),
        note=f"{len(shown.lines)} lines, {money(shown.amount, shown.currency)}",
        follows=("The deal’s lines are taken over; the quote is a draft.",),
    )  # fmt: skip
    return sheet_page(door, create_quote, url_for("relations.quote_made", opportunity_id=opportunity_id), sheet)


@relations.action("/deals/<id:opportunity_id>/quotes/new", create_quote, shows=new_quote)
def quote_made(_door: Door, done: QuoteDetail | None, opportunity_id: int) -> Done:
    """The quote is a draft."""
    if done is None:
        return Done(AGAIN, url_for("relations.deal", opportunity_id=opportunity_id))
    return Done(f"The quote {done.number} of {money(done.total, done.currency)} is a draft.", quote_url(done.quote_id))


@relations.page("/quotes/<id:quote_id>/edit")
def edit_quote(door: Door, quote_id: int) -> str:
    """Whom a quote is for and how long it is good."""
    shown = door.read(get_quote, quote_id=quote_id)
    people = with_own(people_of(door, shown.account_id), shown.contact_id, shown.contact_name)
    asks = (
        Ask("contact_id", "For", people, "as it is"), Ask("expires_on", "Good until", hint="At most 30 days from now."),
        Ask("notes", "Written below it"),
    )  # fmt: skip
    sheet = Sheet(f"Edit {shown.number}", "Save", quote_url(quote_id), quote_crumbs(shown), (Part("", asks),))
    values = values_of(shown, [ask.name for ask in asks])
    return sheet_page(door, update_quote, url_for("relations.quote_saved", quote_id=quote_id), sheet, values)


@relations.action("/quotes/<id:quote_id>/edit", update_quote, shows=edit_quote)
def quote_saved(_door: Door, done: QuoteDetail | None, quote_id: int) -> Done:
    """The quote is saved."""
    return Done(f"The quote {done.number} was saved." if done else AGAIN, quote_url(quote_id))


@relations.page("/quotes/<id:quote_id>/discount")
def discount(door: Door, quote_id: int) -> str:
    """What is off every line, and why."""
    shown = door.read(get_quote, quote_id=quote_id)
    asks = (
        Ask("discount", "Discount in per cent", hint="Such as 7.5; 0 takes it away."),
        Ask("reason", "Why it is given", hint="What the customer gives for it."),
    )
    sheet = Sheet(
        f"Discount of {shown.number}", "Set the discount", quote_url(quote_id), quote_crumbs(shown), (Part("", asks),),
        note=f"{money(shown.subtotal, shown.currency)} before it",
        follows=("Up to 10 % needs nobody, up to 20 % a sales manager; above that VP sales and finance approve.",),
    )  # fmt: skip
    return sheet_page(
        door, set_discount, url_for("relations.discount_set", quote_id=quote_id), sheet,
        {"discount": spelled(shown.discount), "reason": shown.discount_reason},
    )  # fmt: skip


@relations.action("/quotes/<id:quote_id>/discount", set_discount, shows=discount)
def discount_set(_door: Door, done: QuoteDetail | None, quote_id: int) -> Done:
    """The discount is another."""
    if done is None:
        return Done(AGAIN, quote_url(quote_id))
    needs = " It needs approval now." if done.approval_needed else ""
    said = f"{done.number} has {spelled(done.discount)} % off and comes to {money(done.total, done.currency)}.{needs}"
    return Done(said, quote_url(quote_id))


@relations.page("/quotes/<id:quote_id>/present")
def presenting(door: Door, quote_id: int) -> str:
    """Sends a quote to the customer."""
    shown = door.read(get_quote, quote_id=quote_id)
    total = money(shown.total, shown.currency)
    who = shown.contact_name or shown.account_name
    sheet = Sheet(
        f"Present {shown.number}", "Present it", quote_url(quote_id), quote_crumbs(shown),
        follows=(
            f"{who} gets the quote of {total}, good until {day(shown.expires_on)}.",
            "It cannot be changed any more after that, only revised.",
        ),
    )  # fmt: skip
    return sheet_page(door, present_quote, url_for("relations.presented", quote_id=quote_id), sheet)


@relations.action("/quotes/<id:quote_id>/present", present_quote, shows=presenting)
def presented(_door: Door, done: QuoteDetail | None, quote_id: int) -> Done:
    """The customer has it."""
    return Done(f"The quote {done.number} was presented." if done else AGAIN, quote_url(quote_id))


@relations.page("/quotes/<id:quote_id>/answer")
def answer(door: Door, quote_id: int) -> str:
    """What the customer says to a quote."""
    shown = door.read(get_quote, quote_id=quote_id)
    asks = (Ask("answer", "They"), Ask("note", "What they said"))
    sheet = Sheet(
        f"Answer to {shown.number}", "Record the answer", quote_url(quote_id), quote_crumbs(shown), (Part("", asks),)
    )
    return sheet_page(door, record_answer, url_for("relations.answered", quote_id=quote_id), sheet)


@relations.action("/quotes/<id:quote_id>/answer", record_answer, shows=answer)
def answered(_door: Door, done: QuoteDetail | None, quote_id: int) -> Done:
    """The answer is recorded."""
    return Done(f"The quote {done.number} is {done.status}." if done else AGAIN, quote_url(quote_id))


@relations.page("/quotes/<id:quote_id>/revise")
def revision(door: Door, quote_id: int) -> str:
    """A new draft in place of a quote."""
    shown = door.read(get_quote, quote_id=quote_id)
    asks = (Ask("expires_on", "Good until", hint="At most 30 days from now, which it is if left out."),)
    sheet = Sheet(
        f"Revise {shown.number}", "Make a new draft", quote_url(quote_id), quote_crumbs(shown), (Part("", asks),),
        follows=("A new quote with the same lines is a draft; this one is superseded by it.",),
    )  # fmt: skip
    return sheet_page(door, revise_quote, url_for("relations.revised", quote_id=quote_id), sheet)


@relations.action("/quotes/<id:quote_id>/revise", revise_quote, shows=revision)
def revised(_door: Door, done: QuoteDetail | None, quote_id: int) -> Done:
    """The new one is a draft."""
    if done is None:
        return Done(AGAIN, quote_url(quote_id))
    return Done(f"The quote {done.number} takes its place; it is a draft.", quote_url(done.quote_id))
