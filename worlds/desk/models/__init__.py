"""The desk's tables, by noun; `Model.metadata` is the whole schema."""

from worlds.desk.models.knowledge import ArticleLink, KbArticle, KbCategory, ShopOrder, ShopOrderLine, ShopParcel
from worlds.desk.models.model import Model
from worlds.desk.models.people import (
    DeskGroup,
    DeskUser,
    Holiday,
    Membership,
    Organization,
    Schedule,
    SuspendedMessage,
    UserIdentity,
    WebSession,
    stand_in,
)
from worlds.desk.models.records import (
    Approval,
    AuditEvent,
    Escalation,
    GoodwillCredit,
    Rating,
    TicketAudit,
)
from worlds.desk.models.service import Automation, Macro, SlaPolicy, SlaTarget, SlaTimer, TicketView, Trigger
from worlds.desk.models.talk import Attachment, Comment, OutboxEmail, SideConversation, SideMessage
from worlds.desk.models.tickets import (
    ChecklistItem,
    Collaborator,
    FieldValue,
    MergeRecord,
    Ticket,
    TicketField,
    TicketLink,
)

__all__ = [
    "Approval", "ArticleLink", "Attachment", "AuditEvent", "Automation", "ChecklistItem", "Collaborator", "Comment",
    "DeskGroup", "DeskUser", "Escalation", "FieldValue", "GoodwillCredit", "Holiday", "KbArticle", "KbCategory",
    "Macro", "Membership", "MergeRecord", "Model", "Organization", "OutboxEmail", "Rating", "Schedule", "ShopOrder",
    "ShopOrderLine", "ShopParcel", "SideConversation", "SideMessage", "SlaPolicy", "SlaTarget", "SlaTimer",
    "SuspendedMessage", "Ticket", "TicketAudit", "TicketField", "TicketLink", "TicketView", "Trigger", "UserIdentity",
    "WebSession", "stand_in",
]  # fmt: skip
