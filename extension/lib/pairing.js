import { reachable } from './access.js';
import { parseAddress } from './address.js';
import { ask } from './backend.js';
import { connect } from './connection.js';

/** @typedef {import('../types/messages').PairResult} PairResult */

const LABEL = 'Browser extension';

/**
 * Trade a code, which a person read off the status page, for a token that can only read.
 * @param {string} typedAddress
 * @param {string} typedCode
 * @returns {Promise<PairResult>}
 */
export async function pair(typedAddress, typedCode) {
  const parsed = parseAddress(typedAddress);
  if (!parsed.ok) return parsed;
  const code = typedCode.trim();
  if (!code) return no('Enter the code that Seawall shows.');
  const { address } = parsed;
  const link = { address, token: null, paired_at: null };
  const answer = await ask(link, '/api/v1/pairing', { post: { code, label: LABEL } });
  if (answer.status === 201 && typeof answer.body?.token === 'string') {
    await connect({ address, token: answer.body.token, paired_at: Date.now() });
    return { ok: true };
  }
  return no(await why(answer, address));
}

/** @param {string} message @returns {PairResult} */
const no = (message) => ({ ok: false, message });

/** @param {import('./backend.js').Answer} answer @param {string} address */
async function why({ status, body }, address) {
  if (status === null) {
    return (await reachable())
      ? `Nothing answers at ${address}. Start Seawall with “seawall up”, or correct the address.`
      : 'The browser keeps the extension from this computer. Allow it under “Site access” below.';
  }
  if (status === 429) return 'Too many wrong codes were tried. Wait a minute, then try again.';
  if (status === 403 || status === 422) {
    return 'This code is wrong, was used already, or is older than ten minutes. Make a new one.';
  }
  if (typeof body?.message === 'string') return `Seawall answered: ${body.message}`;
  return `What answers at ${address} does not seem to be Seawall (${status}).`;
}
