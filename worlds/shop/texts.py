"""The bounded texts that the shop's operations take."""

from typing import TYPE_CHECKING

from worlds.engine.fields import line, text

if TYPE_CHECKING:  # a checker reads them as text; what bounds them is made by a call, which it cannot read as a type
    from typing import TypeAlias

    Query: TypeAlias = str
    Name: TypeAlias = str
    PostalCode: TypeAlias = str
    Country: TypeAlias = str
    Phone: TypeAlias = str
    Tracking: TypeAlias = str
    Code: TypeAlias = str
    Slug: TypeAlias = str
    Email: TypeAlias = str
    Password: TypeAlias = str
    Reason: TypeAlias = str
    Words: TypeAlias = str
else:
    Query = line(100)
    Name = line(120)
    PostalCode = line(16)
    Country = line(2, min_length=2, pattern=r"^[A-Z]{2}$")
    Phone = line(40)
    Tracking = line(40, min_length=4, pattern=r"^\w[\w -]*$")
    Code = line(40)
    Slug = line(120)
    Email = line(254)
    Password = line(200)
    Reason = line(200)
    Words = text(4000)
