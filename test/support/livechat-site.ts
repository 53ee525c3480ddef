import { livechatSettings } from './livechat-twin.ts';
import { authorizationUrl, signIn } from './relying-party.ts';
import { testBrand, testClients } from './test-brand.ts';
import { Visitor } from './visitor.ts';
import { webClient } from './web-client.ts';

/** The brand's page that embeds LiveChat's widget. */
export const chatPage = 'https://www.acme.example';

export const encryptionKey = 'a-test-encryption-key-of-more-than-32-characters';

/** The usual brand, with a LiveChat client whose LiveChat is at `origin`. */
export function livechatBrand(
  origin: string,
  settings: Record<string, unknown> = {},
  overrides: Record<string, unknown> = {},
): ReturnType<typeof testBrand> {
  const client = {
    id: 'livechat',
    platform: 'livechat',
    pages: [chatPage],
    livechat: livechatSettings(origin, settings),
  };
  return testBrand({ clients: [...testClients(), client], ...overrides });
}

export interface PageAnswer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export type Operation = 'token' | 'fresh' | 'has' | 'invalidate' | 'transfer';

/** A browser on the brand's page, as LiveChat's provider functions use it. */
export interface ChatVisitor {
  visitor: Visitor;
  ask(
    operation: Operation,
    form?: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<PageAnswer>;
  signOut(): Promise<PageAnswer>;
}

interface Reached {
  issuer: string;
  fetch?: typeof fetch;
}

export function openChatPage({ issuer, fetch }: Reached, visitor = new Visitor(fetch)): ChatVisitor {
  async function post(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<PageAnswer> {
    const sent = { client_id: 'livechat', ...form };
    const response = await visitor.post(`${issuer}${path}`, sent, {
      origin: chatPage,
      accept: '*/*',
      ...headers,
    });
    return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
  }
  return {
    visitor,
    ask: (operation, form = {}, headers) => post(`/page/livechat/${operation}`, form, headers),
    signOut: () => post('/page/sign-out', {}),
  };
}

/** The same, signed in. */
export async function signInToChat(
  parley: Reached,
  consumer: { login: string; password: string },
): Promise<ChatVisitor> {
  const page = openChatPage(parley);
  await signIn(page.visitor, authorizationUrl(webClient(parley)), consumer);
  return page;
}
