import { randomUUID } from 'node:crypto';
import type Koa from 'koa';
import type { Middleware } from 'koa';
import type { AppRegistration } from '../livechat/app-registration.ts';
import type { LiveChatCall } from '../livechat/calls.ts';
import { createChatRequests } from '../livechat/chat-requests.ts';
import { agent, type ChatEvent, createChats } from '../livechat/chats.ts';
import type { Customer } from '../livechat/customers.ts';
import { createLiveChatTwin } from '../livechat/livechat-twin.ts';

/** LiveChat's side of the demo: its accounts, its chat, and what an agent sees of the newest customer. */
export interface LiveChatSide {
  /** The accounts and the chat, as Parley and the chat's windows reach them. */
  accounts: Koa;
  requests: Middleware;
  show(): object;
  sayAsAgent(text: string): void;
}

export interface LiveChatSideOptions {
  app: AppRegistration;
  now: () => number;
}

/** Milliseconds after which a window that asks each second counts as gone. */
const patience = 3000;
const mostCalls = 20;

export function createLiveChatSide({ app, now }: LiveChatSideOptions): LiveChatSide {
  // Parley's links outlive this process, so its customers must be known to the next twin.
  const { app: accounts, control } = createLiveChatTwin({ app, now, adoptsCustomers: true });
  const chats = createChats({ now, id: randomUUID });
  const devices = new Map<string, { customerId: string; lastSeen: number }>();
  let newest: Customer | undefined;

  function noteVisit(customer: Customer, device: string): void {
    if (!devices.has(device)) newest = customer;
    devices.set(device, { customerId: customer.id, lastSeen: now() });
    for (const [name, { lastSeen }] of devices) if (lastSeen + patience < now()) devices.delete(name);
  }
  chats.listen(({ customerId }) => {
    newest = control.customers().find(({ id }) => id === customerId) ?? newest;
  });

  return {
    accounts,
    requests: createChatRequests({
      chats,
      findCustomer: async (token) => control.findCustomer(token),
      onVisit: noteVisit,
    }),
    show() {
      const isHere = ({ customerId, lastSeen }: { customerId: string; lastSeen: number }) =>
        customerId === newest?.id && lastSeen + patience >= now();
      return {
        customer: newest ? { id: newest.id, name: newest.name ?? null, email: newest.email ?? null } : null,
        devices: [...devices.values()].filter(isHere).length,
        messages: (newest && chats.find(newest.id)?.events)?.map(showMessage) ?? [],
        calls: control.calls.slice(-mostCalls).map(showCall),
      };
    },
    sayAsAgent(text) {
      if (newest) chats.say(newest.id, agent.id, text);
    },
  };
}

function showMessage({ author_id: author, text, created_at: at }: ChatEvent): object {
  return { from: author === agent.id ? 'agent' : 'consumer', text, at };
}

function showCall({ operation, path, grantType, status }: LiveChatCall): object {
  return {
    path,
    grantType: grantType ?? null,
    status: status ?? null,
    isBilled: operation === 'customer_token',
  };
}
