"""The bounded texts that only the CRM's operations take."""

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from worlds.engine.fields import line, text


def _check_said(value: str) -> str:
    """A name or a reason has to say something; spaces alone would look like an empty field."""
    if not value.strip():
        raise ValueError("must hold more than spaces")
    return value


if TYPE_CHECKING:  # a checker reads them as text; what bounds them is made by a call, which it cannot read as a type
    from typing import TypeAlias

    Called: TypeAlias = str
    Title: TypeAlias = str
    Notes: TypeAlias = str
    Why: TypeAlias = str
    Street: TypeAlias = str
    City: TypeAlias = str
    PostalCode: TypeAlias = str
    Country: TypeAlias = str
    Website: TypeAlias = str
    Zone: TypeAlias = str
    LanguageCode: TypeAlias = str
    External: TypeAlias = str
    ColumnName: TypeAlias = str
else:
    Called = Annotated[line(160), AfterValidator(_check_said)]
    Title = Annotated[line(200), AfterValidator(_check_said)]
    Notes = text(8_000)
    Why = Annotated[text(2_000), AfterValidator(_check_said)]
    Street = line(200)
    City = line(120)
    PostalCode = line(16)
    Country = line(2, pattern=r"^[A-Z]{2}$")
    Website = line(200)
    Zone = line(60, pattern=r"^[A-Za-z]+(/[A-Za-z_+-]+)*$")
    LanguageCode = Annotated[line(2, pattern=r"^[a-z]{2}$"), Field(examples=["nl"])]
    External = line(80)
    ColumnName = line(60, pattern=r"^[a-z][a-z0-9_]*$")
