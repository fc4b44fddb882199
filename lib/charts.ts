import { join } from 'node:path';

/** The folder of the charts that this library brings; from lib/ it is as far as from the one file in dist/. */
export const OWN_CHARTS = join(__dirname, '..', 'charts');
