import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import Koa from 'koa';
import mount from 'koa-mount';
import { WebSocketServer } from 'ws';
import { renderWindowPage } from '../../src/twin/demo/window-page.ts';
import { type Frame, openChatConnection } from '../../src/twin/livechat/chat-connection.ts';
import { createChatRequests } from '../../src/twin/livechat/chat-requests.ts';
import { createChats } from '../../src/twin/livechat/chats.ts';
import type { Customer } from '../../src/twin/livechat/customers.ts';
import type { RunningLiveChat } from '../support/livechat-twin.ts';

export const liveChatHosts = {
  accounts: 'accounts.livechatinc.com',
  api: 'api.livechatinc.com',
  cdn: 'cdn.livechatinc.com',
};

/** LiveChat's own hosts, played by the twin: accounts, WebSocket, and the widget with its window. */
export function createLiveChatHosts({ origin, control, handle }: RunningLiveChat) {
  const chats = createChats({ now: Date.now, id: randomUUID });
  const logins: string[] = [];
  const connections = new Set<{ disconnect(reason: string): void }>();
  const sockets = new WebSocketServer({ noServer: true });
  const requests = new Koa();
  requests.use(mount('/demo/livechat', createChatRequests({ chats, findCustomer })));
  const answerRequest = requests.callback();

  /** LiveChat's chat asks LiveChat's accounts. */
  async function findCustomer(accessToken: string): Promise<Customer | undefined> {
    const headers = { authorization: `Bearer ${accessToken}` };
    const answer = await fetch(`${origin}/v2/customer/info`, { headers });
    const { entity_id: id } = (await answer.json()) as { entity_id?: string };
    return control.customers().find((customer) => customer.id === id);
  }

  sockets.on('connection', (socket) => {
    const connection = openChatConnection({
      chats,
      findCustomer,
      send: (frame) => socket.send(JSON.stringify(frame)),
      onFrame({ action, payload }: Frame) {
        if (action === 'login') logins.push(String(payload['token']));
      },
    });
    connections.add(connection);
    socket.on('message', (data: Buffer) => void connection.receive(data.toString()));
    socket.on('close', () => {
      connection.close();
      connections.delete(connection);
    });
  });

  return {
    chats,
    /** `token` of every login frame, oldest first. */
    logins,
    connections,
    answer(request: IncomingMessage, response: ServerResponse): boolean {
      const { hostname, pathname } = new URL(request.url ?? '/', `https://${request.headers.host}`);
      if (hostname === liveChatHosts.accounts) handle(request, response);
      else if (hostname !== liveChatHosts.cdn) return false;
      else if (request.method === 'POST') void answerRequest(request, response);
      else if (pathname === '/demo/livechat/window')
        response
          .setHeader('Content-Type', 'text/html')
          .end(renderWindowPage({ path: '', platform: 'livechat' }));
      else sendAsset(pathname, response);
      return true;
    },
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      const url = new URL(request.url ?? '/', `https://${request.headers.host}`);
      if (url.hostname !== liveChatHosts.api || url.pathname !== '/v3.5/customer/rtm/ws') socket.destroy();
      else sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened));
    },
  };
}

const assets = join(import.meta.dirname, '../../src/twin/demo/assets');

function sendAsset(pathname: string, response: ServerResponse): void {
  const [, file, type] = /^\/demo\/assets\/([a-z-]+\.(js|css))$/.exec(pathname) ?? [];
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': type === 'js' ? 'text/javascript' : 'text/css' });
  response.end(readFileSync(join(assets, file)));
}
