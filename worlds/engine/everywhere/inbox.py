"""The inbox of whoever acts: what people and systems wrote to them."""

from worlds.engine import inbox
from worlds.engine.context import Context
from worlds.engine.fields import Instant, Page, PageNumber, PageSize, Result
from worlds.engine.operation import reads


class MessageHead(Result):
    """A message as far as one sees it without opening it."""

    message_id: int
    received_at: Instant
    sender: str
    subject: str

    @classmethod
    def of(cls, message: inbox.Message) -> "MessageHead":
        """What is seen of a message."""
        return cls(message_id=message.id, received_at=message.instant, sender=message.sender, subject=message.subject)


class InboxMessage(Result):
    """A message in the inbox. `about_table` and `about_id` name the record that it is about, if there is one.

    `event_id` is the same for the same event, should it be told of twice.
    """

    message_id: int
    received_at: Instant
    sender: str
    sender_role: str
    subject: str
    body: str
    about_table: str | None
    about_id: int | None
    event_id: str
    new: bool


def shown(message: inbox.Message) -> InboxMessage:
    """A message as its reader sees it."""
    return InboxMessage(
        message_id=message.id,
        received_at=message.instant,
        sender=message.sender,
        sender_role=message.role,
        subject=message.subject,
        body=message.body,
        about_table=message.about_table or None,
        about_id=message.about_id,
        event_id=message.event,
        new=not message.read,
    )


@reads(roles=(), aside=True)
def read_inbox(
    ctx: Context, unread_only: bool = False, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[InboxMessage]:
    """Read your messages from customers, colleagues and systems, newest first; those shown count as read.

    Args:
        unread_only: Only those that you have not read yet.
        page: Page number from 1.
        page_size: Messages a page.
    """
    driver = ctx.driver
    messages, total = inbox.listed(driver, unread_only=unread_only, page=page, size=page_size)
    inbox.mark_read(driver, [one.id for one in messages if not one.read])
    return Page[InboxMessage].of([shown(one) for one in messages], total, page, page_size)
