"""The bounded texts that only the desk's operations take."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from worlds.engine.fields import line, text

if TYPE_CHECKING:  # a checker reads them as text; what bounds them is made by a call, which it cannot read as a type
    from typing import TypeAlias

    Subject: TypeAlias = str
    Body: TypeAlias = str
    Tag: TypeAlias = str
    FieldName: TypeAlias = str
    FieldText: TypeAlias = str
    OrderNumber: TypeAlias = str
    FileName: TypeAlias = str
    FileText: TypeAlias = str
    Tags: TypeAlias = list[str]
else:
    Subject = line(200)
    Body = text(12_000)
    Tag = line(60, pattern=r"^[a-z0-9][a-z0-9_.:-]*$")
    FieldName = line(60, pattern=r"^[a-z][a-z0-9_]*$")
    FieldText = line(200, min_length=0)
    OrderNumber = line(40)
    FileName = line(120)
    FileText = text(60_000, min_length=0)
    Tags = Annotated[list[Tag], Field(max_length=40)]
