"""A supervised server over stdio that crashes now and then: after a thousand calls Provost has the processes and the
descriptors that it had before."""
import contextlib
import json
import os
import pathlib
import sys
import tempfile
from collections import Counter

SUPPORT = pathlib.Path(__file__).resolve().parents[2] / "support"
sys.path.insert(0, str(SUPPORT))
from agents import LegacyAgent, ModernAgent  # noqa: E402
from harness import PROVOST, Provost, case, check, eventually, run, summary, text_of  # noqa: E402

ORG = """version: 1
tenants:
  - id: lab
    name: Laboratory
    policies:
      - {name: all, roles: [agent], resources: [fake], permissions: [run]}
"""
SERVERS = {"servers": [{"id": "fake", "kind": "mcp", "command": [sys.executable, str(SUPPORT / "fakemcp.py")], "prefix": "",
                        "restart": {"first": "10ms", "max": "50ms"}, "resource": "fake"}]}
CALLS = 1000
CRASH_EVERY = 50


def children(pid):
    """Of the process and of its children in turn."""
    found = set()
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found |= {child} | children(child)
    return found


def descriptors(pid):
    """What is open, sorted; without the numbers of sockets and pipes."""
    found = []
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):  # closed meanwhile
            found.append(os.readlink(f"/proc/{pid}/fd/{descriptor}").split(":[")[0])
    return sorted(found)


def main():
    with tempfile.TemporaryDirectory(prefix="provost-children-") as folder:
        data = pathlib.Path(folder) / "data"
        for part in ("tenants", "servers"):
            (data / "org" / part).mkdir(parents=True)
        (data / "org/tenants/lab.yaml").write_text(ORG)
        (data / "org/servers/fake.yaml").write_text(json.dumps(SERVERS))
        run(PROVOST, "user", "put", "--data", str(data), "--tenant", "lab", "--user", "ada", "--role", "agent")
        key = run(PROVOST, "key", "create", "--data", str(data), "--tenant", "lab", "--user", "ada")[1].strip()
        with Provost.serve(data) as server, case("a thousand calls with crashes"):
            pid = server.process.pid
            # One of them can be asked and has a process of its own, until its connection has been idle for long.
            with LegacyAgent(server.endpoint("lab"), key, "ws", capabilities={"roots": {}}) as asked, \
                    ModernAgent(server.endpoint("lab"), key, "ws") as plain:

                def works(agent):
                    answer = agent.call("echo")
                    return "result" in answer and text_of(answer) == "echo"

                check("both agents are served", eventually(lambda: works(asked)) and eventually(lambda: works(plain)))
                # The indexer opens what it needs in its own time.
                indexes = {str(data / "index.db-wal"), str(data / "tenants/lab/index.db-wal")}
                check("the calls reach the indexes", eventually(lambda: indexes <= set(descriptors(pid)), 60))
                before = (len(children(pid)), descriptors(pid))
                succeeded = crashes = 0
                for number in range(CALLS):
                    agent = (asked, plain)[number % 2]
                    if number % CRASH_EVERY < 2:
                        agent.call("crash")
                        crashes += 1
                        eventually(lambda agent=agent: works(agent))
                    elif works(agent):
                        succeeded += 1
                check("every call but the crashing ones succeeds", succeeded + crashes == CALLS, (succeeded, crashes))
                check("processes and descriptors are as many as before",
                      eventually(lambda: (len(children(pid)), descriptors(pid)) == before),
                      (before, len(children(pid)), list((Counter(descriptors(pid)) - Counter(before[1])).elements())))
            left = children(pid)
            server.stop()
            check("nothing outlives the server", eventually(
                lambda: not [child for child in left if pathlib.Path(f"/proc/{child}").exists()]), left)
    return summary()


if __name__ == "__main__":
    sys.exit(main())
