import type { Exchange } from './exchange.ts';
import type { Outcome, VerifiedIdentity } from './liveperson-server.ts';
import type { LivePersonRefusal } from './refusal.ts';

/** LivePerson's conversations, in memory: who wrote what, and whether the writer is known. */
export interface Conversations {
  /** The visitor's open conversation; a new one when there is none. */
  open(visitor: string): Conversation;
  find(visitor: string): Conversation | undefined;
  /** The text is cut to 1,000 characters; blank text is dropped. */
  say(conversation: Conversation, from: Speaker, text: string): void;
  settle(conversation: Conversation, outcome: Outcome): void;
  end(visitor: string): void;
}

/** `assistant`: the automatic colleague of the agent. */
export type Speaker = 'consumer' | 'agent' | 'assistant';

export interface Message {
  id: number;
  from: Speaker;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface Conversation {
  id: string;
  visitor: string;
  messages: Message[];
  identity?: VerifiedIdentity;
  refusal?: LivePersonRefusal;
  /** Newest last. */
  exchanges: Exchange[];
}

export interface ConversationsOptions {
  now: () => number;
  randomBytes: (size: number) => Buffer;
}

// A demo must not eat the memory of the machine that it runs on.
const mostConversations = 500;
const mostMessages = 200;
const mostExchanges = 30;
const longestText = 1000;

export function createConversations({ now, randomBytes }: ConversationsOptions): Conversations {
  const byVisitor = new Map<string, Conversation>();

  function start(visitor: string): Conversation {
    const [oldest] = byVisitor.keys();
    if (byVisitor.size >= mostConversations && oldest !== undefined) byVisitor.delete(oldest);
    const conversation = { id: randomBytes(8).toString('hex'), visitor, messages: [], exchanges: [] };
    byVisitor.set(visitor, conversation);
    return conversation;
  }

  return {
    open: (visitor) => byVisitor.get(visitor) ?? start(visitor),
    find: (visitor) => byVisitor.get(visitor),
    say({ messages }, from, text) {
      const trimmed = text.trim().slice(0, longestText);
      if (trimmed === '') return;
      messages.push({ id: (messages.at(-1)?.id ?? 0) + 1, from, text: trimmed, at: now() });
      messages.splice(0, messages.length - mostMessages);
    },
    settle(conversation, outcome) {
      conversation.exchanges.push(...outcome.exchanges);
      conversation.exchanges.splice(0, conversation.exchanges.length - mostExchanges);
      delete conversation.refusal;
      if (outcome.kind === 'accepted') conversation.identity = outcome.identity;
      else conversation.refusal = outcome.refusal;
    },
    end: (visitor) => void byVisitor.delete(visitor),
  };
}
