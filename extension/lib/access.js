import { HOST_PERMISSION } from './address.js';
import { VENUES } from './hosts.js';

/** Which sites the person lets the extension work on; each can be taken away in the browser. */

/** @typedef {{ name: string, origins: string[] }} Site */

/** @returns {Site[]} */
export function sites() {
  /** @type {Map<string, Site>} */
  const byVenue = new Map();
  for (const [host, { id, name }] of Object.entries(VENUES)) {
    const site = byVenue.get(id) ?? { name, origins: [] };
    site.origins.push(`https://${host}/*`);
    byVenue.set(id, site);
  }
  const venues = [...byVenue.values()].sort((one, other) => one.name.localeCompare(other.name));
  return [{ name: 'Seawall on this computer', origins: [HOST_PERMISSION] }, ...venues];
}

/** @param {string[]} origins */
export const granted = (origins) => chrome.permissions.contains({ origins });

/** Whether requests to Seawall get through at all. */
export const reachable = () => granted([HOST_PERMISSION]);
