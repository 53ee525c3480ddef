import type { EmbeddedOutcome } from '../../src/twin/liveperson/embedded-window.ts';
import type { PageIdentity } from '../../src/twin/liveperson/liveperson-server.ts';

/** What an agent, and so the consumer, sees in a visitor's chat. */
export interface Chat {
  /** Of the consumer who is known; absent for a guest. */
  sub?: string;
  /** The account number, by the agent's view. */
  account?: string | undefined;
  messages: string[];
  /** Why the last answer made nobody known, by LivePerson's number or in the page's words. */
  refusal?: string;
  /** When LivePerson asks again. Milliseconds since 1970. */
  endsAt?: number;
}

/** The chats at LivePerson's side. Another consumer at a device, or nobody any more, gets a new one. */
export function createChats() {
  const chats = new Map<string, Chat>();
  const identities = new Map<string, PageIdentity>();
  const outcomes: string[] = [];

  function begin(visitor: string): Chat {
    const chat: Chat = { messages: [] };
    chats.set(visitor, chat);
    return chat;
  }
  const open = (visitor: string): Chat => chats.get(visitor) ?? begin(visitor);

  return {
    open,
    find: (visitor: string): Chat | undefined => chats.get(visitor),
    /** What the visitor's page said last of who is there. */
    identityOf: (visitor: string): PageIdentity | undefined => identities.get(visitor),
    /** Of every code and ID token that came: whose it was, or why it counts for nothing. */
    outcomes,

    introduce(visitor: string, identity: PageIdentity | null): Chat {
      identities.delete(visitor);
      if (identity) identities.set(visitor, identity);
      const chat = open(visitor);
      const isOther = chat.sub !== undefined && chat.sub !== identity?.sub;
      return isOther ? begin(visitor) : chat;
    },

    /** @param chat the one that was open when the window asked */
    settle(visitor: string, chat: Chat, outcome: EmbeddedOutcome): Chat {
      outcomes.push(describe(outcome));
      if (chats.get(visitor) !== chat) return open(visitor);
      if (outcome.kind !== 'accepted') return Object.assign(chat, { refusal: describe(outcome) });
      const { agentView, idToken } = outcome.identity;
      const { sub, exp } = idToken.payload;
      const own = chat.sub === undefined || chat.sub === sub ? chat : begin(visitor);
      delete own.refusal;
      return Object.assign(own, { sub, account: agentView.ctmrinfo.customerId, endsAt: exp * 1000 });
    },
  };
}

function describe(outcome: EmbeddedOutcome): string {
  if (outcome.kind === 'accepted') return outcome.identity.idToken.payload.sub;
  return outcome.kind === 'refused' ? outcome.refusal.message : outcome.reason;
}
