"""The laws of the desk: what must hold after every transaction, each anchored on the rows that a change can break."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from worlds.desk.service.service_laws import SERVICE
from worlds.engine.world import Invariant

_AMONG = "IN (SELECT value FROM json_each(:keys))"

INVARIANTS = (
    Invariant(
        name="assignees_work_in_the_group",
        sentence="Whoever a ticket is assigned to is a member of its group.",
        table="ticket",
        sql=f"""SELECT t.id FROM ticket t WHERE t.id {_AMONG} AND t.status <> 'closed' AND t.assignee_id IS NOT NULL
          AND t.group_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM membership m WHERE m.group_id = t.group_id AND m.user_id = t.assignee_id)""",
    ),
    Invariant(
        name="solved_moments_fit_states",
        sentence="A ticket knows when it was solved exactly while it is solved or closed after that.",
        table="ticket",
        sql=f"""SELECT t.id FROM ticket t WHERE t.id {_AMONG} AND
          ((t.status = 'solved' AND t.solved_at IS NULL)
           OR (t.status NOT IN ('solved', 'closed') AND t.solved_at IS NOT NULL))""",
    ),
    Invariant(
        name="merges_are_recorded",
        sentence="A ticket was merged exactly when a record says into which.",
        table="ticket",
        sql=f"""SELECT t.id FROM ticket t LEFT JOIN merge_record m ON m.source_id = t.id
          WHERE t.id {_AMONG} AND t.merged_into_id IS NOT m.target_id""",
        via={"merge_record": "source_id"},
    ),
    Invariant(
        name="follow_ups_go_on_from_closed",
        sentence="A follow-up goes on from a closed ticket.",
        table="ticket",
        sql=f"""SELECT t.id FROM ticket t JOIN ticket f ON f.id = t.follow_up_of_id WHERE t.id {_AMONG}
          AND f.status <> 'closed'""",
    ),
    Invariant(
        name="reopenings_are_counted",
        sentence="A ticket counts how often it left the state solved other than by closing.",
        table="ticket",
        sql=f"""SELECT t.id FROM ticket t WHERE t.id {_AMONG} AND t.reopens <> (
            SELECT count(*) FROM audit_event e WHERE e.ticket_id = t.id AND e.kind = 'change' AND e.field = 'status'
            AND e.before = 'solved' AND e.after <> 'closed')""",
        via={"audit_event": "ticket_id"},
    ),
    Invariant(
        name="states_are_audited",
        sentence="The state of a ticket is the one that its last audited change of state says.",
        table="ticket",
        sql=f"""SELECT t.id FROM ticket t WHERE t.id {_AMONG} AND t.status <> coalesce((
            SELECT e.after FROM audit_event e WHERE e.ticket_id = t.id AND e.kind = 'change' AND e.field = 'status'
            ORDER BY e.id DESC LIMIT 1), 'new')""",
        via={"audit_event": "ticket_id"},
    ),
    Invariant(
        name="comments_are_audited",
        sentence="Every comment is named by an audit of its ticket.",
        table="comment",
        sql=f"""SELECT c.id FROM comment c WHERE c.id {_AMONG} AND NOT EXISTS (
            SELECT 1 FROM audit_event e WHERE e.ticket_id = c.ticket_id AND e.kind = 'comment'
            AND e.after = CAST(c.id AS TEXT))""",
    ),
    Invariant(
        name="attachments_follow_comments",
        sentence="A file belongs to the ticket of the comment that it came with.",
        table="attachment",
        sql=f"""SELECT a.id FROM attachment a JOIN comment c ON c.id = a.comment_id WHERE a.id {_AMONG}
          AND a.ticket_id <> c.ticket_id""",
    ),
    Invariant(
        name="notes_are_never_mailed",
        sentence="No mail tells a requester what an internal note says.",
        table="outbox_email",
        sql=f"""SELECT o.id FROM outbox_email o JOIN comment c ON c.id = CAST(substr(o.event, 9) AS INTEGER)
          WHERE o.id {_AMONG} AND o.event LIKE 'comment:%' AND c.public = 0""",
    ),
    Invariant(
        name="credits_within_approvals",
        sentence="Goodwill that an approval allows is approved, on the same ticket, and no more than it allows.",
        table="approval",
        sql=f"""SELECT a.id FROM approval a JOIN goodwill_credit g ON g.approval_id = a.id WHERE a.id {_AMONG}
          GROUP BY a.id HAVING a.status <> 'approved' OR sum(g.amount) > a.amount
            OR sum(g.ticket_id <> a.ticket_id) > 0""",
        via={"goodwill_credit": "approval_id"},
    ),
    Invariant(
        name="merged_people_stay_merged",
        sentence="A record that was merged points to one that was not.",
        table="desk_user",
        sql=f"""SELECT u.id FROM desk_user u JOIN desk_user o ON o.id = u.merged_into_id WHERE u.id {_AMONG}
          AND (o.merged_into_id IS NOT NULL OR o.id = u.id)""",
    ),
    Invariant(
        name="one_main_address",
        sentence="Nobody has more than one main e-mail address.",
        table="desk_user",
        sql=f"""SELECT u.id FROM desk_user u WHERE u.id {_AMONG} AND (
            SELECT count(*) FROM user_identity i
            WHERE i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1) > 1""",
        via={"user_identity": "user_id"},
    ),
    Invariant(
        name="ratings_are_of_solved_tickets",
        sentence="Nobody is asked how content they are with spam or a merged ticket.",
        table="rating",
        sql=f"""SELECT r.id FROM rating r JOIN ticket t ON t.id = r.ticket_id WHERE r.id {_AMONG}
          AND ((t.merged_into_id IS NOT NULL AND r.offered_at > t.state_since) OR (t.spam = 1 AND EXISTS (
            SELECT 1 FROM audit_event e JOIN ticket_audit a ON a.id = e.audit_id
            WHERE e.ticket_id = t.id AND e.field = 'spam' AND a.at < r.offered_at)))""",
    ),
    *SERVICE,
)
"""All laws. Where a changed row of another table can break one, `via` says which anchor it belongs to."""
