"""Running programs for tests: an HTTP server that answers as it is told."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def served(page: Callable[[str], bytes | None], port: int = 0) -> Iterator[str]:
    """The address of a program that answers with these pages for as long as the test runs, 404 where there is none."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page(self.path)
            self.send_response(200 if body else 404)
            self.end_headers()
            self.wfile.write(body or b"404 page not found")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
