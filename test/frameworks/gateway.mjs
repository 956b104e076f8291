// node gateway.mjs NAME, in the folder of the serverless example
// Stands in for the gateways of the clouds, which cannot be run here: makes of each request the event that their documents
// describe, calls the function, and sends what it returns. What is no text by their rules is base64; what is absent is
// null, an empty text or no member, each as theirs.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const isText = /^(?:text\/|application\/(?:json|javascript|xml)\b)/;
const asText = (bytes) => ({ body: bytes.toString(), isBase64Encoded: false });
const asBase64 = (bytes) => ({ body: bytes.toString('base64'), isBase64Encoded: true });
/** As most of them do: a form is no text. */
const bodyByType = ({ headers, bytes }) => (isText.test(headers['content-type'] ?? '') ? asText : asBase64)(bytes);

const decoded = ({ url }) => Object.fromEntries(url.searchParams);
const encoded = ({ url }) =>
  Object.fromEntries(
    url.search
      .slice(1)
      .split('&')
      .filter(Boolean)
      .map((pair) => pair.split(/=(.*)/s)),
  );
const orNull = (record) => (Object.keys(record).length === 0 ? null : record);
/** As they were written. */
const titled = (raw) =>
  Object.fromEntries(Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]]));

const EVENTS = {
  'lambda-rest-api': (call) => ({
    resource: '/{proxy+}',
    path: call.url.pathname,
    httpMethod: call.method,
    headers: titled(call.rawHeaders),
    queryStringParameters: orNull(decoded(call)),
    pathParameters: null,
    stageVariables: null,
    requestContext: { httpMethod: call.method, path: call.url.pathname },
    ...(call.bytes.length === 0 ? { body: null, isBase64Encoded: false } : bodyByType(call)),
  }),
  'lambda-http-api': (call) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: call.url.pathname,
    rawQueryString: call.url.search.slice(1),
    headers: call.headers,
    ...(call.url.search && { queryStringParameters: decoded(call) }),
    requestContext: { http: { method: call.method, path: call.url.pathname } },
    ...(call.bytes.length === 0 ? { isBase64Encoded: false } : bodyByType(call)),
  }),
  'lambda-alb': (call) => ({
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:::targetgroup/callbacks' } },
    httpMethod: call.method,
    path: call.url.pathname,
    queryStringParameters: encoded(call),
    headers: call.headers,
    ...bodyByType(call),
  }),
  'alibaba-fc': (call) => {
    const http = { method: call.method, path: call.url.pathname, protocol: 'HTTP/1.1' };
    const event = {
      version: 'v1',
      rawPath: call.url.pathname,
      headers: titled(call.rawHeaders),
      queryParameters: decoded(call),
      requestContext: { http },
      ...bodyByType(call),
    };
    return Buffer.from(JSON.stringify(event));
  },
  'tencent-scf': (call) => ({
    httpMethod: call.method,
    path: call.url.pathname,
    headers: call.headers,
    queryString: decoded(call),
    body: call.bytes.toString(),
  }),
};

const [name] = process.argv.slice(2);
const exported = await import(pathToFileURL(join(process.cwd(), `${name}.mjs`)));
const handler = exported.handler ?? exported.main_handler;

createServer(async (request, response) => {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return; // it broke off, and a gateway calls nothing
  }
  const { method, headers, rawHeaders } = request;
  const call = {
    method,
    headers,
    rawHeaders,
    url: new URL(request.url, 'http://gateway'),
    bytes: Buffer.concat(chunks),
  };
  const { statusCode, headers: sent, body, isBase64Encoded } = await handler(EVENTS[name](call), {});
  response.writeHead(statusCode, sent).end(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
}).listen(process.env.PORT);
