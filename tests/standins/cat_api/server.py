"""The gateway as a server of HTTP on 127.0.0.1."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from standins.cat_api.gateway import Gateway


def make_server(gateway: Gateway, port: int = 0) -> ThreadingHTTPServer:
    """Make the server; port 0 takes a free one."""

    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # One packet for head and body: else the client's delayed acknowledgement costs 40 ms.
        wbufsize = -1
        # A client that does not finish its request is let go.
        timeout = 15

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            # A body is not read: the connection cannot be used again.
            self.close_connection = True
            self._answer(self.command)

        do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_POST

        def _answer(self, method: str) -> None:
            answer = gateway.answer(method, self.path, dict(self.headers.items()))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD" and answer.status != 304:
                self.wfile.write(answer.body)
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing of each request."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Request)
    server.daemon_threads = True
    return server


@contextmanager
def serving(gateway: Gateway) -> Iterator[str]:
    """Give the address of a server that runs while the block does."""
    server = make_server(gateway)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
