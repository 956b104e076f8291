// What is made of the results: tables, verdicts on the thresholds, the tables of docs/performance.md.
import { groups, ours, sizeName, thresholds } from './cases.mjs';
import { bareGroups, bareTable } from './no-native-crypto.mjs';

const [main] = ours;
/** Time grows as this power of the size from 16 KB to 16 MB: 1 is linear, 2 quadratic; leaving the caches costs up to 0.3. */
const growthAtMost = 1.5;

/** A number of three digits, without an exponent; `null` is how JSON carries what came of a time of zero. */
const short = (number) =>
  number === null ? '?' : number >= 100 ? number.toFixed(0) : String(Number(number.toPrecision(3)));

const find = (results, group, bytes, name) =>
  results.find((one) => one.group === group && one.bytes === bytes)?.contenders.find((one) => one.name === name);

/** Each threshold that applies to a host, as { group, bytes, base, peer, need, value, pass }; `skip`: a base not there yet. */
export function judge(host, results, settings, skip) {
  const verdicts = thresholds
    .filter((one) => one.host === host && settings.groups.includes(one.group) && !skip.includes(one.base))
    .flatMap(({ group, base = main, peer, atLeast }) =>
      Object.entries(atLeast).map(([size, need]) => {
        const bytes = Number(size);
        const value = find(results, group, bytes, peer)?.ratios[base]?.median;
        return { group, bytes, base, peer, need, value, pass: value >= need };
      }),
    );
  return verdicts;
}

/** The power of the size by which the default engine's time grows, a least-squares fit; undefined if not measured. */
export function growth(results) {
  const points = results
    .filter(({ group, bytes }) => group === 'Feishu decrypt (throughput)' && bytes >= 16384)
    .map(({ group, bytes }) => [Math.log(bytes), Math.log(find(results, group, bytes, main).microseconds)]);
  if (points.length === 0) return undefined;
  const mean = (axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const sumOf = (term) => points.reduce((sum, point) => sum + term(point), 0);
  const power = sumOf((p) => (p[0] - x) * (p[1] - y)) / sumOf((p) => (p[0] - x) ** 2);
  return { power, pass: power <= growthAtMost };
}

/** All tables of one host as text. */
export function tables({ title, version, clock, results, verdicts, growth }) {
  const lines = [`${title} ${version}: ${clock}`];
  for (const group of groups) {
    const ofGroup = results.filter((one) => one.group === group.name);
    if (ofGroup.length === 0) continue;
    const names = [
      ...new Set(ofGroup.flatMap(({ contenders, wrong }) => [...contenders.map(({ name }) => name), ...wrong])),
    ];
    const bases = verdicts.filter((one) => one.group === group.name && one.base !== main);
    const pairs = [...new Set(bases.map(({ peer, base }) => `${peer} ÷ ${base}`))];
    const row = (label, cell) => [label, ...ofGroup.map(({ bytes }) => cell(bytes))];
    const rows = [
      row(group.name, sizeName),
      row(`${main}, ${group.bulk ? 'MB/s' : 'µs'}`, (bytes) => {
        const { microseconds } = find(results, group.name, bytes, main);
        return short(group.bulk ? bytes / microseconds : microseconds);
      }),
      ...names
        .filter((name) => name !== main)
        .map((name) => row(name, (bytes) => cellOf(group.name, bytes, name, main))),
      ...pairs.map((pair) => row(pair, (bytes) => cellOf(group.name, bytes, ...pair.split(' ÷ ')))),
    ];
    lines.push('', ...aligned(rows));
    const absent = Object.keys(ofGroup[0].absent);
    if (absent.length > 0) lines.push(`not here: ${absent.join(', ')}`);
    if (group.bulk && growth) {
      lines.push(
        `time grows as size^${growth.power.toFixed(2)} from 16 KB to 16 MB (≤ ${growthAtMost} ${mark(growth)})`,
      );
    }
  }
  return lines.join('\n');

  function cellOf(group, bytes, peer, base) {
    if (results.some((one) => one.group === group && one.bytes === bytes && one.wrong.includes(peer)))
      return 'wrong result';
    const measured = find(results, group, bytes, peer)?.ratios[base];
    const verdict = verdicts.find(
      (one) => one.group === group && one.bytes === bytes && one.peer === peer && one.base === base,
    );
    const value = measured ? `${short(measured.median)} (${short(measured.low)}–${short(measured.high)})` : '–';
    return verdict ? `${value} ≥ ${verdict.need} ${mark(verdict)}` : value;
  }
}

const mark = ({ pass }) => (pass ? 'pass' : 'MISS');

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}

/** The pages that show the tables, each in its language. */
export const pages = {
  'docs/performance.md': {
    ratios:
      'How many times as long the others take, at 64 B · 1 KB · 16 KB of text with Chinese (medians of same-round ratios); two figures are 64 B and 1 KB, one is the answer `success`. @wecom/crypto is measured on DingTalk, the others on Feishu; what is not called whole is decrypting alone:',
    simd: 'The same with the engine of `callback-codec/simd`:',
    bare: 'Whole requests with the engine of `callback-codec/simd`, how many times as long the others take at 64 B · 1 KB · 14 KB (by hand: signature, decryption and parsing with no library but noble, or awaiting WebCrypto):',
    named: (platform, who) => `${platform}: ${who}`,
    byHand: (who) => `${who} by hand`,
    sdk: 'Feishu SDK',
    request: (peer) => `${peer}, whole request`,
    answer: (peer) => `${peer}, whole answer`,
    both: (peer) => `${peer}, request and answer`,
    floor:
      'The floor divided by ours: the fastest known way for each part, one after the other, and of all checks only that of the signature. 1 is as fast as that; what is left are our checks.',
    floorColumns: ['Feishu request', 'DingTalk request', 'DingTalk answer'],
    cold: 'Cold, in fresh processes, above an empty one: how many times as long the others take from the start of the process to the first answer, and what importing an entry takes of ours (the fastest and the slowest one; the index, which imports every codec, apart).',
    coldColumns: ['dingtalk-encrypt', 'Feishu SDK', 'import, ESM', 'import, CommonJS', 'import of the index'],
    defaultEngine: 'the default engine',
    measured: ({ command, machine, date, ours, peers }) =>
      `\`${command}\` on ${date}, ${machine}. ${ours} beside ${peers}.`,
  },
  'docs/performance.zh-CN.md': {
    ratios:
      '其他实现的耗时是我们的多少倍；文本含中文，长度依次为 64 B · 1 KB · 16 KB（同轮比值的中位数）；两个数为 64 B 和 1 KB，一个数为应答 `success`。@wecom/crypto 测的是钉钉，其余为飞书；未注明“整个”的只测解密：',
    simd: '改用 `callback-codec/simd` 的引擎之后：',
    bare: '使用 `callback-codec/simd` 的引擎处理整个请求，其他做法的耗时是它的多少倍，长度依次为 64 B · 1 KB · 14 KB（“手写”指只用 noble，或只用 WebCrypto 并逐步 await，自己验签、解密、解析）：',
    named: (platform, who) => `${platform}：${who}`,
    byHand: (who) => `手写 ${who}`,
    sdk: '飞书 SDK',
    request: (peer) => `${peer}，整个请求`,
    answer: (peer) => `${peer}，整个回复`,
    both: (peer) => `${peer}，请求加回复`,
    floor:
      '下限与我们的耗时之比：每一步都用已知最快的做法依次执行，除验签外不做任何检查。1 表示与下限一样快，差额就是各项检查的代价。',
    floorColumns: ['飞书请求', '钉钉请求', '钉钉回复'],
    cold: '冷启动（每次新进程，已减去空进程）：从进程启动到第一次应答，其他实现的耗时是我们的多少倍；以及导入我们各入口的耗时（最快与最慢；index 会导入所有 codec，单列）。',
    coldColumns: ['dingtalk-encrypt', '飞书 SDK', '导入，ESM', '导入，CommonJS', '导入 index'],
    defaultEngine: '默认引擎',
    measured: ({ command, machine, date, ours, peers }) =>
      `测于 ${date}，命令 \`${command}\`，机器 ${machine}。${ours}，对比 ${peers}。`,
  },
};

/** The tables of a page: what users compare, with the default engine and with that of callback-codec/simd. */
export function pageTables(reports, words, measurement, cold) {
  return [
    words.ratios,
    '',
    ...ratioTable(reports, main, [
      [words.request(words.sdk), 'Feishu decode', 'Feishu SDK verify + parse'],
      [words.request('@wecom/crypto'), 'DingTalk decode', '@wecom/crypto'],
      [words.answer('@wecom/crypto'), 'DingTalk reply', '@wecom/crypto'],
      [words.both('@wecom/crypto'), 'DingTalk decode + reply', '@wecom/crypto'],
      [words.request('noble'), 'Feishu decode', 'noble sha256 + cbc'],
      [words.sdk, 'Feishu decrypt', 'Feishu SDK AESCipher'],
      ['node:crypto', 'Feishu decrypt', 'node:crypto, KeyObject'],
      ['noble', 'Feishu decrypt', 'noble cbc + table base64'],
      ['WebCrypto', 'Feishu decrypt', 'WebCrypto'],
      ['@wecom/crypto', 'DingTalk decrypt', '@wecom/crypto'],
    ]),
    '',
    words.simd,
    '',
    ...ratioTable(reports, 'callback-codec, simd', [
      [words.request(words.defaultEngine), 'Feishu decode', main],
      [words.request('noble'), 'Feishu decode', 'noble sha256 + cbc'],
      [words.defaultEngine, 'Feishu decrypt', main],
      ['noble', 'Feishu decrypt', 'noble cbc + table base64'],
      ['WebCrypto', 'Feishu decrypt', 'WebCrypto'],
      ['node:crypto', 'Feishu decrypt', 'node:crypto, KeyObject'],
    ]),
    '',
    words.floor,
    '',
    ...ratioTable(
      reports.filter(({ results }) => find(results, 'Feishu decode', 64, FLOOR)),
      main,
      ['Feishu decode', 'DingTalk decode', 'DingTalk reply'].map((group, i) => [words.floorColumns[i], group, FLOOR]),
    ),
    '',
    words.cold,
    '',
    ...coldTable(words.coldColumns, cold),
    '',
    words.measured(measurement),
  ].join('\n');
}

const FLOOR = 'floor: node:crypto';

/** A row for each runtime: two ratios, and imports in milliseconds. */
function coldTable(columns, { answers, imports }) {
  const ratio = (host, platform) => {
    const found = answers.find((one) => one.host === host && one.platform === platform);
    return found ? short(found.ratio) : '–';
  };
  const range = (host, kind, isIndex) => {
    const times = imports
      .filter((one) => one.host === host && (kind === undefined || one.kind === kind) && one.isIndex === isIndex)
      .map(({ milliseconds }) => milliseconds);
    if (times.length === 0) return '–';
    return `${[...new Set([Math.min(...times), Math.max(...times)].map((time) => time.toFixed(1)))].join('–')} ms`;
  };
  return [
    `| | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '---').join('|')}|`,
    ...[...new Set(answers.map(({ host }) => host))].map((host) => {
      const cells = [
        ratio(host, 'dingtalk'),
        ratio(host, 'feishu'),
        range(host, 'esm', false),
        range(host, 'cjs', false),
        range(host, undefined, true),
      ];
      return `| ${host} | ${cells.join(' | ')} |`;
    }),
  ];
}

/** The table of whole requests where there is no node:crypto. */
export function bareTables(reports, words, measurement) {
  const here = reports.filter(({ name }) => bareGroups[0].hosts.includes(name));
  const lines = ratioTable(here, bareTable.base, bareTable.columns(words));
  return [words.bare, '', ...lines, '', words.measured(measurement)].join('\n');
}

/** Lines of a table of ratios to `base`: a row for each runtime, three sizes in a cell, or the only one of a group. */
function ratioTable(reports, base, columns) {
  const sizesOf = (name) => {
    const { sizes } = groups.find((group) => group.name === name);
    return sizes.length <= 3 ? sizes : [64, 1024, 16384];
  };
  const lines = reports.map(({ title, version, results }) => {
    const cells = columns.map(([, group, peer]) => {
      const ratios = sizesOf(group).map((bytes) => find(results, group, bytes, peer)?.ratios[base]?.median);
      return ratios.every((value) => value === undefined)
        ? '–'
        : ratios.map((value) => (value ? short(value) : '–')).join(' · ');
    });
    return `| ${title} ${version} | ${cells.join(' | ')} |`;
  });
  return [
    `| | ${columns.map(([title]) => title).join(' | ')} |`,
    `|---|${columns.map(() => '---').join('|')}|`,
    ...lines,
  ];
}
