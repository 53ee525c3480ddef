import { post, watchState } from './api.js';
import { on } from './dom.js';
import { renderLiveChatDesk } from './livechat-desk.js';
import { watchSettings } from './settings.js';

/** The main page with LiveChat: the widget is LiveChat's own business, so only the agent's side is kept up to date. */
const showSettings = watchSettings();
const refresh = watchState((state) => {
  showSettings(state);
  renderLiveChatDesk(state.livechat);
});

on(document.getElementById('reply'), 'submit', async (event) => {
  event.preventDefault();
  const text = document.getElementById('reply-text');
  const { value } = text;
  text.value = '';
  if (value.trim()) await post('livechat/messages', { text: value });
  await refresh();
});
