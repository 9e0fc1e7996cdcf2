/** @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * Every change of what is stored waits for the one before it: two messages that read, change
 * and write the same entry must not lose each other's change.
 * @template T
 * @param {() => Promise<T>} change
 * @returns {Promise<T>}
 */
export function serially(change) {
  const mine = last.then(change, change);
  last = mine.catch(() => {});
  return mine;
}
