"""What comes to the CRM from outside: web forms, and mails of contacts and leads. No surface offers it."""

import json
from dataclasses import replace
from typing import Any, NamedTuple

from worlds.crm.matching import sets
from worlds.crm.models import WebEvent
from worlds.crm.records import activity_file, assigning, changing, consenting, heads
from worlds.crm.records.notices import notify
from worlds.crm.texts import Called, Country, External, LanguageCode, Notes, Title, Website
from worlds.crm.views import Headcount
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Conflict
from worlds.engine.fields import Email, Phone, RecordId, Result
from worlds.engine.operation import writes
from worlds.engine.rows import Query, insert, number, run


class WebLead(Result):
    """What became of a form: the lead that it is, how often it was delivered, and whether this delivery made it."""

    lead_id: int
    deliveries: int
    made: bool


class MailIn(Result):
    """A mail that came in, as the activity that it is."""

    activity_id: int


class _Event(NamedTuple):
    id: int
    lead_id: int | None
    deliveries: int


_EVENT = Query(_Event, "SELECT {fields} FROM web_event WHERE external_id = :key")
_KNOWN = "SELECT min(id) FROM lead WHERE external_key = :key"


@writes(roles=(), doors=())
def web_lead_arrives(  # noqa: PLR0913 - what a form holds
    ctx: Context,
    external_key: External,
    last_name: Called,
    company: Called,
    first_name: Called | None = None,
    title: Title | None = None,
    email: Email | None = None,
    phone: Phone | None = None,
    website: Website | None = None,
    country: Country | None = None,
    employees: Headcount | None = None,
    language: LanguageCode = "en",
    message: Notes | None = None,
    campaign_id: RecordId | None = None,
    email_consent: bool | None = None,
) -> WebLead:
    """Let a form of the website come in as a lead. A form that is delivered again is the lead that it was.

    Args:
        external_key: The form's own name for what it sent; the same for every delivery.
        last_name: Last name.
        company: The firm, as it was typed.
        first_name: First name.
        title: What they are there.
        email: E-mail address.
        phone: Phone number.
        website: The firm's website.
        country: Two letters.
        employees: How many people work there.
        language: The language of the form.
        message: What was written into it.
        campaign_id: The campaign whose page the form stood on.
        email_consent: Whether they agreed to be written to; left out where the form did not ask.
    """
    event = _EVENT.first(ctx, key=external_key)
    if event is not None and event.lead_id is not None:
        run(ctx, "UPDATE web_event SET deliveries = deliveries + 1 WHERE id = :key", key=event.id)
        return WebLead(lead_id=event.lead_id, deliveries=event.deliveries + 1, made=False)
    known = number(ctx, _KNOWN, key=external_key)
    values: dict[str, Any] = {
        "external_key": external_key, "last_name": last_name, "company": company, "first_name": first_name,
        "title": title, "email": email, "phone": phone, "website": website, "country": country,
        "employees": employees, "language": language, "notes": message, "campaign_id": campaign_id, "source": "web",
    }  # fmt: skip
    lead_id = _living(ctx, "lead", known).id if known else _make(ctx, values)
    if not known and email_consent is not None:
        consenting.say(ctx, "lead", lead_id, "email", "in" if email_consent else "out", "web form", via="web")
    insert(
        ctx, WebEvent, external_id=external_key, kind="lead_form", payload=json.dumps(values, ensure_ascii=False),
        deliveries=1, lead_id=lead_id, received_at=ctx.now,
    )  # fmt: skip
    return WebLead(lead_id=lead_id, deliveries=1, made=not known)


def _make(ctx: Context, values: dict[str, Any]) -> int:
    """Make the lead of a form. Likes are written down and stop nobody: what came in is not lost."""
    try:
        likes = sets.looked_at(ctx, "lead", values, allow_save=True)
    except Conflict:
        likes = []
    wanted = {**values, **assigning.decided(ctx, values)}
    wanted["status"] = "assigned" if wanted.get("owner_id") else "new"
    lead_id = changing.create(ctx, "lead", wanted, via="web")
    sets.report(ctx, "lead", lead_id, likes)
    made: Any = heads.stored(ctx, "lead", lead_id)
    subject = f"New lead from the website: {made.label}"
    notify(ctx, "lead", subject, values["notes"] or made.label, user_id=made.owner_id, about={"lead_id": lead_id})
    return lead_id


@writes(roles=(), doors=())
def contact_writes(
    ctx: Context,
    contact_id: RecordId,
    body: Notes,
    subject: Title | None = None,
    opportunity_id: RecordId | None = None,
    tell: bool = False,
) -> MailIn:
    """Let a mail of a contact come in: an e-mail among their activities, of which their owner is told by mail.

    A record that was merged into another one stands for that one.

    Args:
        contact_id: The contact.
        body: What they write.
        subject: Its subject.
        opportunity_id: The deal that it is about.
        tell: Whether it also comes into the inbox of whoever works in this episode.
    """
    contact: Any = _living(ctx, "contact", contact_id)
    by = replace(ctx, actor=Actor("system", None, contact.label))
    on = activity_file.about(by, contact_id=contact.id, opportunity_id=opportunity_id)
    return _come_in(by, contact, on, subject or f"Mail from {contact.label}", body, tell=tell, kind="contact")


@writes(roles=(), doors=())
def lead_writes(
    ctx: Context, lead_id: RecordId, body: Notes, subject: Title | None = None, tell: bool = False
) -> MailIn:
    """Let a mail of a lead come in, as `contact_writes`; of a converted one it comes from the contact that it became.

    It is no first touch: the house has not turned to them by it.

    Args:
        lead_id: The lead.
        body: What they write.
        subject: Its subject.
        tell: Whether it also comes into the inbox of whoever works in this episode.
    """
    lead: Any = _living(ctx, "lead", lead_id)
    if lead.converted_contact_id is not None:
        return contact_writes(ctx, lead.converted_contact_id, body, subject, lead.converted_opportunity_id, tell)
    by = replace(ctx, actor=Actor("system", None, f"{lead.first_name or ''} {lead.last_name}".strip()))
    on = activity_file.about(by, lead_id=lead.id)
    return _come_in(by, lead, on, subject or f"Mail from {by.actor.name}", body, tell=tell, kind="lead")


def _living(ctx: Context, kind: str, key: int) -> Any:
    """The record that a record went into, through merges; itself where it was not merged."""
    record: Any = heads.record(ctx, kind, key, gone=True)
    while record.merged_into_id is not None:
        record = heads.record(ctx, kind, record.merged_into_id, gone=True)
    return record


def _come_in(
    ctx: Context, record: Any, on: activity_file.About, subject: str, body: str, *, tell: bool, kind: str
) -> MailIn:
    owner = record.owner_id if record.owner_id is not None else _keeper(ctx, record.queue_id)
    key = activity_file.write(
        ctx, "email", on, touches=kind == "contact", subject=subject, body=body, starts_at=ctx.now, status="done",
        done_at=ctx.now, direction="in", outcome="received", owner_id=owner,
    )  # fmt: skip
    about = {"contact_id": on.contact_id, "lead_id": on.lead_id, "opportunity_id": on.opportunity_id}
    notify(ctx, "mail_in", subject, body, user_id=owner, about=about)
    if tell:
        ctx.tell(subject, body, role="customer", about=(kind, record.id))
    return MailIn(activity_id=key)


def _keeper(ctx: Context, queue_id: int) -> int:
    """Who gets a mail of a lead that nobody owns: the first member of its queue, or else an administrator."""
    sql = """SELECT coalesce(min(m.user_id), (SELECT min(id) FROM crm_user WHERE role = 'admin'))
      FROM queue_member m JOIN crm_user u ON u.id = m.user_id AND u.active = 1 WHERE m.queue_id = :queue"""
    return number(ctx, sql, queue=queue_id)
