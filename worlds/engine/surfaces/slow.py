"""Work that a form has set going and that takes its time: the page that says so, and what it ends in."""

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.errors import NotFound
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply
from worlds.engine.surfaces import error_pages
from worlds.engine.surfaces.page_door import Door

ASK = "get_job"
"""The operation that tells how a job stands."""


def job_in(operation: Operation[..., Any], reply: Reply) -> str | None:
    """The job that a write was answered with in place of its own result, or None."""
    if reply.status != 202 or not isinstance(reply.body, dict) or _is_about_jobs(operation):
        return None
    job = reply.body.get("job_id")
    return job if isinstance(job, str) else None


def _is_about_jobs(operation: Operation[..., Any]) -> bool:
    """Whether an operation answers with a job by itself: its own page then says so."""
    return "job_id" in operation.output_schema.get("properties", {})


def follow(job: str, onward: str | None) -> AnyResponse:
    """On to the page that says that it takes longer; it remembers by its address what was sent, and where to go."""
    app = error_pages.app_for(request)
    name = app.name if app else ""
    address = url_for("everywhere.working", app=name, job=job, sent=request.path, next=onward)
    return redirect(address, 303)


def shown(door: Door, job: str, sent: str, onward: str | None) -> str | AnyResponse:
    """The page of a job: that it is not finished, or the page and message in which the form's action ends.

    Raises:
        Refusal: when there is no such job, or it is none of this role's.
    """
    found = door.read(door.world.operations[ASK], job_id=job)
    if found.status != "completed":
        here = f"{request.script_root}{request.full_path}"
        return door.render("pages/working.html", layout=error_pages.layout(), here=here)
    act, arguments = _action(sent)
    if act.operation.name != found.operation:
        raise NotFound("unknown_page", "This page belongs to another form than the job.")
    value = None if found.answer is None else act.operation.decode(found.answer)
    outcome = act.done(door, value, **arguments)
    flash(outcome.message, "success")
    return redirect(onward or outcome.to, 303)


def _action(sent: str) -> tuple[Any, dict[str, Any]]:
    """The action at an address of these pages, and the arguments in that address.

    Raises:
        NotFound: where there is none.
    """
    try:
        endpoint, arguments = current_app.url_map.bind("localhost").match(sent, "POST")
    except HTTPException:
        raise NotFound("unknown_page", "There is no form that is sent to this address.") from None
    return current_app.view_functions[endpoint], dict(arguments)
