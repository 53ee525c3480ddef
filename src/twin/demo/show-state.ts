import type { Conversation } from '../liveperson/conversations.ts';
import type { Session } from './sessions.ts';

/** What the demo's pages read each second: the session's outside and the conversation as both sides see it. */
export function showState(session: Session, conversation: Conversation | undefined): object {
  return {
    consumer: session.consumer ? { name: session.consumer.name } : null,
    platform: session.platform,
    flow: session.flow,
    style: session.style,
    windowProblem: session.windowProblem ?? null,
    conversation: conversation ? showConversation(conversation) : null,
  };
}

function showConversation({ id, messages, identity, refusal, exchanges }: Conversation): object {
  return {
    id,
    messages,
    identity: identity ?? null,
    refusal: refusal ? { code: refusal.code, sentence: refusal.sentence } : null,
    exchanges,
  };
}
