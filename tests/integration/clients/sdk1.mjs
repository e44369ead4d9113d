// The TypeScript SDK v1 client (legacy era only) lists and calls. Prints one JSON object for the suite to judge.
//
// usage: node sdk1.mjs ENDPOINT KEY      with NODE_PATH's packages resolved from PROVOST_NPM
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const require = createRequire(`${process.env.PROVOST_NPM}/package.json`);
const load = async name => import(pathToFileURL(require.resolve(name)).href);
const {Client} = await load('@modelcontextprotocol/sdk/client/index.js');
const {StreamableHTTPClientTransport} = await load('@modelcontextprotocol/sdk/client/streamableHttp.js');

const [endpoint, key] = process.argv.slice(2);
const transport = new StreamableHTTPClientTransport(new URL(endpoint), {requestInit: {headers: {Authorization: `Bearer ${key}`}}});
const client = new Client({name: 'sdk-v1', version: '1.0.0'});
await client.connect(transport);
const tools = await client.listTools();
const query = await client.callTool({name: 'query_analytics', arguments: {query: 'SELECT DISTINCT region FROM customers ORDER BY region'}});
const denied = await client.callTool({name: 'write_deals', arguments: {}}).catch(error => ({error: error.message}));
await client.ping();
const session = transport.sessionId;
await transport.terminateSession();
await client.close();
console.log(JSON.stringify({protocol: 'legacy', session: Boolean(session), server: client.getServerVersion(),
                            tools: tools.tools.map(tool => tool.name), query, denied}));
