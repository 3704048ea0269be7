"""A world's pages in a real browser: served below episode prefixes, and looked over by axe-core."""

import threading
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import WSGIRequestHandler, make_server

from worlds.engine.surfaces.drift.settings import settings_of

NARROW = 390
"""The width of a telephone."""
_BUILT_OF = "[...new Set([...document.querySelectorAll('main *')].map(one => `${one.tagName}.${one.className}`))]"
_VIOLATIONS = {"resultTypes": ["violations"]}
"""What axe-core gathers whole; of what passes it would otherwise list every element."""


class _Quiet(WSGIRequestHandler):
    def log(self, *args):
        """Say nothing."""


@contextmanager
def served(app, episodes):
    """The server's origin while it serves each episode below its prefix (`/episodes/abc`)."""

    def below_its_prefix(environ, start_response):
        prefix = "/".join(environ["PATH_INFO"].split("/")[:3])
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix(prefix)
        environ |= {"SCRIPT_NAME": prefix, "worlds.episode": episodes[prefix], "worlds.secret": "a secret"}
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, below_its_prefix, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def complaints(page):
    """What axe-core finds serious or critical on a page."""
    found = Axe().run(page, options=_VIOLATIONS).response["violations"]
    return [
        (one["id"], one["impact"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}
    ]


def pages_beside(front):
    """The pages that every front has beside its own, by name."""
    return {"inbox": f"/-/{front}/inbox", "step away": f"/-/{front}/away", "sign in again": f"/-/{front}/sign-in"}


def of_size(world, path, size):
    """A path with a page size, if a list is there and it names none."""
    if path.partition("?")[0] not in settings_of(world).sizes or "page_size=" in path:
        return path
    return f"{path}{'&' if '?' in path else '?'}page_size={size}"


def look_over(page, origin, paths, width, *, folded, once=False, go=None):
    """Look at pages, by name, at one width: each is no wider than the screen, has a title and asks nothing elsewhere.

    They shut nobody out where they are wide, or `folded`: laid out otherwise where the screen is narrow. With `once`
    what is built of nothing new is not looked over again. `go` opens the page of a name.
    """
    page.set_viewport_size({"width": width, "height": 900})
    elsewhere, errors, known = [], [], set()
    ours = (origin, "data:")
    page.on("request", lambda one: elsewhere.append(one.url) if not one.url.startswith(ours) else None)
    page.on("console", lambda one: errors.append(one.text) if "Content Security Policy" in one.text else None)
    for name in paths:
        go(name) if go else page.goto(origin + paths[name])
        built_of = set(page.evaluate(_BUILT_OF)) if once else {name}
        if name in folded or (width > NARROW and not built_of <= known):
            assert complaints(page) == [], name
            known |= built_of
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert page.get_by_role("heading", level=1).count() == 1, name
    assert (elsewhere, errors) == ([], [])
