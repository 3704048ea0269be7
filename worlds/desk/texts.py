"""The bounded texts that only the desk's operations take."""

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from worlds.engine.fields import line, text


def _check_said(value: str) -> str:
    """Whatever is mailed to somebody has to say something; spaces alone would go out as an empty mail."""
    if not value.strip():
        raise ValueError("must hold more than spaces")
    return value


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
    Subject = Annotated[line(200), AfterValidator(_check_said)]
    Body = Annotated[text(12_000), AfterValidator(_check_said)]
    Tag = line(60, pattern=r"^[a-z0-9][a-z0-9_.:-]*$")
    FieldName = line(60, pattern=r"^[a-z][a-z0-9_]*$")
    FieldText = line(200, min_length=0)
    OrderNumber = line(40)
    FileName = line(120)
    FileText = text(60_000, min_length=0)
    Tags = Annotated[list[Tag], Field(max_length=40)]
