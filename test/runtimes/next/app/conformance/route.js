import { conform } from '../../../.work/conform.mjs';
import * as lib from '../../../.work/lib.mjs';

export const runtime = 'edge';

export const GET = async () => new Response(await conform(lib));
