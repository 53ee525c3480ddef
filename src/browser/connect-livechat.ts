import type { LiveChatIdentityProvider } from './livechat-contract.ts';
import { type Chat, pageWasLeft } from './start-page.ts';

/** LiveChat's globals, as far as its documentation names them. */
interface LiveChatPage extends Partial<Record<'__lc', Settings>> {
  LiveChatWidget?: { init(): void; call(name: 'destroy'): void };
}

interface Settings {
  asyncInit?: boolean;
  custom_identity_provider?: () => LiveChatIdentityProvider;
}

/**
 * Runs LiveChat's widget for the consumer who is signed in, and for nobody else: a new consumer gets a new widget,
 * and a sign-out takes the old one off the page at once.
 */
export function connectLiveChat(
  createProvider: () => LiveChatIdentityProvider,
): Pick<Chat, 'refuseAll' | 'renew'> {
  const page = window as LiveChatPage;
  const settings = (page['__lc'] = page['__lc'] || {});
  // LiveChat's snippet stands before this script, and has begun already.
  let runs = Boolean(page.LiveChatWidget) && !settings.asyncInit;
  settings.custom_identity_provider = createProvider;
  settings.asyncInit = true;

  function stop(): void {
    if (runs && page.LiveChatWidget) page.LiveChatWidget.call('destroy');
    runs = false;
    settings.asyncInit = true;
  }

  // The page is shown again as it was, perhaps to another consumer: nothing of it may be seen before Parley has said.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) stop();
  });

  return {
    refuseAll(reason) {
      // Between two pages of a shop LiveChat keeps its window open by itself.
      if (reason !== pageWasLeft) stop();
    },
    renew(identity, isFirst) {
      if (runs && isFirst && identity) return;
      stop();
      if (!identity) return;
      runs = true;
      if (page.LiveChatWidget) page.LiveChatWidget.init();
      // A snippet that is still to come starts by itself.
      else settings.asyncInit = false;
    },
  };
}
