import type { AgentView } from '../liveperson/agent-view.ts';
import type { Conversation } from '../liveperson/conversations.ts';

/** The automatic colleague of the agent: it shows what can be said to a consumer who is known, and what cannot. */
export function welcomeVerified({ standard, ctmrinfo }: AgentView): string {
  const name = typeof standard['given_name'] === 'string' ? ` ${standard['given_name']}` : '';
  const account = ctmrinfo.customerId ? ` I have your account ${ctmrinfo.customerId} in front of me.` : '';
  return `Hello${name}, good to see you.${account} No security questions needed: how can I help?`;
}

/** Answers the newest message of the consumer; undefined once a person has taken over. */
export function answerConsumer({ messages, identity }: Conversation): string | undefined {
  if (messages.some(({ from }) => from === 'agent')) return undefined;
  const text = messages.at(-1)?.text ?? '';
  if (identity) return answerVerified(text, identity.agentView);
  return messages.some(({ from }) => from === 'assistant')
    ? 'I can help with general questions here. Once you have signed in I can look at your account, too.'
    : 'Hello! Ask me anything about our plans. For questions about your account please sign in first, so that I know who I am speaking to.';
}

function answerVerified(text: string, { ctmrinfo }: AgentView): string {
  if (/\b(bill|balance|owe|pay|invoice|charge)/i.test(text) && ctmrinfo.balance !== undefined) {
    const amount = `${ctmrinfo.balance.toFixed(2)} ${ctmrinfo.currency ?? ''}`.trim();
    return `Your balance stands at ${amount}. Shall I go through the last bill with you?`;
  }
  if (/\b(plan|contract|tariff|upgrade)/i.test(text) && ctmrinfo.ctype) {
    return `You are on ${ctmrinfo.ctype}. I can change that for you from the next billing period.`;
  }
  return 'Thank you, I am looking into it.';
}
