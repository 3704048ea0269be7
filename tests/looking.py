"""A world's pages in a real browser: served below episode prefixes, and looked over by axe-core."""

import threading
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import WSGIRequestHandler, make_server

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
