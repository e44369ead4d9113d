// The TypeScript SDK v2 client lists and calls in the era that is asked for.
//
// usage: node sdk2.mjs ENDPOINT KEY legacy|modern|auto
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const require = createRequire(`${process.env.PROVOST_NPM}/package.json`);
const {Client, StreamableHTTPClientTransport} = await import(pathToFileURL(require.resolve('@modelcontextprotocol/client')).href);

const [endpoint, key, era] = process.argv.slice(2);
const mode = era === 'modern' ? {pin: '2026-07-28'} : era;
const transport = new StreamableHTTPClientTransport(new URL(endpoint), {requestInit: {headers: {Authorization: `Bearer ${key}`}}});
const client = new Client({name: 'sdk-v2', version: '1.0.0'}, {versionNegotiation: {mode}});
await client.connect(transport);
const tools = await client.listTools();
const query = await client.callTool({name: 'query_analytics', arguments: {query: 'SELECT DISTINCT region FROM customers ORDER BY region'}});
const denied = await client.callTool({name: 'write_deals', arguments: {}}).catch(error => ({error: error.message}));
await client.close();
console.log(JSON.stringify({protocol: era, tools: tools.tools.map(tool => tool.name), query, denied}));
