"""Hours of work of the house: Monday to Friday, from `WORK_BEGINS` to `WORK_ENDS` by its own clock."""

import json
from datetime import datetime
from typing import Final

from worlds.crm.days import ZONE
from worlds.crm.rules import WORK_BEGINS, WORK_ENDS
from worlds.engine.hours import Calendar

_WEEKDAYS: Final = range(5)
_HOUSE: Final = Calendar(str(ZONE), json.dumps({str(day): [[60 * WORK_BEGINS, 60 * WORK_ENDS]] for day in _WEEKDAYS}))


def after(start: datetime, hours: int) -> datetime:
    """The instant at which so many hours of work have passed since another one, which is aware."""
    return _HOUSE.after(start, hours * 3_600)
