"""Calendar days as the house counts them: in its own zone."""

from worlds.crm import WORLD
from worlds.engine.days import LocalDays

_HOUSE = LocalDays(WORLD.zone)

ZONE = _HOUSE.zone
local_day = _HOUSE.of
day_start = _HOUSE.start
day_end = _HOUSE.end
spoken_day = _HOUSE.spoken
