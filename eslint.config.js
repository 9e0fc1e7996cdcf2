import js from '@eslint/js';
import globals from 'globals';

export default [
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-implicit-coercion': 'error',
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write'].map((property) => ({
          property,
          message: 'Build elements with seawall.dom.h; text goes in as text.',
        })),
      ],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['extension/**/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: { ...globals.browser, ...globals.webextensions, seawall: 'readonly' },
    },
  },
  {
    // One after the other in the same scope, as the manifest lists them.
    files: ['extension/overlay/*.js'],
    languageOptions: { sourceType: 'script', globals: { seawall: 'writable' } },
    rules: { 'no-redeclare': 'off', 'no-var': 'off', 'no-use-before-define': 'off' },
  },
  {
    files: ['tests/extension/unit/**/*.js'],
    languageOptions: { sourceType: 'module', globals: { ...globals.node, chrome: 'readonly' } },
  },
  {
    files: ['tests/extension/site/*.js'],
    languageOptions: { sourceType: 'script', globals: globals.browser },
  },
];
