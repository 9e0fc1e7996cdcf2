import { reachable } from './access.js';
import { ask } from './backend.js';
import { connection } from './connection.js';

/**
 * The self-check of the options page: every link between the extension and Seawall, one after
 * the other, and for the first that is broken what to do. What stands on a broken one is skipped.
 */

/** @typedef {import('../types/messages').Check} Check */

const TITLES = {
  access: 'The browser lets the extension reach this computer',
  backend: 'Seawall answers',
  token: 'Seawall knows this extension',
  version: 'Both are of the same version',
};

/** @returns {Promise<Check[]>} */
export async function selfCheck() {
  const link = await connection();
  const access = await checkAccess();
  const { check: backend, version } = await checkBackend(link.address, access);
  const token = await checkToken(link, backend);
  return [access, backend, token, checkVersion(version)];
}

/** @param {Check['id']} id @param {string} detail @returns {Check} */
const good = (id, detail) => ({ id, title: TITLES[id], state: 'good', detail, next: null });

/** @param {Check['id']} id @param {string} detail @param {string} next @returns {Check} */
const bad = (id, detail, next) => ({ id, title: TITLES[id], state: 'bad', detail, next });

/** @param {Check['id']} id @returns {Check} */
const skipped = (id) => ({
  id,
  title: TITLES[id],
  state: 'skipped',
  detail: 'Not checked: mend the above first.',
  next: null,
});

/** @returns {Promise<Check>} */
async function checkAccess() {
  return (await reachable())
    ? good('access', 'Access to 127.0.0.1 is given.')
    : bad(
        'access',
        'Access to 127.0.0.1 was taken away.',
        'Press “Allow” beside “Seawall on this computer” under “Site access”.',
      );
}

/** @param {string} address @param {Check} access */
async function checkBackend(address, access) {
  if (access.state !== 'good') return { check: skipped('backend'), version: null };
  const { status, body } = await ask({ address, token: null, paired_at: null }, '/healthz');
  if (status === null) {
    return {
      check: bad(
        'backend',
        `Nothing answers at ${address}.`,
        'Start Seawall with “seawall up”. If it runs with another port, pair again with its address.',
      ),
      version: null,
    };
  }
  if (status !== 200 || body?.status !== 'ok') {
    return {
      check: bad(
        'backend',
        `Something answers at ${address} (${status}), but it does not seem to be Seawall.`,
        'See which program uses this port, or pair again with the address that “seawall up” prints.',
      ),
      version: null,
    };
  }
  const version = typeof body.version === 'string' ? body.version : null;
  return { check: good('backend', `It answers at ${address}.`), version };
}

/** @param {import('./connection.js').Connection} link @param {Check} backend @returns {Promise<Check>} */
async function checkToken(link, backend) {
  if (backend.state !== 'good') return skipped('token');
  if (!link.token) {
    return bad('token', 'It is not paired yet.', 'Enter a pairing code above.');
  }
  const { status } = await ask(link, '/api/v1/positions?limit=1');
  if (status === 200) return good('token', 'Its token is accepted, and can only read.');
  if (status === 401 || status === 403) {
    return bad(
      'token',
      'Its token was revoked, or has expired.',
      'Make a new pairing code in Seawall, and enter it above.',
    );
  }
  return bad(
    'token',
    `Seawall could not say (${status ?? 'no answer'}).`,
    'Check again in a moment. If this stays, look at the output of “seawall up”.',
  );
}

/** @param {string | null} version @returns {Check} */
function checkVersion(version) {
  if (version === null) return skipped('version');
  const own = chrome.runtime.getManifest().version;
  return series(version) === series(own)
    ? good('version', `Both are ${own}.`)
    : bad(
        'version',
        `Seawall is ${version}, this extension ${own}.`,
        'Update the older one. Until then some figures may be missing.',
      );
}

/** What must agree: "0.1" of "0.1.3". @param {string} version */
const series = (version) => version.split('.').slice(0, 2).join('.');
