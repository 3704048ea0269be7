"""The ticket desk: Larkfield Care, where customers ask, agents answer, and clocks run."""

from worlds.engine.dialect import Dialect
from worlds.engine.world import Role, World

WORLD = World(
    name="desk",
    title="Larkfield Care",
    roles={
        "requester": Role("Requester", "Asks for help in the help centre and follows their own requests.", home="help"),
        "org_manager": Role(
            "Organisation manager", "A requester who also sees the requests of their organisation.", home="help"
        ),
        "light_agent": Role(
            "Light agent", "Reads tickets and leaves internal notes; never writes to customers.", home="workspace"
        ),
        "agent": Role(
            "Agent", "Answers and works off tickets; promises up to 25.00 EUR of goodwill.", home="workspace"
        ),
        "team_lead": Role(
            "Team lead",
            "Also merges, reassigns, releases suspended messages and looks after macros; promises up to 75.00 EUR.",
            home="workspace",
        ),
        "admin": Role("Administrator", "May do all that the workspace offers.", home="workspace"),
        "integration": Role("Integration", "An app that reads and updates tickets by tools alone.", home="workspace"),
    },
    zone="Europe/Amsterdam",
    currency="EUR",
    dialect=Dialect(
        version="safe_version",
        cursor="after_cursor",
        page={"items": "rows", "count": "total", "has_more": "more", "after_cursor": "next"},
    ),
)
