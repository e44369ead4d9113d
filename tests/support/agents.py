"""MCP agents of few words, one class for each era, over HTTP or WebSocket, so that a test sees what goes over the wire.

Everything that the endpoint sends is kept in the order of its arrival (`heard`), and judged in the end (wire.py). What the
server wants to know is answered from `answers`. Nothing waits for time: `wait` returns with the first message that fits.
Only Python's standard library.
"""
import base64
import http.client
import json
import os
import socket
import struct
import threading
import urllib.parse

from wire import META, Wire

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
PATIENCE = 30.0
NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri", "tasks/get": "taskId",
            "tasks/update": "taskId", "tasks/cancel": "taskId"}


def answer_all(method, params):
    """What a willing user and client answer."""
    del params
    return {"elicitation/create": {"action": "accept", "content": {"name": "Ada"}},
            "sampling/createMessage": {"role": "assistant", "model": "m", "content": {"type": "text", "text": "Paris"}},
            "roots/list": {"roots": [{"uri": "file:///work"}]},
            "ping": {}}[method]


class HttpCarrier:
    """Each request on a connection of its own, which a thread reads to the end."""

    def __init__(self, agent, endpoint, key):
        self.agent = agent
        self.target = urllib.parse.urlsplit(endpoint)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json",
                        "Accept": "application/json, text/event-stream"}
        self.open = {}

    def connect(self, method, body=None, headers=None):
        connection = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=PATIENCE)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.request(method, self.target.path, body=body, headers={**self.headers, **(headers or {})})
        return connection

    def send(self, message):
        headers = self.agent.headers_for(message)
        connection = self.connect("POST", json.dumps(message), headers)
        if "id" not in message or "method" not in message:
            status = connection.getresponse().status
            connection.close()
            if status != 202:
                raise RuntimeError(f"{message} was answered with {status}")
            return
        self.open[message["id"]] = connection.sock
        threading.Thread(target=self.read, args=(connection, message["id"]), daemon=True).start()

    def listen(self):
        """The GET stream of a legacy session; open when this returns."""
        connection = self.connect("GET")
        reply = connection.getresponse()
        self.open["GET"] = connection.sock
        threading.Thread(target=self.read_events, args=(reply, "GET"), daemon=True).start()

    def read(self, connection, request_id):
        try:
            reply = connection.getresponse()
            session = reply.getheader("Mcp-Session-Id")
            if session:
                self.headers["Mcp-Session-Id"] = session
            if reply.getheader("Content-Type", "").startswith("text/event-stream"):
                self.read_events(reply, request_id)
                return
            self.agent.receive(json.loads(reply.read()))
        except (OSError, http.client.HTTPException, ValueError):
            pass  # whoever waits for the answer will say so
        self.agent.on_end(request_id)

    def read_events(self, reply, request_id):
        try:
            for line in reply:
                if line.startswith(b"data:") and line[5:].strip():
                    self.agent.receive(json.loads(line[5:]))
        except (OSError, http.client.HTTPException, ValueError):
            pass  # one of us has hung up
        self.agent.on_end(request_id)

    def hang_up(self, request_id):
        self.open[request_id].shutdown(socket.SHUT_RDWR)

    def close(self):
        for one in self.open.values():
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # has ended


class SocketCarrier:
    """RFC 6455, as much of it as text messages need."""

    def __init__(self, agent, endpoint, key):
        self.agent = agent
        self.lock = threading.Lock()
        target = urllib.parse.urlsplit(endpoint)
        self.socket = socket.create_connection((target.hostname, target.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {target.path.removesuffix('mcp')}ws HTTP/1.1\r\nHost: {target.netloc}\r\n"
                             f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Protocol: mcp\r\n"
                             f"Authorization: Bearer {key}\r\n\r\n").encode())
        self.stream = self.socket.makefile("rb")
        status = self.stream.readline()
        if b" 101 " not in status:
            raise RuntimeError(f"no WebSocket: {status}")
        while self.stream.readline().strip():
            pass
        threading.Thread(target=self.read, daemon=True).start()

    def send(self, message):
        self.frame(1, json.dumps(message).encode())

    def frame(self, opcode, data):
        mask = os.urandom(4)
        size = len(data)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size) if size < 65536 \
            else b"\xff" + struct.pack(">Q", size)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        with self.lock:
            self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def read(self):
        whole = b""
        try:
            while True:
                first, second = self.stream.read(2)
                size = second & 0x7f
                if size > 125:
                    size = int.from_bytes(self.stream.read(2 if size == 126 else 8), "big")
                data = self.stream.read(size)
                if first & 0x0f == 9:
                    self.frame(10, data)
                elif first & 0x0f < 2:
                    whole += data
                    if first & 0x80:
                        message, whole = whole, b""
                        self.agent.receive(json.loads(message))
        except (OSError, ValueError):
            pass  # closed
        self.stream.close()
        self.socket.close()

    def listen(self):
        pass  # everything comes on the socket

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)  # upon which the reader ends
        except OSError:
            pass  # the server was first


class Agent:
    """What both eras have in common."""

    def __init__(self, endpoint, key, carrier="http", capabilities=None, answer=answer_all):
        self.wire = Wire()
        self.capabilities = capabilities or {}
        self.answer = answer
        self.changed = threading.Condition()
        self.heard = []
        self.asked = []  # (method, params) of what the server wanted to know
        self.ended = set()
        self.last_id = 0
        self.carrier = (HttpCarrier if carrier == "http" else SocketCarrier)(self, endpoint, key)
        self.open()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.carrier.close()

    def receive(self, message):
        self.wire.heard(message)
        with self.changed:
            self.heard.append(message)
            self.changed.notify_all()
        if "method" in message and "id" in message:
            self.on_request(message)

    def on_end(self, request_id):
        """The stream of that request has ended."""
        with self.changed:
            self.ended.add(request_id)
            self.changed.notify_all()

    def wait(self, fits, patience=PATIENCE):
        """The first message, heard or to come, that fits."""
        def found():
            return next((message for message in self.heard if fits(message)), None)
        with self.changed:
            message = self.changed.wait_for(found, patience)
        if message is None:
            raise TimeoutError(f"never heard; heard were {self.heard}")
        return message

    def notifications(self, method):
        with self.changed:
            return [message["params"] for message in self.heard if message.get("method") == method]

    def wait_for_notification(self, method, **members):
        return self.wait(lambda message: message.get("method") == method
                         and members.items() <= message.get("params", {}).items())

    def start(self, method, params=None):
        """Sends a request; its id."""
        self.last_id += 1
        message = {"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": self.envelope(params or {})}
        self.wire.said(json.dumps(message))
        self.carrier.send(message)
        return self.last_id

    def wait_for_answer(self, request_id):
        def over():
            return request_id in self.ended or any(m.get("id") == request_id and "method" not in m for m in self.heard)
        with self.changed:
            self.changed.wait_for(over, PATIENCE)
            return next((m for m in self.heard if m.get("id") == request_id and "method" not in m), None)

    def request(self, method, params=None):
        """The answer, whole; nothing if the stream ended without one."""
        return self.wait_for_answer(self.start(method, params))

    def tools(self):
        return [tool["name"] for tool in self.request("tools/list")["result"]["tools"]]


class LegacyAgent(Agent):
    """Initialises, keeps its session and GET stream, and answers the server's requests."""

    def open(self):
        self.initialized = self.request("initialize", {"protocolVersion": LEGACY, "capabilities": self.capabilities,
                                                       "clientInfo": {"name": "legacy", "version": "1"}})["result"]
        self.carrier.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        self.carrier.listen()

    def envelope(self, params):
        return params

    def headers_for(self, message):
        return {} if message.get("method") == "initialize" else {"MCP-Protocol-Version": LEGACY}

    def on_request(self, message):
        self.asked.append((message["method"], message.get("params", {})))
        answer = self.answer(message["method"], message.get("params", {}))
        if answer is not None:
            self.carrier.send({"jsonrpc": "2.0", "id": message["id"], "result": answer})

    def call(self, tool, arguments=None, **meta):
        params = {"name": tool, "arguments": arguments or {}}
        return self.request("tools/call", {**params, "_meta": meta} if meta else params)

    def begin(self, tool, arguments=None):
        """The task that the call is."""
        params = {"name": tool, "arguments": arguments or {}, "task": {"ttl": 60000}}
        return self.request("tools/call", params)["result"]["task"]

    def get_prompt(self, name):
        return self.request("prompts/get", {"name": name})

    def cancel(self, request_id):
        self.carrier.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": request_id}})

    def subscribe(self, uri):
        return self.request("resources/subscribe", {"uri": uri})

    def listen(self, **wishes):
        """Its GET stream tells of all lists."""

    def set_log_level(self, level):
        return self.request("logging/setLevel", {"level": level})


class ModernAgent(Agent):
    """Says who it is in each request, runs the rounds of a call, and listens."""

    def open(self):
        self.log_level = None

    def envelope(self, params):
        meta = {META + "protocolVersion": MODERN, META + "clientCapabilities": self.capabilities,
                META + "clientInfo": {"name": "modern", "version": "1"}}
        if self.log_level:
            meta[META + "logLevel"] = self.log_level
        return {**params, "_meta": {**meta, **params.get("_meta", {})}}

    def headers_for(self, message):
        headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": message["method"]}
        if message["method"] in NAMED_BY:
            name = message["params"][NAMED_BY[message["method"]]]
            encoded = base64.b64encode(name.encode()).decode()
            headers["Mcp-Name"] = name if name.isascii() else f"=?base64?{encoded}?="
        return headers

    def on_request(self, message):
        raise RuntimeError(f"the modern era has no requests of servers: {message}")

    def rounds(self, method, params):
        for _ in range(8):
            answer = self.request(method, params)
            result = (answer or {}).get("result", {})
            if result.get("resultType") != "input_required":
                return answer
            params = {**params, "inputResponses": self.answers_to(result.get("inputRequests", {}))}
            if "requestState" in result:
                params["requestState"] = result["requestState"]
        raise RuntimeError("asked without end")

    def answers_to(self, requests):
        answers = {}
        for key, request in requests.items():
            self.asked.append((request["method"], request.get("params", {})))
            answers[key] = self.answer(request["method"], request.get("params", {}))
        return answers

    def call(self, tool, arguments=None, **meta):
        return self.rounds("tools/call", {"name": tool, "arguments": arguments or {}, "_meta": meta})

    def get_prompt(self, name):
        return self.rounds("prompts/get", {"name": name})

    def cancel(self, request_id):
        if isinstance(self.carrier, HttpCarrier):
            self.carrier.hang_up(request_id)
        else:
            self.carrier.send({"jsonrpc": "2.0", "method": "notifications/cancelled",
                               "params": self.envelope({"requestId": request_id})})

    def subscribe(self, uri):
        return self.listen(resourceSubscriptions=[uri])

    def listen(self, **wishes):
        """What was acknowledged."""
        mine = self.start("subscriptions/listen", {"notifications": wishes})
        return self.wait(lambda message: message.get("method") == "notifications/subscriptions/acknowledged"
                         and message["params"]["_meta"][META + "subscriptionId"] == mine)

    def set_log_level(self, level):
        self.log_level = level
