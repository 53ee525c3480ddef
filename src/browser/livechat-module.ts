/** The same as an ES module, for pages on which LiveChat's own components run the widget. */
import { createLiveChat as create } from './create-livechat.ts';
import type { ParleyLiveChat, ParleyLiveChatOptions } from './livechat-contract.ts';

export function createLiveChat(options: ParleyLiveChatOptions): ParleyLiveChat {
  return create(options);
}
