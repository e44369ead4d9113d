"""Has wirecheck judge what an endpoint sent, where the published schemas are at hand."""
import json
import os
import pathlib
import subprocess

from agents import Wire
from harness import BUILD, ROOT, check, skip

SCHEMAS = pathlib.Path(os.environ.get("PROVOST_MCP_SCHEMAS", ROOT / "../shared/mcp-schema"))


# One thing is wrong with each.
BROKEN = [
    ("2026-07-28", "tools/list", {"id": 1, "result": {"resultType": "complete", "tools": [], "ttlMs": 0}}),
    ("2026-07-28", "tools/call", {"id": 1, "result": {"content": []}}),
    ("2026-07-28", "tools/call", {"id": 1, "result": {"resultType": "input_required", "inputRequests": {
        "name": {"method": "elicitation/create", "params": {"message": "no schema"}}}}}),
    ("2026-07-28", None, {"id": 1, "method": "ping"}),
    ("2026-07-28", "tools/call", {"id": 1, "error": {"code": -32021, "message": "without what is required"}}),
    ("2026-07-28", None, {"method": "notifications/message", "params": {"level": "loud", "data": ""}}),
    ("2025-11-25", "initialize", {"id": 1, "result": {"protocolVersion": "2025-11-25", "capabilities": {}}}),
    ("2025-11-25", "tools/call", {"id": 1, "result": {"content": [{"type": "text"}]}}),
    ("2025-11-25", None, {"method": "notifications/resources/updated", "params": {}}),
    ("2025-11-25", None, {"id": {}, "method": "roots/list"}),
    ("2025-11-25", None, {"id": 1, "result": {}}),
]


def violations(wire):
    """(whether there are none, what was printed)"""
    done = subprocess.run([str(BUILD / "bin/provost_wirecheck"), str(SCHEMAS)], input=wire.lines(), capture_output=True,
                          text=True, timeout=120, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def schemas_are_here(name):
    if list(SCHEMAS.glob("schema-*.json")):
        return True
    skip(name, f"the published schemas are not at {SCHEMAS}; PROVOST_MCP_SCHEMAS names their directory")
    return False


def check_wire(wire, name):
    """One check for all messages; skipped where the schemas are not."""
    if not schemas_are_here(name):
        return
    valid, output = violations(wire)
    print(output.splitlines()[-1] if output else "", flush=True)
    check(name, valid and wire.messages, output[:8000])


def check_wire_is_strict():
    """That the judge finds what is wrong, message by message."""
    name = "messages that are wrong are found"
    if not schemas_are_here(name):
        return
    for revision, method, message in BROKEN:
        wire = Wire()
        wire.add(revision, method, {"jsonrpc": "2.0", **message})
        valid, output = violations(wire)
        check(f"{name}: {json.dumps(message)[:60]}", not valid, output)
