"""What the tests outside C++ share: a running Provost, checks that are counted, and a plain MCP client.

Only Python's standard library. A suite calls `check(name, condition, detail)` and ends with `sys.exit(summary())`, which
has every message that an endpoint has sent judged by the published schemas.
"""
import contextlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import traceback
import urllib.parse

from wire import Wire

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PROVOST_BUILD", ROOT / "build/release"))
PROVOST = os.environ.get("PROVOST", str(BUILD / "bin/provost"))
NPM = pathlib.Path(os.environ.get("PROVOST_NPM", ROOT / "build/npm"))

_passed = 0
_failed = 0
_skipped = 0


def check(name, condition, detail=""):
    """Counts one expectation."""
    global _passed, _failed
    if condition:
        _passed += 1
        print(f"ok    {name}", flush=True)
    else:
        _failed += 1
        print(f"FAIL  {name}  {detail}", flush=True)
    return bool(condition)


def skip(name, reason):
    global _skipped
    _skipped += 1
    print(f"skip  {name}  {reason}", flush=True)


@contextlib.contextmanager
def case(name):
    """A group of steps; an exception inside is one failure and the suite goes on."""
    print(f"-- {name}", flush=True)
    try:
        yield
    except Exception as error:  # pylint: disable=broad-except
        traceback.print_exc()
        check(name, False, repr(error))


def check_wire():
    """One check for all messages that were heard; skipped where the schemas are not."""
    name = "every message of the endpoint is as the schema of its revision says"
    done = subprocess.run([str(BUILD / "bin/provost_wirecheck")], capture_output=True, text=True, timeout=300, check=False,
                          input="".join(json.dumps(message) + "\n" for message in Wire.all_heard))
    if done.returncode == 2:
        skip(name, done.stderr.strip())
        return
    print(done.stdout.strip().rpartition("\n")[2], flush=True)
    check(name, done.returncode == 0, done.stdout[:8000] + done.stderr)


def summary():
    if Wire.all_heard:
        check_wire()
    print(f"{_passed} passed, {_failed} failed" + (f", {_skipped} skipped" if _skipped else ""), flush=True)
    return 1 if _failed or not _passed else 0


class Provost:
    """`provost demo --headless --json` (or serve) as a child process."""

    def __init__(self, *arguments, data=None, environment=None, program=PROVOST):
        self.directory = None
        if data is None:
            self.directory = tempfile.TemporaryDirectory(prefix="provost-test-")
            data = pathlib.Path(self.directory.name) / "data"
        self.data = pathlib.Path(data)
        env = {**os.environ, **(environment or {})}
        self.log = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.process = subprocess.Popen([program, *arguments, "--data", str(self.data)], stdout=subprocess.PIPE,
                                        stderr=self.log, env=env, start_new_session=True)
        self.keys = []
        self.url = None
        self.admin = None

    @classmethod
    def demo(cls, **options):
        self = cls("demo", "--headless", "--json", "--listen", "127.0.0.1:0", **options)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("provost did not start: " + self.errors())
        started = json.loads(line)
        self.url, self.admin, self.keys = started["listening"], started["admin"], started["keys"]
        return self

    @classmethod
    def serve(cls, data, *arguments, listen="127.0.0.1:0", **options):
        self = cls("serve", "--listen", listen, *arguments, data=data, **options)
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening "):
            raise RuntimeError("provost did not start: " + line + self.errors())
        self.url = line.split()[1]
        return self

    def key(self, tenant, role):
        for entry in self.keys:
            if entry["tenant"] == tenant and role in entry["roles"]:
                return entry["key"]
        raise KeyError(f"{tenant} {role}: {self.keys}")

    def endpoint(self, tenant=None):
        return f"{self.url}/t/{tenant}/mcp" if tenant else f"{self.url}/mcp"

    def errors(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def stop(self, how=signal.SIGTERM, patience=40):
        """Ends the process; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=patience)
        self.process.stdout.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                check("provost stops when asked", False, self.errors()[-2000:])
        if self.directory:
            self.directory.cleanup()


def messages(headers, data):
    """The JSON-RPC messages of a reply."""
    kind = headers.get("content-type", "")
    if kind.startswith("text/event-stream"):
        return [json.loads(line[5:]) for line in data.splitlines() if line.startswith(b"data:") and line[5:].strip()]
    return [json.loads(data)] if kind == "application/json" and data else []


class Client:
    """A plain modern-era MCP client over one keep-alive connection."""

    def __init__(self, endpoint, key, name="harness"):
        self.target = urllib.parse.urlsplit(endpoint)
        self.connection = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=60)
        self.key = key
        self.name = name
        self.next_id = 0

    def post(self, body, headers=None):
        """(status, headers, body bytes) of one POST."""
        merged = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        if self.key:
            merged["Authorization"] = f"Bearer {self.key}"
        merged.update(headers or {})
        wire = Wire()
        wire.said(body, merged.get("MCP-Protocol-Version"))
        self.connection.request("POST", self.target.path, body=body, headers=merged)
        reply = self.connection.getresponse()
        reply_headers, data = dict((k.lower(), v) for k, v in reply.getheaders()), reply.read()
        for message in messages(reply_headers, data):
            wire.heard(message)
        return reply.status, reply_headers, data

    def request(self, method, params=None, headers=None):
        """(status, headers, JSON-RPC answer)."""
        self.next_id += 1
        params = dict(params or {})
        params["_meta"] = {"io.modelcontextprotocol/protocolVersion": "2026-07-28",
                           "io.modelcontextprotocol/clientCapabilities": {},
                           "io.modelcontextprotocol/clientInfo": {"name": self.name, "version": "1"},
                           **params.get("_meta", {})}
        merged = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
        if method in ("tools/call", "prompts/get"):
            merged["Mcp-Name"] = params["name"]
        elif method == "resources/read":
            merged["Mcp-Name"] = params["uri"]
        merged.update(headers or {})
        body = json.dumps({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params})
        status, reply_headers, data = self.post(body, merged)
        return status, reply_headers, next(reversed(messages(reply_headers, data)), None)

    def call(self, tool, arguments=None, **options):
        return self.request("tools/call", {"name": tool, "arguments": arguments or {}}, **options)

    def tools(self):
        _, _, answer = self.request("tools/list")
        return [tool["name"] for tool in answer["result"]["tools"]]

    def close(self):
        self.connection.close()


def text_of(answer):
    """The text content of a tool result."""
    return "\n".join(block.get("text", "") for block in answer["result"].get("content", []))


def run(*command, stdin=None, timeout=120, environment=None):
    """(exit code, stdout, stderr) of a command."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout, check=False,
                          env={**os.environ, **(environment or {})})
    return done.returncode, done.stdout, done.stderr


def records(data, filter_text=""):
    """The records that `provost audit query` prints."""
    code, out, err = run(PROVOST, "audit", "query", "--data", str(data), "--json", filter_text)
    if code != 0:
        raise RuntimeError(err)
    return [json.loads(line) for line in out.splitlines()]


def eventually(condition, patience=30.0):
    """Polls until `condition()` is true; its last value."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.05)
