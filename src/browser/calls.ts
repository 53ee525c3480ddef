/** One call of LivePerson's method. */
export interface Call {
  /** What is asked of Parley. */
  request: Record<string, string>;
  /** Whose chat it is, as far as the page knew. */
  sub?: string;
  isOpen(): boolean;
  /** Calls back, the first time only: LivePerson waits for ever otherwise. */
  settle(value: string, reason?: string): void;
}

export type Callback = (...answer: unknown[]) => void;
export type Challenge = string | { code_challenge?: string; codeChallenge?: string } | undefined;

export interface CallsOptions {
  /** Of every authorization request: client, scope, redirect URI, response type. */
  request: Record<string, string>;
  /** Told to LivePerson, when the page names one. */
  redirectUri: string | undefined;
}

/** The calls that LivePerson still waits for. */
export function createCalls({ request, redirectUri }: CallsOptions) {
  const open = new Set<Call>();
  return {
    begin(callback: Callback, challenge: Challenge): Call {
      const call: Call = {
        request: { ...request, ...toParameters(challenge) },
        isOpen: () => open.has(call),
        settle(value, reason) {
          if (!open.delete(call)) return;
          if (!value) callBack(callback, '', reason);
          else callBack(callback, redirectUri ? { ssoKey: value, redirect_uri: redirectUri } : value);
        },
      };
      open.add(call);
      return call;
    },

    /** Nothing that was asked for a former consumer is answered any more. */
    refuseAll(reason: string): void {
      for (const call of open) call.settle('', reason);
    },
  };
}

function toParameters(challenge: Challenge): Record<string, string> {
  const text =
    challenge && typeof challenge === 'object'
      ? challenge.code_challenge || challenge.codeChallenge
      : challenge;
  return text ? { code_challenge: text, code_challenge_method: 'S256' } : {};
}

/** A fault of LivePerson's own belongs into the console, not into our answer. */
function callBack(callback: Callback, ...answer: unknown[]): void {
  try {
    callback(...answer);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
