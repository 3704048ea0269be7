"""Territories: which there are, what their rules find, and giving accounts to them by rule or by hand (rule CR2)."""

import json
from functools import partial
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field

from worlds.crm.models import Account
from worlds.crm.records import access, changing, heads, placing
from worlds.crm.records.one_by_one import RecordIds, check_once, one_of_many
from worlds.crm.records.transferring import Moved, move_with
from worlds.crm.rules import EVERYBODY, MANAGERS, MAX_BULK
from worlds.crm.views import UpTo50, UpTo500, UserRef
from worlds.engine.context import Context
from worlds.engine.errors import Invalid, NotFound, Refusal
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query

Placing = Literal["moved", "unchanged", "kept_by_override", "no_rule_fits", "failed"]
VIA: Final = "territory_rules"


class TerritoryRuleView(Result):
    """A rule of a territory: every part that says something has to fit; empty lists and None fit anything."""

    rule_id: int
    countries: UpTo50[str]
    segments: UpTo50[str]
    postal_prefixes: UpTo50[str]
    employees_from: int | None
    employees_to: int | None


class TerritoryView(Result):
    """A territory. Of several whose rules fit, the one of the lowest `priority` gets an account.

    Its accounts go to the `primary_seller`; `sellers` are all who sell there and see its accounts.
    """

    territory_id: int
    name: str
    region: str
    description: str
    priority: int
    active: bool
    accounts: int
    primary_seller: UserRef | None
    sellers: UpTo50[UserRef]
    rules: UpTo50[TerritoryRuleView]


class Territories(Result):
    """The territories, the one that is asked first at the top."""

    territories: UpTo500[TerritoryView]


class Placed(Result):
    """What rules made of an account: `outcome` says whether it moved, and from where to where.

    Of an account that moved the owner is told before and after, and how many contacts, open deals and open activities
    followed.
    """

    account_id: int
    name: str | None
    outcome: Placing
    from_territory: str | None = None
    to_territory: str | None = None
    from_owner: str | None = None
    to_owner: str | None = None
    contacts_moved: int = 0
    deals_moved: int = 0
    activities_moved: int = 0
    error: str | None = None
    message: str | None = None


class PlacedAccounts(Result):
    """What territory rules made of accounts, each for itself."""

    total: int
    moved: int
    kept_by_override: int
    failed: int
    items: Annotated[list[Placed], Field(max_length=MAX_BULK)]


class AccountPlace(Result):
    """The territory of an account, whether rules leave it alone, and who owns it."""

    account_id: int
    name: str
    territory_id: int | None
    territory_name: str | None
    territory_override: bool
    owner_id: int
    owner_name: str
    version: int


class _Territory(NamedTuple):
    id: int
    name: str
    region: str
    description: str
    priority: int
    active: int
    accounts: int


class _Rule(NamedTuple):
    id: int
    territory_id: int
    countries: str
    segments: str
    postal_prefixes: str
    employees_from: int | None
    employees_to: int | None


class _Member(NamedTuple):
    territory_id: int
    user_id: int
    name: str
    is_primary: int


class _Name(NamedTuple):
    id: int
    name: str


_TERRITORIES = Query(
    _Territory,
    """SELECT t.id, t.name, t.region, t.description, t.priority, t.active,
      (SELECT count(*) FROM account a WHERE a.territory_id = t.id AND a.is_deleted = 0)
    FROM territory t ORDER BY t.priority, t.id""",
)
_RULES = Query(_Rule, "SELECT {fields} FROM territory_rule ORDER BY territory_id, id")
_MEMBERS = Query(
    _Member,
    """SELECT m.territory_id, m.user_id, u.name, m.is_primary FROM territory_member m
    JOIN crm_user u ON u.id = m.user_id WHERE u.active = 1 ORDER BY m.territory_id, m.is_primary DESC, u.name, u.id""",
)
_OPEN = Query(_Name, "SELECT id, name FROM territory WHERE id = :key AND active = 1")
_TERRITORY_NAMES = Query(_Name, "SELECT id, name FROM territory")
_USER_NAMES = Query(_Name, "SELECT id, name FROM crm_user")


class House:
    """What placing accounts looks at, read once: rules and sellers, and how territories and colleagues are called."""

    def __init__(self, ctx: Context) -> None:
        """Read it."""
        self.places = placing.Places(ctx)
        self.territories = dict(_TERRITORY_NAMES.all(ctx))
        self.users = dict(_USER_NAMES.all(ctx))


@reads(roles=EVERYBODY)
def list_territories(ctx: Context) -> Territories:
    """List the territories with their rules, who sells in them, and how many accounts each has."""
    rules, members = _RULES.all(ctx), _MEMBERS.all(ctx)
    return Territories(
        territories=[
            _territory(
                one,
                [rule for rule in rules if rule.territory_id == one.id],
                [member for member in members if member.territory_id == one.id],
            )
            for one in _TERRITORIES.all(ctx)
        ]
    )


@reads(roles=EVERYBODY)
def preview_territories(ctx: Context, account_ids: RecordIds) -> PlacedAccounts:
    """Show what the territory rules would do with accounts, without doing it.

    Args:
        account_ids: The accounts' ids, each once.
    """
    check_once(account_ids, "account_ids")
    house = House(ctx)
    seen = f"{access.opens(ctx, 'account', 'r')} AND r.is_deleted = 0"
    sql = f"SELECT {{fields}} FROM account r WHERE r.id IN (SELECT value FROM json_each(:keys)) AND {seen}"  # noqa: S608 - texts of our own
    rows = Query(heads.Account, sql).all(ctx, keys=json.dumps(account_ids), **access.me(ctx))
    known = {row.id: row for row in rows}
    items = [
        _found(house, known[key], move_owner=True)[0] if key in known else _failed(key, _unknown(key))
        for key in account_ids
    ]
    return _counted(items)


@writes(roles=MANAGERS)
def run_territory_rules(ctx: Context, account_ids: RecordIds, move_owner: bool = True) -> PlacedAccounts:
    """Give accounts to the territories that the rules find for them; each account is told for itself.

    Accounts whose territory was set by hand with the override are left alone, and so are those that no rule fits. With
    its territory an account changes hands, unless its owner sells there: to the territory's primary seller, or their
    manager while they are away. The contacts, open deals and open activities that its owner had at it follow; closed
    deals stay with whom they were, and so does what waits for approval.

    Args:
        account_ids: The accounts' ids, each once.
        move_owner: Whether accounts that change territory also change hands.
    """
    check_once(account_ids, "account_ids")
    house = House(ctx)
    items = []
    for key in account_ids:
        done = one_of_many(ctx, partial(_place, ctx, house, key, move_owner=move_owner))
        items.append(_failed(key, done) if isinstance(done, Refusal) else done)
    return _counted(items)


@writes(roles=MANAGERS, record="account_id", columns={"override": ("territory_override",)})
def set_territory(
    ctx: Context, account_id: RecordId, territory_id: RecordId | None, override: bool = True
) -> AccountPlace:
    """Put an account into a territory by hand, whatever the rules say. Its owner stays; transfer_records changes that.

    Args:
        account_id: The account's id.
        territory_id: The territory, or null for none.
        override: Whether territory rules leave the account alone from now on; false lets the next run place it.
    """
    account = heads.account(ctx, account_id)
    if territory_id is not None and _OPEN.first(ctx, key=territory_id) is None:
        raise NotFound(
            "territory_not_found",
            f"There is no open territory with id {territory_id}; see the list of territories.",
            field="territory_id",
        )
    if territory_id is None and not override and placing.territory_of(ctx, account._asdict()) is not None:
        raise Invalid(
            "override_needed",
            f"Rules find a territory for {account.name}; set the override to keep it in none.",
            field="override",
        )
    wanted = {"territory_id": territory_id, "territory_override": override}
    after = changing.change(ctx, "account", account, wanted)
    house = House(ctx)
    return AccountPlace(
        account_id=after.id, name=after.name, territory_id=after.territory_id,
        territory_name=house.territories.get(after.territory_id or 0),
        territory_override=bool(after.territory_override), owner_id=after.owner_id,
        owner_name=house.users[after.owner_id],
        version=ctx.version(Account, after.id),
    )  # fmt: skip


def _territory(one: _Territory, rules: list[_Rule], members: list[_Member]) -> TerritoryView:
    sellers = [UserRef(user_id=it.user_id, name=it.name) for it in members]
    return TerritoryView(
        territory_id=one.id, name=one.name, region=one.region, description=one.description, priority=one.priority,
        active=bool(one.active), accounts=one.accounts,
        primary_seller=sellers[0] if members and members[0].is_primary else None, sellers=sellers[:50],
        rules=[_rule(it) for it in rules[:50]],
    )  # fmt: skip


def _rule(one: _Rule) -> TerritoryRuleView:
    return TerritoryRuleView(
        rule_id=one.id, countries=json.loads(one.countries), segments=json.loads(one.segments),
        postal_prefixes=json.loads(one.postal_prefixes), employees_from=one.employees_from,
        employees_to=one.employees_to,
    )  # fmt: skip


def _found(house: House, account: heads.Account, *, move_owner: bool) -> tuple[Placed, dict[str, Any]]:
    """What rules make of an account, told and as columns that change."""
    now = house.territories.get(account.territory_id or 0)
    told = Placed(account_id=account.id, name=account.name, outcome="unchanged", from_territory=now, to_territory=now)
    if account.territory_override:
        return told.model_copy(update={"outcome": "kept_by_override"}), {}
    fits = house.places.territory_of(account._asdict())
    if fits is None:
        return told.model_copy(update={"outcome": "no_rule_fits"}), {}
    if fits.id == account.territory_id:
        return told, {}
    owner = house.places.seller_of(fits.id, account.owner_id) if move_owner else None
    wanted = {"territory_id": fits.id} | ({} if owner is None else {"owner_id": owner})
    more = {
        "outcome": "moved", "to_territory": fits.name, "from_owner": house.users.get(account.owner_id),
        "to_owner": house.users.get(owner or account.owner_id),
    }  # fmt: skip
    return told.model_copy(update=more), wanted


def _place(ctx: Context, house: House, key: int, *, move_owner: bool) -> Placed:
    account = heads.account(ctx, key, "account_ids")
    told, wanted = _found(house, account, move_owner=move_owner)
    if not wanted:
        return told
    followed = Moved()
    changing.change(ctx, "account", account, wanted, via=VIA)
    if wanted.get("owner_id", account.owner_id) != account.owner_id:
        followed = move_with(ctx, account, wanted["owner_id"], contacts=True, deals=True, activities=True, via=VIA)
    moved = {
        "contacts_moved": followed.contacts, "deals_moved": followed.deals, "activities_moved": followed.activities,
    }  # fmt: skip
    return told.model_copy(update=moved)


def _unknown(key: int) -> NotFound:
    return NotFound(
        "account_not_found",
        f"There is no account with id {key} that you may open; the list of accounts holds those that you may.",
        field="account_ids",
    )


def _failed(key: int, refusal: Refusal) -> Placed:
    return Placed(
        account_id=key, name=None, outcome="failed", error=refusal.code.upper(), message=refusal.message
    )  # fmt: skip


def _counted(items: list[Placed]) -> PlacedAccounts:
    outcomes = [one.outcome for one in items]
    return PlacedAccounts(
        total=len(items), moved=outcomes.count("moved"), kept_by_override=outcomes.count("kept_by_override"),
        failed=outcomes.count("failed"), items=items,
    )  # fmt: skip
