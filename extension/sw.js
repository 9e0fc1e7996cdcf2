import { closeStorage } from './lib/connection.js';
import { route } from './lib/router.js';

// Every listener stands here, registered before anything is awaited: a worker that was woken by
// an event must not miss it. Nothing is kept in variables; the browser stops an idle worker.

chrome.runtime.onMessage.addListener((message, sender, answer) => {
  const answered = route(message, sender);
  if (!answered) return false;
  answered.then(answer, (error) => {
    console.error('SEAWALL', message?.type, error);
    answer(undefined);
  });
  return true;
});

chrome.runtime.onInstalled.addListener(({ reason }) => {
  void closeStorage();
  if (reason === 'install') void chrome.runtime.openOptionsPage();
});

void closeStorage();
