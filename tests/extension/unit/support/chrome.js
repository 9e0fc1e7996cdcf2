/** A made-up `chrome`, with as much of it as the worker uses; new for every test. */

export const ID = 'abcdefghijklmnopabcdefghijklmnop';
export const OWN = `chrome-extension://${ID}/`;

function area() {
  let held = {};
  return {
    async get(keys) {
      if (keys === null) return structuredClone(held);
      const wanted = [keys].flat().filter((key) => key in held);
      return structuredClone(Object.fromEntries(wanted.map((key) => [key, held[key]])));
    },
    async set(items) {
      held = { ...held, ...structuredClone(items) };
    },
    async remove(keys) {
      for (const key of [keys].flat()) delete held[key];
    },
    async clear() {
      held = {};
    },
    access: null,
    async setAccessLevel({ accessLevel }) {
      this.access = accessLevel;
    },
  };
}

export function install() {
  const made = {
    storage: { local: area(), session: area() },
    runtime: {
      id: ID,
      getURL: (path) => OWN + path,
      getManifest: () => ({ version: '0.1.0' }),
      optionsOpened: 0,
      async openOptionsPage() {
        made.runtime.optionsOpened += 1;
      },
    },
    permissions: { allowed: true, contains: async () => made.permissions.allowed },
    tabs: {
      opened: [],
      async create({ url }) {
        made.tabs.opened.push(url);
      },
    },
    action: {
      shown: {},
      async setBadgeText({ tabId, text }) {
        made.action.shown[tabId] = { ...made.action.shown[tabId], text };
      },
      async setTitle({ tabId, title }) {
        made.action.shown[tabId] = { ...made.action.shown[tabId], title };
      },
      async setBadgeBackgroundColor() {},
      async setBadgeTextColor() {},
    },
  };
  globalThis.chrome = made;
  return made;
}

/** What the browser says of a message from a script in a venue's page. */
export function fromPage(url, { script = url, frameId = 0, id = ID } = {}) {
  return { id, url: script, origin: new URL(script).origin, frameId, tab: { id: 7, url } };
}

/** The same of one from a page of the extension's own. */
export const fromOwn = (page) => ({ id: ID, url: OWN + page, origin: OWN.slice(0, -1) });

/**
 * Seawall's answers, in the place of the network; each is a Response, an Error, or a function
 * of the request. Gives what was asked.
 */
export function answers(t, ...replies) {
  const asked = [];
  t.mock.method(globalThis, 'fetch', async (url, options) => {
    asked.push({ url, ...options });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    const found = typeof reply === 'function' ? reply(url, options) : reply;
    if (found instanceof Error) throw found;
    return found.clone();
  });
  return asked;
}

export const respond = (status, body, headers = {}) =>
  new Response(status === 304 ? null : JSON.stringify(body), { status, headers });
