"""A company: worlds joined into one, as its apps, over one database, one clock and one inbox.

    WORLD = Company(
        name="company",
        title="Larkfield",
        apps={"shop": "shop", "desk": "desk"},                       # app: the world that it is
        roles={"care": Role("Care", "...", seats={"shop": "support_l1", "desk": "agent"})},
    )

The joined worlds stay as they are and know nothing of it. Their tools carry the app's name (`shop_get_order`), each app
keeps its roles, its dialect, its error bodies and its pages, and its tables stand under their own names, or with the
app's name before where another app has one of that name (see `worlds.engine.naming`).

A company's folder has what any world's has, but no tables of its own: `population.py`, whose `populate(build)` fills
each app within `with build.app("shop") as part:`; `seats.py`, whose `seat(start, role, person, app)` says as whom
somebody works in an app; `seeds.toml`, `tasks/`, `policy/`, `pages/`; `invariants.py` for laws that hold between apps.
"""

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, Table

from worlds.engine.cursors import spoken_in
from worlds.engine.naming import Names, names_of
from worlds.engine.operation import Operation
from worlds.engine.people.company import Address
from worlds.engine.world import App, Invariant, World, find, operations_everywhere


@dataclass(frozen=True, eq=False)
class Company(World):
    """Worlds joined into one.

    Args:
        worlds: by the names of the apps, the names of the worlds that they are.
    """

    worlds: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def apps(self) -> Mapping[str, App]:
        """Its apps by name.

        Raises:
            LookupError: when there is no world of a name.
            ValueError: when two tables would stand under one name.
        """
        found = {app: find(world) for app, world in self.worlds.items()}
        names = names_of({app: world.metadata for app, world in found.items()})
        return MappingProxyType({app: App(app, world, names[app]) for app, world in found.items()})

    @cached_property
    def metadata(self) -> MetaData:
        """The tables of all apps as they stand in the company's database: names, columns, what refers to what."""
        joined = MetaData()
        for app in self.apps.values():
            for table in app.world.metadata.sorted_tables:
                Table(app.names.stored(table.name), joined, *_columns(table, app.names), info=dict(table.info))
        return joined

    @cached_property
    def operations(self) -> Mapping[str, Operation[..., Any]]:
        """Every operation of every app under the app's name and its own, and those that all worlds have."""
        found = {}
        shared = operations_everywhere()
        for app in self.apps.values():
            for name, operation in app.world.operations.items():
                if name not in shared:
                    known = f"{app.name}_{name}"
                    found[known] = replace(operation, name=known, app=app.name, roles=self._roles_of(app, operation))
        for name, operation in shared.items():
            found[name] = spoken_in(replace(operation, roles=frozenset(self.roles)), self.dialect)
        return MappingProxyType(dict(sorted(found.items())))

    @cached_property
    def addresses(self) -> Mapping[str, Address]:
        """By which operations the agent writes to whom, in all apps."""
        found = {}
        for app in self.apps.values():
            for name, one in app.world.addresses.items():
                answers = f"{app.name}_{one.answers}" if one.answers else ""
                found[f"{app.name}_{name}"] = replace(one, table=app.names.stored(one.table), answers=answers)
        return found

    @cached_property
    def invariants(self) -> tuple[Invariant, ...]:
        """The laws of all apps, and those that the company's own module `invariants` states between them."""
        between: tuple[Invariant, ...] = ()
        if importlib.util.find_spec(f"{self.package}.invariants"):
            between = tuple(self.part("invariants").INVARIANTS)
        return (*(law for app in self.apps.values() for law in _laws(app)), *between)

    def _roles_of(self, app: App, operation: Operation[..., Any]) -> frozenset[str]:
        return frozenset(name for name, role in self.roles.items() if role.seats.get(app.name) in operation.roles)


def _columns(table: Table, names: Names) -> Iterator[Column[Any]]:
    for column in table.columns:
        keys = [ForeignKey(f"{names.stored(key.column.table.name)}.{key.column.name}") for key in column.foreign_keys]
        yield Column(
            column.name,
            column.type,
            *keys,
            primary_key=column.primary_key,
            nullable=column.nullable,
            info=dict(column.info),
        )


def _laws(app: App) -> Iterator[Invariant]:
    for law in app.world.invariants:
        yield replace(
            law,
            name=f"{app.name}_{law.name}",
            table=app.names.stored(law.table),
            sql=app.names.sql(law.sql),
            via={app.names.stored(table): column for table, column in law.via.items()},
        )
