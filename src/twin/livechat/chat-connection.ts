import { z } from 'zod';
import { type Chat, type Chats, showChat, showCustomer, showThread } from './chats.ts';
import type { Customer } from './customers.ts';

/**
 * One connection of LiveChat's Customer Chat API 3.5 (`wss://api.livechatinc.com/v3.5/customer/rtm/ws`), as far as
 * identity goes: whoever has not logged in with a living customer access token gets nothing. Frames are JSON.
 */
export interface ChatConnection {
  receive(frame: string): Promise<void>;
  /** What LiveChat says before it closes a connection: `access_token_expired`, `logged_out_remotely` … */
  disconnect(reason: string): void;
  close(): void;
}

export interface ChatConnectionOptions {
  chats: Chats;
  /** Asks the accounts whose token this is; undefined: nobody's any more. */
  findCustomer(accessToken: string): Promise<Customer | undefined>;
  send(frame: object): void;
  /** Told of every frame that came in. */
  onFrame?(frame: Frame): void;
}

const frameSchema = z.object({
  action: z.string(),
  request_id: z.string().optional(),
  version: z.string().optional(),
  payload: z.record(z.string(), z.unknown()).default({}),
});
export type Frame = z.output<typeof frameSchema>;

const newMessage = z.object({ type: z.literal('message'), text: z.string().min(1).max(4000) });
const startChat = z.object({ chat: z.object({ thread: z.object({ events: z.array(newMessage) }) }) });

export function openChatConnection(options: ChatConnectionOptions): ChatConnection {
  const { chats, send } = options;
  let customer: Customer | undefined;
  /** The request that is being served: what it caused is told to this connection under its id. */
  let served: string | undefined;

  const answer = ({ request_id, action }: Frame, payload: object) =>
    send({ request_id, action, type: 'response', success: true, payload });
  const refuse = ({ request_id, action }: Frame, type: string, message: string) =>
    send({ request_id, action, type: 'response', success: false, payload: { error: { type, message } } });

  async function logIn(frame: Frame): Promise<void> {
    const [, token = ''] = /^Bearer (.+)$/.exec(String(frame.payload['token'])) ?? [];
    const found = await options.findCustomer(token);
    if (!found) return refuse(frame, 'authentication', 'Invalid access token');
    customer = found;
    const chat = chats.find(found.id);
    return answer(frame, {
      customer_id: found.id,
      customer: { ...showCustomer(found), statistics },
      has_active_thread: Boolean(chat),
      chats: chat ? [{ chat_id: chat.id, has_active_thread: true, has_unread_events: false }] : [],
      __priv_dynamic_config: { online_groups_ids: [0], customer_groups: { monitoring: { id: 0 } } },
    });
  }

  function serve(frame: Frame, by: Customer): void {
    const chat = chats.find(by.id);
    if (frame.action === 'list_chats') return answer(frame, listChats(chat, by));
    if (frame.action === 'list_threads') return answer(frame, { threads: chat ? [showThread(chat)] : [] });
    const text = readMessage(frame);
    if (text === undefined) return answer(frame, {});
    served = frame.request_id;
    chats.say(by.id, by.id, text);
    served = undefined;
    return answer(frame, { chat_id: chats.find(by.id)?.id });
  }

  const stopListening = chats.listen((chat, event, isFirst) => {
    if (!customer || chat.customerId !== customer.id) return;
    const push = isFirst
      ? { action: 'incoming_chat', payload: { chat: showChat(chat, customer) } }
      : { action: 'incoming_event', payload: { chat_id: chat.id, thread_id: chat.threadId, event } };
    send({ ...push, type: 'push', version: '3.5', ...(served !== undefined && { request_id: served }) });
  });

  return {
    async receive(text) {
      const frame = frameSchema.parse(JSON.parse(text));
      options.onFrame?.(frame);
      if (frame.action === 'login') await logIn(frame);
      else if (customer) serve(frame, customer);
      else refuse(frame, 'authentication', 'Log in first');
    },
    disconnect: (reason) => send({ action: 'customer_disconnected', type: 'push', payload: { reason } }),
    close: stopListening,
  };
}

/** The text of `start_chat` and `send_event`; undefined for the other actions, which are answered and no more. */
function readMessage({ action, payload }: Frame): string | undefined {
  if (action === 'send_event') return newMessage.parse(payload['event']).text;
  if (action !== 'start_chat') return undefined;
  return startChat.parse(payload).chat.thread.events[0]?.text;
}

function listChats(chat: Chat | undefined, customer: Customer): object {
  if (!chat) return { chats_summary: [], total_chats: 0 };
  const { id, threadId, createdAt, events } = chat;
  const last = events.at(-1);
  const summary = {
    id,
    active: true,
    users: [showCustomer(customer)],
    access: { group_ids: [0] },
    properties: {},
    last_thread_id: threadId,
    last_thread_created_at: createdAt,
    ...(last && {
      last_event_per_type: {
        message: { thread_id: threadId, thread_created_at: createdAt, event: last },
      },
    }),
  };
  return { chats_summary: [summary], total_chats: 1 };
}

const statistics = {
  chats_count: 0,
  threads_count: 0,
  visits_count: 1,
  page_views_count: 1,
  greetings_shown_count: 0,
  greetings_accepted_count: 0,
};
