import { createServer } from 'node:http';

/** Node's http server with the smallest answer there is: what no answer of a Node server can take less than. */
createServer((_request, response) => response.end('ok')).listen(Number(process.argv[2]), '127.0.0.1', () =>
  process.stdout.write('ready\n'),
);
