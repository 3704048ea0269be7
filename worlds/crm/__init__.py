"""The CRM: Larkfield Relations, where leads become customers, deals go through stages, and records have owners."""

from worlds.engine.dialect import Dialect
from worlds.engine.world import Role, World

WORLD = World(
    name="crm",
    title="Larkfield Relations",
    roles={
        "rep": Role(
            "Sales representative",
            "Sells to the accounts of a territory; sees what is theirs, and gives discounts of up to 10 per cent.",
            home="relations",
        ),
        "sdr": Role(
            "Sales development",
            "Works off new leads, qualifies and converts them, and sets up meetings.",
            home="relations",
        ),
        "sales_manager": Role(
            "Sales manager",
            "Leads representatives, sees what they own, reopens deals and approves discounts of up to 20 per cent.",
            home="relations",
        ),
        "vp": Role("VP sales", "Heads sales, sees everything and approves what is above.", home="relations"),
        "sales_ops": Role(
            "Sales operations",
            "Keeps records right: imports, merges, territories, rules and hand-overs.",
            home="relations",
        ),
        "marketing": Role(
            "Marketing", "Runs campaigns, looks after leads and after what people agreed to.", home="relations"
        ),
        "cs_manager": Role(
            "Customer success",
            "Looks after customers once they have bought, and after their contacts.",
            home="relations",
        ),
        "finance": Role(
            "Finance", "Reads everything, with cost and margin, and decides on large discounts.", home="relations"
        ),
        "integration": Role("Integration", "An app that reads and updates records by tools alone.", home="relations"),
        "admin": Role("Administrator", "May do all that the CRM offers.", home="relations"),
    },
    zone="Europe/Amsterdam",
    currency="EUR",
    dialect=Dialect(
        version="if_modstamp",
        cursor="query_locator",
        alike="allow_save",
        page={"totalSize": "total", "done": "done", "nextRecordsUrl": "next", "records": "rows"},
        locator="/services/data/query/{}",
        conflicts="columns",
    ),
)
