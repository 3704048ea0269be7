"""What is said: comments with their attachments, conversations at the side, and mails that left the house."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from worlds.desk.models.model import Model
from worlds.engine.schema import business, key, one_of, prose, refers, sensitive, table, volatile

COMMENT_VIAS = ("email", "web", "chat", "phone", "api", "social", "trigger", "automation", "merge", "macro")
SCAN_STATES = ("pending", "clean", "malware")
PARTIES = ("warehouse", "carrier", "supplier", "finance")
MAILS = (
    "received", "public_reply", "cc_reply", "solved", "csat_offer", "merged", "side_message", "approval",
    "out_of_hours",
)  # fmt: skip


class Comment(Model):
    """One thing said on a ticket: to the requester (`public`) or among staff. It is never changed, only redacted.

    `message_id` is that of the mail it came by. `automatic` ones were written by a rule or a mailbox, not a person.
    """

    __tablename__ = "comment"
    __table_args__ = table(
        "business",
        one_of("via", COMMENT_VIAS),
        Index("comment_message", "message_id", sqlite_where=text("message_id IS NOT NULL")),
    )

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    author_id: Mapped[int | None] = refers("desk_user.id")
    author_name: Mapped[str] = business()
    author_role: Mapped[str] = business()
    public: Mapped[bool] = sensitive()
    body: Mapped[str] = prose()
    via: Mapped[str] = business()
    automatic: Mapped[bool] = business()
    redacted: Mapped[bool] = business()
    message_id: Mapped[str | None] = volatile()
    created_at: Mapped[datetime] = volatile()


class Attachment(Model):
    """A file on a comment: text and CSV are kept as text, small pictures as a drawing in SVG."""

    __tablename__ = "attachment"
    __table_args__ = table("business", one_of("scan_state", SCAN_STATES))

    id: Mapped[int] = key()
    comment_id: Mapped[int] = refers("comment.id")
    ticket_id: Mapped[int] = refers("ticket.id")
    name: Mapped[str] = business()
    mime: Mapped[str] = business()
    size: Mapped[int] = business()
    content: Mapped[str] = prose()
    scan_state: Mapped[str] = business()
    redacted: Mapped[bool] = business()


class SideConversation(Model):
    """A conversation with somebody outside about a ticket, which its requester does not see."""

    __tablename__ = "side_conversation"
    __table_args__ = table("business", one_of("party", PARTIES), one_of("state", ("waiting", "answered", "closed")))

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    party: Mapped[str] = business()
    address: Mapped[str] = business()
    subject: Mapped[str] = prose()
    state: Mapped[str] = business()
    created_at: Mapped[datetime] = volatile()


class SideMessage(Model):
    """One message of a conversation at the side; `ours` were sent by staff."""

    __tablename__ = "side_message"
    __table_args__ = table("outward")

    id: Mapped[int] = key()
    conversation_id: Mapped[int] = refers("side_conversation.id")
    ours: Mapped[bool] = business()
    author_name: Mapped[str] = business()
    body: Mapped[str] = prose()
    sent_at: Mapped[datetime] = volatile()


class OutboxEmail(Model):
    """A mail that went out. `event` names what it tells of, such as `comment:1042`; nobody is told one event twice."""

    __tablename__ = "outbox_email"
    __table_args__ = table("outward", UniqueConstraint("event", "to_address"), one_of("kind", MAILS))

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    event: Mapped[str] = business()
    to_address: Mapped[str] = business()
    ticket_id: Mapped[int | None] = refers("ticket.id")
    user_id: Mapped[int | None] = refers("desk_user.id")
    subject: Mapped[str] = prose()
    body: Mapped[str] = prose()
    sent_at: Mapped[datetime] = volatile()
