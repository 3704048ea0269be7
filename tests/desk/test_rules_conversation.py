"""Promises of what is said on a ticket: replies, notes, files, redaction, who reads along, and having it to oneself."""

from tiny_desk import ANNA, BEN, CARLA, CLOSED, LEAD, LIGHT, NOOR, OPEN, Desk

from worlds.desk import WORLD
from worlds.desk.operations.around import add_collaborator, remove_collaborator
from worlds.desk.operations.conversation import (
    add_note,
    get_attachment,
    open_for_editing,
    redact_comment,
    release_ticket,
    reply_publicly,
)
from worlds.desk.operations.tickets import get_ticket


def test_a_public_reply_is_mailed_to_the_requester_and_whoever_is_copied_in(desk: Desk):
    ctx = desk.as_("agent")
    add_collaborator(ctx, OPEN, BEN)
    add_collaborator(ctx, OPEN, NOOR, "follower")
    done = reply_publicly(ctx, OPEN, "Here is your invoice.", status="pending")
    assert (done.status, done.replied) == ("pending", "Here is your invoice.")
    assert [mail[:2] for mail in desk.mails()] == [
        ("cc_reply", "ben@kadecoffee.example"), ("public_reply", "carla@kadecoffee.example"),
    ]  # fmt: skip
    remove_collaborator(ctx, OPEN, BEN)
    reply_publicly(ctx, OPEN, "And the second page.")
    assert len(desk.mails()) == 3


def test_who_is_on_a_ticket_is_on_it_once_and_rightly(desk: Desk):
    ctx = desk.as_("agent")
    with desk.refuses("is_requester", field="user_id"):
        add_collaborator(ctx, OPEN, CARLA)
    with desk.refuses("follower_not_staff", field="route"):
        add_collaborator(ctx, OPEN, ANNA, "follower")
    with desk.refuses("not_on_ticket", field="user_id"):
        remove_collaborator(ctx, OPEN, BEN)
    assert [one.name for one in add_collaborator(ctx, OPEN, LEAD, "follower").collaborators] == ["Ines Duarte"]
    with desk.refuses("already_on_ticket", field="user_id"):
        add_collaborator(ctx, OPEN, LEAD)


def test_a_note_stays_in_the_house_and_a_light_agent_writes_nothing_else(desk: Desk):
    done = add_note(desk.as_("light_agent", LIGHT), OPEN, "I know this customer.")
    assert desk.said(OPEN)[-1] == (0, "Lena Vos", "I know this customer.")
    assert (desk.mails(), done.status, done.replied) == ([], "open", None)
    writing = {name for name, one in WORLD.operations.items() if one.writing and "light_agent" in one.roles}
    assert writing & {"reply_publicly", "update_ticket", "merge_tickets", "create_ticket"} == set()
    assert "add_note" in writing


def test_files_are_read_once_they_are_known_to_be_clean(desk: Desk):
    ctx = desk.as_("agent")
    assert get_attachment(ctx, 1).content == "sku,units\nLF-0001,12\n"
    desk.db.execute("UPDATE attachment SET scan_state = 'pending' WHERE id = 1")
    with desk.refuses("scan_pending"):
        get_attachment(ctx, 1)
    desk.db.execute("UPDATE attachment SET scan_state = 'malware' WHERE id = 1")
    with desk.refuses("malware_found"):
        get_attachment(ctx, 1)
    with desk.refuses("attachment_not_found", field="attachment_id"):
        get_attachment(ctx, 99)


def test_redaction_blackens_comment_and_files_and_is_written_down_without_the_text(desk: Desk):
    ctx, card = desk.as_("team_lead"), "4111 1111"
    desk.db.execute("UPDATE comment SET body = ? WHERE id = ?", (f"My card {card}, again {card}.", CLOSED))
    desk.db.execute("UPDATE attachment SET content = ?, comment_id = ? WHERE id = 1", (f"card,{card}\n", CLOSED))
    done = redact_comment(ctx, CLOSED, card)
    assert (done.places, done.places_in_files) == (2, 1)
    assert done.body == f"My card {'█' * 9}, again {'█' * 9}."
    assert desk.one("SELECT body, redacted FROM comment WHERE id = ?", CLOSED) == (done.body, 1)
    assert desk.one("SELECT content, redacted FROM attachment WHERE id = 1") == (f"card,{'█' * 9}\n", 1)
    assert not [line for line in desk.dump() if card in line and "engine_change" not in line]
    assert desk.one("SELECT kind, field FROM audit_event") == ("redaction", f"comment:{CLOSED}")
    with desk.refuses("text_not_found", field="text"):
        redact_comment(ctx, CLOSED, card)
    with desk.refuses("comment_not_found", field="comment_id"):
        redact_comment(ctx, 99, card)


def test_a_ticket_can_be_had_for_oneself_for_five_minutes(desk: Desk):
    ctx = desk.as_("agent")
    held = open_for_editing(ctx, OPEN).lock
    assert held is not None
    assert (held.holder, (held.until - desk.now).total_seconds()) == ("Sam Okafor", 300)
    assert get_ticket(desk.as_("team_lead"), OPEN).lock == held
    desk.wait(minutes=5)
    assert get_ticket(desk.as_("team_lead"), OPEN).lock is None
    open_for_editing(desk.as_("agent"), OPEN)
    release_ticket(desk.as_("agent"), OPEN)
    assert get_ticket(desk.as_("team_lead"), OPEN).lock is None
