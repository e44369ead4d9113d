// The conformance suite cannot send credentials, so this stands before the server and adds one. It changes nothing
// else: a Host or Origin that names this listener is given the server's port, every other passes as it came.
//
// usage: node passthrough.mjs UPSTREAM_URL KEY      prints `listening URL`
import http from 'node:http';

const upstream = new URL(process.argv[2]);
const key = process.argv[3];

const server = http.createServer((request, response) => {
    const own = `:${server.address().port}`;
    const translated = value => (value && /^(https?:\/\/)?(localhost|127\.0\.0\.1):/.test(value) ? value.replace(own, `:${upstream.port}`) : value);
    const headers = {...request.headers, authorization: `Bearer ${key}`, host: translated(request.headers.host)};
    if (headers.origin) headers.origin = translated(headers.origin);
    const forwarded = http.request(
        {host: upstream.hostname, port: upstream.port, path: upstream.pathname, method: request.method, headers},
        reply => {
            response.writeHead(reply.statusCode, reply.headers);
            response.flushHeaders();
            reply.pipe(response);
        });
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log(`listening http://127.0.0.1:${server.address().port}/mcp`));
