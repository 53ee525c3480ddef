import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import { type Chats, showCustomer } from './chats.ts';
import type { Customer } from './customers.ts';
import { bearerOf } from './read-request.ts';

/**
 * The chat by requests, for windows without a WebSocket: the actions of LiveChat's Customer Chat Web API that a
 * conversation needs, each with the customer's token, which is looked up each time.
 */
export interface ChatRequestsOptions {
  chats: Chats;
  findCustomer(accessToken: string): Promise<Customer | undefined>;
  /** A window showed that it is there. @param device its own random name */
  onVisit?(customer: Customer, device: string): void;
}

const message = z.object({
  event: z.object({ type: z.literal('message'), text: z.string().min(1).max(4000) }),
});

/** `POST /action/{login,list_events,send_event}`. */
export function createChatRequests(options: ChatRequestsOptions): Middleware {
  const { chats } = options;
  const actions: Record<string, (customer: Customer, body: unknown) => object> = {
    login: (customer) => ({ customer: showCustomer(customer) }),
    list_events: (customer) => ({
      customer: showCustomer(customer),
      events: chats.find(customer.id)?.events ?? [],
    }),
    send_event: ({ id }, body) => ({ event: chats.say(id, id, message.parse(body).event.text) }),
  };
  const router = new Router();
  router.post(
    '/action/:action',
    bodyParser({ enableTypes: ['json'], jsonLimit: '64kb' }),
    async (ctx: Context) => {
      const { action = '' } = ctx['params'] as { action?: string };
      const work = Object.hasOwn(actions, action) ? actions[action] : undefined;
      if (!work) return refuse(ctx, 404, 'validation', 'There is no such action');
      const customer = await options.findCustomer(bearerOf(ctx) ?? '');
      if (!customer) return refuse(ctx, 401, 'authentication', 'Invalid access token');
      options.onVisit?.(customer, ctx.get('X-Device').slice(0, 40));
      try {
        ctx.body = work(customer, ctx.request.body);
      } catch (error) {
        if (!(error instanceof z.ZodError)) throw error;
        refuse(ctx, 400, 'validation', 'The payload is not right');
      }
    },
  );
  return router.routes() as unknown as Middleware;
}

function refuse(ctx: Context, status: number, type: string, text: string): void {
  ctx.status = status;
  ctx.body = { error: { type, message: text } };
}
