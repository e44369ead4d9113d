#!/usr/bin/env python3
"""An MCP server (legacy era) that misbehaves on request: each tool is one fault. Standard library only.

    fakemcp.py [options]          over stdin and stdout
    fakemcp.py --http [options]   over Streamable HTTP on a free loopback port; prints the port
    fakemcp.py --sse [options]    over HTTP with SSE (2024-11-05), likewise

Options: --pages N (tools/list in N pages), --version V (revision it claims), --die-at-start, --mute (answers nothing),
--die-when-probed (of anything before `initialize`), --ignore-eof, --ignore-term, --json (HTTP: answers as JSON instead
of a stream), --no-stream (HTTP: GET is 405), --certificate FILE (HTTP: over TLS), --endpoint URL (SSE: what it names),
--on-session-stream (HTTP: asks and logs on the session's GET stream instead of the call's, as servers of the TypeScript
SDK do), --tasks (has tools that work as tasks of 2025-11-25),
--no-capability (but does not say so), --alone FILE (stdio: ends at once where another process holds the lock on that file).
"""
import argparse
import fcntl
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOOLS = ["echo", "raw", "slow", "hang", "crash", "garbage", "bad_json", "wrong_id", "twice", "late", "huge",
         "huge_without_id", "progress", "cancelled", "change_tools", "environment", "spawn", "ask", "fail", "count",
         "flood", "words", "reset", "drip", "silent_close", "status", "redirect", "lose_sessions", "resume", "sessions",
         "log", "declared", "touch", "subscriptions", "burn", "allocate", "urls", "pid"]
TASK_TOOLS = {"long": "required", "long_or_not": "optional", "tasks": "forbidden"}  # of --tasks
# Members, numbers and order that a reader must not touch.
RAW = ('{"zeta":1,"content":[{"type":"future_kind","x":1.0}],"structuredContent":{"b":12345678901234567890,"a":1e2},'
       '"isError":false,"_meta":{"com.example/k":[null]},"alpha":{}}')


class State:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.tools = list(TOOLS) + list(TASK_TOOLS) * options.tasks
        self.tasks = {}  # id -> what is known of it
        self.cancelled = []
        self.executed = 0
        self.late = {}
        self.sessions = set()
        self.ended_sessions = 0
        self.seen_headers = {}
        self.answers = {}
        self.next_request = 1
        self.declared = None
        self.log_level = None
        self.subscribed = []
        self.tell = lambda text: None


def text_result(text, **more):
    return {"content": [{"type": "text", "text": text}], **more}


class Server:
    """The messages, whatever carries them. `reply(text)` sends one message on the stream of the request, and `say(text)`,
    where there is one, on that of the session."""

    def __init__(self, state, say=None):
        self.state = state
        self.say = say

    def handle(self, message, reply):
        method, request_id = message.get("method"), message.get("id")
        if method is None:
            self.state.answers[request_id] = message
            return
        if request_id is None:
            if method == "notifications/cancelled":
                self.on_cancelled(message["params"]["requestId"], reply)
            return
        params = message.get("params", {})
        if method == "tools/call":
            self.call(request_id, params, reply)
            return
        if method.startswith("tasks/"):
            self.of_task(method, request_id, params["taskId"], reply)
            return
        result = self.answer(method, params)
        if result is None:
            self.error(reply, request_id, -32601, "method not found")
        else:
            self.result(reply, request_id, result)

    def answer(self, method, params):
        options = self.state.options
        if method == "initialize":
            self.state.declared = params["capabilities"]
            tasks = {"tasks": {"cancel": {}, "requests": {"tools": {"call": {}}}}} if options.tasks and not options.no_capability else {}
            return {"protocolVersion": options.version, "serverInfo": {"name": "fake", "version": "1.2"},
                    "capabilities": {"tools": {"listChanged": True}, "resources": {"subscribe": True}, "prompts": {},
                                     "logging": {}, **tasks}}
        if method == "logging/setLevel":
            self.state.log_level = params["level"]
            return {}
        if method == "resources/subscribe":
            self.state.subscribed.append(params["uri"])
            return {}
        if method == "resources/unsubscribe":
            self.state.subscribed.remove(params["uri"])
            return {}
        if method == "ping":
            return {}
        if method == "tools/list":
            page = int(params.get("cursor", "0"))
            size = -(-len(self.state.tools) // options.pages)
            names = self.state.tools[page * size:(page + 1) * size]
            tools = [{"name": name, "description": "fault", "inputSchema": {"type": "object"}, "x-unknown": 1,
                      "annotations": {"readOnlyHint": name == "echo"},
                      **({"execution": {"taskSupport": TASK_TOOLS[name]}} if name in TASK_TOOLS else {})}
                     for name in names]
            last = page + 1 >= options.pages
            return {"tools": tools} if last else {"tools": tools, "nextCursor": str(page + 1)}
        if method == "resources/list":
            return {"resources": [{"uri": "file:///a", "name": "a"}]}
        if method == "prompts/list":
            return {"prompts": [{"name": "greet"}]}
        if method == "prompts/get":
            return {"messages": [], "asked": params}
        if method == "resources/read":
            return {"contents": [{"uri": params["uri"], "text": "x"}]}
        return None

    def result(self, reply, request_id, result):
        reply(json.dumps({"result": result, "jsonrpc": "2.0", "id": request_id}))

    def error(self, reply, request_id, code, text):
        reply(json.dumps({"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": text}}))

    def notify(self, reply, method, params):
        reply(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))

    def on_cancelled(self, request_id, reply):
        self.state.cancelled.append(request_id)
        late = self.state.late.pop(request_id, None)
        if late:
            self.result(late, request_id, text_result("late"))

    def call(self, request_id, params, reply):
        name, arguments = params["name"], params.get("arguments", {})
        with self.state.lock:
            self.state.executed += 1
        tool = getattr(self, "tool_" + name, None)
        if tool is None:
            self.error(reply, request_id, -32602, "Unknown tool")
            return
        result = tool(arguments, request_id, params, reply)
        if result is not None:
            self.result(reply, request_id, result)

    def tool_echo(self, arguments, request_id, params, reply):
        return text_result("echo", structuredContent=arguments, _meta={"seen": params.get("_meta")})

    def tool_raw(self, arguments, request_id, params, reply):
        reply('{"jsonrpc":"2.0","id":%d,"result":%s}' % (request_id, RAW))

    def tool_slow(self, arguments, request_id, params, reply):
        if self.state.options.http:
            time.sleep(arguments["ms"] / 1000)
            return text_result("slow")
        threading.Timer(arguments["ms"] / 1000, self.result, (reply, request_id, text_result("slow"))).start()

    def tool_hang(self, arguments, request_id, params, reply):
        if "progressToken" in params.get("_meta", {}):
            self.notify(reply, "notifications/progress", {"progressToken": params["_meta"]["progressToken"], "progress": 0})
        if self.state.options.http:
            time.sleep(60)

    def tool_crash(self, arguments, request_id, params, reply):
        sys.stderr.write("about to crash, key is hunter2-secret\n")
        sys.stderr.flush()
        os._exit(arguments.get("code", 3))

    def tool_garbage(self, arguments, request_id, params, reply):
        for _ in range(arguments["lines"]):
            reply("npm warn this is not JSON")
        reply('{"jsonrpc":"1.0"}')
        reply("[]")
        return text_result("after garbage")

    def tool_flood(self, arguments, request_id, params, reply):
        for _ in range(40):
            reply("x" * 65536)

    def tool_bad_json(self, arguments, request_id, params, reply):
        reply('{"jsonrpc":"2.0","result":{"a":1,"a":2},"id":%d}' % request_id)

    def tool_wrong_id(self, arguments, request_id, params, reply):
        self.result(reply, request_id + 1000000, text_result("not yours"))
        self.result(reply, "text", text_result("not yours"))
        return text_result("right")

    def tool_twice(self, arguments, request_id, params, reply):
        self.result(reply, request_id, text_result("first"))
        return text_result("second")

    def tool_late(self, arguments, request_id, params, reply):
        self.state.late[request_id] = reply

    def tool_huge(self, arguments, request_id, params, reply):
        return text_result("x" * arguments["bytes"])

    def tool_huge_without_id(self, arguments, request_id, params, reply):
        reply('{"x":"' + "x" * arguments["bytes"] + '"}')
        return text_result("after")

    def tool_progress(self, arguments, request_id, params, reply):
        token = params.get("_meta", {}).get("progressToken")
        for step in range(3):
            self.notify(reply, "notifications/progress", {"progressToken": token, "progress": step, "total": 3})
        self.notify(reply, "notifications/progress", {"progressToken": "alien", "progress": 9})
        return text_result(json.dumps(token))

    def tool_cancelled(self, arguments, request_id, params, reply):
        return text_result("", structuredContent={"ids": self.state.cancelled})

    def tool_count(self, arguments, request_id, params, reply):
        return text_result("", structuredContent={"executed": self.state.executed})

    def tool_change_tools(self, arguments, request_id, params, reply):
        self.state.tools.append(arguments["add"])
        self.notify(reply, "notifications/tools/list_changed", {})
        return text_result("changed")

    def tool_environment(self, arguments, request_id, params, reply):
        descriptors = [os.readlink("/proc/self/fd/" + fd) for fd in os.listdir("/proc/self/fd")
                       if os.path.exists("/proc/self/fd/" + fd)]
        return text_result("", structuredContent={"env": dict(os.environ), "cwd": os.getcwd(), "fds": descriptors,
                                                  "leads": os.getpgrp() == os.getpid()})

    def tool_spawn(self, arguments, request_id, params, reply):
        child = subprocess.Popen(["/bin/sleep", "600"])
        return text_result("", structuredContent={"pid": child.pid})

    def tool_ask(self, arguments, request_id, params, reply):
        # `times` questions at once; then, when they are answered, `rounds` times more.
        times, rounds = arguments.get("times", 1), arguments.get("rounds", 1)

        def question(mine):
            message = {"jsonrpc": "2.0", "id": mine, "method": arguments["method"]}
            if "params" in arguments:
                message["params"] = arguments["params"]
            (self.say or reply)(json.dumps(message))

        def wait():
            answers = []
            for round in range(rounds):
                asked = ["ask-%d-%d-%d" % (request_id, round, number) for number in range(times)]
                for mine in asked:
                    question(mine)
                for mine in asked:
                    for _ in range(1500):
                        if mine in self.state.answers or request_id in self.state.cancelled:
                            break
                        time.sleep(0.01)
                    answers.append(self.state.answers.get(mine, {}))
            self.result(reply, request_id, text_result("", structuredContent=answers[0] if len(answers) == 1
                                                       else {"answers": answers}))
        if self.state.options.http:
            wait()
        else:
            threading.Thread(target=wait).start()

    def tool_log(self, arguments, request_id, params, reply):
        for level in ("debug", "error"):
            self.notify(self.say or reply, "notifications/message", {"level": level, "data": level, "logger": "x"})
        return text_result(str(self.state.log_level))

    def tool_declared(self, arguments, request_id, params, reply):
        return text_result("", structuredContent=self.state.declared)

    def tool_pid(self, arguments, request_id, params, reply):
        return text_result(str(os.getpid()))

    def tool_touch(self, arguments, request_id, params, reply):
        if arguments["uri"] in self.state.subscribed:
            message = {"jsonrpc": "2.0", "method": "notifications/resources/updated", "params": arguments}
            self.state.tell(json.dumps(message))
        return text_result("touched")

    def tool_subscriptions(self, arguments, request_id, params, reply):
        return text_result("", structuredContent={"uris": self.state.subscribed})

    def tool_burn(self, arguments, request_id, params, reply):
        while True:
            pass

    def tool_allocate(self, arguments, request_id, params, reply):
        try:
            return text_result(str(len(bytearray(arguments["bytes"]))))
        except MemoryError:
            return text_result("no memory")

    def tool_urls(self, arguments, request_id, params, reply):
        if self.state.executed > 1:
            return text_result("opened")
        reply(json.dumps({"jsonrpc": "2.0", "id": request_id, "error": {
            "code": -32042, "message": "open it first",
            "data": {"elicitations": [{"mode": "url", "elicitationId": "e", "url": "https://x/", "message": "m"}]}}}))

    # Is polled `polls` times until it is over, or asks `question` first.
    def tool_long(self, arguments, request_id, params, reply):
        if "task" not in params:
            self.error(reply, request_id, -32601, "task augmentation required")
            return None
        with self.state.lock:
            task_id = "task/%d" % len(self.state.tasks)
            self.state.tasks[task_id] = {"status": "working", "polls": arguments.get("polls", 1),
                                         "question": arguments.get("question")}
        return {"task": self.task(task_id)}

    def tool_long_or_not(self, arguments, request_id, params, reply):
        return self.tool_long(arguments, request_id, params, reply) if "task" in params else text_result("plain")

    def tool_tasks(self, arguments, request_id, params, reply):
        return text_result("", structuredContent={"statuses": [task["status"] for task in self.state.tasks.values()]})

    def task(self, task_id):
        return {"taskId": task_id, "status": self.state.tasks[task_id]["status"], "createdAt": "2026-01-01T00:00:00Z",
                "lastUpdatedAt": "2026-01-01T00:00:00Z", "ttl": 60000, "pollInterval": 20}

    def of_task(self, method, request_id, task_id, reply):
        task = self.state.tasks.get(task_id)
        if task is None:
            self.error(reply, request_id, -32602, "no such task")
        elif method == "tasks/get":
            task["polls"] -= 1
            if task["status"] == "working" and task["polls"] < 0:
                task["status"] = "input_required" if task["question"] else "completed"
            self.result(reply, request_id, self.task(task_id))
        elif method == "tasks/cancel":
            task["status"] = "cancelled"
            self.result(reply, request_id, self.task(task_id))
        elif self.state.options.http:
            self.finish_task(request_id, task_id, reply)
        else:
            threading.Thread(target=self.finish_task, args=(request_id, task_id, reply)).start()

    def finish_task(self, request_id, task_id, reply):
        task, related = self.state.tasks[task_id], {"io.modelcontextprotocol/related-task": {"taskId": task_id}}
        answer = {}
        if task["status"] == "input_required":
            mine = "ask-" + task_id
            question = {**task["question"], "params": {**task["question"].get("params", {}), "_meta": related}}
            (self.say or reply)(json.dumps({"jsonrpc": "2.0", "id": mine, **question}))
            while mine not in self.state.answers and task["status"] == "input_required":
                time.sleep(0.01)
            answer = self.state.answers.get(mine, {})
        if task["status"] == "cancelled":
            self.error(reply, request_id, -32603, "cancelled")
            return
        task["status"] = "completed"
        self.result(reply, request_id, text_result("done", structuredContent=answer, _meta=related))

    def tool_fail(self, arguments, request_id, params, reply):
        self.error(reply, request_id, arguments["code"], arguments["text"])

    def tool_words(self, arguments, request_id, params, reply):
        return text_result("", structuredContent={"headers": self.state.seen_headers})

    def tool_sessions(self, arguments, request_id, params, reply):
        return text_result("", structuredContent={"open": len(self.state.sessions),
                                                  "ended": self.state.ended_sessions})

    def tool_lose_sessions(self, arguments, request_id, params, reply):
        self.state.sessions.clear()
        return text_result("lost")


def serve_stdio(state):
    server = Server(state)
    lock = threading.Lock()

    def write(text):
        with lock:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    state.tell = write
    for line in sys.stdin:
        message = json.loads(line)
        if state.options.die_when_probed and state.declared is None and message.get("method") != "initialize":
            sys.exit(4)
        if not state.options.mute:
            server.handle(message, write)
    while state.options.ignore_eof:
        time.sleep(1)
    os._exit(0)


class HttpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state = None

    def log_message(self, *arguments):
        pass

    def plain(self, status, text="", headers=()):
        body = text.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json" if text.startswith("{") else "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def begin_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def event(self, text, kind="message"):
        self.chunk(("event: %s\ndata: %s\n\n" % (kind, text)).encode())


class Handler(HttpHandler):
    streams = []
    lock = threading.Lock()  # of streams
    unfinished = {}

    def session_is_known(self):
        return self.headers.get("Mcp-Session-Id") in self.state.sessions

    def say(self, text):
        """Lost where the session has no stream."""
        with Handler.lock:
            for stream in Handler.streams:
                if stream.headers["Mcp-Session-Id"] == self.headers["Mcp-Session-Id"]:
                    stream.event(text)

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.state.seen_headers = dict(self.headers.items())
        extra = ()
        if message.get("method") == "initialize":
            session = "s%d" % (len(self.state.sessions) + self.state.next_request)
            self.state.next_request += 1
            self.state.sessions.add(session)
            extra = (("Mcp-Session-Id", session),)
        elif not self.session_is_known():
            self.plain(404, '{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}')
            return
        if message.get("id") is None or "method" not in message:
            Server(self.state).handle(message, lambda text: None)
            self.plain(202)
            return
        if message["method"] == "tools/call" and self.transport_fault(message):
            return
        server = Server(self.state, self.say if self.state.options.on_session_stream else None)
        answers = []
        if self.state.options.json or extra:
            server.handle(message, answers.append)
            self.plain(200, answers[-1], extra)
            return
        self.begin_stream()
        server.handle(message, self.event)
        self.chunk(b"")

    def transport_fault(self, message):
        name, arguments = message["params"]["name"], message["params"].get("arguments", {})
        answer = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": text_result(name)})
        if name == "reset":
            self.state.executed += 1
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif name == "silent_close":
            self.state.executed += 1
            self.close_connection = True
        elif name == "drip":
            self.begin_stream()
            try:
                for byte in b"event: message\ndata: " + answer.encode() + b"\n\n":
                    self.chunk(bytes([byte]))
                    time.sleep(0.01)
                self.chunk(b"")
            except OSError:
                self.close_connection = True
        elif name == "status":
            self.plain(arguments["status"], "sorry")
        elif name == "redirect":
            self.plain(307, "", (("Location", "/elsewhere"),))
        elif name == "resume":
            self.begin_stream()
            self.chunk(b"id: ev-%d\nretry: 10\ndata: \n\n" % message["id"])
            Handler.unfinished["ev-%d" % message["id"]] = answer
            self.chunk(b"")
        elif name == "change_tools":
            self.state.tools.append(arguments["add"])
            for stream in list(Handler.streams):
                stream.event('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}')
            self.plain(200, answer)
        else:
            return False
        return True

    def do_GET(self):
        if not self.session_is_known():
            self.plain(404)
        elif self.headers.get("Last-Event-ID") in Handler.unfinished:
            self.begin_stream()
            self.event(Handler.unfinished.pop(self.headers["Last-Event-ID"]))
            self.chunk(b"")
        elif self.state.options.no_stream:
            self.plain(405)
        else:
            with Handler.lock:
                self.begin_stream()
                Handler.streams.append(self)
            session = self.headers["Mcp-Session-Id"]
            while session in self.state.sessions:
                time.sleep(0.02)
            with Handler.lock:
                Handler.streams.remove(self)
            self.chunk(b"")

    def do_DELETE(self):
        self.state.sessions.discard(self.headers.get("Mcp-Session-Id"))
        self.state.ended_sessions += 1
        self.plain(200)


class SseHandler(HttpHandler):
    """HTTP with SSE: one stream for each session, and messages are posted elsewhere."""
    sessions = {}

    def do_GET(self):
        session = str(len(SseHandler.sessions))
        SseHandler.sessions[session] = self
        self.lock = threading.Lock()
        self.begin_stream()
        self.event(self.state.options.endpoint or "/messages?session=" + session, "endpoint")
        while not self.state.options.mute:
            time.sleep(0.02)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.path.startswith("/messages"):
            self.plain(405)
            return
        stream = SseHandler.sessions[self.path.split("=")[1]]

        def reply(text):
            with stream.lock:
                stream.event(text)

        self.state.tell = reply
        self.plain(202)
        threading.Thread(target=Server(self.state).handle, args=(json.loads(body), reply)).start()


def serve_http(state):
    handler = SseHandler if state.options.sse else Handler
    handler.state = state
    state.tell = lambda text: [stream.event(text) for stream in list(Handler.streams)]
    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if state.options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(state.options.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()  # lives as long as the test
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--version", default="2025-11-25")
    parser.add_argument("--certificate", help="HTTP: over TLS, with this PEM file of key and certificate")
    for flag in ("--http", "--sse", "--die-at-start", "--die-when-probed", "--mute", "--ignore-eof", "--ignore-term",
                 "--json", "--no-stream", "--on-session-stream", "--tasks",
                 "--no-capability"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--endpoint", help="SSE: the address that messages shall go to")
    parser.add_argument("--alone", help="stdio: ends at once where another process has locked this file")
    options = parser.parse_args()
    options.http = options.http or options.sse
    if options.die_at_start:
        sys.stderr.write("no such module\n")
        sys.exit(9)
    if options.alone:
        lock = open(options.alone, "w")  # pylint: disable=consider-using-with
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit("there is one already")
    if options.ignore_term:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    state = State(options)
    (serve_http if options.http else serve_stdio)(state)


if __name__ == "__main__":
    main()
