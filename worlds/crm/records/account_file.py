"""One account as it is shown, with what belongs to it."""

from typing import NamedTuple

from worlds.crm.account_views import AccountDetail, DealHead, HierarchyNode, TeamMember
from worlds.crm.models import Account as AccountModel
from worlds.crm.records import access, lists, withheld
from worlds.crm.records.heads import Account
from worlds.engine.context import Context
from worlds.engine.listing import Conditions
from worlds.engine.rows import Query as Rows

_DEALS = """SELECT o.id, o.number, o.name, s.name, s.kind, o.amount, o.currency, o.close_date, o.owner_id, u.name
  FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id JOIN crm_user u ON u.id = o.owner_id
  WHERE o.account_id = :account AND o.is_deleted = 0 AND {seen}
  ORDER BY s.kind <> 'open', o.close_date DESC, o.id LIMIT 50"""


class _Beside(NamedTuple):
    owner_name: str
    territory_name: str | None
    parent_name: str | None
    price_book_name: str | None
    contacts: int
    open_deals: int
    won_deals: int


class _Deal(NamedTuple):
    opportunity_id: int
    number: str
    name: str
    stage: str
    stage_kind: str
    amount: int
    currency: str
    close_date: str
    owner_id: int
    owner_name: str


class _Child(NamedTuple):
    account_id: int
    name: str
    owner_name: str


class _Member(NamedTuple):
    user_id: int
    name: str
    part: str
    level: str


_BESIDE = Rows(
    _Beside,
    """SELECT u.name, t.name, p.name, b.name,
      (SELECT count(*) FROM contact c WHERE c.account_id = r.id AND c.is_deleted = 0),
      (SELECT count(*) FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id
        WHERE o.account_id = r.id AND o.is_deleted = 0 AND s.kind = 'open'),
      (SELECT count(*) FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id
        WHERE o.account_id = r.id AND o.is_deleted = 0 AND s.kind = 'won')
    FROM account r JOIN crm_user u ON u.id = r.owner_id LEFT JOIN territory t ON t.id = r.territory_id
    LEFT JOIN account p ON p.id = r.parent_id LEFT JOIN price_book b ON b.id = r.price_book_id WHERE r.id = :account""",
)
_CHILDREN = Rows(
    _Child,
    """SELECT r.id, r.name, u.name FROM account r JOIN crm_user u ON u.id = r.owner_id
    WHERE r.parent_id = :account AND r.is_deleted = 0 ORDER BY r.name_norm, r.id LIMIT 50""",
)
_TEAM = Rows(
    _Member,
    """SELECT m.user_id, u.name, m.part, m.level FROM account_team m JOIN crm_user u ON u.id = m.user_id
    WHERE m.account_id = :account ORDER BY u.name, m.id LIMIT 50""",
)


def detail(ctx: Context, account: Account) -> AccountDetail:
    """An account as it is shown."""
    beside = _BESIDE.all(ctx, account=account.id)[0]
    seen = access.opens_each(ctx, "opportunity", "o")
    deals = Rows(_Deal, _DEALS.format(seen=seen)).all(ctx, account=account.id, **access.me(ctx))
    contacts = Conditions()  # who may open an account may open its contacts
    contacts.add("r.account_id = :account AND r.is_deleted = 0", account=account.id)
    shown = {name: value for name, value in account._asdict().items() if not name.endswith("_norm")}
    flags = {name: bool(shown.pop(name)) for name in ("territory_override", "locked", "is_deleted")}
    return AccountDetail(
        account_id=shown.pop("id"),
        **withheld.shown(ctx, "account", shown),
        **flags,
        **beside._asdict(),
        version=ctx.version(AccountModel, account.id),
        editable=access.may_edit(ctx, "account", account.id),
        withheld=withheld.names(ctx, "account"),
        above=_above(ctx, account),
        children=[HierarchyNode(**one._asdict()) for one in _CHILDREN.all(ctx, account=account.id)],
        team=[TeamMember(**one._asdict()) for one in _TEAM.all(ctx, account=account.id)],
        newest_contacts=lists.contacts(ctx, contacts, "newest", 1, 25).items,
        deals=[DealHead(**one._asdict()) for one in deals],
    )


_ABOVE = Rows(
    _Child,
    """WITH RECURSIVE above(id, depth) AS (SELECT :parent, 1 UNION
      SELECT a.parent_id, b.depth + 1 FROM account a JOIN above b ON a.id = b.id WHERE a.parent_id IS NOT NULL)
    SELECT r.id, r.name, u.name FROM above b JOIN account r ON r.id = b.id JOIN crm_user u ON u.id = r.owner_id
    ORDER BY b.depth LIMIT 20""",
)


def _above(ctx: Context, account: Account) -> list[HierarchyNode]:
    """The accounts above one, the nearest first."""
    if account.parent_id is None:
        return []
    return [HierarchyNode(**one._asdict()) for one in _ABOVE.all(ctx, parent=account.parent_id)]
