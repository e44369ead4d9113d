"""A pass-through before an endpoint, which hands all that the endpoint sends to a Wire. It changes nothing but its own port
in Host and Origin to the endpoint's."""
import http.client
import json
import socket
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from agents import MODERN, META

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Recorder:
    """`with Recorder(endpoint, wire) as url`"""

    def __init__(self, endpoint, wire):
        self.target = urllib.parse.urlsplit(endpoint)
        self.wire = wire
        self.revisions = {}  # of legacy sessions
        self.methods = {}  # (session, id) -> method, for what is answered on another stream
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
        request = self.parsed(body)
        upstream = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=60)
        headers = {name: self.translated(name, value) for name, value in incoming.headers.items()
                   if name.lower() not in HOP_BY_HOP}
        if "id" in request:
            self.methods[incoming.headers.get("Mcp-Session-Id"), request["id"]] = request.get("method")
        upstream.connect()
        upstream_socket = upstream.sock
        upstream.request(incoming.command, self.target.path, body=body or None, headers=headers)
        reply = upstream.getresponse()
        try:
            if reply.getheader("Content-Type", "").startswith("text/event-stream"):
                threading.Thread(target=self.hang_up_with, args=(incoming, upstream_socket), daemon=True).start()
            self.pass_on(incoming, request, reply)
        except (OSError, http.client.HTTPException):
            incoming.close_connection = True  # one side has hung up
        finally:
            upstream.close()

    @staticmethod
    def parsed(body):
        """The request; nothing if it is none, which the endpoint says by itself."""
        try:
            message = json.loads(body)
        except ValueError:
            return {}
        return message if isinstance(message, dict) else {}

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

    def pass_on(self, incoming, request, reply):
        incoming.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in HOP_BY_HOP:
                incoming.send_header(name, value)
        if reply.getheader("Content-Type", "").startswith("text/event-stream"):
            incoming.send_header("Transfer-Encoding", "chunked")
            incoming.end_headers()
            for line in reply:
                if line.startswith(b"data:") and line[5:].strip():
                    self.record(incoming, request, reply, json.loads(line[5:]))
                incoming.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                incoming.wfile.flush()
            incoming.wfile.write(b"0\r\n\r\n")
            return
        body = reply.read()
        incoming.send_header("Content-Length", str(len(body)))
        incoming.end_headers()
        incoming.wfile.write(body)
        if reply.getheader("Content-Type", "").startswith("application/json") and body:
            self.record(incoming, request, reply, json.loads(body))

    def record(self, incoming, request, reply, message):
        answers = None
        if "method" not in message:
            answers = request.get("method") or self.methods.get((incoming.headers.get("Mcp-Session-Id"), message.get("id")))
        self.wire.add(self.revision_of(incoming, request, reply, message), answers, message)

    def revision_of(self, incoming, request, reply, message):
        """What the request claims, else what its session has settled on."""
        params = request.get("params")
        meta = params.get("_meta") if isinstance(params, dict) else None
        claimed = isinstance(meta, dict) and META + "protocolVersion" in meta
        if claimed or incoming.headers.get("MCP-Protocol-Version") == MODERN:
            return MODERN
        session = reply.getheader("Mcp-Session-Id") or incoming.headers.get("Mcp-Session-Id")
        if request.get("method") == "initialize" and "result" in message:
            self.revisions[session] = message["result"]["protocolVersion"]
        return self.revisions.get(session, "2025-11-25")
