'use strict';
/** Gives the extension's own pages the same tokens as the overlay, before anything is painted. */
document.adoptedStyleSheets = [seawall.dom.sheet(seawall.tokens)];
