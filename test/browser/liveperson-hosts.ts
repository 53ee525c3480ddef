import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createLivePersonState } from '../../src/twin/demo/liveperson-state.ts';
import type { Connector } from '../../src/twin/liveperson/connector.ts';
import { createEmbeddedWindow, type PendingQuestion } from '../../src/twin/liveperson/embedded-window.ts';
import { createLivePersonServer, type PageIdentity } from '../../src/twin/liveperson/liveperson-server.ts';
import {
  createPopupWindow,
  type PendingPopup,
  type PopupAnswer,
  refuseState,
} from '../../src/twin/liveperson/popup-window.ts';
import { type Chat, createChats } from './liveperson-chats.ts';
import { brandPage, popupPage, tagModule } from './liveperson-pages.ts';

export const livePersonHosts = ['lpcdn.lpsnmedia.net', 'lptag.liveperson.net'];
export const popupAddress = 'https://lpcdn.lpsnmedia.net/le_unified_window/index.html';

const tag = readFileSync(join(import.meta.dirname, '../../src/twin/demo/assets/liveperson-tag.js'));

export interface LivePersonOptions {
  connectors: readonly Connector[];
  fetch: typeof fetch;
}

interface Pending<Window> {
  visitor: string;
  clientId: string;
  /** The one that was open then. */
  chat: Chat;
  window: Window;
}

interface From {
  visitor: string;
  clientId: string;
}

/**
 * LivePerson's own hosts, played by the twin, and a page of the brand with LivePerson's tag beside Parley's script.
 * The tag keeps the visitor's name in the page's own storage, so one device is one visitor, whoever sits there.
 */
export function createLivePersonHosts({ connectors, fetch }: LivePersonOptions) {
  const chats = createChats();
  const posts = createPosts(
    chats,
    new Map(connectors.map((each) => [each.clientId, openWindows(each, fetch)])),
  );

  async function answerPost(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await posts[path]?.(JSON.parse(await text(request)) as never);
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? 'null');
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(answer ?? null));
  }

  return {
    chats,
    /** @returns false for hosts and paths of others */
    answer(request: IncomingMessage, response: ServerResponse): boolean {
      const url = new URL(request.url ?? '/', `https://${request.headers.host}`);
      const query = Object.fromEntries(url.searchParams);
      const send = (type: string, body: string | Buffer) => {
        response.writeHead(200, { 'Content-Type': type, 'Access-Control-Allow-Origin': '*' }).end(body);
      };
      if (url.pathname === '/chat-page') send('text/html', brandPage(query));
      else if (!livePersonHosts.includes(url.hostname)) return false;
      else if (request.method === 'POST') void answerPost(url.pathname, request, response);
      else if (url.pathname === '/tag.js') send('text/javascript', tagModule);
      else if (url.pathname === '/liveperson-tag.js') send('text/javascript', tag);
      else if (url.pathname === new URL(popupAddress).pathname) send('text/html', popupPage);
      else response.writeHead(404).end();
      return true;
    },
  };
}

type Windows = ReturnType<typeof openWindows>;

function openWindows(connector: Connector, fetch: typeof globalThis.fetch) {
  const { flow, jwtIssuer, clientId } = connector;
  const server = createLivePersonServer({ connector, fetch, now: Date.now });
  const methodName = 'lpGetAuthenticationToken';
  const authorizationEndpoint = `${jwtIssuer}/auth`;
  const common = { flow, server, randomBytes };
  return {
    embedded: createEmbeddedWindow({ ...common, jwtIssuer, methodName }),
    popup: createPopupWindow({ ...common, authorizationEndpoint, clientId, redirectUri: popupAddress }),
  };
}

/** What the tag and the popup send to LivePerson's server. */
function createPosts(
  chats: ReturnType<typeof createChats>,
  windows: ReadonlyMap<string, Windows>,
): Record<string, (body: never) => unknown> {
  const questions = new Map<string, Pending<PendingQuestion>>();
  const popups = new Map<string, Pending<PendingPopup>>();
  const windowsOf = (clientId: string) => windows.get(clientId) as Windows;

  return {
    '/ask'({ visitor, clientId, identity }: From & { identity: PageIdentity | null }) {
      const chat = chats.introduce(visitor, identity);
      if (!identity) return { chat };
      const window = windowsOf(clientId).embedded.ask();
      const id = randomBytes(12).toString('base64url');
      questions.set(id, { visitor, clientId, chat, window });
      return { chat, id, codeChallenge: window.codeChallenge };
    },

    async '/answer'({ id, told }: { id: string; told: unknown[] }) {
      const { visitor, clientId, chat, window } = questions.get(id) as Pending<PendingQuestion>;
      questions.delete(id);
      // What counts is who is there now, not who was there when the page was asked.
      const identity = chats.identityOf(visitor);
      return chats.settle(visitor, chat, await windowsOf(clientId).embedded.receive(window, told, identity));
    },

    '/popup'({ visitor, clientId, opener }: From & { opener: string }) {
      const state = createLivePersonState(visitor, randomBytes(12).toString('base64url'));
      const window = windowsOf(clientId).popup.start({ state, parentWindowOrigin: opener });
      popups.set(state, { visitor, clientId, chat: chats.open(visitor), window });
      return { address: window.request };
    },

    async '/popup-answer'({ visitor, ...answer }: PopupAnswer & { visitor: string }) {
      const pending = popups.get(answer.state);
      popups.delete(answer.state);
      if (!pending) return { chat: chats.settle(visitor, chats.open(visitor), refuseState()) };
      const { clientId, window, chat } = pending;
      const opener = window.request.searchParams.get('parentWindowOrigin');
      if (answer.error) return { chat: { ...chats.open(visitor), refusal: answer.error }, clientId, opener };
      const identity = chats.identityOf(visitor);
      const outcome = await windowsOf(clientId).popup.receive(window, answer, identity);
      return { chat: chats.settle(visitor, chat, outcome), clientId, opener };
    },

    '/say'({ visitor, text: words }: From & { text: string }) {
      chats.open(visitor).messages.push(words);
    },
  };
}
