"""What was wrong with a form, in the words of the page on which it stands: its labels, and sentences of its own."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from worlds.engine.surfaces.forms import Form, Problem, caption


def labelled(form: Form, labels: Mapping[str, str]) -> Form:
    """A form whose problems name fields as the page labels them, by argument."""

    def said(problem: Problem) -> Problem:
        field = problem.field or ""
        old, new = f"{caption(field)}: ", labels.get(field)
        if new and problem.message.startswith(old):
            return replace(problem, message=f"{new}: {problem.message.removeprefix(old)}")
        return problem

    return _reworded(form, said)


def asking(form: Form, **sentences: str) -> Form:
    """A form that says in a sentence of its own what has to be chosen where nothing was, by argument."""

    def said(problem: Problem) -> Problem:
        missing = problem.code == "missing_argument" and problem.field in sentences
        return replace(problem, message=sentences[problem.field or ""]) if missing else problem

    return _reworded(form, said)


def _reworded(form: Form, said: Callable[[Problem], Problem]) -> Form:
    if form.sent is None or not form.sent.problems:
        return form
    return replace(form, sent=replace(form.sent, problems=tuple(map(said, form.sent.problems))))
