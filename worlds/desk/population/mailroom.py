"""What is kept out: spam, real letters that were taken for it, and mailboxes that answer each other."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from worlds.desk.operations.suspended import delete_suspended_message, release_suspended_message
from worlds.desk.operations.writing_in import mail_arrives
from worlds.desk.population.course import Course
from worlds.desk.population.matters import Matter, Planner
from worlds.engine.history import SYSTEM
from worlds.seeds.calendars import Calendar

_LATELY: Final = timedelta(days=6)
_SENDERS: Final = (
    ("SEO Growth Team", "offers@rankings.example.com"), ("Winner Notice", "claims@lucky.example.net"),
    ("Invoice Dept.", "billing@overdue.example.org"), ("Cheap Containers", "sales@boxes.example.com"),
    ("Dr. A. Prince", "prince@estate.example.net"), ("Newsletter", "news@gadgets.example.org"),
    ("Followers Now", "hello@followers.example.com"), ("Loan Office", "approved@loans.example.net"),
)  # fmt: skip
_LOOP_MAILS: Final = 8


def plan(planner: Planner, count: int) -> list[Matter]:
    """So many letters that the mail server takes for spam, a few of them from people who really want something."""
    lately = Calendar(planner.calendar.zone, planner.calendar.end - _LATELY, planner.calendar.end)
    made = []
    for at in range(count):
        rng = planner.rng_of("spam", at)
        moment = (lately if at % 3 else planner.calendar).moment(rng)
        who, topic = planner.someone(rng, private=True), rng.choice(("product_question", "discount", "wismo"))
        matter = planner.matter(("spam", at), moment, who, topic, case="spam", channel="email")
        if at % 6 == 5:
            matter.order = planner.order(rng, who, topic, moment) if topic == "wismo" else None
        else:
            name, address = rng.choice(_SENDERS)
            matter.told, matter.sender, matter.language = "spam", (name, f"{at}.{address}"), "en"
        made.append(matter)
    return made


def begin(course: Course, letters: Sequence[Matter]) -> None:
    """Let all of them come in, and two mailboxes talk to ours until they are kept out."""
    for matter in letters:
        course.then(matter.at, _arrive, matter)
    writers = [one for one in letters if one.sender is None][:2]
    for at, matter in enumerate(writers):
        first = course.history.build.start - timedelta(days=3 - at, hours=11, minutes=at * 7)
        for number in range(_LOOP_MAILS):
            course.then(first + timedelta(minutes=5 * number), _answer_back, matter, number)


def _arrive(course: Course, matter: Matter, now: datetime) -> None:
    rng = course.rng(matter, "open")
    said = course.speech.opening(rng, matter)
    name, address = matter.sender or (matter.who.name.strip(), matter.who.email)
    mail = {"language": matter.language, "spam": True}
    came = course.history.perform(now, SYSTEM, mail_arrives, address, name, said.subject, said.body, **mail)
    if came is None or came.suspended_id is None:
        return
    if matter.sender is None:
        course.truth.dirty("real_mail_suspended", came.suspended_id)
    if now < course.history.build.start - _LATELY:
        course.then(
            course.rota.at_work("Team leads", now, rng.randint(3_000, 60_000)), _look, matter, came.suspended_id
        )


def _look(course: Course, matter: Matter, suspended_id: int, now: datetime) -> None:
    """A lead decides about it."""
    lead = course.rng(matter, "lead").choice(course.rota.team.leads)
    decide = release_suspended_message if matter.sender is None else delete_suspended_message
    course.history.perform(now, lead, decide, suspended_id)


def _answer_back(course: Course, matter: Matter, number: int, now: datetime) -> None:
    """An automatic answer to our automatic answer."""
    rng = course.rng(matter, "loop", number)
    said = course.speech.absence(rng, matter, now)
    came = course.history.perform(
        now, SYSTEM, mail_arrives, matter.who.email, matter.who.name.strip(), said.subject, said.body,
        automatic=True,
    )  # fmt: skip
    if came is not None and came.ticket_id is not None:
        course.opened += 1
