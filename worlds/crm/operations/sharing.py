"""Records that are shared: with single colleagues, and accounts with a team that works on them beside the owner."""

from typing import Any, Literal, NamedTuple

from worlds.crm.operations.access import Level
from worlds.crm.records import access, granting, heads, laws
from worlds.crm.records.heads import SPOKEN
from worlds.crm.rules import EVERYBODY, WRITERS
from worlds.crm.texts import Called, Why
from worlds.crm.views import RecordKind, UpTo500
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query


class ShareView(Result):
    """A colleague who may open a record beside its owner and those above; `level` says whether they may change it.

    `by` is `share` where the record was shared with them, or `team` where they are in the account's team, with their
    `part` in it. `reason` is why it was shared.
    """

    user_id: int
    name: str
    by: Literal["share", "team"]
    level: str
    part: str | None
    reason: str | None


class Shares(Result):
    """With whom a record is shared. Sellers of an account's territory are not here: list_territories has those."""

    kind: str
    record_id: int
    owner_id: int | None
    owner_name: str | None
    shares: UpTo500[ShareView]


class _Share(NamedTuple):
    user_id: int
    name: str
    by: Literal["share", "team"]
    level: str
    part: str | None
    reason: str | None


class _Name(NamedTuple):
    name: str


_SHARES = Query(
    _Share,
    """SELECT s.user_id, u.name, 'share', s.level, NULL, s.reason FROM record_share s
    JOIN crm_user u ON u.id = s.user_id WHERE s.kind = :kind AND s.record_id = :key
    UNION ALL SELECT m.user_id, u.name, 'team', m.level, m.part, NULL FROM account_team m
    JOIN crm_user u ON u.id = m.user_id WHERE :kind = 'account' AND m.account_id = :key ORDER BY 2, 1, 3 LIMIT 500""",
)
_OWNER = Query(_Name, "SELECT {fields} FROM crm_user WHERE id = :user")


@reads(roles=EVERYBODY)
def list_shares(ctx: Context, kind: RecordKind, record_id: RecordId) -> Shares:
    """List with whom a record is shared beside its owner, those above them and the sellers of its territory.

    Args:
        kind: What the record is.
        record_id: Its id.
    """
    heads.record(ctx, kind, record_id, "record_id")
    return _shown(ctx, kind, record_id)


@writes(roles=WRITERS)
def share_record(
    ctx: Context, kind: RecordKind, record_id: RecordId, user_id: RecordId, reason: Why, level: Level = "read"
) -> Shares:
    """Let a colleague open a record, or change it too. Its owner does so, those above them, and sales operations.

    What belongs to an account is opened with it: its contacts and deals to read. Whom it was shared with before has the
    new level from now on.

    Args:
        kind: What the record is.
        record_id: Its id.
        user_id: The colleague who gets it, who must be active.
        reason: Why they need it.
        level: Whether they may only read it, or also change it.
    """
    _check_own(ctx, kind, record_id, "record_id")
    who = laws.colleague(ctx, user_id, "user_id")
    granting.share(ctx, kind, record_id, who, level, reason)
    return _shown(ctx, kind, record_id)


@writes(roles=WRITERS)
def end_share(ctx: Context, kind: RecordKind, record_id: RecordId, user_id: RecordId) -> Shares:
    """Take back that a record is shared with a colleague; what they may open otherwise they still may.

    Args:
        kind: What the record is.
        record_id: Its id.
        user_id: The colleague.
    """
    _check_own(ctx, kind, record_id, "record_id")
    _check_there(ctx, kind, record_id, user_id, "share")
    granting.unshare(ctx, kind, record_id, user_id)
    return _shown(ctx, kind, record_id)


@writes(roles=WRITERS, record="account_id", conflicts="record")
def set_team_member(
    ctx: Context, account_id: RecordId, user_id: RecordId, part: Called, level: Level = "read"
) -> Shares:
    """Take a colleague into the team of an account, or change their part in it. The team opens its contacts and deals.

    Its owner does so, those above them, and sales operations.

    Args:
        account_id: The account's id.
        user_id: The colleague, who must be active.
        part: What they do for the account, such as "service".
        level: Whether they may only read the account and its deals, or also change them.
    """
    _check_own(ctx, "account", account_id, "account_id")
    granting.join_team(ctx, account_id, laws.colleague(ctx, user_id, "user_id"), part, level)
    return _shown(ctx, "account", account_id)


@writes(roles=WRITERS, record="account_id", conflicts="record")
def remove_team_member(ctx: Context, account_id: RecordId, user_id: RecordId) -> Shares:
    """Take a colleague out of the team of an account; what they own or may open otherwise stays.

    Args:
        account_id: The account's id.
        user_id: The colleague.
    """
    _check_own(ctx, "account", account_id, "account_id")
    _check_there(ctx, "account", account_id, user_id, "team")
    granting.leave_team(ctx, account_id, user_id)
    return _shown(ctx, "account", account_id)


def _check_own(ctx: Context, kind: str, key: int, field: str) -> None:
    """A record in use that the acting person may share, and that nobody else has to themselves."""
    label = f"the {SPOKEN[kind]} {heads.record(ctx, kind, key, field).label}"
    access.check_hand_on(ctx, kind, key, label, field)
    access.check_free(ctx, kind, key, label, field)


def _check_there(ctx: Context, kind: str, key: int, user_id: int, by: str) -> None:
    if not any((one.user_id, one.by) == (user_id, by) for one in _SHARES.all(ctx, kind=kind, key=key)):
        place = "in its team" if by == "team" else "among those whom it was shared with"
        raise NotFound(
            "share_not_found", f"Colleague {user_id} is not {place}; see with whom it is shared.", field="user_id"
        )


def _shown(ctx: Context, kind: str, key: int) -> Shares:
    record: Any = heads.stored(ctx, kind, key)
    owner = None if record.owner_id is None else _OWNER.first(ctx, user=record.owner_id)
    shares = [ShareView(**one._asdict()) for one in _SHARES.all(ctx, kind=kind, key=key)]
    return Shares(
        kind=kind, record_id=key, owner_id=record.owner_id, owner_name=None if owner is None else owner.name,
        shares=shares,
    )  # fmt: skip
