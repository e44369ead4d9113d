"""What tests say to an endpoint and hear from it. All that was heard in the process is judged at its end by the published
schemas of MCP: harness.summary()."""
import json

META = "io.modelcontextprotocol/"


class Wire:
    """One conversation: an MCP session, or a single request and what comes of it."""
    all_heard = []  # of every conversation, as provost_wirecheck reads it

    def __init__(self):
        self.revision = ""  # last spoken
        self.requests = {}  # id -> (revision, method)

    def said(self, body, header=None):
        """A message on its way, of whatever kind, and over HTTP its MCP-Protocol-Version."""
        self.revision = header or ""
        try:
            message = json.loads(body)
            self.revision = message.get("params", {}).get("_meta", {}).get(META + "protocolVersion", self.revision)
            self.requests[message.get("id")] = (self.revision, message["method"])
        except (ValueError, AttributeError, KeyError, TypeError):
            pass  # no request, which the endpoint says by itself

    def heard(self, message):
        revision, method = self.requests.get(message.get("id"), (self.revision, None))
        self.all_heard.append({"revision": revision, "for": None if "method" in message else method, "message": message})
