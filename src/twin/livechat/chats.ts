import type { Customer } from './customers.ts';

/** LiveChat's conversations: each customer has one chat, on whatever device they write. */
export interface Chats {
  find(customerId: string): Chat | undefined;
  /** Adds a message; the customer's first one begins the chat. */
  say(customerId: string, authorId: string, text: string): ChatEvent;
  /** Hears of every message. @returns stops listening */
  listen(listener: ChatListener): () => void;
}

export type ChatListener = (chat: Chat, event: ChatEvent, isFirst: boolean) => void;

export interface Chat {
  id: string;
  threadId: string;
  customerId: string;
  createdAt: string;
  events: ChatEvent[];
}

/** An event of type `message`, as the Customer Chat API words it. */
export interface ChatEvent {
  id: string;
  type: 'message';
  author_id: string;
  text: string;
  /** RFC 3339, with six decimals. */
  created_at: string;
}

/** Who answers in the twin. */
export const agent = {
  id: 'alex@fernway.example',
  type: 'agent',
  name: 'Alex',
  avatar: '',
  job_title: 'Customer care',
  present: true,
} as const;

const mostEvents = 200;

export function createChats({ now, id }: { now: () => number; id: () => string }): Chats {
  const byCustomer = new Map<string, Chat>();
  const listeners = new Set<ChatListener>();
  const time = () => new Date(now()).toISOString().replace('Z', '000Z');

  function open(customerId: string): Chat {
    const chat = { id: id(), threadId: id(), customerId, createdAt: time(), events: [] };
    byCustomer.set(customerId, chat);
    return chat;
  }

  return {
    find: (customerId) => byCustomer.get(customerId),
    say(customerId, authorId, text) {
      const known = byCustomer.get(customerId);
      const chat = known ?? open(customerId);
      const event: ChatEvent = {
        id: `${chat.threadId}_${chat.events.length + 1}`,
        type: 'message',
        author_id: authorId,
        text,
        created_at: time(),
      };
      chat.events.push(event);
      if (chat.events.length > mostEvents) chat.events.shift();
      for (const listener of listeners) listener(chat, event, !known);
      return event;
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The chat as `incoming_chat` carries it. */
export function showChat(chat: Chat, customer: Customer): object {
  return {
    id: chat.id,
    users: [showCustomer(customer), agent],
    access: { group_ids: [customer.groupId ?? 0] },
    properties: {},
    thread: showThread(chat),
  };
}

export function showThread({ threadId, createdAt, events, customerId }: Chat): object {
  return {
    id: threadId,
    active: true,
    created_at: createdAt,
    user_ids: [customerId, agent.id],
    access: { group_ids: [0] },
    properties: {},
    events,
  };
}

export function showCustomer({ id, name, email }: Customer): object {
  return {
    id,
    type: 'customer',
    present: true,
    session_fields: [],
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
  };
}
