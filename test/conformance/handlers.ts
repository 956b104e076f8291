// callback-codec/fetch with the host's own Request and Response. Asynchronous, so that it stands apart from the other
// sections: engines that have no Request need not have a loop for promises either.
import type { CallbackPush } from '../../src/feishu.ts';
import type { RequestLike } from '../../src/fetch.ts';
import { type Subject, subjectsOf } from './all-codecs.ts';
import { type Context, ofHost, sample, show } from './tools.ts';

/** Whether the host has what the handlers are for. */
export function hasFetch(): boolean {
  return (
    typeof ofHost(() => globalThis.Request) === 'function' && typeof ofHost(() => globalThis.Response) === 'function'
  );
}

const URL_OF_APP = 'https://example.com/callback';

/** The request as it reaches a server. */
function requestOf({ method, headers, query, body }: CallbackPush): Request {
  const pairs = Object.keys(query).map((name) => `${name}=${encodeURIComponent(query[name] as string)}`);
  return new Request(`${URL_OF_APP}?${pairs.join('&')}`, { method, headers, body });
}

/** What became of a request: the response, and what the app was told. */
interface Outcome {
  readonly status: number;
  readonly type: string | null;
  readonly length: string | null;
  readonly text: string;
  readonly events: readonly string[];
  readonly refusals: readonly string[];
}

type Handler = (request: Request) => Promise<unknown>;

/** A handler of a codec, and what it did with a request. */
function serve({ lib }: Context, { create }: Subject, answer?: unknown, options?: object) {
  const events: string[] = [];
  const refusals: string[] = [];
  const onEvent = async (message: { readonly type: string }, request: unknown) => {
    events.push(`${message.type} ${request instanceof Request}`);
    return answer;
  };
  const onRefused = (error: { readonly code: string }, request: unknown) => {
    refusals.push(`${error.code} ${request instanceof Request}`);
  };
  const handle = lib.toFetchHandler(create(options), onEvent, { onRefused }) as Handler;
  return async (request: Request): Promise<Outcome> => {
    events.length = 0;
    refusals.length = 0;
    const response = (await handle(request)) as Response;
    const [type, length] = ['content-type', 'content-length'].map((name) => response.headers.get(name)) as [
      string,
      string,
    ];
    const { status } = response;
    return { status, type, length, text: await response.text(), events: [...events], refusals: [...refusals] };
  };
}

export async function fetchHandlers(context: Context): Promise<void> {
  const { equal, lib } = context;
  const subjects = subjectsOf(lib);
  for (const subject of subjects) {
    await accepted(context, subject);
    await refused(context, subject);
  }
  const [feishu] = subjects;
  const robot = subjects.find(({ platform }) => platform === 'dingtalk-robot');
  if (feishu === undefined || robot === undefined) throw new Error('both are there');
  await mistakes(context, feishu);
  await bodies(context, feishu);
  await probes(context, robot, feishu);
  const all = lib.anyOf(feishu.create(), robot.create());
  const served = serve(context, { ...feishu, create: () => all });
  for (const { name, create, event, type } of [feishu, robot]) {
    const got = await served(requestOf(create().encode(event)));
    equal(`any of two: ${name}`, () => [got.status, got.events], [200, [`${type} true`]]);
  }
}

/** Bytes of a text, as Content-Length counts them. */
const byteLength = (text: string): string => String(encodeURIComponent(text).replace(/%../g, 'x').length);

async function accepted(context: Context, subject: Subject): Promise<void> {
  const { equal, check } = context;
  const { name, create, event, type, verification, answer } = subject;
  const codec = create();
  for (const own of answer === undefined ? [undefined] : [undefined, answer]) {
    const what = own === undefined ? 'no answer' : 'an answer';
    const got = await serve(context, subject, own)(requestOf(create().encode(event)));
    const usual = codec.reply(codec.decode(create().encode(event)), own);
    equal(`${name}, ${what}: what the app saw`, () => [got.status, got.events, got.refusals], [
      200,
      [`${type} true`],
      [],
    ]);
    equal(`${name}, ${what}: Content-Type`, () => got.type, usual.headers['Content-Type'] ?? null);
    equal(`${name}, ${what}: Content-Length`, () => got.length, byteLength(got.text));
    // What is encrypted differs each time, but not in length.
    check(
      `${name}, ${what}: the body`,
      () => got.text === usual.body || (/[Ee]ncrypt/.test(usual.body) && got.text.length === usual.body.length),
    );
  }
  if (verification === undefined) return;
  const got = await serve(context, subject, answer)(requestOf(create().encode(verification)));
  const { body } = codec.reply(codec.decode(create().encode(verification)));
  equal(`${name}: a verification`, () => [got.status, got.text, got.events, got.refusals], [200, body, [], []]);
}

async function refused(context: Context, subject: Subject): Promise<void> {
  const { equal } = context;
  const { name, create, guessed, event } = subject;
  const served = serve(context, subject);
  const empty = { status: 400, length: '0', text: '', events: [], type: null };
  const without = ({ refusals, ...rest }: Outcome) => ({ ...rest, type: null });
  const forged = await served(requestOf(create(guessed).encode(event)));
  equal(`${name}: forged`, () => [without(forged), forged.refusals], [empty, ['ERR_SIGNATURE true']]);
  const small = serve(context, subject, undefined, { maxBodyBytes: 9 });
  const long = await small(requestOf(create().encode(event)));
  equal(`${name}: too long`, () => [long.status, long.text, long.refusals], [413, '', ['ERR_TOO_LARGE true']]);
  for (const method of ['PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS']) {
    const body = method === 'HEAD' ? null : '{}';
    const got = await served(new Request(URL_OF_APP, { method, body }));
    equal(`${name}: ${method}`, () => [got.status, got.text, got.events, got.refusals], [405, '', [], []]);
  }
  if (subject.platform === 'dingtalk-robot') return;
  const got = await served(new Request(URL_OF_APP));
  equal(`${name}: GET`, () => [got.status, got.text], [405, '']);
  const nothing = await served(new Request(URL_OF_APP, { method: 'POST' }));
  equal(`${name}: nothing`, () => [nothing.status, nothing.refusals], [400, ['ERR_REQUEST true']]);
}

/** What is no refusal is the server's: the promise is rejected. */
async function mistakes(context: Context, subject: Subject): Promise<void> {
  const { equal, lib } = context;
  const { create, event } = subject;
  const request = () => requestOf(create().encode(event));
  const fails = lib.toFetchHandler(create(), () => {
    throw new Error('of the app');
  }) as Handler;
  const rejection = await rejectionOf(fails(request()));
  equal('an error of the app', () => rejection, 'Error: of the app');
  const used = request();
  await used.text();
  const read = await rejectionOf(lib.toFetchHandler(create(), () => undefined)(used));
  equal('a body that was read', () => /^TypeError: request must be unread/.test(read), true);
  const alone = lib.toFetchHandler(create(), () => undefined) as Handler;
  const status = ((await alone(new Request(URL_OF_APP, { method: 'POST', body: '{}' }))) as Response).status;
  equal('nobody who wants to know of a refusal', () => status, 400);
}

/** Bodies as hosts give them: in pieces, which not every one can send, or only as a whole, as Firefox does. */
async function bodies(context: Context, subject: Subject): Promise<void> {
  const { equal, lib } = context;
  const { create, event } = subject;
  const sent = requestOf(create().encode(event));
  const { headers, url } = sent;
  const bytes = new Uint8Array(await sent.arrayBuffer());
  const handle = lib.toFetchHandler(create(), () => undefined) as (request: RequestLike) => Promise<unknown>;
  const statusOf = async (body: RequestLike['body'], whole: Uint8Array<ArrayBuffer> = bytes) => {
    const request = { method: 'POST', url, headers, bodyUsed: false, body, arrayBuffer: async () => whole.buffer };
    return ((await handle(request)) as Response).status;
  };

  const whole = piecesOf(bytes.slice(0, 1), new Uint8Array(0), bytes.slice(1, 40), bytes.slice(40));
  const inPieces = await statusOf(whole.body);
  equal('a body in pieces', () => inPieces, 200);
  const endless = piecesOf(sample(1_000_000, 1), sample(1_000_000, 2), sample(1_000_000, 3));
  const cut = await statusOf(endless.body);
  equal('a body that is too long in pieces', () => [cut, endless.isCancelled()], [413, true]);
  const atOnce = await statusOf(undefined);
  equal('a body that is no stream', () => atOnce, 200);
  const long = await statusOf(undefined, new Uint8Array(1_048_577));
  equal('a body that is no stream and too long', () => long, 413);
}

/** A stream as far as it is read, and whether it was cancelled. */
function piecesOf(...chunks: readonly Uint8Array[]) {
  const queue = [...chunks];
  let cancelled = false;
  const reader = {
    read: async () => {
      const value = queue.shift();
      return value === undefined ? ({ done: true } as const) : ({ done: false, value } as const);
    },
    cancel: async () => {
      cancelled = true;
    },
  };
  return { body: { getReader: () => reader }, isCancelled: () => cancelled };
}

async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    return `gave ${show(await promise)}`;
  } catch (error) {
    return String(error);
  }
}

/** A console that probes a robot's URL wants 200; on other URLs such a request is refused. */
async function probes(context: Context, robot: Subject, other: Subject): Promise<void> {
  const { equal, lib } = context;
  const both = lib.anyOf(other.create(), robot.create());
  for (const [name, subject] of [
    ['a robot', robot],
    ['any of two', { ...robot, create: () => both }],
  ] as const) {
    for (const method of ['GET', 'POST']) {
      const got = await serve(context, subject)(new Request(URL_OF_APP, { method }));
      equal(`${name}: an empty ${method}`, () => [got.status, got.text, got.events, got.refusals], [200, '', [], []]);
    }
  }
}
