import { createServer } from 'node:http';

/**
 * Node's http server and nothing around it: what no answer of a Node server can take less than. Arguments: a port, and what is
 * answered, by path, as JSON of `PlainAnswer`.
 */
const [port, json = '{}'] = process.argv.slice(2);
const answers = new Map(Object.entries(JSON.parse(json) as Record<string, PlainAnswer>));
const nothing: PlainAnswer = { headers: [], body: 'ok' };

/** Names and values in turn, as http writes them. */
interface PlainAnswer {
  headers: string[];
  body: string;
}

createServer({ optimizeEmptyRequests: true }, (request, response) => {
  const { headers, body } = answers.get(request.url ?? '') ?? nothing;
  response.writeHead(200, headers);
  response.end(body, 'latin1');
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
