"""What proves that a form or a cookie of a page is ours: tokens, keys and the session cookie, signed for one episode.

The signing secret lies outside the world and belongs to an episode and its epoch; expiry follows the virtual clock, so
nothing here depends on the machine's time or on chance.
"""

import hashlib
import hmac
from typing import Any

from flask import Flask, Request, Response, g, request
from flask.sessions import SecureCookieSession, SessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadData, URLSafeSerializer

from worlds.engine.episode import Episode

LIFE = 3_600
"""Virtual seconds for which a form may be sent after it was shown."""

EXPIRED = "The form has expired; reload and send it again."


def secret_of(asked: Request) -> bytes:
    """The signing secret that the server gave this request's episode and epoch."""
    return str(asked.environ["worlds.secret"]).encode()


def seconds_now(episode: Episode) -> int:
    """The episode's virtual time in seconds since 1970."""
    return int(episode.now.timestamp())


def _mac(secret: bytes, purpose: str, text: str) -> str:
    return hmac.new(secret, f"{purpose}|{text}".encode(), hashlib.sha256).hexdigest()[:32]


def form_token(secret: bytes, now: int) -> str:
    """A token that a form carries: when it was shown, and our mark on that."""
    return f"{now}.{_mac(secret, 'form', str(now))}"


def token_age(secret: bytes, token: str | None, now: int) -> int | None:
    """Virtual seconds since the token was made; None for a missing or forged one."""
    made, _, mark = (token or "").partition(".")
    if not (made.isascii() and made.isdigit() and len(made) <= 12 and mark.isascii()):
        return None
    return now - int(made) if hmac.compare_digest(mark, _mac(secret, "form", made)) else None


def form_key(step: int, action: str) -> str:
    """The idempotency key of a form: one a rendering, so that a double click has one effect.

    It is kept in the world's state, so it depends on nothing outside of it: `action` is the path below the prefix.
    """
    return hashlib.sha256(f"{step}|{action}".encode()).hexdigest()[:32]


class ClockedCsrf(CSRFProtect):  # type: ignore[misc]  # Flask-WTF ships no types
    """Flask-WTF's protection with tokens of the episode; an expired form is left to its action, which keeps the text.

    Its tokens come from chance and the machine's clock; ours are in `form_token`.
    """

    def protect(self, apply_exemptions: bool = False) -> None:  # noqa: ARG002 - Flask-WTF's signature; nothing is exempt
        """Turn away a request that writes without a token of this episode and epoch.

        Raises:
            CSRFError: for a missing or forged token.
        """
        if request.method in {"GET", "HEAD", "OPTIONS"} or request.routing_exception is not None:
            return
        token = request.form.get("csrf_token") or request.headers.get("X-CSRFToken")
        age = token_age(secret_of(request), token, seconds_now(request.environ["worlds.episode"]))
        if age is None:
            raise CSRFError(
                "This form did not come from these pages; nothing was done. Open its page and send it there."
            )
        g.form_expired = age > LIFE


class EpisodeSessions(SessionInterface):
    """The session cookie: signed with the episode's secret, sent to its pages alone, without a machine's time in it."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:  # noqa: ARG002 - Flask's signature
        """What the cookie holds; nothing, if it is another episode's or forged."""
        try:
            return SecureCookieSession(self._signer(request).loads(request.cookies.get("session", "")))
        except (BadData, TypeError, ValueError):
            return SecureCookieSession()

    def save_session(self, app: Flask, session: Any, response: Response) -> None:  # noqa: ARG002 - Flask's signature
        """Set the cookie where its content changed; drop it where it is empty."""
        if not session.modified:
            return
        path = f"{request.script_root}/"
        if not session:
            response.set_cookie("session", "", max_age=0, expires=0, path=path, httponly=True, samesite="Lax")
            return
        value = self._signer(request).dumps(dict(session))
        response.set_cookie("session", str(value), path=path, httponly=True, samesite="Lax")

    @staticmethod
    def _signer(asked: Request) -> URLSafeSerializer:
        return URLSafeSerializer(
            secret_of(asked), salt="pages", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )
