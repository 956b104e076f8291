// Browsers: a module worker of a cross-origin isolated page, where clocks are finest and nothing is rendered.
import { runHere } from './guest.mjs';

const post = (path, body) => fetch(path, { method: 'POST', body });
try {
  const settings = await (await fetch('/settings')).json();
  await post('/report', JSON.stringify(await runHere(settings, (what) => post('/progress', what))));
} catch (error) {
  await post('/report', JSON.stringify({ error: `${error}\n${error.stack}` }));
}
