// A request from a file: raw HTTP, a curl command, the events of functions.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { curlRequest, shellWords } from '../../../src/internal/cli/curl.ts';
import { parseRequest } from '../../../src/internal/cli/request.ts';
import { UsageError } from '../../../src/internal/cli/texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'callback-codec-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The request, its body as text. */
function parse(text: string | Uint8Array): Record<string, unknown> {
  const { body, ...request } = parseRequest(typeof text === 'string' ? Buffer.from(text) : text, readFileSync);
  return { ...request, body: body instanceof Uint8Array ? Buffer.from(body).toString() : body };
}

describe('raw HTTP', () => {
  const headers = { host: ['x'], sign: ['a:b', 'c'], 'content-length': ['3'] };
  it.each([
    ['CRLF', 'POST /a?b=1 HTTP/1.1\r\nHost: x\r\nSign: a:b\r\nsign:c\r\nContent-Length: 3\r\n\r\n{}\n'],
    ['LF', 'POST /a?b=1 HTTP/1.1\nHost: x\nSign: a:b\nsign:c\nContent-Length: 3\n\n{}\n'],
    ['the line break of an editor', 'POST /a?b=1 HTTP/1.1\nHost: x\nSign: a:b\nsign:c\nContent-Length: 3\n\n{}\n\n'],
    [
      'a BOM and empty lines in front',
      '\ufeff\n\nPOST /a?b=1 HTTP/2\nHost: x\nSign: a:b\nsign:c\nContent-Length: 3\n\n{}\n',
    ],
  ])('%s', (_, text) => {
    expect(parse(text)).toEqual({ url: '/a?b=1', headers, body: '{}\n' });
  });

  it('keeps each byte of the body, and what is more than was announced', () => {
    const { body } = parseRequest(
      Buffer.concat([Buffer.from('POST / HTTP/1.1\r\n\r\n'), Buffer.from([0xff, 0, 13, 10])]),
      readFileSync,
    );
    expect(body).toEqual(Uint8Array.of(0xff, 0, 13, 10));
    expect(parse('POST / HTTP/1.1\nContent-Length: 1\n\nabc').body).toBe('abc');
  });

  it('has headers of any name', () => {
    const { headers } = parseRequest(Buffer.from('POST / HTTP/1.1\n__proto__: a\nconstructor: b\n\n{}'), readFileSync);
    expect(Object.entries(headers as object)).toEqual([
      ['__proto__', ['a']],
      ['constructor', ['b']],
    ]);
    const curl = curlRequest("curl https://a.example -H '__proto__: a' -H 'toString: b'", readFileSync);
    expect(Object.keys(curl.headers as object)).toEqual(['__proto__', 'tostring']);
  });

  it('without a body', () => {
    expect(parse('GET /?echostr=a HTTP/1.1\r\nHost: x')).toEqual({
      url: '/?echostr=a',
      headers: { host: ['x'] },
      body: '',
    });
    expect(parse('GET /?echostr=a HTTP/1.1\n\n')).toEqual({ url: '/?echostr=a', headers: {}, body: '' });
  });
});

describe('a curl command', () => {
  it.each([
    [
      'as browsers copy it',
      `curl 'https://a.example/f?x=1' \\\n  -H 'Sign: a' \\\n  --data-raw '{"a":"b"}' \\\n  --compressed`,
      '{"a":"b"}',
    ],
    [
      'with $',
      `curl 'https://a.example/f?x=1' -H 'Sign: a' -d $'{"a":"it\\'s \\u4f60\\n\\x41\\101\\ud83d\\ude00\\U0001f600\\q\\t"}'`,
      '{"a":"it\'s 你\nAA😀😀\\q\t"}',
    ],
    [
      'in double quotes',
      'curl "https://a.example/f?x=1" -H "Sign: a" -d "{\\"a\\":\\"\\$b\\\\\\`c\\d\\\ne\\"}"',
      '{"a":"$b\\`c\\de"}',
    ],
    ['bare', `curl -sSXPOST https://a.example/f?x=1 -HSign:a -d{}`, '{}'],
    [
      'from a prompt, into a pipe',
      `$ curl -X POST --url https://a.example/f?x=1 -H 'Sign: a' --data-binary {} | jq .`,
      '{}',
    ],
    [
      'with other options',
      `curl -o x -A agent --max-time 5 --request POST -L https://a.example/f?x=1 --header 'Sign: a' --data {}`,
      '{}',
    ],
    ['with several data', `curl https://a.example/f?x=1 -H 'Sign: a' -d a=1 --data-ascii b=2`, 'a=1&b=2'],
    ['with escaped spaces', `curl https://a.example/f?x=1 -H Sign:\\ a -d a\\ b`, 'a b'],
    [
      'with a letter outside of ASCII',
      `curl https://a.example/f?x=1 -H 'Sign: a' -d '你'"好"吗$'\\xe5\\x90\\x97'`,
      '你好吗吗',
    ],
  ])('%s', (_, command, body) => {
    expect(parse(command)).toEqual({ url: 'https://a.example/f?x=1', headers: { sign: ['a'] }, body });
  });

  it('reads files as curl does', () => {
    const file = join(folder, 'body');
    writeFileSync(file, '{\r\n"a":1}\n');
    expect(parse(`curl x -d @${file}`).body).toBe('{"a":1}');
    expect(parse(`curl x --data-binary @${file}`).body).toBe('{\r\n"a":1}\n');
    expect(parse(`curl x --data-raw @${file}`).body).toBe(`@${file}`);
    expect(parse(`curl x --json @${file}`)).toMatchObject({
      headers: { 'content-type': ['application/json'] },
      body: '{\r\n"a":1}\n',
    });
    expect(parse(`curl x --json '{}'`).body).toBe('{}');
    expect(() => parse(`curl x -d @${file}-not`)).toThrow(/ENOENT/);
  });

  it('has no body without data, and no value where none follows', () => {
    expect(curlRequest('curl', readFileSync)).toEqual({ url: '', headers: {}, body: null });
    expect(curlRequest('curl x -d', readFileSync)).toMatchObject({ url: 'x', body: new Uint8Array(0) });
  });

  it.each(['-F a=b', '--form a=b', '-G', '-T x', '-sI', '--data-urlencode a'])(
    'names what it does not understand: %s',
    (option) => {
      expect(() => curlRequest(`curl x ${option}`, readFileSync)).toThrow(
        new UsageError(option.startsWith('-s') ? '-I' : (option.split(' ')[0] as string)),
      );
    },
  );

  it.each(["curl 'x", 'curl "x', "curl $'x\\'", 'curl x\\'])('refuses a quotation that does not end: %s', (command) => {
    expect(() => curlRequest(command, readFileSync)).toThrow(UsageError);
  });

  it('reads words as a shell does', () => {
    expect(shellWords('  a  b ')).toEqual(['a', 'b']);
    for (const words of [
      'a\'b\'c "d e" f\\ g',
      '\'\' "" x',
      `$'a\\tb' "a\\tb" 'a\\tb'`,
      `"\\\\" '\\' \\"`,
      "$'\\U0001f600 \\101 \\x4a \\e'",
      "$'\\UFFFFFFFF'",
    ]) {
      const expected = words.includes('FFFFFFFF')
        ? ['']
        : execFileSync('bash', ['-c', `for word in ${words}; do printf '%s\\0' "$word"; done`], {
            env: { ...process.env, LC_ALL: 'C.UTF-8' },
          })
            .toString('latin1')
            .split('\0')
            .slice(0, -1);
      expect(shellWords(words), words).toEqual(expected);
    }
  });
});

describe('the event of a function', () => {
  const base64 = Buffer.from('{}').toString('base64');
  const parameters = { timestamp: '1', nonce: 'a+b' };
  it.each([
    [
      'AWS Lambda, REST API',
      {
        httpMethod: 'POST',
        path: '/f',
        headers: { sign: 'a' },
        multiValueHeaders: { sign: ['a'] },
        queryStringParameters: parameters,
        multiValueQueryStringParameters: { timestamp: ['1'], nonce: ['a+b'] },
        body: '{}',
        isBase64Encoded: false,
      },
      { headers: { sign: ['a'] }, query: { timestamp: ['1'], nonce: ['a+b'] } },
    ],
    [
      'AWS Lambda, HTTP API and function URL',
      {
        version: '2.0',
        rawPath: '/f',
        rawQueryString: 'timestamp=1&nonce=a%2Bb',
        headers: { sign: 'a' },
        body: base64,
        isBase64Encoded: true,
        requestContext: { http: { method: 'POST' } },
      },
      { headers: { sign: 'a' }, url: '?timestamp=1&nonce=a%2Bb' },
    ],
    [
      'ALB',
      {
        requestContext: { elb: {} },
        httpMethod: 'POST',
        headers: { sign: 'a' },
        queryStringParameters: { timestamp: '1', nonce: 'a%2Bb' },
        body: base64,
        isBase64Encoded: true,
      },
      { headers: { sign: 'a' }, url: '?timestamp=1&nonce=a%2Bb' },
    ],
    [
      'ALB, several values',
      {
        requestContext: { elb: {} },
        multiValueHeaders: { sign: ['a'] },
        multiValueQueryStringParameters: { a: ['1', '2'] },
        body: '{}',
      },
      { headers: { sign: ['a'] }, url: '?a=1&a=2' },
    ],
    [
      'Alibaba Cloud FC',
      {
        version: 'v1',
        rawPath: '/f',
        headers: { Sign: 'a' },
        queryParameters: parameters,
        body: base64,
        isBase64Encoded: true,
        requestContext: {},
      },
      { headers: { Sign: 'a' }, query: parameters },
    ],
    [
      'Tencent Cloud SCF',
      {
        requestContext: { path: '/f' },
        headers: { sign: 'a' },
        queryString: parameters,
        path: '/f',
        httpMethod: 'POST',
        body: '{}',
      },
      { headers: { sign: 'a' }, query: parameters },
    ],
    [
      'a request as decode takes it',
      { url: '/?a=1', headers: { sign: 'a' }, body: '{}' },
      { headers: { sign: 'a' }, url: '/?a=1' },
    ],
    [
      'the same with query',
      { query: parameters, headers: { sign: 'a' }, body: '{}' },
      { headers: { sign: 'a' }, query: parameters },
    ],
    ['without parameters', { headers: { sign: 'a' }, body: '{}' }, { headers: { sign: 'a' }, query: {} }],
  ])('%s', (_, event, expected) => {
    expect(parse(JSON.stringify(event))).toEqual({ ...expected, body: '{}' });
  });

  it('with a body that is parsed or missing', () => {
    expect(parse('{"headers":{},"body":{"a":1},"isBase64Encoded":true}').body).toEqual({ a: 1 });
    expect(parse('{"headers":{}}').body).toBeUndefined();
  });

  it('with a body that is no base64, though the event says so', () => {
    expect(parse('{"headers":{},"body":"{\\"a\\":1}","isBase64Encoded":true}').body).toBe('{"a":1}');
  });

  it('is the body alone where it has nothing of a request', () => {
    expect(parse('{"encrypt":"x"}\n')).toEqual({ body: '{"encrypt":"x"}' });
  });
});

it.each(['', 'hello', '{', '[1]', 'post / HTTP/1.1', 'curly', '\0'])('refuses what is no request: %j', (text) => {
  expect(() => parse(text)).toThrow(UsageError);
});
