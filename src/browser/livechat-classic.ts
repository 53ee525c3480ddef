/** The classic script for LiveChat: one line, `<script src="https://id…/parley-livechat.js" data-client="…">`. */
import { connectLiveChat } from './connect-livechat.ts';
import { createLiveChat } from './create-livechat.ts';
import { findAssertion } from './find-assertion.ts';

const { src, dataset } = document.currentScript as HTMLScriptElement;
const { client, issuer, assertion } = dataset;
if (!client) throw new Error('parley-livechat.js: the script element needs data-client');

const parley = createLiveChat(
  // The script lies below its issuer, unless the page says otherwise.
  {
    issuer: issuer || src.replace(/\/parley-livechat\.js([?#].*)?$/, ''),
    client,
    assertion: findAssertion(assertion),
  },
  connectLiveChat,
);
// The first copy of the script stays.
window.Parley = window.Parley || parley;
// The widget begins when somebody is signed in. A question that fails is asked again with the next page.
void parley.identity().catch(() => {});
