'use strict';
/** What can happen to a position, in words: a day's moves, auto-deleveraging, hedges, sessions. */
var seawall = seawall || {};

seawall.outlookWords = (() => {
  const { NONE, amount, figure, known, money, percent, probability } = seawall.format;

  /** @typedef {import('../types/messages').Position} Position */
  /** @typedef {NonNullable<Position['touch']>['windows'][number]} Touch */
  /** @typedef {NonNullable<Position['adl_score']>} Score */
  /** @typedef {NonNullable<Position['adl_trigger']>} Trigger */
  /** @typedef {NonNullable<Position['hedge']>} Hedge */
  /** @typedef {NonNullable<Position['session']>} Session */

  const DAY = '24h';
  const THIN = '\u2009';

  /** "24 h" of "24h". @param {string} window */
  const windowName = (window) => window.replace(/^(\d+)(\w)$/, `$1${THIN}$2`);

  /** Whether there is a way to liquidation left to speak of. @param {Position} position */
  const isAhead = ({ distance }) => distance !== null && distance > 0;

  /**
   * The chance of a touch within a day beside the past rate. `null` where there is no way to
   * liquidation, which is said elsewhere.
   * @param {Position} position
   */
  function touchWords(position) {
    if (!isAhead(position)) return null;
    const day = position.touch?.windows.find(({ window }) => window === DAY);
    if (!position.touch || !day) {
      return { text: `${windowName(DAY)} touch ${NONE}`, label: 'not known' };
    }
    const past = `past ${probability(day.historical)}`;
    const text = `${windowName(DAY)} touch ${probability(day.probability)}, ${past}`;
    return { text, label: position.touch.label };
  }

  /** What else is known of the way, and why a part of it is not. @param {Position} position */
  function outlookNotes(position) {
    const { daily_volatility: volatility, distance_usd: cost, notes } = position;
    // Without it the money stands beside the distance.
    const inMoves = position.distance_daily_volatilities !== null;
    const told = [];
    if (volatility !== null) told.push(`Daily volatility ${percent(volatility)}.`);
    if (isAhead(position) && inMoves && known(cost) && cost > 0) {
      told.push(`Reaching liquidation is a loss of ${money(cost)}.`);
    }
    // Without a distance the reason stands beside it already.
    if (isAhead(position) && notes.touch) told.push(notes.touch);
    else if (volatility === null && notes.daily_volatility) told.push(notes.daily_volatility);
    return told;
  }

  /** How the venue picks, in the room beside its step, where it publishes no place. @param {Position} position */
  function pickWords({ adl_score: score, adl_choice: choice }) {
    if (choice === 'random') return 'picked at random';
    if (choice === 'account_gain') return 'by gain, venue-wide';
    return score ? `score ${figure(score.score)}, no rank` : 'you: not published';
  }

  /** @param {Score} score @param {string} venue */
  function scoreWords(score, venue) {
    let whose = `the formula ${venue} publishes`;
    if (score.source === null) whose = 'a formula that no source confirms';
    else if (score.secondary) whose = `a formula that others tell of ${venue}`;
    return `It scores ${figure(score.score)} by ${whose}. That is no place in the queue: what others score is not known.`;
  }

  /** Why there is neither a place in the queue nor a score. @param {Position} position */
  const whyNoScore = ({ notes }) =>
    [...new Set([notes.adl, notes.adl_score])].flatMap((text) => (text ? [text] : [])).join(' ');

  /** How far the venue is from deleveraging, by its own figure. @param {Trigger} trigger @param {Position} position @param {string} venue */
  function triggerWords({ progress, subject }, { native_symbol: symbol }, venue) {
    const what = subject === symbol ? symbol : 'The fund';
    return progress >= 1
      ? `${what} is at ${venue}’s own trigger.`
      : `${what} is ${percent(progress)} of the way to ${venue}’s own trigger.`;
  }

  /** @param {readonly string[]} parts */
  const enumerated = (parts) =>
    parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

  /** @param {Hedge} hedge */
  function hedgeWords({ legs, share, lost_to_adl: lost }) {
    const one = legs.length === 1;
    const part = share >= 0.995 ? 'all' : percent(share);
    const offset = `Your ${enumerated(legs)} ${one ? 'offsets' : 'offset'} ${part} of this position.`;
    if (!lost) return offset;
    return `${offset} Auto-deleveraging would close this leg and leave the ${one ? 'other' : 'others'} open.`;
  }

  /** "09:00 UTC": the venue's own instruction is in UTC too. @param {string} iso */
  const utc = (iso) => `${iso.slice(11, 16)} UTC`;

  /** Never more than is stated: where no amount is known, nor may it be whether. @param {Session} session */
  function takenTitle({ at_risk: most, taken_from: from }) {
    if (from === 'withdrawals') return 'Withdrawing while money is missing';
    return most === null ? 'Whether profit can be taken back' : 'What can be taken back';
  }

  /** How much the venue could take, and until when. @param {Session} session @param {number} now */
  function takenWords(session, now) {
    const { asset, at_risk: most, ends_at: end } = session;
    let text = 'No amount is known';
    if (most === 0) text = 'Nothing of this session now';
    else if (most !== null && asset !== null) text = `Up to ${amount(most, asset)}`;
    const until = end && `${Date.parse(end) > now ? 'until' : 'ended'} ${utc(end)}`;
    return { text, until };
  }

  /** What the session's profit is made of: "900.00 USD booked, −340.50 USD open". @param {Session} session */
  function madeOf({ asset, realized, unrealized }) {
    if (asset === null) return null;
    const parts = [];
    if (realized !== null) parts.push(`${amount(realized, asset)} booked`);
    if (unrealized !== null) parts.push(`${amount(unrealized, asset)} open`);
    return parts.length ? `${parts.join(', ')}.` : null;
  }

  /** What the venue last took, where it publishes that. @param {Session} session */
  function rateWords({ rate, rate_at: at, taken_from: from }) {
    if (rate === null) return null;
    const of = from === 'withdrawals' ? 'withdrawals' : 'profits';
    const format = /** @type {const} */ ({ day: 'numeric', month: 'long', timeZone: 'UTC' });
    const on = at ? ` on ${new Date(at).toLocaleDateString('en-GB', format)}` : '';
    return `Last published rate: ${percent(rate)} of ${of}${on}.`;
  }

  /** What the step that reaches the person could take, in few words. @param {Position | undefined} position */
  function reachWords(position) {
    const session = position?.session;
    if (!session || session.asset === null || session.at_risk === null) return 'can reach you';
    return session.at_risk > 0 ? `up to ${amount(session.at_risk, session.asset)}` : 'nothing now';
  }

  return {
    hedgeWords,
    isAhead,
    madeOf,
    outlookNotes,
    pickWords,
    rateWords,
    reachWords,
    scoreWords,
    takenTitle,
    takenWords,
    touchWords,
    triggerWords,
    whyNoScore,
    windowName,
  };
})();
