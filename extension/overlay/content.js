'use strict';
/**
 * The visit to a venue's page: follows its navigation, asks the worker what to draw, draws it,
 * and asks again while somebody is looking. Never talks to Seawall itself: the page's own rules
 * hold for a content script, and the token stays with the worker.
 */
var seawall = seawall || {};

seawall.visit = (() => {
  /** @typedef {import('../types/messages').Messages} Messages */
  /** @typedef {import('../types/messages').Scene} Scene */
  /** @typedef {import('../types/messages').Placement} Placement */
  /** @typedef {import('../types/drawing').Drawing} Drawing */

  const POLL_MS = 1_000;
  /** So long may a page's first answer take before it is said that there is none yet. */
  const PATIENCE_MS = 700;
  /** The worker was asked this often in vain before it is said. */
  const UNANSWERED = 3;
  const NARROW = '(max-width: 640px)';

  const ended = new AbortController();
  const { signal } = ended;
  const narrow = matchMedia(NARROW);
  const frame = seawall.frame.make({
    onCorner: (corner) => place({ corner }),
    signal,
  });

  /** @type {Scene | null} */
  let scene = null;
  /** @type {Drawing | null} */
  let drawing = null;
  /** @type {Placement} */
  let placement = { corner: 'bottom-left', collapsed: false };
  /** Whether the person put it somewhere: an answer on its way may still tell where it was. */
  let placed = false;
  let drawn = '';
  let path = '';
  let sequence = 0;
  let failures = 0;
  let why = false;
  let askedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const actions = {
    collapse: () => place({ collapsed: true }, 'badge'),
    expand: () => place({ collapsed: false }, 'collapse'),
    /** @param {import('../types/messages').Corner} corner */
    move: (corner) => place({ corner }),
    retry: () => void ask(),
    why() {
      why = !why;
      draw(true);
    },
    /** @param {import('../types/messages').Target} target */
    open: (target) => void send({ type: 'open', target }),
  };

  const alive = () => Boolean(globalThis.chrome?.runtime?.id);

  /**
   * Ask the worker. `null` when it cannot answer: it was stopped under us, or the extension was
   * reloaded, after which this script is an orphan and leaves.
   * @template {keyof Messages} T
   * @param {Messages[T]['message'] & { type: T }} message
   * @returns {Promise<Messages[T]['answer'] | null>}
   */
  async function send(message) {
    try {
      return (await chrome.runtime.sendMessage(message)) ?? null;
    } catch {
      if (!alive()) stop();
      return null;
    }
  }

  function stop() {
    clearTimeout(timer);
    ended.abort();
  }

  /** A new page of the venue: what is kept is painted at once, then asked afresh. */
  async function arrive() {
    path = seawall.place.of(location);
    const mine = ++sequence;
    failures = 0;
    why = false;
    scene = null;
    drawn = '';
    clearTimeout(timer);
    if (drawing) frame.busy();
    const kept = send({ type: 'overlay.cached', path });
    const asked = ask(mine);
    const found = await kept;
    if (found && mine === sequence && scene === null) {
      if (found.status === 'ready' || found.status === 'nothing') accept(found);
      else if (!placed) placement = found.placement;
    }
    await asked;
  }

  /** Ask afresh, unless a later question overtakes this one. */
  async function ask(mine = ++sequence) {
    clearTimeout(timer);
    askedAt = Date.now();
    const answer = await send({ type: 'overlay.fresh', path });
    if (mine !== sequence || signal.aborted) return;
    if (answer) {
      const failed = answer.status === 'unreachable' || answer.status === 'failed';
      failures = failed ? failures + 1 : 0;
      accept(answer);
    } else {
      unanswered();
    }
    plan(answer);
  }

  /** The worker was asked in vain. It may only have been stopped; figures must not age unsaid. */
  function unanswered() {
    failures += 1;
    if (!scene || failures < UNANSWERED || scene.status === 'nothing') return;
    accept({ ...scene, status: 'failed', message: 'The extension itself does not answer.' });
  }

  /** @param {Scene | null} answer */
  function plan(answer) {
    clearTimeout(timer);
    if (document.hidden) return;
    const wait = answer ? seawall.cadence.next(answer, failures) : POLL_MS;
    if (wait !== null) timer = setTimeout(() => void ask(), wait);
  }

  /** @param {Scene} answer */
  function accept(answer) {
    scene = answer;
    if (!placed) placement = answer.placement;
    draw();
  }

  /** Draw what is known, if it is not what is drawn. */
  function draw(anew = false) {
    if (!scene) return;
    if (scene.status === 'nothing') {
      drawing = null;
      drawn = '';
      frame.hide();
      return;
    }
    const leads = narrow.matches;
    const key = JSON.stringify([path, scene.status, scene.received_at, scene.message, placement, leads]);
    if (key === drawn && !anew) {
      drawing?.tick(Date.now());
      return;
    }
    drawn = key;
    const view = { scene: { ...scene, placement }, why, now: Date.now(), actions };
    drawing =
      leads || placement.collapsed
        ? seawall.card.badge(view, leads)
        : seawall.card.card(view);
    frame.show(drawing, leads ? above(placement.corner) : placement.corner);
  }

  /**
   * On a narrow window the order form is below the chart, over the whole width.
   * @param {Placement['corner']} corner
   */
  const above = (corner) => (corner.endsWith('left') ? 'top-left' : 'top-right');

  /** @param {Partial<Placement>} change @param {string} [focus] what gets the focus then */
  function place(change, focus) {
    placement = { ...placement, ...change };
    placed = true;
    const had = frame.focused() !== null;
    draw(true);
    if (focus && had) frame.focus(focus);
    void send({ type: 'placement.save', placement });
  }

  function tick() {
    if (!alive()) {
      stop();
      return;
    }
    frame.hold();
    if (seawall.place.of(location) !== path) {
      void arrive();
      return;
    }
    if (!scene && Date.now() - askedAt > PATIENCE_MS && drawing) waiting();
    drawing?.tick(Date.now());
  }

  /** The last page's figures must not stand on this one. */
  function waiting() {
    accept({
      placement,
      status: 'waiting',
      overlay: null,
      received_at: null,
      message: null,
    });
  }

  /** Somebody looks again. */
  function look() {
    placed = false;
    if (document.hidden) clearTimeout(timer);
    else if (scene?.status !== 'nothing') void ask();
  }

  const poll = setInterval(tick, POLL_MS);
  signal.addEventListener('abort', () => clearInterval(poll));
  document.addEventListener('visibilitychange', look, { signal });
  narrow.addEventListener('change', () => draw(true), { signal });
  // The Navigation API knows at once; where there is none the poll does.
  /** @type {EventTarget | undefined} */
  const navigation = /** @type {any} */ (globalThis).navigation;
  navigation?.addEventListener('currententrychange', tick, { signal });
  void arrive();
  return { stop };
})();
