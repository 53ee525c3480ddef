import { createTemplate } from '../template.ts';

/** The platform's chat window; its script does the rest. */
export interface WindowPageModel {
  /** The path of the issuer, without a slash at its end. */
  path: string;
  platform: 'liveperson' | 'livechat';
}

export const renderWindowPage = createTemplate<WindowPageModel>(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Chat – Fernway Mobile</title>
<link rel="icon" type="image/svg+xml" href="<%= it.path %>/demo/assets/icon.svg">
<link rel="stylesheet" href="<%= it.path %>/demo/assets/window.css">
<script type="module" src="<%= it.path %>/demo/assets/<%= it.platform === 'livechat' ? 'livechat-window' : 'window' %>.js"></script>
</head>
<body class="window">
<header>
<% if (it.platform === 'livechat') { %><h1 class="window-title">Fernway care</h1>
<% } else { %><h1 class="unseen">Chat with Fernway care</h1>
<% } %><div class="window-head">
<p id="standing" role="status">Connecting…</p>
</div>
</header>
<main>
<div id="thread" class="thread" role="log" aria-label="Conversation" tabindex="0"></div>
<% if (it.platform === 'liveperson') { %><div id="offer" class="offer" hidden>
<p id="offer-text"></p>
<button id="sign-in" type="button">Sign in</button>
</div>
<% } %><form id="compose" class="compose">
<label class="unseen" for="text">Your message</label>
<input id="text" name="text" autocomplete="off" maxlength="1000" placeholder="Write a message" disabled>
<button type="submit" disabled>Send</button>
</form>
</main>
<noscript><p class="offer">The chat window needs JavaScript.</p></noscript>
</body>
</html>
`);
