"""What requesters do while their ticket is being worked on."""

from typing import Final

from worlds.engine.faults.fault import READS, Fault, Hit
from worlds.engine.faults.plan import Rule
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply

_ASKED_AGAIN: Final = {
    "en": "Is there any news on this? I would like to know where I stand.",
    "nl": "Is hier al nieuws over? Ik hoor graag hoe het ervoor staat.",
    "de": "Gibt es hierzu schon etwas Neues? Ich wüsste gern, woran ich bin.",
    "fr": "Y a-t-il du nouveau ? J'aimerais savoir où en est ma demande.",
}
_REQUESTER = """SELECT u.name, t.language FROM ticket t JOIN desk_user u ON u.id = t.requester_id
    WHERE t.id = ? AND t.status NOT IN ('solved', 'closed') AND t.spam = 0 AND u.role = 'end_user'
      AND u.suspended = 0"""


class RequesterAsksAgain(Fault):
    """The requester writes on a ticket just after it was read, so that it is not as it was read."""

    code = "T1"
    lesson = "Read what came meanwhile before you answer, and send your change with the version that you read."
    strikes = READS
    catches = False  # what they write changes nothing of what is asked, and who does not read it does no harm either

    def alone(self) -> tuple[Rule, ...]:
        """After the first look at what the task is about."""
        return (Rule(fault=self.name, scope="target"),)

    def may_strike(self, operation: Operation[..., object]) -> bool:
        """A look at one ticket."""
        return operation.name == "get_ticket"

    def fits(self, hit: Hit) -> bool:
        """Where somebody waits for an answer; what is solved would be opened by it, and be another matter then."""
        return self._waiting(hit) is not None

    def after(self, hit: Hit, reply: Reply) -> None:
        """Let them write."""
        found = self._waiting(hit) if reply.ok else None
        if found is not None:
            name, language = found
            body = f"{_ASKED_AGAIN[language]}\n\n{name}"
            hit.happen(f"person:{name}", "requester_writes", ticket_id=hit.call.values["ticket_id"], body=body)

    def _waiting(self, hit: Hit) -> tuple[str, str] | None:
        rows = hit.call.driver.execute(_REQUESTER, (hit.call.values["ticket_id"],)).fetchall()
        return (str(rows[0][0]), str(rows[0][1])) if rows else None
