// What the command says beside the explanations, in English and Chinese. Help fits a screen of 24 lines of 80 columns.
import type { Language } from '../../explain.ts';
import { platforms } from './platforms.ts';

/** By the locale, as POSIX orders the variables. */
export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return locale.startsWith('zh') ? 'zh' : 'en';
}

/** A line for each platform: its name, and the variables of its secrets and ids. */
const PLATFORMS = Object.entries(platforms)
  .map(([name, { variables }]) => `  ${name.padEnd(16)}${variables.map(({ variable }) => variable).join(' ')}`)
  .join('\n');

export const TEXTS = {
  en: {
    help: `callback-codec listen <platform>... [--port 3000]   print callbacks as they come
callback-codec explain <platform> [file]            say why one is refused
callback-codec check <platform> <url>               try the URL as the platform
                                                    does, and as a forger does
explain reads raw HTTP, a curl command or the JSON event of a function, from a
file or standard input. Platforms, and the variables of their secrets and ids:
${PLATFORMS}

  --env-file <file>  read variables from a file; those of the environment win
  --allow-private    check: a server on this machine or network
  --json             data instead of text, an object a line
  --help, --version
Exit code: 0; 1 if something is wrong; 2 if the command was not understood.
`,
    secretArgument:
      'is refused: arguments show in the list of processes and in the history of the shell. Set a variable, or use --env-file (see --help).',
    unknownOption: 'is no option (see --help).',
    needsValue: 'An option needs a value (see --help).',
    noCommand: 'Say listen, explain or check (see --help).',
    unknownCommand: 'is no command; there are listen, explain and check (see --help).',
    noPlatform: 'Say which platform (see --help).',
    unknownPlatform: 'is no platform; there are',
    tooMany: 'explain takes one platform and one file.',
    oneUrl: 'check takes one platform and one URL.',
    wrongPort: 'The port must be a number from 0 to 65535.',
    notSet: 'is not set. Set it in the environment, or in a file for --env-file.',
    cannotRead: 'cannot be read',
    noRequest:
      'That is no request: it must be raw HTTP ("POST /path HTTP/1.1", headers, an empty line, the body), a curl command, or a JSON event.',
    curlOption: 'is an option of curl that is not understood here: take it out, or give the raw request.',
    listening: 'Listening. The platform must reach this by a public address, a tunnel for example; stop with Ctrl+C.',
    portInUse: 'The port is in use: stop what listens there, or choose another with --port.',
    portForbidden: 'This port is not allowed without more rights: choose one above 1023 with --port.',
    cannotListen: 'Cannot listen',
    notFound: 'not found: the path is none of those listened to',
    answered: 'answered',
    tooLarge: 'refused (ERR_TOO_LARGE): the body is longer than 1 MiB',
    broken: 'failed',
  },
  zh: {
    help: `callback-codec listen <platform>... [--port 3000]   打印发到 /<platform> 的回调
callback-codec explain <platform> [file]            说明请求为何被拒绝
callback-codec check <platform> <url>               像平台和伪造者那样测试 URL

请求可以是原始 HTTP、curl 命令或云函数的 JSON 事件，来自文件或标准输入。
平台，以及存放其密钥和 id 的环境变量：
${PLATFORMS}

  --env-file <file>  从文件读取变量；环境中已有的优先
  --allow-private    check：允许本机或内网的服务器
  --json             输出数据，每行一个对象
  --help, --version
退出码：0；有问题为 1；命令有误为 2。
`,
    secretArgument: '被拒绝：参数会出现在进程列表和 shell 历史中。请使用环境变量或 --env-file（见 --help）。',
    unknownOption: '不是选项（见 --help）。',
    needsValue: '有选项缺少值（见 --help）。',
    noCommand: '请指定 listen、explain 或 check（见 --help）。',
    unknownCommand: '不是命令；可用 listen、explain 和 check（见 --help）。',
    noPlatform: '请指定平台（见 --help）。',
    unknownPlatform: '不是平台；可用',
    tooMany: 'explain 只接受一个平台和一个文件。',
    oneUrl: 'check 只接受一个平台和一个 URL。',
    wrongPort: '端口必须是 0 到 65535 的数字。',
    notSet: '没有设置。请在环境变量或 --env-file 的文件中设置。',
    cannotRead: '无法读取',
    noRequest: '这不是请求：应为原始 HTTP（“POST /path HTTP/1.1”、请求头、空行、请求体）、curl 命令或 JSON 事件。',
    curlOption: '是此处不支持的 curl 选项：去掉它，或提供原始请求。',
    listening: '正在监听。平台须能从公网访问这里（例如用内网穿透工具）；按 Ctrl+C 停止。',
    portInUse: '端口已被占用：停止占用它的程序，或用 --port 选择其他端口。',
    portForbidden: '没有权限使用该端口：用 --port 选择大于 1023 的端口。',
    cannotListen: '无法监听',
    notFound: '未找到：不是监听的路径',
    answered: '已回复',
    tooLarge: '已拒绝（ERR_TOO_LARGE）：请求体超过 1 MiB',
    broken: '失败',
  },
} as const;

/** A mistake in how the command was called: exit code 2. */
export class UsageError extends Error {}
