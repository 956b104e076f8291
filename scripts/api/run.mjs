// npm run docs:api
// The API reference, from the docstrings, into scripts/api/.work. A warning is an error: an export without a docstring, a
// type that is referred to but not exported, a link that leads nowhere. Sources are not linked, since they have no address.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installLocked } from '../../test/runtimes/install.mjs';

const here = import.meta.dirname;
installLocked(here);
const typedoc = join(here, 'node_modules', 'typedoc', 'bin', 'typedoc');
const { status } = spawnSync(process.execPath, [typedoc, '--options', join(here, 'typedoc.json')], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
