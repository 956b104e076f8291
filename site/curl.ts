// A push as a curl command for a POSIX shell.
import type { CallbackPush } from '../src/index.ts';

/** The command, one argument a line. `url` may have parameters of its own. */
export function toCurl({ method, headers, query, body }: CallbackPush, url: string): string {
  const lines = [
    `curl ${quote(withQuery(url, query))}`,
    ...Object.entries(headers).map(([name, value]) => `  -H ${quote(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`  --data-raw ${quote(body)}`]),
    ...(method === 'POST' && body === null ? ['  -X POST'] : []),
  ];
  return lines.join(' \\\n');
}

/** Between apostrophes a shell reads everything as it stands (POSIX, XCU 2.2.2), but the apostrophe. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const [address = ''] = url.split('#');
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (pairs.length === 0) return address;
  return `${address}${address.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}
