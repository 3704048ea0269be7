"""What people do in their own time: they write, and they lose patience."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Result, line, text, whole
from worlds.engine.operation import writes
from worlds.engine.people.company import Company, Letter
from worlds.engine.people.intents import Choice
from worlds.engine.people.persona import Person

if TYPE_CHECKING:  # a checker cannot read the types that calls make
    Name: TypeAlias = str
    Number: TypeAlias = int
    Answered: TypeAlias = str
    FactNames: TypeAlias = list[str]
else:
    Name = line(80)
    Number = whole(0, 1_000_000)
    Answered = text(400, min_length=0)
    FactNames = Annotated[list[line(60)], Field(max_length=40)]
Wrote = Literal["answer", "partial", "wrong_number", "nudge", "thanks", "change_mind", "question", "second_issue"]


WAITS_FOR_ANSWER = frozenset({"question", "second_issue", "change_mind"})


class Said(Result):
    """Whether a person wrote, or kept silent."""

    wrote: bool


def _person(ctx: Context, name: str) -> tuple[Company, Person]:
    company: Company = ctx.company
    if name not in company.people:
        raise NotFound("person_not_found", f"There is nobody named {name} here.")
    return company, company.people[name]


@writes(roles=(), doors=())
def person_writes(
    ctx: Context,
    person: Name,
    intent: Wrote,
    facts: FactNames,
    number: Number,
    answered: Answered = "",
) -> Said:
    """Write to the agent.

    Args:
        person: Who writes.
        intent: What they want to say.
        facts: The facts that they tell.
        number: Which of the things they heard this is about.
        answered: What they answer.
    """
    company, who = _person(ctx, person)
    _send(ctx, who, company.write(ctx.driver, who, Choice(intent, facts), number, answered))
    if intent in WAITS_FOR_ANSWER:
        _wait(ctx, who, company.heard(ctx.driver, who))
    return Said(wrote=True)


@writes(roles=(), doors=())
def person_waits(
    ctx: Context,
    person: Name,
    heard: Number,
) -> Said:
    """Ask the agent again if nothing was heard of them since.

    Args:
        person: Who waits.
        heard: How many messages of the agent's they had heard when they began to wait.
    """
    company, who = _person(ctx, person)
    letter = company.lose_patience(ctx.driver, who, heard)
    if letter is None:
        return Said(wrote=False)
    _send(ctx, who, letter)
    _wait(ctx, who, heard)
    return Said(wrote=True)


def _send(ctx: Context, who: Person, letter: Letter) -> None:
    ctx.tell(letter.subject, letter.body, role=who.role, about=who.about)
    company: Company = ctx.company
    address = company.reached_by(who)
    if address is not None and who.about is not None:
        said = {address.record: who.about[1], "body": letter.body}
        if letter.files:
            said["files"] = [dict(one) for one in letter.files]
        ctx.let_act(who.actor, ctx.now, address.answers, **said)


def _wait(ctx: Context, who: Person, heard: int) -> None:
    """They begin to wait for the agent, if they are of those who ask again."""
    if who.patience is not None:
        ctx.let_act(who.actor, who.runs_out_at(ctx.now), "person_waits", person=who.name, heard=heard)
