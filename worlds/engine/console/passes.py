"""Who may use the start page: one-time tickets, and the sessions that they are exchanged for."""

import secrets
import threading
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Session:
    """One person's browser. `messages` are shown once, on the next page; `mark` is what its forms carry."""

    token: str
    mark: str
    messages: list[str] = field(default_factory=list)

    def take_messages(self) -> list[str]:
        """The messages, which are gone then."""
        taken, self.messages = self.messages, []
        return taken


class Passes:
    """Tickets and sessions of one process; nothing of them is ever written down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets: set[str] = set()
        self._sessions: dict[str, Session] = {}

    def ticket(self) -> str:
        """A ticket that works once."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            self._tickets.add(ticket)
        return ticket

    def redeem(self, ticket: str) -> Session | None:
        """A session for a ticket that has not been used."""
        with self._lock:
            if ticket not in self._tickets:
                return None
            self._tickets.remove(ticket)
            session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
            self._sessions[session.token] = session
            return session

    def session(self, token: str | None) -> Session | None:
        """The session of a cookie."""
        with self._lock:
            return self._sessions.get(token or "")
