'use strict';
/**
 * The place on the page: a closed shadow root fixed to a corner of the viewport. Nothing of the
 * page's own is touched; the page sees one empty element and can read nothing in it.
 */
var seawall = seawall || {};

seawall.frame = (() => {
  /** @typedef {import('../types/drawing').Drawing} Drawing */
  /** @typedef {import('../types/messages').Corner} Corner */

  /**
   * What the host is known by. It is a plain `div`: an element with a name of its own can be
   * defined by the page, which then gets at its root, closed or not (`attachInternals`).
   */
  const MARK = 'data-seawall';
  /** Less than this and it was a press, in pixels. */
  const DRAG_FROM = 6;
  const MOST_RETURNS = 20;
  /** Its distance from the window's edges, as in the style sheet: below what most venues have on top. */
  const EDGE = 16;
  const TOP_EDGE = 112;

  /**
   * @param {object} options
   * @param {(corner: Corner) => void} options.onCorner where it was dragged to
   * @param {AbortSignal} options.signal ends it
   */
  function make({ onCorner, signal }) {
    const { h, sheet } = seawall.dom;
    document.querySelector(`[${MARK}]`)?.remove(); // of a content script that is no more
    const host = h('div', { [MARK]: true });
    const root = host.attachShadow({ mode: 'closed' });
    root.adoptedStyleSheets = [sheet(seawall.tokens, seawall.styles)];
    const frame = h('div', { class: 'frame', 'data-corner': 'bottom-left' });
    const spoken = h('p', { class: 'hidden', role: 'status' });
    root.append(frame, spoken);
    signal.addEventListener('abort', () => host.remove());
    draggable(frame, onCorner, signal);
    // A key pressed here is not meant for the exchange's own shortcuts.
    for (const type of ['keydown', 'keyup', 'keypress']) {
      frame.addEventListener(type, (event) => event.stopPropagation(), { signal });
    }

    let tone = '';
    let returns = 0;

    /** Draw anew; what had the focus keeps it. @param {Drawing} drawing @param {Corner} corner */
    function show(drawing, corner) {
      const key = focused();
      const scrolled = frame.querySelector('.body')?.scrollTop ?? 0;
      frame.dataset.corner = corner;
      frame.classList.remove('busy');
      frame.removeAttribute('aria-busy');
      frame.replaceChildren(drawing.element);
      const body = frame.querySelector('.body');
      if (body) body.scrollTop = scrolled;
      if (key) focus(key);
      announce(drawing);
      returns = 0;
      if (!host.isConnected) document.documentElement.append(host);
    }

    /** A change for the worse or better is shown and said once. @param {Drawing} drawing */
    function announce(drawing) {
      const now = drawing.element.classList.item(1) ?? '';
      if (tone && now !== tone) {
        drawing.element.classList.add('changed');
        spoken.textContent = drawing.summary;
      }
      tone = now;
    }

    /** What was drawn is no longer of this page, and the next is not there yet. */
    function busy() {
      frame.classList.add('busy');
      frame.setAttribute('aria-busy', 'true');
    }

    function hide() {
      tone = '';
      frame.replaceChildren();
      host.remove();
    }

    /** Some pages replace everything under the root element. */
    function hold() {
      if (host.isConnected || !frame.firstChild || returns >= MOST_RETURNS) return;
      returns += 1;
      document.documentElement.append(host);
    }

    /** @param {string} key */
    function focus(key) {
      const target = frame.querySelector(`[data-key="${key}"]`);
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
    }

    function focused() {
      return root.activeElement?.getAttribute('data-key') ?? null;
    }

    return { busy, focus, focused, hide, hold, show };
  }

  /**
   * Lets the header and the badge be dragged. While they are, the pointer is followed over the
   * whole window, for a quick one leaves a small badge at once.
   * @param {HTMLElement} frame
   * @param {(corner: Corner) => void} onCorner
   * @param {AbortSignal} signal
   */
  function draggable(frame, onCorner, signal) {
    let justDragged = false;
    frame.addEventListener(
      'pointerdown',
      (event) => {
        const target = /** @type {Element} */ (event.target);
        const handle = target.closest('.badge') ?? target.closest('header');
        justDragged = false;
        if (event.button !== 0 || !handle || target.closest('.tools, button.pill')) return;
        follow(frame, event, signal, (moved) => {
          justDragged = moved !== null;
          if (moved) onCorner(nearest(moved, innerWidth, innerHeight));
        });
      },
      { signal },
    );
    // The press that ends a drag of the badge must not open it.
    frame.addEventListener(
      'click',
      (event) => {
        if (justDragged) event.stopPropagation();
        justDragged = false;
      },
      { capture: true, signal },
    );
  }

  /**
   * Follow one pointer until it is let go of.
   * @param {HTMLElement} frame
   * @param {PointerEvent} from
   * @param {AbortSignal} signal
   * @param {(dropped: DOMRect | null) => void} done with where it was dropped, `null` for a press
   */
  function follow(frame, from, signal, done) {
    const over = new AbortController();
    const until = { capture: true, signal: AbortSignal.any([signal, over.signal]) };
    let moved = false;

    /** @param {PointerEvent} event */
    function move(event) {
      if (event.pointerId !== from.pointerId) return;
      const x = event.clientX - from.clientX;
      const y = event.clientY - from.clientY;
      moved ||= Math.hypot(x, y) >= DRAG_FROM;
      if (!moved) return;
      frame.classList.add('dragging');
      frame.style.transform = `translate(${x}px, ${y}px)`;
    }

    /** @param {PointerEvent} event */
    function end(event) {
      if (event.pointerId !== from.pointerId) return;
      over.abort();
      const dropped = frame.getBoundingClientRect();
      frame.classList.remove('dragging');
      frame.style.transform = '';
      done(moved && event.type === 'pointerup' ? dropped : null);
    }

    addEventListener('pointermove', move, until);
    addEventListener('pointerup', end, until);
    addEventListener('pointercancel', end, until);
  }

  /**
   * The corner nearest to where it was dropped: by the room to each edge, so that a card almost
   * as high as the window can be told top from bottom too.
   * @param {{ left: number, right: number, top: number, bottom: number }} dropped
   * @param {number} width of the window
   * @param {number} height of the window
   * @returns {Corner}
   */
  function nearest({ left, right, top, bottom }, width, height) {
    const vertical = top - TOP_EDGE < height - EDGE - bottom ? 'top' : 'bottom';
    return `${vertical}-${left < width - right ? 'left' : 'right'}`;
  }

  return { make, nearest };
})();
