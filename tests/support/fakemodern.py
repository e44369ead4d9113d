#!/usr/bin/env python3
"""An MCP server of revision 2026-07-28 for tests: strict about what clients must send, and with a tool for each thing
that a client must handle. Standard library only.

    fakemodern.py [options]          over stdin and stdout
    fakemodern.py --http [options]   over Streamable HTTP on a free loopback port; prints the port

Options: --supported V (what server/discover names), --refuse-once (the first request is refused with -32022).
"""
import argparse
import base64
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VERSION = "2026-07-28"
META = "io.modelcontextprotocol/"
SUBSCRIPTION = META + "subscriptionId"
REGION = {"type": "object", "properties": {"region": {"type": "string", "x-mcp-header": "Region"},
                                           "deep": {"type": "object", "properties": {
                                               "n": {"type": "integer", "x-mcp-header": "N"}}}}}
INVALID = {"type": "object", "properties": {"v": {"type": "number", "x-mcp-header": "V"}}}
REMOTE = {"type": "object", "properties": {"p": {"$ref": "http://127.0.0.1:9/never-fetched.json"}}}


class Refused(Exception):
    def __init__(self, status, code, text, data=None):
        super().__init__(text)
        self.status = status
        self.error = {"code": code, "message": text}
        if data is not None:
            self.error["data"] = data


class State:
    def __init__(self, options):
        self.options = options
        self.lock = threading.Lock()
        self.refused = False
        self.tools = {name: {"type": "object"} for name in
                      ["echo", "ask", "ask_without_state", "state_only", "strange", "task", "task_asks", "task_fails",
                       "tasks", "log", "progress", "hang", "ended", "change_tools", "touch", "listens", "need_sampling"]}
        self.tools.update(region=REGION, invalid_header=INVALID, remote_ref=REMOTE)
        self.tasks = {}
        self.cancelled_tasks = []
        self.ended = []  # requests whose client went away
        self.listens = {}  # id -> (filter, send)
        self.methods = []


def text_result(text, **more):
    return {"resultType": "complete", "content": [{"type": "text", "text": text}], **more}


class Server:
    """The messages, whatever carries them. `send(message)` goes to the client on the stream of the request;
    `gone()` tells whether the client has given the request up."""

    def __init__(self, state):
        self.state = state

    def handle(self, message, send, gone):
        """The result, or nothing if the answer comes later; raises Refused."""
        params = message.get("params", {})
        meta = params.get("_meta", {})
        for key, kind in (("protocolVersion", str), ("clientCapabilities", dict)):
            if not isinstance(meta.get(META + key), kind):
                raise Refused(400, -32602, "Missing " + key)
        state = self.state
        supported = state.options.supported.split(",")
        if meta[META + "protocolVersion"] not in supported or (state.options.refuse_once and not state.refused):
            state.refused = True
            raise Refused(400, -32022, "Unsupported protocol version",
                          {"supported": supported, "requested": meta[META + "protocolVersion"]})
        state.methods.append(message["method"])
        handler = getattr(self, "on_" + message["method"].replace("/", "_"), None)
        if handler is None:
            raise Refused(404, -32601, "Method not found")
        return handler(message["id"], params, meta, send, gone)

    def cacheable(self, **members):
        return {"resultType": "complete", "ttlMs": 1000, "cacheScope": "public", **members}

    def on_server_discover(self, request_id, params, meta, send, gone):
        return self.cacheable(
            supportedVersions=self.state.options.supported.split(","),
            capabilities={"tools": {"listChanged": True}, "resources": {"subscribe": True, "listChanged": True},
                          "prompts": {}, "logging": {}, "extensions": {META + "tasks": {}}},
            _meta={META + "serverInfo": {"name": "modern", "version": "7"}})

    def on_tools_list(self, request_id, params, meta, send, gone):
        return self.cacheable(tools=[{"name": name, "inputSchema": schema}
                                     for name, schema in self.state.tools.items()])

    def on_resources_list(self, request_id, params, meta, send, gone):
        return self.cacheable(resources=[{"uri": "file:///ä", "name": "a"}])

    def on_resources_templates_list(self, request_id, params, meta, send, gone):
        return self.cacheable(resourceTemplates=[])

    def on_prompts_list(self, request_id, params, meta, send, gone):
        return self.cacheable(prompts=[{"name": "greet"}])

    def on_resources_read(self, request_id, params, meta, send, gone):
        return self.cacheable(contents=[{"uri": params["uri"], "text": "x"}])

    def on_prompts_get(self, request_id, params, meta, send, gone):
        if "inputResponses" not in params:
            return {"resultType": "input_required", "inputRequests": {"who": {"method": "roots/list"}}}
        return {"resultType": "complete", "messages": [], "got": params["inputResponses"]}

    def on_subscriptions_listen(self, request_id, params, meta, send, gone):
        def send_tagged(method, more):
            send({"jsonrpc": "2.0", "method": method, "params": {"_meta": {SUBSCRIPTION: request_id}, **more}})
        self.state.listens[request_id] = (params["notifications"], send_tagged)
        send_tagged("notifications/subscriptions/acknowledged", {"notifications": params["notifications"]})
        while not gone():
            time.sleep(0.02)
        del self.state.listens[request_id]

    def tell(self, wish, method, more):
        for wishes, send in list(self.state.listens.values()):
            if wish(wishes):
                send(method, more)

    def on_tasks_get(self, request_id, params, meta, send, gone):
        task = self.state.tasks.get(params["taskId"])
        if task is None:
            raise Refused(200, -32602, "Unknown task")
        task["polls"] += 1
        answer = {"resultType": "complete", "taskId": params["taskId"], "status": "working", "pollIntervalMs": 20,
                  "createdAt": "2026-01-01T00:00:00Z", "lastUpdatedAt": "2026-01-01T00:00:00Z", "ttlMs": 60000}
        if task["kind"] == "task_asks" and "answer" not in task:
            answer.update(status="input_required",
                          inputRequests={"sure": {"method": "elicitation/create", "params": {
                              "message": "Sure?", "requestedSchema": {"type": "object", "properties": {}}}}})
        elif task["polls"] >= task["needed"]:
            if task["kind"] == "task_fails":
                answer.update(status="failed", error={"code": -32602, "message": "no such thing"})
            else:
                answer.update(status="completed",
                              result=text_result("done", structuredContent={"answer": task.get("answer")}))
        return answer

    def on_tasks_update(self, request_id, params, meta, send, gone):
        self.state.tasks[params["taskId"]]["answer"] = params["inputResponses"]
        return {"resultType": "complete"}

    def on_tasks_cancel(self, request_id, params, meta, send, gone):
        self.state.cancelled_tasks.append(params["taskId"])
        return {"resultType": "complete"}

    def on_tools_call(self, request_id, params, meta, send, gone):
        name, arguments = params["name"], params.get("arguments", {})
        state = self.state
        if name not in state.tools:
            raise Refused(200, -32602, "Unknown tool")
        if name in ("task", "task_asks", "task_fails"):
            if META + "tasks" not in meta[META + "clientCapabilities"].get("extensions", {}):
                raise Refused(400, -32021, "tasks are needed", {"requiredCapabilities": {}})
            task_id = "t-%d-ä" % len(state.tasks)
            state.tasks[task_id] = {"kind": name, "polls": 0, "needed": arguments.get("polls", 2)}
            return {"resultType": "task", "taskId": task_id, "status": "working", "pollIntervalMs": 20,
                    "createdAt": "2026-01-01T00:00:00Z", "lastUpdatedAt": "2026-01-01T00:00:00Z", "ttlMs": 60000}
        if name == "ask":
            if "inputResponses" not in params:
                question = arguments if "method" in arguments else {"method": "elicitation/create", "params": {"x": 1.50}}
                return {"resultType": "input_required", "requestState": "{\"nonce\":1}  ",
                        "inputRequests": {"name": question}}
            return text_result("asked", structuredContent={"responses": params["inputResponses"],
                                                           "state": params.get("requestState")})
        if name == "ask_without_state":
            if "inputResponses" not in params:
                return {"resultType": "input_required", "inputRequests": {"r": {"method": "roots/list"}}}
            return text_result("asked", structuredContent={"hasState": "requestState" in params})
        if name == "state_only":
            if "requestState" not in params:
                return {"resultType": "input_required", "requestState": ""}
            return text_result("again", structuredContent={"state": params["requestState"]})
        if name == "strange":
            return {"resultType": "a_later_kind", "content": []}
        if name == "need_sampling" and "sampling" not in meta[META + "clientCapabilities"]:
            raise Refused(400, -32021, "sampling is needed", {"requiredCapabilities": {"sampling": {}}})
        if name == "log":
            for level in ("debug", "error"):
                send({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": level, "data": level}})
            send({"jsonrpc": "2.0", "method": "notifications/progress",
                  "params": {"progressToken": meta.get("progressToken"), "progress": 1}})
            return text_result("logged")
        if name == "progress" or (name == "hang" and "progressToken" in meta):
            # One that hangs is cancelled as soon as it is heard of, so it says nothing after that.
            for step in range(1 if name == "hang" else 3):
                send({"jsonrpc": "2.0", "method": "notifications/progress",
                      "params": {"progressToken": meta.get("progressToken"), "progress": step, "total": 3}})
        if name == "hang":
            while not gone():
                time.sleep(0.01)
            state.ended.append(request_id)
            return None
        if name == "change_tools":
            state.tools[arguments["add"]] = {"type": "object"}
            self.tell(lambda wishes: wishes.get("toolsListChanged"), "notifications/tools/list_changed", {})
        if name == "touch":
            self.tell(lambda wishes: arguments["uri"] in wishes.get("resourceSubscriptions", []),
                      "notifications/resources/updated", {"uri": arguments["uri"]})
        details = {"ended": {"ids": state.ended}, "tasks": {"cancelled": state.cancelled_tasks},
                   "listens": {"filters": [wishes for wishes, _ in state.listens.values()]}}
        return text_result(name, structuredContent=details.get(name, arguments),
                           _meta={"seen": meta, "methods": state.methods})


def serve_stdio(state):
    server, lock, gone = Server(state), threading.Lock(), set()

    def send(message):
        with lock:
            sys.stdout.write(json.dumps(message) + "\n")
            sys.stdout.flush()

    def run(message):
        request_id = message["id"]
        try:
            result = server.handle(message, send, lambda: request_id in gone)
            if result is not None:
                send({"jsonrpc": "2.0", "id": request_id, "result": result})
        except Refused as refused:
            send({"jsonrpc": "2.0", "id": request_id, "error": refused.error})

    for line in sys.stdin:
        message = json.loads(line)
        if message.get("method") == "notifications/cancelled":
            gone.add(message["params"]["requestId"])
        elif "id" in message:
            threading.Thread(target=run, args=(message,), daemon=True).start()
    os._exit(0)


def decoded(value):
    if value is not None and value.startswith("=?base64?") and value.endswith("?="):
        return base64.b64decode(value[9:-2], validate=True).decode()
    return value


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    state = None

    def log_message(self, *arguments):
        pass

    def check_headers(self, message):
        params = message.get("params", {})
        wanted = {"MCP-Protocol-Version": params.get("_meta", {}).get(META + "protocolVersion"),
                  "Mcp-Method": message["method"]}
        member = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}.get(message["method"])
        if message["method"].startswith("tasks/"):
            member = "taskId"
        if member:
            wanted["Mcp-Name"] = params[member]
        if params.get("name") == "region":
            arguments = params.get("arguments", {})
            wanted["Mcp-Param-Region"] = arguments.get("region")
            number = arguments.get("deep", {}).get("n")
            wanted["Mcp-Param-N"] = None if number is None else str(number)
        for name, value in wanted.items():
            if decoded(self.headers.get(name)) != value:
                raise Refused(400, -32020, "Header mismatch: " + name)
        for name in ("Mcp-Session-Id", "Last-Event-ID"):
            if name in self.headers:
                raise Refused(400, -32600, name + " is of the past")

    def is_gone(self):
        self.connection.setblocking(False)
        try:
            return self.connection.recv(1) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self.connection.setblocking(True)

    def plain(self, status, message):
        body = json.dumps(message).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Mcp-Session-Id", "to-be-ignored")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        began = []
        lock = threading.Lock()

        def event(item):
            with lock:
                if not began:
                    began.append(True)
                    self.send_response(200)
                    self.send_header("Content-Type", "text/event-stream")
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                data = b"event: message\ndata: " + json.dumps(item).encode() + b"\n\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                self.wfile.flush()

        try:
            if "id" not in message:
                raise Refused(400, -32600, "nothing but requests is posted here")
            if META + "protocolVersion" in message.get("params", {}).get("_meta", {}):
                self.check_headers(message)
            result = Server(self.state).handle(message, event, self.is_gone)
            if result is None:
                self.close_connection = True
                return
            answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
            if began:
                event(answer)
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.plain(200, answer)
        except Refused as refused:
            self.plain(refused.status, {"jsonrpc": "2.0", "id": message.get("id"), "error": refused.error})
        except OSError:
            self.close_connection = True

    def do_GET(self):
        self.plain(405, {})

    do_DELETE = do_GET


def serve_http(state):
    Handler.state = state
    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()  # lives as long as the test
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--supported", default=VERSION)
    for flag in ("--http", "--refuse-once"):
        parser.add_argument(flag, action="store_true")
    options = parser.parse_args()
    (serve_http if options.http else serve_stdio)(State(options))


if __name__ == "__main__":
    main()
