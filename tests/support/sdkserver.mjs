// A server made with the TypeScript SDK, over Streamable HTTP, whose tools ask and log the way that most people write it:
// `elicitInput()` and `sendLoggingMessage()` without saying for which request. The SDK sends both on the session's GET
// stream, and drops them where there is none. Prints its port; ends with its input.
//
//     node sdkserver.mjs NODE_MODULES
import {randomUUID} from 'node:crypto';
import http from 'node:http';
import {pathToFileURL} from 'node:url';

const load = path => import(pathToFileURL(`${process.argv[2]}/@modelcontextprotocol/sdk/dist/esm/${path}`));
const {Server} = await load('server/index.js');
const {StreamableHTTPServerTransport} = await load('server/streamableHttp.js');
const {CallToolRequestSchema, ListToolsRequestSchema} = await load('types.js');

const inputSchema = {type: 'object'};
const say = text => ({content: [{type: 'text', text}]});
const form = {type: 'object', properties: {name: {type: 'string'}}};

function makeServer() {
    const server = new Server({name: 'sdk', version: '1'}, {capabilities: {tools: {}, logging: {}}});
    const tools = {
        ask: async () => say(JSON.stringify(await server.elicitInput({message: 'Who?', requestedSchema: form}))),
        log: async () => {
            for (const level of ['debug', 'error'])
                await server.sendLoggingMessage({level, data: level});
            return say('logged');
        },
    };
    server.setRequestHandler(ListToolsRequestSchema,
                             () => ({tools: Object.keys(tools).map(name => ({name, inputSchema}))}));
    server.setRequestHandler(CallToolRequestSchema, request => tools[request.params.name]());
    return server;
}

const transports = new Map();
const listener = http.createServer(async (request, response) => {
    let transport = transports.get(request.headers['mcp-session-id']);
    if (!transport) {
        transport = new StreamableHTTPServerTransport({
            sessionIdGenerator: randomUUID,
            onsessioninitialized: id => transports.set(id, transport),
        });
        await makeServer().connect(transport);
    }
    await transport.handleRequest(request, response);
});
listener.listen(0, '127.0.0.1', () => console.log(listener.address().port));
process.stdin.on('end', () => process.exit()).resume();
