import type { Answer } from './ask-issuer.ts';

/** Milliseconds. */
const interval = 300;

/**
 * Waits for the one message that counts: from the very window that was opened, showing a page of the issuer's
 * origin. Other windows, frames and pages may post what they like.
 */
export function waitForAnswer(signIn: Window, issuerOrigin: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let wasClosed = false;
    const end = () => {
      removeEventListener('message', receive);
      clearInterval(watch);
    };
    const receive = ({ source, origin, data }: MessageEvent) => {
      if (source !== signIn || origin !== issuerOrigin || !data || data.type !== 'parley') return;
      end();
      resolve(data.answer);
    };
    const watch = setInterval(() => {
      // Its message may still be on the way when the window has closed itself.
      if (wasClosed) {
        end();
        reject(new Error('the sign-in window was closed before the sign-in was finished'));
      }
      wasClosed = signIn.closed;
    }, interval);
    addEventListener('message', receive);
  });
}
