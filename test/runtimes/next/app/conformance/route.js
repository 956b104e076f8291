import { conform } from '../../../.work/conform.mjs';
import * as lib from '../../../lib.mjs';

export const runtime = 'edge';

export const GET = () => new Response(conform(lib));
