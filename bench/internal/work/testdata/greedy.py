#!/usr/bin/env python3
"""Speaks Strongroom's command line; serves an index that holds every upload
whole in memory, as proof that the benchmark sees such a thing."""

import http.server
import sys


class Greedy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = answer

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert body
        self.answer()


if "serve" in sys.argv:
    host, port = sys.argv[sys.argv.index("--listen") + 1].split(":")
    http.server.ThreadingHTTPServer((host, int(port)), Greedy).serve_forever()
print('{"token": "pypi-test"}')
