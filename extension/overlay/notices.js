'use strict';
/** What is said when there is nothing to draw, or nothing current: what is so, and what to do. */
var seawall = seawall || {};

seawall.notices = (() => {
  /** @typedef {import('../types/messages').Trouble} Trouble */
  /** @typedef {import('../types/messages').AccountState} AccountState */
  /**
   * @typedef {object} Notice
   * @property {string} title
   * @property {string} text
   * @property {string} next
   * @property {boolean} settings whether the settings are where to go
   */

  /** @type {Record<Trouble | 'waiting', Notice>} */
  const NOTICES = {
    waiting: {
      title: 'Asking Seawall',
      text: 'It has not answered yet.',
      next: 'Nothing to do: the figures appear here as soon as it does.',
      settings: false,
    },
    not_paired: {
      title: 'Not paired with Seawall yet',
      text: 'Your figures appear here once this extension is paired with Seawall on this computer.',
      next: 'In Seawall, open Accounts and press “Show a pairing code”, or run “seawall pair”. Then enter the code in the settings.',
      settings: true,
    },
    revoked: {
      title: 'Seawall no longer lets this extension in',
      text: 'Its token was revoked, or has expired.',
      next: 'Make a new pairing code in Seawall, and enter it in the settings.',
      settings: true,
    },
    no_access: {
      title: 'The browser keeps this extension from Seawall',
      text: 'Access to 127.0.0.1, this computer, was taken away from the extension.',
      next: 'Give it back in the settings, under “Site access”.',
      settings: true,
    },
    unreachable: {
      title: 'Seawall does not answer',
      text: 'Nothing on this computer answers at the address of Seawall.',
      next: 'Start it with “seawall up”. If it runs, compare the address in the settings.',
      settings: true,
    },
    failed: {
      title: 'Seawall answered with an error',
      text: 'It runs, but could not answer this time.',
      next: 'It is asked again by itself. If this stays, look at the output of “seawall up”.',
      settings: false,
    },
  };

  /** @param {Trouble | 'waiting'} status @param {string | null} [said] @returns {Notice} */
  function notice(status, said) {
    const found = NOTICES[status];
    return status === 'failed' && said ? { ...found, text: said } : found;
  }

  /** What is to be known about an account, or `null`. @param {AccountState} account */
  function ofAccount(account) {
    if (account.error) return account.error.message;
    if (account.status === 'pending') return 'It is being checked with the venue.';
    if (account.status === 'active') {
      return account.as_of === null ? 'It has not been read yet.' : null;
    }
    if (account.message) return account.message;
    return account.status === 'refused'
      ? 'It was refused. Link a key that can only read.'
      : 'The venue cannot say what this key may do.';
  }

  return { notice, ofAccount };
})();
