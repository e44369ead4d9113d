// The TypeScript SDK v1 client over WebSocket: a transport of a few lines around Node's own WebSocket, because the SDK's
// cannot send the Authorization header. Prints one JSON object for the suite to judge, with all that went over the wire.
//
// usage: node websocket.mjs ENDPOINT KEY      with NODE_PATH's packages resolved from PROVOST_NPM
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const require = createRequire(`${process.env.PROVOST_NPM}/package.json`);
const {Client} = await import(pathToFileURL(require.resolve('@modelcontextprotocol/sdk/client/index.js')).href);

const wire = [];

class SocketTransport {
    constructor(url, key) {
        this.url = url;
        this.key = key;
    }
    start() {
        return new Promise((resolve, reject) => {
            this.socket = new WebSocket(this.url, {protocols: ['mcp'], headers: {Authorization: `Bearer ${this.key}`}});
            this.socket.onopen = resolve;
            this.socket.onerror = event => reject(event.error ?? new Error('no connection'));
            this.socket.onclose = () => this.onclose?.();
            this.socket.onmessage = event => {
                const message = JSON.parse(event.data);
                wire.push({heard: message});
                this.onmessage?.(message);
            };
        });
    }
    async send(message) {
        wire.push({said: message});
        this.socket.send(JSON.stringify(message));
    }
    async close() {
        this.socket.close();
    }
}

const [endpoint, key] = process.argv.slice(2);
const client = new Client({name: 'websocket', version: '1.0.0'});
await client.connect(new SocketTransport(endpoint.replace(/^http/, 'ws').replace(/mcp$/, 'ws'), key));
const tools = await client.listTools();
const query = await client.callTool({name: 'query_analytics', arguments: {query: 'SELECT DISTINCT region FROM customers ORDER BY region'}});
const denied = await client.callTool({name: 'write_deals', arguments: {}}).catch(error => ({error: error.message}));
await client.ping();
await client.close();
console.log(JSON.stringify({server: client.getServerVersion(), tools: tools.tools.map(tool => tool.name), query, denied, wire}));
