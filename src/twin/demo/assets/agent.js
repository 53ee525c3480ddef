import { el, lock, renderMessages } from './dom.js';
import { renderFacts } from './facts.js';
import { jsonView } from './json-view.js';
import { createUpdate, initials, who } from './who.js';
import { renderWire } from './wire.js';

/** The agent's workspace: who is writing, how far that is proven, and everything the proof consists of. */
const byId = (id) => document.getElementById(id);
const update = createUpdate();

export function renderDesk({ conversation }) {
  const parts = {
    who: [conversation?.id, conversation?.identity, conversation?.refusal],
    talk: conversation?.messages ?? [],
    wire: conversation?.exchanges ?? [],
  };
  byId('talk-box').hidden = !conversation;
  byId('wire-box').hidden = !conversation;
  update('who', parts.who, () => renderIdentity(conversation));
  update('talk', parts.talk, () => renderTalk(conversation));
  update('wire', parts.wire, () => renderWire(byId('wire'), byId('wire-count'), parts.wire));
}

function renderIdentity(conversation) {
  const identity = conversation?.identity;
  byId('who').replaceChildren(...describe(conversation));
  byId('facts').replaceChildren();
  byId('token').replaceChildren();
  byId('token-box').hidden = !identity;
  byId('token-box').open = Boolean(identity);
  if (!identity) return;
  byId('facts').append(...renderFacts(identity.agentView));
  byId('token').append(
    jsonView('Header', identity.idToken.header),
    jsonView('Payload', identity.idToken.payload),
  );
}

function describe(conversation) {
  if (!conversation) {
    return who(
      '–',
      'No conversation yet',
      'idle',
      el('p', {}, 'Open the chat to see what reaches the agent.'),
    );
  }
  const { identity, refusal } = conversation;
  if (identity) {
    const { standard, personal } = identity.agentView;
    const first = standard.given_name ?? personal.firstname ?? '';
    const last = standard.family_name ?? personal.lastname ?? '';
    const name = `${first} ${last}`.trim() || standard.sub;
    const badge = el('p', { class: 'badge' }, lock(), 'Identity verified');
    return who(
      initials(name),
      name,
      'known',
      badge,
      el('p', { class: 'sub' }, el('span', {}, 'sub'), ` ${standard.sub}`),
    );
  }
  if (refusal) {
    return who('!', 'Not accepted', 'refused', el('p', {}, `Error ${refusal.code}. ${refusal.sentence}`));
  }
  return who('?', 'Anonymous visitor', 'stranger', el('p', {}, 'Nothing verified'));
}

function renderTalk(conversation) {
  const given = conversation?.identity?.agentView.standard.given_name;
  const names = { consumer: given ?? 'Visitor', agent: 'You', assistant: 'Automatic reply' };
  renderMessages(byId('talk'), conversation?.messages ?? [], (from) => names[from]);
}
