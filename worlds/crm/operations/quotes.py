"""Quotes: made from a deal's lines, changed as drafts, presented, and answered."""

from typing import Any, Literal, NamedTuple

from worlds.crm.models import OutboxEmail
from worlds.crm.records import access, fieldlog, heads
from worlds.crm.rules import EVERYBODY, SELLERS
from worlds.crm.selling import amounts, discounts, price_books, quote_detail, quote_file, quoting
from worlds.crm.selling.percent import spelled
from worlds.crm.selling.quote_file import QuoteFile
from worlds.crm.selling.views import QuoteDetail, QuoteRow, QuoteStatus
from worlds.crm.texts import Notes, Why
from worlds.crm.views import Currency
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.engine.fields import Day, Page, PageNumber, PageSize, Query, RecordId, format_money
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.engine.rows import insert, run

Sort = Literal["newest", "expires_on", "total"]
ORDERS: dict[Sort, str] = {"newest": "q.id DESC", "expires_on": "q.expires_on, q.id", "total": "q.total DESC, q.id"}


class _Address(NamedTuple):
    value: str


_ADDRESS = Rows(
    _Address,
    """SELECT value FROM email_address WHERE contact_id = :contact AND invalid = 0
    ORDER BY is_primary DESC, id LIMIT 1""",
)


@reads(roles=EVERYBODY)
def list_quotes(  # noqa: PLR0913 - a list's filters are its schema
    ctx: Context,
    query: Query | None = None,
    status: QuoteStatus | None = None,
    opportunity_id: RecordId | None = None,
    account_id: RecordId | None = None,
    owner_id: RecordId | None = None,
    expires_to: Day | None = None,
    sort: Sort = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[QuoteRow]:
    """List quotes of deals that you may open, newest first.

    Args:
        query: Words that must all occur in the quote's number or in its deal's number, name or account.
        status: Only quotes in this state.
        opportunity_id: Only quotes of this deal.
        account_id: Only quotes for this account.
        owner_id: Only quotes of this colleague's deals.
        expires_to: Only quotes that are good until this day or before.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Quotes a page.
    """
    conditions = Conditions()
    conditions.add(access.opens(ctx, "quote", "q"), **access.me(ctx))
    conditions.words(query, "(lower(q.number) || ' ' || o.search_text)")
    conditions.equal(q__status=status, q__opportunity_id=opportunity_id, o__account_id=account_id, o__owner_id=owner_id)
    if expires_to is not None:
        conditions.add("q.expires_on <= :expires_to", expires_to=expires_to.isoformat())
    rows, total = page_of(
        ctx, QuoteFile, quote_file.SELECTED, quote_file.SOURCE, conditions, ORDERS[sort], page, page_size
    )
    return Page[QuoteRow].of([quote_detail.row_view(row) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def get_quote(ctx: Context, quote_id: RecordId) -> QuoteDetail:
    """Show a quote with its lines and requests for approval.

    Args:
        quote_id: The quote's id, as list_quotes gives it; not its number.
    """
    return quote_detail.detail(ctx, quote_file.quote(ctx, quote_id))


@writes(roles=SELLERS)
def create_quote(
    ctx: Context,
    opportunity_id: RecordId,
    price_book_id: RecordId | None = None,
    currency: Currency | None = None,
    contact_id: RecordId | None = None,
    expires_on: Day | None = None,
    notes: Notes | None = None,
) -> QuoteDetail:
    """Make a draft of a quote from a deal's lines, at the prices of a price book.

    A price in another currency than the book's is converted at the exchange rate of the deal's close date.

    Args:
        opportunity_id: The deal's id.
        price_book_id: The price book; the deal's own if left out.
        currency: The quote's currency; the price book's if left out.
        contact_id: Whom it is for; the deal's primary contact if left out.
        expires_on: The last day on which it is good, at most 30 days from now, which it is if left out.
        notes: What is to be written below it.
    """
    deal = amounts.workable(ctx, opportunity_id)
    chosen = price_book_id or deal.price_book_id
    if chosen is None:
        raise Conflict(
            "price_book_missing",
            f"Deal {deal.number} has no price book; name one from the list of price books.",
            field="price_book_id",
        )
    book = price_books.book(ctx, chosen)
    wanted = quoting.Wanted(
        book,
        currency or book.currency,
        quoting.recipient(ctx, deal, contact_id),
        quoting.expiry(ctx, expires_on),
        notes,
    )
    return quote_detail.now(ctx, quoting.from_deal(ctx, deal, wanted))


@writes(roles=SELLERS, record="quote_id")
def update_quote(
    ctx: Context,
    quote_id: RecordId,
    contact_id: RecordId | None = None,
    expires_on: Day | None = None,
    notes: Notes | None = None,
) -> QuoteDetail:
    """Change whom a quote is for, until when it is good, or its notes, before it is presented.

    Args:
        quote_id: The quote's id.
        contact_id: Whom it is for.
        expires_on: The last day on which it is good, at most 30 days from now.
        notes: What is to be written below it.
    """
    found, deal = quote_file.workable(ctx, quote_id)
    if found.status not in ("draft", "approved"):
        raise _settled(found)
    given: dict[str, Any] = {"contact_id": contact_id, "expires_on": expires_on, "notes": notes}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise Invalid("nothing_to_change", "The call names nothing that is to be changed.")
    if contact_id is not None:
        quoting.recipient(ctx, deal, contact_id)
    if expires_on is not None:
        changes["expires_on"] = quoting.expiry(ctx, expires_on).isoformat()
    for name, value in changes.items():
        before = getattr(found, name)
        if before != value:
            fieldlog.entry(ctx, "quote", found.id, name, before, value)
    columns = ", ".join(f"{name} = :{name}" for name in changes)
    run(
        ctx, f"UPDATE quote SET {columns}, updated_at = :now WHERE id = :quote_key",  # noqa: S608 - names of our own columns
        now=ctx.now, quote_key=found.id, **changes,
    )  # fmt: skip
    return quote_detail.now(ctx, found.id)


@writes(roles=SELLERS, record="quote_id")
def present_quote(ctx: Context, quote_id: RecordId) -> QuoteDetail:
    """Send a quote to whom it is for: one that is approved, or whose discount is within your limit.

    It leaves by mail at once and is not changed afterwards; revise_quote makes a new draft of it. Other quotes of the
    deal that were presented are superseded by it.

    Args:
        quote_id: The quote's id.
    """
    found, _ = quote_file.workable(ctx, quote_id)
    if found.status not in ("draft", "approved"):
        raise _settled(found)
    quoting.check_good(ctx, found)
    lines = quote_file.lines(ctx, quote_id)
    if not lines:
        raise Conflict("quote_empty", f"Quote {found.number} has no lines; add some first.", field="quote_id")
    price_books.book(ctx, found.price_book_id, "quote_id")
    most = discounts.off_list(lines, found.discount_bp)
    if found.status == "draft" and most > discounts.limit(ctx.actor.role):
        raise Forbidden(
            "approval_needed",
            f"Quote {found.number} gives {spelled(most)} % off, and you may give "
            f"{spelled(discounts.limit(ctx.actor.role))} %; submit the quote for approval.",
            field="quote_id",
        )
    if most and not found.discount_reason:
        raise Invalid(
            "discount_reason_required",
            f"The lines of quote {found.number} give {spelled(most)} % off and nobody says why; give a reason with its "
            "discount, even where that is 0.",
            field="quote_id",
        )
    _mail(ctx, found)
    quoting.supersede(ctx, found)
    quoting.move(ctx, found, "presented", presented_at=ctx.now)
    return quote_detail.now(ctx, quote_id)


@writes(roles=SELLERS, record="quote_id", columns={"answer": ("status",), "note": ("answer",)})
def record_answer(
    ctx: Context, quote_id: RecordId, answer: Literal["accepted", "rejected"], note: Why | None = None
) -> QuoteDetail:
    """Write down what the customer said to a quote that was presented; that is final.

    Args:
        quote_id: The quote's id.
        answer: Whether they accept it.
        note: What they said.
    """
    found, _ = quote_file.workable(ctx, quote_id)
    if found.status != "presented":
        raise Conflict(
            "quote_not_presented",
            f"Quote {found.number} is {found.status.replace('_', ' ')}; only one that is presented is answered.",
            field="quote_id",
        )
    if answer == "accepted":
        quoting.check_good(ctx, found)
    quoting.move(ctx, found, answer, answer=note, answered_at=ctx.now)
    return quote_detail.now(ctx, quote_id)


@writes(roles=SELLERS)
def revise_quote(ctx: Context, quote_id: RecordId, expires_on: Day | None = None) -> QuoteDetail:
    """Make a new draft with the lines and the discount of a quote that is no draft any more.

    The quote stays as it is until the new one is presented; one that was approved is superseded at once.

    Args:
        quote_id: The quote's id.
        expires_on: The last day on which the new one is good, at most 30 days from now, which it is if left out.
    """
    found, _ = quote_file.workable(ctx, quote_id)
    if found.status in ("draft", "in_review", "superseded"):
        raise _settled(found)
    price_books.book(ctx, found.price_book_id, "quote_id")
    made = quoting.copied(ctx, found, quoting.expiry(ctx, expires_on))
    if found.status == "approved":
        quoting.move(ctx, found, "superseded")
    return quote_detail.now(ctx, made)


def _settled(found: QuoteFile) -> Conflict:
    return Conflict(
        "quote_settled",
        f"Quote {found.number} is {found.status.replace('_', ' ')}, so that is done with another quote of the deal.",
        field="quote_id",
    )


def _mail(ctx: Context, found: QuoteFile) -> None:
    """Send a quote to whom it is for."""
    if found.contact_id is None:
        raise Conflict(
            "quote_without_contact", f"Quote {found.number} is for nobody yet; name a contact.",
            field="quote_id",
        )  # fmt: skip
    heads.contact(ctx, found.contact_id, "quote_id")
    address = _ADDRESS.first(ctx, contact=found.contact_id)
    if address is None:
        raise NotFound(
            "contact_unreachable",
            f"{found.contact_name} has no e-mail address that works; write one down at the contact.",
            field="quote_id",
        )
    body = f"Dear {found.contact_name},\n\nplease find our quote {found.number} over {format_money(found.total)} "
    body += f"{found.currency}, good until {found.expires_on}.\n\n{found.owner_name}, Larkfield Supply"
    insert(
        ctx, OutboxEmail, kind="quote", to_address=address.value, contact_id=found.contact_id,
        opportunity_id=found.opportunity_id, subject=f"Quote {found.number}: {found.opportunity_name}", body=body,
        sent_at=ctx.now,
    )  # fmt: skip
