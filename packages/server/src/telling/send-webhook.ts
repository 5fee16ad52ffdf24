import { createHmac } from 'node:crypto';
import { lookup } from 'node:dns';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface WebhookMessage {
  readonly url: string;
  readonly secret: string;
  readonly body: string;
  /** The same for every attempt, so that who receives it can tell a second copy. */
  readonly delivery: string;
  readonly now: Date;
}

/** How long the other side may take, in milliseconds. */
const PATIENCE = 10_000;

/**
 * What a message is signed with: HMAC-SHA-256 over `<seconds since 1970>.<body>`, so that neither can be changed, and an old one
 * cannot be sent again unnoticed. The header reads `t=<seconds>,v1=<hexadecimal>`.
 */
export function signature(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}

/** Why an address is not one that webhooks go to; null where it is. */
export function refusedBecause(url: string, mayBePrivate: boolean): string | null {
  const address = URL.parse(url);
  if (address === null) return 'is no address';
  if (address.protocol !== 'https:' && !(mayBePrivate && address.protocol === 'http:')) {
    return 'does not begin with https://';
  }
  if (address.username !== '' || address.password !== '') return 'holds a password';
  const host = address.hostname.replace(/^\[|\]$/g, '');
  if (!mayBePrivate && (isPrivate(host) || /(?:^|\.)localhost$/i.test(host))) {
    return 'is inside a private network';
  }
  return null;
}

/**
 * Sends it, once.
 * @param mayBePrivate - Whether it may go to addresses that cannot be reached from everywhere: off unless configured, so that
 * nobody makes the server talk to its own neighbours
 * @throws Error with the reason when it was not taken
 */
export async function sendWebhook(message: WebhookMessage, mayBePrivate: boolean): Promise<void> {
  const refused = refusedBecause(message.url, mayBePrivate);
  if (refused !== null) throw new Error(`The address ${refused}.`);
  const url = new URL(message.url);
  const send = url.protocol === 'https:' ? secureRequest : plainRequest;
  const status = await new Promise<number>((resolve, reject) => {
    const outgoing = send(
      url,
      {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(message.body),
          'user-agent': 'vitrine',
          'vitrine-delivery': message.delivery,
          'vitrine-signature': signature(message.secret, message.body, message.now),
        },
        // Judged where the connection is made: a name that leads elsewhere the second time it is asked for helps nobody.
        ...(mayBePrivate ? {} : { lookup: publicLookup }),
        agent: false,
        signal: AbortSignal.timeout(PATIENCE),
      },
      (answer) => {
        // Redirects are not followed, and nothing of the answer is of interest.
        answer.destroy();
        resolve(answer.statusCode ?? 0);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(message.body);
  });
  if (status < 200 || status > 299) throw new Error(`It was answered with ${status}.`);
}

/** Finds the addresses of a name, and refuses one that leads into a private network. */
export const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, found) => {
    const [first] = found ?? [];
    if (error !== null || first === undefined)
      return callback(error ?? new Error('not found'), '', 4);
    if (found.some(({ address }) => isPrivate(address))) {
      return callback(new Error(`The address ${host} is inside a private network.`), '', 4);
    }
    if (options.all === true) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};

/** What cannot be reached from everywhere: RFC 6890 and its registries. */
const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv4');
}
// Of IPv6 only what is given out for use everywhere is public: 2000::/3, without documentation, tunnels to IPv4 and the like.
const publicAddresses = new BlockList();
publicAddresses.addSubnet('2000::', 3, 'ipv6');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv6');
}

/** Whether an IP address is one that cannot be reached from everywhere; false for a name. */
export function isPrivate(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return privateAddresses.check(address, 'ipv4');
  if (version !== 6) return false;
  return privateAddresses.check(address, 'ipv6') || !publicAddresses.check(address, 'ipv6');
}
