// The URL itself: what a platform wants of it before it sends anything.
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { Target } from './check-send.ts';
import type { Fault } from './check-texts.ts';

/** What one platform wants beside what all do. */
export interface UrlRules {
  /** Whether http goes to port 80 alone, and https to 443. */
  readonly wantsDefaultPort?: boolean;
  readonly host?: RegExp;
}

export interface CheckedUrl {
  /** Absent where nothing can be sent. */
  readonly target?: Target;
  /** Without what may be secret in it. */
  readonly shown: string;
  readonly fault?: Fault;
  /** Whether the fault is one that --allow-private forgives. */
  readonly isAllowed?: boolean;
  readonly detail?: { readonly address?: string; readonly host?: string; readonly code?: string };
}

type Lookup = (host: string, options: { all: true }) => Promise<readonly { address: string; family: number }[]>;

/** What no one reaches from outside (RFC 6890), and what is nobody's. */
const PRIVATE_IPV4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3';

const privateIpv4 = blockList(PRIVATE_IPV4, 'ipv4');
const publicIpv6 = blockList('2000::/3', 'ipv6');
/** Documentation, and addresses in which another is wrapped up. */
const reservedIpv6 = blockList('2001::/23 2001:db8::/32 2002::/16 3fff::/20', 'ipv6');

function blockList(networks: string, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks.split(' ')) {
    const [address, prefix] = network.split('/') as [string, string];
    list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

export function isPrivate(address: string): boolean {
  if (isIP(address) === 4) return privateIpv4.check(address);
  return !publicIpv6.check(address, 'ipv6') || reservedIpv6.check(address, 'ipv6');
}

export async function checkUrl(
  text: string,
  rules: UrlRules,
  allowPrivate: boolean,
  resolve: Lookup = lookup,
): Promise<CheckedUrl> {
  const url = parse(text);
  if (url === undefined) return { shown: '', fault: 'url-malformed' };
  const shown = url.origin + url.pathname;
  if (url.username !== '' || url.password !== '') return { shown, fault: 'url-credentials' };
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (rules.host !== undefined && !rules.host.test(host)) return { shown, fault: 'url-host', detail: { host } };
  const found = await addressesOf(host, resolve);
  if (typeof found === 'string') return { shown, fault: 'dns', detail: { host, code: found } };
  const ipv4 = found.find((address) => isIP(address) === 4);
  if (ipv4 === undefined) return { shown, fault: 'url-ipv6', detail: { host } };
  const target = { url, address: ipv4 };
  const hidden = found.find(isPrivate);
  if (hidden !== undefined) {
    const fault = { shown, fault: 'url-private', detail: { address: hidden } } as const;
    return allowPrivate ? { ...fault, target, isAllowed: true } : fault;
  }
  if (rules.wantsDefaultPort && url.port !== '') return { shown, fault: 'url-port' };
  return { shown, target, detail: { address: ipv4 } };
}

function parse(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** All that the name has, since the platform may take any; or the code of the error. */
async function addressesOf(host: string, resolve: Lookup): Promise<readonly string[] | string> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await resolve(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
