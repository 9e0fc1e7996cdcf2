'use strict';
/** Which page this is, in no more of its address than names the contract on it. */
var seawall = seawall || {};

seawall.place = (() => {
  /** The fields of a fragment that name the contract, by host. @type {Record<string, string[]>} */
  // Written by scripts/extension_hosts.py.
  const FIELDS = { 'www.htx.com': ['contract_code', 'contract_type'] };

  /**
   * The path, and where the host has such fields those of the fragment. The query, the rest of
   * the fragment and all of any other fragment stay in the page.
   * @param {Pick<Location, 'hostname' | 'pathname' | 'hash'>} location
   */
  function of({ hostname, pathname, hash }) {
    const known = Object.hasOwn(FIELDS, hostname) ? FIELDS[hostname] : [];
    const given = new URLSearchParams(`?${hash.slice(1)}`);
    const kept = new URLSearchParams();
    for (const name of known ?? []) {
      for (const value of given.getAll(name)) kept.append(name, value);
    }
    return kept.size ? `${pathname}#${kept}` : pathname;
  }

  return { of };
})();
