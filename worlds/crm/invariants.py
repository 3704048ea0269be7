"""The laws of the CRM: what must hold after every transaction, each anchored on the rows that a change can break."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from worlds.engine.world import Invariant

_AMONG = "IN (SELECT value FROM json_each(:keys))"


def _merges_are_recorded(kind: str) -> Invariant:
    """The law that records of a kind are merged exactly where a record says so."""
    return Invariant(
        name=f"merged_{kind}s_are_recorded",
        sentence=f"Every {kind} that was merged, and no other, has a record that says into which.",
        table=kind,
        sql=f"""SELECT r.id FROM {kind} r LEFT JOIN merge_record m ON m.kind = '{kind}' AND m.loser_id = r.id
          WHERE r.id {_AMONG} AND (r.merged_into_id IS NULL) <> (m.id IS NULL)""",
    )


INVARIANTS = (
    Invariant(
        name="accounts_are_not_above_themselves",
        sentence="No account stands above itself.",
        table="account",
        sql=f"""WITH RECURSIVE above(start, id) AS (
            SELECT a.id, a.parent_id FROM account a WHERE a.id {_AMONG} AND a.parent_id IS NOT NULL
            UNION SELECT b.start, a.parent_id FROM above b JOIN account a ON a.id = b.id WHERE a.parent_id IS NOT NULL)
          SELECT start FROM above WHERE start = id""",
    ),
    Invariant(
        name="deal_amounts_are_their_lines",
        sentence="The amount of a deal is the sum of its lines.",
        table="opportunity",
        sql=f"""SELECT o.id FROM opportunity o WHERE o.id {_AMONG} AND o.amount <> coalesce(
            (SELECT sum(l.net) FROM opportunity_line l WHERE l.opportunity_id = o.id), 0)""",
        via={"opportunity_line": "opportunity_id"},
    ),
    Invariant(
        name="one_primary_address",
        sentence="A contact has one primary e-mail address if it has any.",
        table="contact",
        sql=f"""SELECT c.id FROM contact c WHERE c.id {_AMONG}
          AND (SELECT count(*) FROM email_address e WHERE e.contact_id = c.id) > 0
          AND (SELECT count(*) FROM email_address e WHERE e.contact_id = c.id AND e.is_primary = 1) <> 1""",
        via={"email_address": "contact_id"},
    ),
    Invariant(
        name="stages_belong_to_their_pipeline",
        sentence="A deal is in a stage of its own pipeline.",
        table="opportunity",
        sql=f"""SELECT o.id FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id
          WHERE o.id {_AMONG} AND s.pipeline_id <> o.pipeline_id""",
    ),
    Invariant(
        name="closed_deals_know_when",
        sentence="A deal knows when it was closed exactly while its stage is won or lost.",
        table="opportunity",
        sql=f"""SELECT o.id FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id
          WHERE o.id {_AMONG} AND (s.kind <> 'open') <> (o.closed_at IS NOT NULL)""",
    ),
    Invariant(
        name="deals_are_locked_while_a_quote_is_in_review",
        sentence="A deal is locked exactly while a quote of it waits for approval.",
        table="opportunity",
        sql=f"""SELECT o.id FROM opportunity o WHERE o.id {_AMONG} AND o.approval_lock <> (EXISTS
            (SELECT 1 FROM quote q WHERE q.opportunity_id = o.id AND q.status = 'in_review'))""",
        via={"quote": "opportunity_id"},
    ),
    Invariant(
        name="quotes_in_review_wait_for_one_approval",
        sentence="One request waits for its approver while a quote is in review, and none otherwise.",
        table="quote",
        sql=f"""SELECT q.id FROM quote q WHERE q.id {_AMONG} AND (q.status = 'in_review') <>
            (SELECT count(*) FROM approval_request r WHERE r.quote_id = q.id AND r.state = 'pending')""",
        via={"approval_request": "quote_id"},
    ),
    Invariant(
        name="quote_sums_are_their_lines",
        sentence="The total of a quote is the sum of its lines.",
        table="quote",
        sql=f"""SELECT q.id FROM quote q WHERE q.id {_AMONG} AND q.total <> coalesce(
            (SELECT sum(l.net) FROM quote_line l WHERE l.quote_id = q.id), 0)""",
        via={"quote_line": "quote_id"},
    ),
    Invariant(
        name="one_quote_is_before_the_customer",
        sentence="A deal has at most one quote that is presented.",
        table="opportunity",
        sql=f"""SELECT o.id FROM opportunity o WHERE o.id {_AMONG} AND
            (SELECT count(*) FROM quote q WHERE q.opportunity_id = o.id AND q.status = 'presented') > 1""",
        via={"quote": "opportunity_id"},
    ),
    Invariant(
        name="a_deal_renews_one_contract",
        sentence="A deal renews one contract at most.",
        table="contract",
        sql=f"""SELECT c.id FROM contract c WHERE c.id {_AMONG} AND c.renewal_opportunity_id IN
            (SELECT d.renewal_opportunity_id FROM contract d WHERE d.id <> c.id)""",
    ),
    *(_merges_are_recorded(kind) for kind in ("account", "contact", "lead")),
    Invariant(
        name="one_address_one_contact",
        sentence="No two contacts in use have the same e-mail address.",
        table="email_address",
        sql=f"""SELECT e.id FROM email_address e JOIN contact c ON c.id = e.contact_id AND c.is_deleted = 0
          WHERE e.id {_AMONG} AND EXISTS (
            SELECT 1 FROM email_address f JOIN contact d ON d.id = f.contact_id AND d.is_deleted = 0
            WHERE f.norm = e.norm AND f.contact_id <> e.contact_id)""",
    ),
    Invariant(
        name="objections_reach_addresses",
        sentence="Who objects to e-mails is opted out at every address.",
        table="contact",
        sql=f"""SELECT c.id FROM contact c WHERE c.id {_AMONG}
          AND EXISTS (SELECT 1 FROM consent s WHERE s.kind = 'contact' AND s.record_id = c.id
            AND s.channel = 'email' AND s.state = 'out')
          AND EXISTS (SELECT 1 FROM email_address e WHERE e.contact_id = c.id AND e.opted_out = 0)""",
        via={"email_address": "contact_id"},
    ),
    Invariant(
        name="offers_were_presented",
        sentence="A quote that is presented or answered knows when it was presented.",
        table="quote",
        sql=f"""SELECT q.id FROM quote q WHERE q.id {_AMONG} AND q.presented_at IS NULL
          AND q.status IN ('presented', 'accepted', 'rejected')""",
    ),
    Invariant(
        name="stages_are_written_down",
        sentence="The stage of a deal is the last one that its history says.",
        table="opportunity",
        sql=f"""SELECT o.id FROM opportunity o WHERE o.id {_AMONG} AND o.stage_id <> coalesce((
            SELECT h.to_stage_id FROM stage_history h WHERE h.opportunity_id = o.id ORDER BY h.id DESC LIMIT 1), 0)""",
        via={"stage_history": "opportunity_id"},
    ),
    Invariant(
        name="won_deals_are_signed",
        sentence="A deal that is won has a contract that was signed.",
        table="opportunity",
        sql=f"""SELECT o.id FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id AND s.kind = 'won'
          WHERE o.id {_AMONG} AND NOT EXISTS (SELECT 1 FROM contract c
            WHERE c.opportunity_id = o.id AND c.state IN ('signed', 'ended', 'terminated'))""",
        via={"contract": "opportunity_id"},
    ),
    Invariant(
        name="lost_deals_say_why",
        sentence="A deal says why it was lost exactly while it is lost.",
        table="opportunity",
        sql=f"""SELECT o.id FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id
          WHERE o.id {_AMONG} AND (s.kind = 'lost') <> (o.loss_reason IS NOT NULL)""",
    ),
)
