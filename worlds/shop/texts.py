"""The bounded texts that only the shop's operations take."""

from typing import TYPE_CHECKING

from worlds.engine.fields import line

if TYPE_CHECKING:  # a checker reads them as text; what bounds them is made by a call, which it cannot read as a type
    from typing import TypeAlias

    PostalCode: TypeAlias = str
    Country: TypeAlias = str
    Tracking: TypeAlias = str
    Code: TypeAlias = str
    Password: TypeAlias = str
else:
    PostalCode = line(16)
    Country = line(2, min_length=2, pattern=r"^[A-Z]{2}$")
    Tracking = line(40, min_length=4, pattern=r"^\w[\w -]*$")
    Code = line(40)
    Password = line(200)
