/** @typedef {import('../types/messages').Messages} Messages */

/**
 * Ask the worker, from one of the extension's own pages. Throws when it cannot answer.
 * @template {keyof Messages} T
 * @param {Messages[T]['message'] & { type: T }} message
 * @returns {Promise<Messages[T]['answer']>}
 */
export async function askWorker(message) {
  const answer = await chrome.runtime.sendMessage(message);
  if (answer === undefined) throw new Error('The extension’s worker did not answer.');
  return answer;
}

/**
 * An element of the page that its HTML holds.
 * @template {typeof HTMLElement} T
 * @param {string} id
 * @param {T} [kind]
 * @returns {InstanceType<T>}
 */
export function element(id, kind = /** @type {T} */ (HTMLElement)) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`No ${kind.name} #${id} in this page.`);
  return /** @type {InstanceType<T>} */ (found);
}
