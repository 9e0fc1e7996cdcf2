import { reachable } from './access.js';
import { ask, trouble } from './backend.js';
import { connection } from './connection.js';

/** How many positions the popup shows. */
const MOST = 6;

/** The worst positions of all accounts. @returns {Promise<import('../types/messages').Summary>} */
export async function summary() {
  const link = await connection();
  const none = { positions: [], more: false, received_at: null, message: null };
  if (!link.token) return { ...none, status: 'not_paired', address: link.address };
  const answer = await ask(link, `/api/v1/positions?limit=${MOST}`);
  const wrong = await trouble(answer, reachable);
  if (wrong) return { ...none, ...wrong, address: link.address };
  return {
    status: 'ready',
    positions: answer.body.items,
    more: answer.body.next_cursor !== null,
    received_at: Date.now(),
    message: null,
    address: link.address,
  };
}
