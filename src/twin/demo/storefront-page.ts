import { createTemplate } from '../template.ts';
import { liveChatDesk, liveChatHead, liveChatPlace } from './livechat-page-parts.ts';

/** The demo's main page: the shop on the consumer's side, the agent's workspace beside it. */
export interface StorefrontPageModel {
  /** The path of the issuer, without a slash at its end. */
  path: string;
  /** Undefined: nobody is signed in. */
  consumerName: string | undefined;
  /** `not-signed-in` after a sign-in that led nowhere; anything else is ignored. */
  notice: unknown;
  /** Whether the brand has a LiveChat client, too. */
  offersLiveChat: boolean;
  /** The client of LiveChat's widget, where the page shows that. */
  liveChatClient: string | undefined;
  /** What Parley's script for LivePerson is told, where the page brings it; else undefined. */
  script: { client: string; flow: 'code' | 'id_token'; redirectUri: string } | undefined;
}

export const renderStorefrontPage = createTemplate<StorefrontPageModel>(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Fernway Mobile – a demonstration of Parley</title>
<link rel="icon" type="image/svg+xml" href="<%= it.path %>/demo/assets/icon.svg">
<link rel="stylesheet" href="<%= it.path %>/demo/assets/demo.css">
<link rel="stylesheet" href="<%= it.path %>/demo/assets/agent.css">
<% if (it.script) { %><script src="<%= it.path %>/parley.js" data-client="<%= it.script.client %>" data-flow="<%= it.script.flow %>" data-redirect-uri="<%= it.script.redirectUri %>"></script>
<% } %><% if (it.liveChatClient) { %>${liveChatHead}<% } else { %><script type="module" src="<%= it.path %>/demo/assets/demo.js"></script>
<% } %></head>
<body>
<header class="stage">
<p class="stage-name"><strong>Parley</strong> demonstration</p>
<p class="stage-text">Left, what a consumer sees. Right, what the platform makes of it. Everything here is invented.</p>
<form class="flows" id="flows">
<% if (it.offersLiveChat) { %><fieldset><legend>Platform</legend>
<label><input type="radio" name="platform" value="liveperson"><span>LivePerson</span></label>
<label><input type="radio" name="platform" value="livechat"><span>LiveChat</span></label>
</fieldset>
<% } %><% if (!it.liveChatClient) { %><fieldset><legend>Connector</legend>
<label><input type="radio" name="flow" value="code"><span>Code</span></label>
<label><input type="radio" name="flow" value="pkce"><span>Code + PKCE</span></label>
<label><input type="radio" name="flow" value="implicit"><span>Implicit</span></label>
</fieldset>
<fieldset><legend>Window</legend>
<label><input type="radio" name="style" value="embedded"><span>Embedded</span></label>
<label><input type="radio" name="style" value="popup"><span>Popup style</span></label>
</fieldset>
<% } %></form>
</header>
<main class="split">
<section class="shop" aria-label="What the consumer sees">
<div class="shop-head">
<p class="wordmark">Fernway<span>mobile</span></p>
<nav aria-label="Shop"><span>Plans</span><span>Phones</span><span>Help</span></nav>
<div class="account">
<% if (it.consumerName) { %><p class="hello">Hello <strong><bdi><%= it.consumerName %></bdi></strong></p>
<form method="post" action="<%= it.path %>/demo/sign-out"><button class="quiet" type="submit">Sign out</button></form>
<% } else { %><a class="solid" id="enter" href="<%= it.path %>/demo/sign-in">Sign in</a>
<button class="quiet" id="leave" type="button" hidden>Sign out</button><% } %>
</div>
</div>
<% if (it.notice === 'not-signed-in') { %><p class="notice" role="alert">You are not signed in. You can try again whenever you like.</p><% } %>
<div class="hero">
<h1><% if (it.consumerName) { %>Good to see you, <bdi><%= it.consumerName %></bdi>.<% } else { %>A network that goes where you go.<% } %></h1>
<p><% if (it.consumerName) { %>A question about your plan or your last bill? <%= it.liveChatClient ? 'The chat is open' : 'Start a chat' %>: we know that it is you.<% } else { %>Plans without small print, on 5G, from the valley to the summit.<% } %></p>
<% if (!it.liveChatClient) { %><button class="solid" id="chat-open" type="button" disabled>Chat with us</button>
<% } else if (!it.consumerName) { %><a class="solid" href="<%= it.path %>/demo/sign-in">Sign in to chat</a>
<% } %></div>
<div class="plans">
<article><h2>Essential</h2><p class="price">£9 <small>a month</small></p><p>5 GB, calls and texts</p></article>
<article class="liked"><h2>Unlimited 5G</h2><p class="price">£42 <small>a month</small></p><p>All the data there is, roaming</p></article>
<article><h2>Family 40 GB</h2><p class="price">£54 <small>a month</small></p><p>40 GB to share, four SIMs</p></article>
</div>
<% if (it.liveChatClient) { %>${liveChatPlace}<% } else { %><div class="chat" id="chat" hidden>
<div class="chat-head"><p>Fernway care</p><button class="chat-close" id="chat-close" type="button" aria-label="End the chat">×</button></div>
<iframe id="window" title="Chat with Fernway"></iframe>
</div>
<% } %></section>
<section class="desk" aria-label="What the agent sees">
<header class="desk-head">
<p class="desk-name">Agent workspace</p>
<p class="desk-side"><%= it.liveChatClient ? 'LiveChat' : 'LivePerson' %>’s side, played by a twin</p>
</header>
<div class="desk-body">
<div id="who" class="who"></div>
<div id="facts" class="facts"></div>
<section class="talk" id="talk-box" aria-label="Conversation" hidden>
<div id="talk" class="talk-thread" role="log" aria-label="Messages" tabindex="0"></div>
<form id="reply" class="reply">
<label class="unseen" for="reply-text">Answer as the agent</label>
<input id="reply-text" name="text" autocomplete="off" maxlength="1000" placeholder="Answer as the agent">
<button type="submit">Send</button>
</form>
</section>
<% if (it.liveChatClient) { %>${liveChatDesk}<% } else { %><details class="proof" id="token-box" hidden><summary>ID token, decoded</summary><div id="token"></div></details>
<details class="proof" id="wire-box" hidden><summary>HTTP messages with Parley <span id="wire-count"></span></summary><div id="wire"></div></details>
<details class="proof" id="requests-box"><summary>Requests that Parley noted</summary><div id="requests"></div></details>
<% } %></div>
</section>
</main>
<noscript><p class="notice">The demonstration needs JavaScript; the sign-in pages of Parley do not.</p></noscript>
</body>
</html>
`);
