"""A pass-through before an endpoint, for clients that are not ours: what they hear is judged in the end (wire.py). It changes
nothing but its own port in Host and Origin to the endpoint's."""
import http.client
import json
import socket
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from wire import Wire

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Recorder:
    """`with Recorder(endpoint) as url`"""

    def __init__(self, endpoint):
        self.target = urllib.parse.urlsplit(endpoint)
        self.wires = {}  # of legacy sessions, where a request may be answered on another stream
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *arguments):
                pass

            def forward(self):
                recorder.forward(self)

            do_GET = do_POST = do_DELETE = forward

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}{self.target.path}"

    def __exit__(self, *exception):
        self.server.shutdown()
        self.server.server_close()

    def forward(self, incoming):
        body = incoming.rfile.read(int(incoming.headers.get("Content-Length", 0)))
        wire = self.wire_of(incoming.headers.get("Mcp-Session-Id"))
        wire.said(body, incoming.headers.get("MCP-Protocol-Version"))
        upstream = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=60)
        headers = {name: self.translated(name, value) for name, value in incoming.headers.items()
                   if name.lower() not in HOP_BY_HOP}
        upstream.connect()
        upstream_socket = upstream.sock
        upstream.request(incoming.command, self.target.path, body=body or None, headers=headers)
        reply = upstream.getresponse()
        try:
            if reply.getheader("Content-Type", "").startswith("text/event-stream"):
                threading.Thread(target=self.hang_up_with, args=(incoming, upstream_socket), daemon=True).start()
            self.pass_on(incoming, wire, reply)
        except (OSError, http.client.HTTPException):
            incoming.close_connection = True  # one side has hung up
        finally:
            upstream.close()

    def wire_of(self, session):
        return self.wires.setdefault(session, Wire()) if session else Wire()

    def translated(self, name, value):
        own = f":{self.server.server_address[1]}"
        return value.replace(own, f":{self.target.port}") if name.lower() in ("host", "origin") else value

    @staticmethod
    def hang_up_with(incoming, upstream_socket):
        """A client that goes away while it is told nothing."""
        try:
            if incoming.connection.recv(1, socket.MSG_PEEK) == b"":
                upstream_socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # both have ended

    @staticmethod
    def pass_on(incoming, wire, reply):
        incoming.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in HOP_BY_HOP:
                incoming.send_header(name, value)
        if reply.getheader("Content-Type", "").startswith("text/event-stream"):
            incoming.send_header("Transfer-Encoding", "chunked")
            incoming.end_headers()
            for line in reply:
                if line.startswith(b"data:") and line[5:].strip():
                    wire.heard(json.loads(line[5:]))
                incoming.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                incoming.wfile.flush()
            incoming.wfile.write(b"0\r\n\r\n")
            return
        body = reply.read()
        incoming.send_header("Content-Length", str(len(body)))
        incoming.end_headers()
        incoming.wfile.write(body)
        if reply.getheader("Content-Type", "").startswith("application/json") and body:
            wire.heard(json.loads(body))
