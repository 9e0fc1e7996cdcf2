'use strict';
/** Elements are made here and nowhere else; text goes in as text, never as markup. */
var seawall = seawall || {};

seawall.dom = (() => {
  const SVG = 'http://www.w3.org/2000/svg';

  /**
   * @typedef {Node | string | number | null | false | undefined} Child
   * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Attributes
   */

  /**
   * An element: `onclick` and its like become listeners, `true` an empty attribute; `null`,
   * `undefined` and `false` are left out, among the children too.
   * @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag
   * @param {Attributes | null} [attributes]
   * @param {...(Child | Child[])} children
   * @returns {HTMLElementTagNameMap[T]}
   */
  function h(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
  }

  /**
   * The same for SVG.
   * @template {keyof SVGElementTagNameMap} T
   * @param {T} tag
   * @param {Attributes | null} [attributes]
   * @param {...(Child | Child[])} children
   * @returns {SVGElementTagNameMap[T]}
   */
  function svg(tag, attributes, ...children) {
    return fill(
      /** @type {SVGElementTagNameMap[T]} */ (document.createElementNS(SVG, tag)),
      attributes,
      children,
    );
  }

  /**
   * @template {Element} E
   * @param {E} element
   * @param {Attributes | null | undefined} attributes
   * @param {(Child | Child[])[]} children
   * @returns {E}
   */
  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (typeof value === 'function') element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, '');
      else if (value !== null && value !== undefined && value !== false) {
        element.setAttribute(name, String(value));
      }
    }
    for (const child of children.flat()) {
      if (child !== null && child !== undefined && child !== false) {
        element.append(child instanceof Node ? child : together(String(child)));
      }
    }
    return element;
  }

  /** A number and its unit stay on one line. @param {string} text */
  const together = (text) => text.replaceAll('\u2009', '\u2009\u2060');

  /** A style sheet that no page's content security policy can stop. @param {...string} texts */
  function sheet(...texts) {
    const made = new CSSStyleSheet();
    made.replaceSync(texts.join('\n'));
    return made;
  }

  return { h, sheet, svg };
})();
