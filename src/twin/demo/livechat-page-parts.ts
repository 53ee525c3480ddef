/** What the demo's main page has for LiveChat in place of LivePerson's parts. */

/** On a brand's page these are one line of Parley's and the snippet from LiveChat's console. */
export const liveChatHead = `<script src="<%= it.path %>/parley-livechat.js" data-client="<%= it.liveChatClient %>"></script>
<script src="<%= it.path %>/demo/assets/livechat-snippet.js"></script>
<script type="module" src="<%= it.path %>/demo/assets/livechat-demo.js"></script>
`;

/** LiveChat's widget comes and goes by itself. */
export const liveChatPlace = `<div class="chat" id="chat-place"></div>
`;

export const liveChatDesk = `<details class="proof" id="calls-box" open><summary>What Parley asked of LiveChat <span id="calls-count"></span></summary><div id="calls"></div></details>
`;
