"""What approvers write about a request, and how their question is answered from the records."""

import random
from collections.abc import Callable, Mapping
from typing import Final

QUESTIONS: Final = {
    "quantity": (
        "How many of the {product} are in it? I want to see whether that is a quantity at all.",
        "Before I say anything: what is the number of {product} that they would take?",
        "{product}, how many is it in this quote?",
    ),
    "closes": (
        "When is the deal to close? Give me the day that stands on it, please.",
        "On which day do you expect to close this? As it is entered, not as one hopes.",
        "What is the close date of the deal at the moment?",
    ),
    "decides": (
        "Who decides about it on their side? I want the name.",
        "Is there somebody there who can sign? Whose decision is it, according to the deal?",
        "Which of their people has the decision in this? Please name them.",
    ),
    "employees": (
        "How large are they, how many employees?",
        "What do we have on record as their number of employees?",
        "Remind me how big that firm is: how many employees do we have down for them?",
    ),
}
"""By what is asked for; `product` is one that stands in the quote."""
APPROVED: Final = (
    "Fine with me, for what they give.",
    "Agreed. Keep to what they promised, please.",
    "I can live with that; go on.",
    "All right. Next time a little earlier, please.",
)
REJECTED: Final = (
    "No. For that we would have to sell twice as much.",
    "I do not see what we get for it. Rejected.",
    "Not this quarter; the margin of that line is thin enough.",
    "That is too much for what they give. Talk to them again.",
)
_SIGNS: Final = {
    "decides": ("decides about", "decision"),
    "closes": ("close",),
    "employees": ("employees",),
    "quantity": ("how many", "number of"),
}
"""Words by which one sees what is asked for; the first that fits."""


def question(chance: random.Random, kind: str, product: str) -> str:
    """A question of an approver's."""
    return chance.choice(QUESTIONS[kind]).format(product=product)


def asked_for(text: str) -> str:
    """What a question asks for.

    Raises:
        LookupError: where one cannot tell.
    """
    words = text.casefold()
    for kind, signs in _SIGNS.items():
        if any(sign in words for sign in signs):
            return kind
    raise LookupError(f"what does this ask for: {text}")


def answer(text: str, records: Mapping[str, Callable[[str], str]]) -> str:
    """The answer to a question; `records` say what there is to each thing, given the question."""
    kind = asked_for(text)
    said = records[kind](text)
    return {
        "quantity": f"It is {said} in the quote.",
        "closes": f"The deal is to close on {said}.",
        "decides": f"{said} decides there, by the deal's record.",
        "employees": f"We have {said} employees on record for them.",
    }[kind]
