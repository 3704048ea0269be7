"""What colleagues and rules do while others work, beside writing on tickets. No surface offers it, events perform it.

A colleague goes through the same business as everybody, under their own name: audits name them. What they write on
tickets stands in `writing_in`.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from worlds.desk.operations.approvals import withdraw_approval
from worlds.desk.operations.around import complete_item
from worlds.desk.operations.goodwill import give_credit
from worlds.desk.operations.knowledge import update_article
from worlds.desk.operations.macros import update_macro
from worlds.desk.operations.people import update_user
from worlds.desk.operations.side import close_side_conversation
from worlds.desk.operations.structure import merge_tickets
from worlds.desk.operations.suspended import delete_suspended_message, release_suspended_message
from worlds.desk.operations.writing_in import colleague
from worlds.desk.texts import Body, Subject
from worlds.desk.tickets import laws
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import by_rule
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Amount, RecordId, Result, Text
from worlds.engine.operation import writes
from worlds.engine.rows import Query

Step = Literal[
    "close_side_conversation", "withdraw_approval", "release_suspended_message", "delete_suspended_message",
    "complete_item",
]  # fmt: skip


class Amended(Result):
    """A record that somebody else has changed."""

    record_id: int
    by: str


class _Item(NamedTuple):
    ticket_id: int


class _Article(NamedTuple):
    body: str


_ITEM = Query(_Item, "SELECT {fields} FROM checklist_item WHERE id = :item")
_ARTICLE = Query(_Article, "SELECT {fields} FROM kb_article WHERE id = :article")


@writes(roles=(), doors=())
def colleague_amends_user(ctx: Context, user_id: RecordId, notes: Text) -> Amended:
    """Write down something of somebody, as a colleague.

    Args:
        user_id: Whose record it is.
        notes: What colleagues should know of them, all of it.
    """
    own = colleague(ctx, ctx.actor.name)
    update_user(own, user_id, notes=notes)
    return Amended(record_id=user_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_amends_article(
    ctx: Context, article_id: RecordId, title: Subject | None = None, added: Text | None = None
) -> Amended:
    """Change an article, as a colleague; what is left out stays.

    Args:
        article_id: The article.
        title: Its title.
        added: What is written below its text.
    """
    own = colleague(ctx, ctx.actor.name)
    kept = _ARTICLE.first(ctx, article=article_id)
    body = f"{kept.body}\n\n{added}" if kept is not None and added else None
    update_article(own, article_id, title=title, body=body)
    return Amended(record_id=article_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_amends_macro(
    ctx: Context,
    macro_id: RecordId,
    title: Annotated[str, Field(max_length=120)] | None = None,
    language: Literal["en", "nl", "de", "fr"] | None = None,
) -> Amended:
    """Change a macro, as a colleague; what is left out stays.

    Args:
        macro_id: The macro.
        title: What it is called.
        language: The language of its text.
    """
    own = colleague(ctx, ctx.actor.name)
    update_macro(own, macro_id, title=title, language=language)
    return Amended(record_id=macro_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_merges(
    ctx: Context, target_id: RecordId, source_ids: Annotated[list[RecordId], Field(min_length=1, max_length=20)]
) -> Amended:
    """Merge tickets into one, as a colleague.

    Args:
        target_id: The ticket that stays.
        source_ids: The tickets that are closed into it.
    """
    own = colleague(ctx, ctx.actor.name)
    laws.check_free(own, head(own, target_id, field="target_id"), "target_id")
    merge_tickets(own, target_id, source_ids)
    return Amended(record_id=target_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_gives_credit(ctx: Context, ticket_id: RecordId, amount: Amount) -> Amended:
    """Give a ticket's requester goodwill, as a colleague.

    Args:
        ticket_id: The ticket that it is given for.
        amount: How much.
    """
    own = colleague(ctx, ctx.actor.name)
    made = give_credit(own, ticket_id, amount)
    return Amended(record_id=made.credit_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_steps(ctx: Context, step: Step, record_id: RecordId) -> Amended:
    """Take a record one step further, as a colleague.

    Args:
        step: The step, named as the operation that takes it.
        record_id: The conversation, request, message or piece of work.
    """
    own = colleague(ctx, ctx.actor.name)
    if step == "complete_item":
        item = _ITEM.first(ctx, item=record_id)
        if item is None:
            raise NotFound("item_not_found", f"There is no piece of work {record_id}.", field="record_id")
        complete_item(own, item.ticket_id, record_id)
    else:
        _STEPS[step](own, record_id)
    return Amended(record_id=record_id, by=own.actor.name)


@writes(roles=(), doors=())
def rule_notes(ctx: Context, ticket_id: RecordId, note: Body) -> Amended:
    """Leave an internal note on a ticket by a rule that looks at what people do.

    Args:
        ticket_id: The ticket.
        note: What it says.
    """
    ticket = head(ctx, ticket_id)
    laws.check_not_closed(ticket)
    by_rule(ctx, ticket, {"note": note}, ctx.actor.name)
    return Amended(record_id=ticket_id, by=ctx.actor.name)


_STEPS: Mapping[Step, Callable[[Context, int], object]] = {
    "close_side_conversation": close_side_conversation,
    "withdraw_approval": withdraw_approval,
    "release_suspended_message": release_suspended_message,
    "delete_suspended_message": delete_suspended_message,
}
