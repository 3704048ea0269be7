"""People and organisations: finding them by whatever is known, their addresses and tickets, and putting records right."""

from typing import Any, Final

from flask import url_for

from worlds.desk.operations.people import (
    add_identity,
    get_organization,
    get_user,
    list_organizations,
    list_users,
    merge_users,
    suspend_user,
    update_user,
)
from worlds.desk.operations.tickets import create_ticket
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.records import UserDetail
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act, tabs
from worlds.engine.surfaces.pages import Done, Door
