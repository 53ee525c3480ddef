import { post } from './api.js';
import { on } from './dom.js';

/**
 * The choices at the top of the page. Another choice is another page: its scripts are set up for one.
 *
 * @param before what has to be put away first
 * @returns shows what is chosen
 */
export function watchSettings(before = () => undefined) {
  const form = document.getElementById('flows');
  on(form, 'change', async ({ target }) => {
    before();
    await post('connector', { [target.name]: target.value });
    location.reload();
  });
  return (state) => {
    for (const input of form.querySelectorAll('input')) input.checked = input.value === state[input.name];
  };
}
