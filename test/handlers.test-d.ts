// What the handlers' types infer, allow and refuse: compiled by `tsc -p test`, never run. Frameworks: test/frameworks.
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { Readable } from 'node:stream';
import { expectTypeOf } from 'vitest';
import { anyOf } from '../src/any-of.ts';
import { createDingTalkCodec, type DingTalkEvent } from '../src/dingtalk.ts';
import { createDingTalkRobotCodec } from '../src/dingtalk-robot.ts';
import { createFeishuCodec, type FeishuEvent } from '../src/feishu.ts';
import { type EventOf, type FetchRequest, type FetchResponse, toFetchHandler } from '../src/fetch.ts';
import type { CallbackCodec, CallbackMessage } from '../src/internal/codec.ts';
import { type CallbackError, type NodeRequest, readNodeBody, toNodeHandler } from '../src/node.ts';
import { createTencentChatCodec, type TencentChatMessage } from '../src/tencent-chat.ts';
import { createTrtcCodec } from '../src/trtc.ts';
import { createWeComCodec } from '../src/wecom.ts';

interface Events {
  'im.message.receive_v1': { message: { chat_id: string } };
  'card.action.trigger': { token: string };
}
const feishu = createFeishuCodec<Events>({ encryptKey: 'k' });
const dingTalk = createDingTalkCodec({ token: 't', encodingAesKey: 'k', ownerKey: 'o' });
const tencent = createTencentChatCodec({ token: 't' });
const weCom = createWeComCodec({ token: 't', encodingAesKey: 'k', receiveId: '' });
const robot = createDingTalkRobotCodec({ appSecret: 's' });

// Events: verifications never arrive, and a map of events narrows by type.
toNodeHandler(feishu, (message) => {
  expectTypeOf(message).toEqualTypeOf<
    | FeishuEvent<'im.message.receive_v1', { message: { chat_id: string } }>
    | FeishuEvent<'card.action.trigger', { token: string }>
  >();
  expectTypeOf(message.kind).toEqualTypeOf<'event'>();
  if (message.type === 'card.action.trigger') expectTypeOf(message.event).toEqualTypeOf<{ token: string }>();
  // @ts-expect-error: the other event has no token
  message.event.token;
});
toFetchHandler(createFeishuCodec({ encryptKey: 'k' }), (message) => {
  expectTypeOf(message).toEqualTypeOf<FeishuEvent>();
  expectTypeOf(message.event).toBeUnknown();
});
toNodeHandler(dingTalk, (message) => {
  expectTypeOf(message).toEqualTypeOf<DingTalkEvent>();
});
toNodeHandler(tencent, (message) => {
  expectTypeOf(message).toEqualTypeOf<TencentChatMessage>();
});
toFetchHandler(weCom, (message) => {
  expectTypeOf(message.kind).toEqualTypeOf<'event'>();
  expectTypeOf(message.format).toEqualTypeOf<'xml' | 'json'>();
});
toNodeHandler(anyOf(feishu, dingTalk, robot), (message) => {
  expectTypeOf(message.platform).toEqualTypeOf<'feishu' | 'dingtalk' | 'dingtalk-robot'>();
  expectTypeOf(message.kind).toEqualTypeOf<'event'>();
  if (message.platform === 'dingtalk') expectTypeOf(message.ownerKey).toBeString();
});
// Code for a codec of whatever platform.
declare const codec: CallbackCodec;
toNodeHandler(codec, (message) => {
  expectTypeOf(message.kind).toEqualTypeOf<'event'>();
  expectTypeOf(message.type).toBeString();
});
expectTypeOf<EventOf<CallbackMessage>['id']>().toEqualTypeOf<string | undefined>();

// Answers: the codec's, now or later, or nothing.
toNodeHandler(feishu, () => ({ toast: '' }));
toNodeHandler(feishu, async () => ({ toast: '' }));
toNodeHandler(feishu, async () => {});
toFetchHandler(feishu, (message) => (message.type === 'card.action.trigger' ? { card: {} } : undefined));
toNodeHandler(dingTalk, async () => 'success');
toNodeHandler(tencent, () => ({ ErrorCode: 1, ErrorInfo: '', more: 1 }));
toFetchHandler(weCom, () => '<xml></xml>');
toFetchHandler(weCom, () => ({ MsgType: 'text' }));
toNodeHandler(anyOf(feishu, dingTalk), ({ platform }) => (platform === 'feishu' ? {} : 'success'));
// @ts-expect-error: a text is no answer of Feishu's
toNodeHandler(feishu, () => 'success');
// @ts-expect-error: nor later
toFetchHandler(feishu, async () => 'success');
// @ts-expect-error: an object is none of DingTalk's
toNodeHandler(dingTalk, () => ({ msg: 'success' }));
// @ts-expect-error: ErrorCode is a number
toNodeHandler(tencent, () => ({ ErrorCode: '1' }));
// @ts-expect-error: TRTC takes no answer
toFetchHandler(createTrtcCodec({ key: 'k' }), () => ({ code: 1 }));
// @ts-expect-error: nor later
toFetchHandler(createTrtcCodec({ key: 'k' }), async () => ({ code: 1 }));
// @ts-expect-error: neither platform takes a number
toNodeHandler(anyOf(feishu, dingTalk), () => 1);

// What is refused goes to onRefused, whatever that returns.
toNodeHandler(feishu, () => {}, {
  onRefused(error, request) {
    expectTypeOf(error).toEqualTypeOf<CallbackError>();
    expectTypeOf(request).toEqualTypeOf<NodeRequest>();
  },
});
const refused: CallbackError[] = [];
toFetchHandler(feishu, () => {}, { onRefused: (error) => refused.push(error) });
toFetchHandler(feishu, () => {}, { onRefused: async (error) => console.log(error.code) });
toFetchHandler(feishu, () => {}, { onRefused: undefined });

// Node's servers take the handler, its request may be theirs.
const handle = toNodeHandler(feishu, (_message, request) => {
  expectTypeOf(request).toEqualTypeOf<NodeRequest>();
});
createServer(handle);
createHttpsServer(handle);
createHttp2Server(handle);
createServer(toNodeHandler(feishu, (_message, request: IncomingMessage) => console.log(request.socket.remoteAddress)));
createHttp2Server(toNodeHandler(feishu, (_message, request: Http2ServerRequest) => console.log(request.stream.id)));
// @ts-expect-error: a request of HTTP/2 is not what http.createServer gives
createServer(toNodeHandler(feishu, (_message, request: Http2ServerRequest) => console.log(request.stream.id)));
createServer((request, response) => {
  expectTypeOf(readNodeBody(request, feishu.maxBodyBytes)).toEqualTypeOf<Promise<Uint8Array>>();
  expectTypeOf(handle(request, response)).toEqualTypeOf<Promise<void>>();
});
readNodeBody(Object.assign(Readable.from([]), { headers: {} }), 1);
// @ts-expect-error: the limit is no option
readNodeBody(Object.assign(Readable.from([]), { headers: {} }));

// Fetch: the program's own Request and Response, where its typings have them.
expectTypeOf<FetchRequest>().toEqualTypeOf<Request>();
expectTypeOf<FetchResponse>().toEqualTypeOf<Response>();
const fetchHandle = toFetchHandler(feishu, (_message, request) => {
  expectTypeOf(request).toEqualTypeOf<Request>();
});
expectTypeOf(fetchHandle).toEqualTypeOf<(request: Request) => Promise<Response>>();
// @ts-expect-error: no request of Node's
createServer((request) => fetchHandle(request));
