import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { CliError } from './cli-error.ts';
import type { CliIo } from './io.ts';

/** Milliseconds in which somebody may find the password of LiveChat. */
const patience = 10 * 60_000;

/**
 * Where the browser ends up after a consent: a listener hears it where the redirect URI is on this machine, and
 * elsewhere the operator pastes the address.
 */
export function receiveAnswer(
  redirectUri: string,
  io: CliIo & { stdin: NodeJS.ReadableStream },
): Promise<URL> {
  const url = new URL(redirectUri);
  const isHere = url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return isHere ? listen(url) : ask(url, io);
}

function listen(expected: URL): Promise<URL> {
  const { promise, resolve, reject } = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    const answer = URL.parse(request.url ?? '', expected.href);
    if (answer?.pathname !== expected.pathname) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end('Thank you. You can close this window and go back to the terminal.\n');
    resolve(answer);
  });
  server.on('error', () =>
    reject(new CliError(`port ${expected.port || '80'} is taken: free it, for the redirect URI leads there`)),
  );
  server.listen(Number(expected.port || 80), expected.hostname.replace(/^\[|\]$/g, ''));
  const timer = setTimeout(() => reject(new CliError('nobody consented within ten minutes')), patience);
  return promise.finally(() => {
    clearTimeout(timer);
    server.close();
    server.closeAllConnections();
  });
}

async function ask(expected: URL, { stdin, stdout }: CliIo & { stdin: NodeJS.ReadableStream }): Promise<URL> {
  stdout.write(
    `The browser then shows a page of ${expected.origin}. Paste the whole address of that page here:\n`,
  );
  const lines = createInterface({ input: stdin });
  for await (const line of lines) {
    lines.close();
    const answer = URL.parse(line.trim());
    if (answer?.origin === expected.origin && answer.pathname === expected.pathname) return answer;
    throw new CliError(`this is not an address of ${expected.origin}${expected.pathname}`);
  }
  throw new CliError('no address was given');
}
