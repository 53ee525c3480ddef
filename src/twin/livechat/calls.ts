/** What LiveChat is asked for. `customer_token` is the billed one. */
export type Operation =
  | 'consent'
  | 'agent_token'
  | 'customer_token'
  | 'info'
  | 'revoke'
  | 'identity_transfer'
  | 'update_customer';

/** One call, without its secrets. */
export interface LiveChatCall {
  operation: Operation;
  path: string;
  grantType: string | undefined;
  /** The customer that was asked for; undefined where a new one was wanted. */
  entityId: string | undefined;
  /** HTTP status of the answer; undefined while there is none. */
  status?: number;
}
