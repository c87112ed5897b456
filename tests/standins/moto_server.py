"""moto's server as the stand-ins use it: on 127.0.0.1, silent, and one request at a time."""

import threading

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import BaseWSGIServer, make_server


def make_moto_server(port: int = 0) -> BaseWSGIServer:
    """Make moto's server with one request at a time; port 0 takes a free one.

    S3's conditional put is atomic; moto's looks first and writes later, so that of two requests at
    once both can win.
    """
    moto, turn = DomainDispatcherApplication(create_backend_app), threading.Lock()

    def application(environ, start_response):  # type: ignore[no-untyped-def]
        with turn:
            return list(moto(environ, start_response))

    return make_server(
        "127.0.0.1", port, application, threaded=True, request_handler=_SilentHandler
    )


class _SilentHandler(MotoRequestHandler):
    def log_request(self, *args: object) -> None:
        """Say nothing of each request."""
