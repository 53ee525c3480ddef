import type { Conversation, Conversations } from '../liveperson/conversations.ts';
import type { Outcome, PageIdentity } from '../liveperson/liveperson-server.ts';
import type { PopupAnswer } from '../liveperson/popup-window.ts';
import { answerConsumer, welcomeVerified } from './assistant.ts';
import type { EmbeddedWindows, ToldByPage } from './embedded-windows.ts';
import type { LivePersonWindow } from './liveperson-window.ts';
import type { Consumer, Session } from './sessions.ts';

/** One visitor's chat: who may be shown to the agent in it, and until when. */
export interface Chat {
  /** Opens the visitor's conversation and says what the window does next. */
  open(session: Session): 'authorize' | 'talk';
  /** What the window brought back from the issuer. */
  receive(session: Session, answer: PopupAnswer): Promise<void>;
  /**
   * LivePerson's tag says who is on the page; null: nobody. Another one than the conversation's ends it. The tag
   * is told what to ask the page, unless there is nobody to ask for or they are known already.
   */
  introduce(session: Session, identity: PageIdentity | null): { question?: string; codeChallenge?: string };
  /** What the page's method called back. */
  receiveFromPage(session: Session, answer: ToldByPage): Promise<void>;
  sayAsConsumer(session: Session, text: string): void;
  sayAsAgent(session: Session, text: string): void;
  /** Ends the conversation; the next one starts with a stranger. */
  end(session: Session): void;
  /** To be called before another consumer's name enters the session. */
  prepareFor(session: Session, consumer: Consumer): void;
  find(session: Session): Conversation | undefined;
}

export interface ChatOptions {
  issuer: string;
  conversations: Conversations;
  window: LivePersonWindow;
  embedded: EmbeddedWindows;
  /** Milliseconds since 1970. */
  now: () => number;
}

export function createChat({ issuer, conversations, window, embedded, now }: ChatOptions): Chat {
  const find = (session: Session): Conversation | undefined => conversations.find(session.visitor);

  function end(session: Session): void {
    conversations.end(session.visitor);
    delete session.windowProblem;
  }

  /** A conversation is one consumer's: another one gets a new conversation, not the old one's messages. */
  function settle(session: Session, outcome: Outcome): void {
    const before = find(session);
    // Signed out or closed while the token was being redeemed: the answer belongs to nobody any more.
    if (!before) return;
    const next = outcome.kind === 'accepted' ? outcome.identity : undefined;
    if (next && before.identity && before.identity.idToken.payload.sub !== next.idToken.payload.sub)
      end(session);
    const conversation = conversations.open(session.visitor);
    const isNew = next !== undefined && conversation.identity === undefined;
    conversations.settle(conversation, outcome);
    if (isNew) conversations.say(conversation, 'assistant', welcomeVerified(next.agentView));
  }

  return {
    find,
    end,
    open(session) {
      const { identity, refusal } = conversations.open(session.visitor);
      if (session.style === 'embedded') return 'talk';
      return session.consumer && !identity && !refusal && !session.windowProblem ? 'authorize' : 'talk';
    },
    async receive(session, answer) {
      const { visitor, consumer } = session;
      const outcome = await window.receive(session, answer, consumer && { iss: issuer, sub: consumer.sub });
      if (outcome && session.visitor === visitor) settle(session, outcome);
    },
    introduce(session, identity) {
      delete session.pageIdentity;
      if (identity) session.pageIdentity = identity;
      const known = find(session)?.identity?.idToken.payload;
      if (known && known.sub !== identity?.sub) end(session);
      conversations.open(session.visitor);
      if (!identity) return {};
      const isKnown = known?.sub === identity.sub && now() < known.exp * 1000;
      return isKnown ? {} : embedded.ask(session);
    },
    async receiveFromPage(session, answer) {
      const { visitor } = session;
      delete session.windowProblem;
      const outcome = await embedded.receive(session, answer);
      if (!outcome || session.visitor !== visitor) return;
      if (outcome.kind === 'declined') session.windowProblem = outcome.reason;
      else settle(session, outcome);
    },
    sayAsConsumer(session, text) {
      const conversation = conversations.open(session.visitor);
      const before = conversation.messages.length;
      conversations.say(conversation, 'consumer', text);
      const answer = conversation.messages.length > before ? answerConsumer(conversation) : undefined;
      if (answer) conversations.say(conversation, 'assistant', answer);
    },
    sayAsAgent(session, text) {
      const conversation = find(session);
      if (conversation) conversations.say(conversation, 'agent', text);
    },
    prepareFor(session, { sub }) {
      const known = find(session)?.identity?.idToken.payload.sub;
      if (known !== undefined && known !== sub) end(session);
      delete session.windowProblem;
    },
  };
}
