import { createIdentityProvider } from './identity-provider.ts';
import type { LiveChatIdentityProvider, ParleyLiveChat, ParleyLiveChatOptions } from './livechat-contract.ts';
import { type Chat, startPage } from './start-page.ts';

/** LiveChat's component runs the widget, where the page uses one. */
const leaveToPage = (): Pick<Chat, 'refuseAll' | 'renew'> => ({ refuseAll() {}, renew() {} });

/**
 * Parley on a page with LiveChat.
 *
 * @param connect runs LiveChat's widget with such a provider
 */
export function createLiveChat(
  options: ParleyLiveChatOptions,
  connect: (
    createProvider: () => LiveChatIdentityProvider,
  ) => Pick<Chat, 'refuseAll' | 'renew'> = leaveToPage,
): ParleyLiveChat {
  let customIdentityProvider: ParleyLiveChat['customIdentityProvider'] | undefined;
  const parley = startPage({
    ...options,
    // Nothing is ever sent there: a sign-in on the page wants no answer but that it is done.
    redirectUri: location.origin,
    createChat(parts) {
      customIdentityProvider = () => createIdentityProvider(parts);
      return {
        ...connect(customIdentityProvider),
        // LiveChat waits for no sign-in.
        findWaiting: () => undefined,
        resume() {},
      };
    },
  });
  // A second copy of the script is given the first one's object, as it is.
  return Object.assign(parley, customIdentityProvider && { customIdentityProvider });
}
