"""Requesters of the small desk before the help centre, found by what their requests are and never by their id."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from worlds.engine import bookkeeping


class Asked(NamedTuple):
    """A request and who asked it; `other_id` is a record of it that a case is about."""

    ticket_id: int
    number: int
    person: int
    name: str
    other_id: int | None = None


class Seat(NamedTuple):
    """A page of the help centre, and who looks at it."""

    role: str
    person: int
    path: str


_ASKED = """SELECT t.id, t.number, u.id, u.name, {other}
  FROM ticket t JOIN desk_user u ON u.id = t.requester_id {joined}
  WHERE u.role = 'end_user' AND u.suspended = 0 AND u.merged_into_id IS NULL AND {fits}
  ORDER BY {order}, t.id LIMIT 1"""
_SAID = "(SELECT count(*) FROM comment c WHERE c.ticket_id = t.id AND c.public = 1)"
_NOTES = "(SELECT count(*) FROM comment c WHERE c.ticket_id = t.id AND c.public = 0)"
_FILES = "JOIN comment c ON c.ticket_id = t.id AND c.public = 1 JOIN attachment a ON a.comment_id = c.id"
_RATED = "JOIN rating r ON r.ticket_id = t.id"


@dataclass
class HelpCases:
    """Looks for requests in the tables, where no role of the help centre could."""

    episode: Any

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What a query of the tables gives."""
        with self.episode._fork.lease() as connection:
            return list(bookkeeping.driver_of(connection).execute(query, values).fetchall())

    def asked(self, fits: str, *, joined: str = "", other: str = "NULL", order: str = f"{_SAID} DESC") -> Asked:
        """The request with most messages for which a condition holds."""
        found = self.rows(_ASKED.format(fits=fits, joined=joined, other=other, order=order))
        assert found, fits
        return Asked(*found[0])

    @cached_property
    def pending(self) -> Asked:
        """A request that waits for whoever asked it."""
        return self.asked("t.status = 'pending'")

    @cached_property
    def noted(self) -> Asked:
        """An open request with internal notes as well as answers."""
        return self.asked(f"t.status = 'open' AND {_SAID} > 1 AND {_NOTES} > 0", order=f"{_NOTES} DESC")

    @cached_property
    def offered(self) -> Asked:
        """A solved request whose requester was asked how content they are."""
        return self.asked("t.status = 'solved' AND r.score = 'offered'", joined=_RATED)

    @cached_property
    def rated(self) -> Asked:
        """A solved request that was rated."""
        return self.asked("t.status = 'solved' AND r.score <> 'offered'", joined=_RATED)

    @cached_property
    def closed(self) -> Asked:
        """A closed request that was not merged."""
        return self.asked("t.status = 'closed' AND t.merged_into_id IS NULL")

    @cached_property
    def merged(self) -> Asked:
        """A request that was joined with another one of the same requester, and that one's id."""
        join = "JOIN ticket into_ ON into_.id = t.merged_into_id AND into_.requester_id = t.requester_id"
        return self.asked("t.status = 'closed'", joined=join, other="into_.id", order="into_.status = 'closed'")

    @cached_property
    def gone_on(self) -> Asked:
        """A request that goes on from a closed one."""
        return self.asked("t.follow_up_of_id IS NOT NULL")

    def filed(self, fits: str) -> Asked:
        """A request with a file that requesters may see, and the file's id."""
        return self.asked(fits, joined=_FILES, other="a.id")

    @cached_property
    def drawing(self) -> Asked:
        """A request with a drawing that was found harmless."""
        return self.filed("a.scan_state = 'clean' AND a.mime = 'image/svg+xml'")

    @cached_property
    def busiest(self) -> int:
        """Who has asked most, and belongs to no organisation."""
        return int(self.rows(_BUSIEST)[0][0])

    @cached_property
    def manager(self) -> tuple[int, int]:
        """The manager of an organisation whose requests only its managers see, and how many requests it has."""
        person, count = self.rows(_OF_A_FIRM, 1, 0)[0]
        return int(person), int(count)

    def member(self, *, shared: bool) -> tuple[int, int]:
        """Somebody of an organisation with colleagues' requests, which they may see or not; and how many it has."""
        person, count = self.rows(_OF_A_FIRM, 0, int(shared))[0]
        return int(person), int(count)

    def address(self, person: int) -> str:
        """An e-mail address of somebody."""
        return str(self.rows("SELECT value FROM user_identity WHERE user_id = ? AND kind = 'email'", person)[0][0])

    @cached_property
    def article(self) -> str:
        """The slug of a public article in English, of which others have said whether it helped."""
        found = self.rows(
            "SELECT slug FROM kb_article WHERE visibility = 'public' AND language = 'en' ORDER BY helpful DESC, id"
        )
        return str(found[0][0])

    @cached_property
    def internal(self) -> str:
        """The slug of an article that only staff see."""
        return str(self.rows("SELECT slug FROM kb_article WHERE visibility = 'internal' ORDER BY id")[0][0])

    @cached_property
    def shelf(self) -> str:
        """The slug of the shelf with most public articles."""
        return str(self.rows(_SHELF)[0][0])

    @cached_property
    def seats(self) -> dict[str, Seat]:
        """Every page of the help centre by name, each seen by somebody who has what it shows."""
        mine = {name: Seat("requester", self.busiest, path) for name, path in self._anybody().items()}
        return mine | self._of_requests() | self._of_organisations()

    def _anybody(self) -> dict[str, str]:
        return {
            "home": "/help/",
            "found": "/help/search?query=parcel",
            "nothing found": "/help/search?query=zzzz",
            "all articles": "/help/search",
            "other languages": "/help/search?language=nl",
            "a shelf": f"/help/categories/{self.shelf}",
            "an article": f"/help/articles/{self.article}",
            "my requests": "/help/requests",
            "no requests": "/help/requests?query=zzzz",
            "a wrong filter": "/help/requests?status=x",
            "new request": "/help/requests/new",
            "new request with a subject": "/help/requests/new?subject=A+lantern",
            "account": "/help/account",
            "signed in already": "/help/sign-in",
            "nothing": "/help/nothing",
            "no such request": "/help/requests/999999",
        }

    def _of_requests(self) -> dict[str, Seat]:
        harmless = self.filed("a.scan_state = 'clean' AND a.mime = 'text/plain'")
        waiting, blocked = (self.filed(f"a.scan_state = '{state}'") for state in ("pending", "malware"))
        found = {
            "a request that waits for them": self.pending,
            "an open request": self.noted,
            "a request to rate": self.offered,
            "a rated request": self.rated,
            "a closed request": self.closed,
            "a joined request": self.merged,
            "a request that goes on": self.gone_on,
            "a request with a file": harmless,
            "a request with a file that is checked": waiting,
            "a request with malware": blocked,
        }
        seats = {name: Seat("requester", one.person, f"/help/requests/{one.ticket_id}") for name, one in found.items()}
        for name, one in (("a file", harmless), ("a drawing", self.drawing)):
            seats[name] = Seat("requester", one.person, f"/help/requests/{one.ticket_id}/files/{one.other_id}")
        return seats | {"home of somebody asked": Seat("requester", self.pending.person, "/help/")}

    def _of_organisations(self) -> dict[str, Seat]:
        manager, open_, shut = self.manager[0], self.member(shared=True)[0], self.member(shared=False)[0]
        return {
            "our requests": Seat("org_manager", manager, "/help/organization"),
            "a manager's account": Seat("org_manager", manager, "/help/account"),
            "requests of colleagues": Seat("requester", open_, "/help/organization"),
            "requests that are not shared": Seat("requester", shut, "/help/organization"),
            "no organisation": Seat("requester", self.busiest, "/help/organization"),
        }


_BUSIEST = """SELECT u.id FROM desk_user u JOIN ticket t ON t.requester_id = u.id
  WHERE u.role = 'end_user' AND u.suspended = 0 AND u.merged_into_id IS NULL AND u.organization_id IS NULL
  GROUP BY u.id ORDER BY count(*) DESC, u.id LIMIT 1"""
_OF_A_FIRM = """SELECT u.id, (SELECT count(*) FROM ticket t WHERE t.organization_id = o.id)
  FROM desk_user u JOIN organization o ON o.id = u.organization_id
  WHERE u.suspended = 0 AND u.merged_into_id IS NULL AND u.org_manager = ? AND o.shared_tickets = ?
    AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.requester_id = u.id AND t.organization_id IS NOT o.id)
  ORDER BY (SELECT count(*) FROM ticket t WHERE t.organization_id = o.id AND t.requester_id <> u.id) DESC, u.id
  LIMIT 1"""
_SHELF = """SELECT k.slug FROM kb_category k JOIN kb_article a ON a.category_id = k.id WHERE a.visibility = 'public'
  GROUP BY k.id ORDER BY count(*) DESC, k.id LIMIT 1"""
