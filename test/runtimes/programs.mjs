// Programs that the machine may have, and how its browsers are opened without a window on the screen. Shared with bench/.
import { accessSync, constants, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const executable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
};

export const onPath = (name) => () =>
  process.env.PATH.split(delimiter)
    .map((folder) => executable(join(folder, name)))
    .find(Boolean);

/** WebKitGTK's browser lies in a folder named after the machine, on no PATH. */
export const miniBrowser = () => {
  if (!onPath('xvfb-run')()) return undefined; // it has no headless mode
  try {
    return readdirSync('/usr/lib')
      .map((machine) => executable(`/usr/lib/${machine}/webkit2gtk-4.1/MiniBrowser`))
      .find(Boolean);
  } catch {
    return undefined;
  }
};

/** The command that opens `url`, with `home` as the profile; browsers are kept from calling anybody. */
export const browserCommands = {
  chromium: (program, home, url) => [
    program,
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-dev-shm-usage',
    '--no-first-run',
    '--no-proxy-server',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--user-data-dir=${home}`,
    url,
  ],
  firefox: (program, home, url) => {
    const off = [
      'app.update.enabled',
      'app.normandy.enabled',
      'browser.safebrowsing.malware.enabled',
      'browser.safebrowsing.phishing.enabled',
      'datareporting.policy.dataSubmissionEnabled',
      'network.captive-portal-service.enabled',
      'network.connectivity-service.enabled',
      'extensions.update.enabled',
      'toolkit.telemetry.enabled',
    ];
    const preferences = [...off.map((name) => `user_pref("${name}", false);`), 'user_pref("network.proxy.type", 0);'];
    writeFileSync(join(home, 'user.js'), `${preferences.join('\n')}\n`);
    return [program, '--headless', '--no-remote', '--profile', home, url];
  },
  webkit: (program, _home, url) => ['xvfb-run', '-a', program, url],
};
