import { writeFileSync } from 'node:fs';
import { appsFigures } from './apps';
import { growthFigures } from './growth';
import { installFigures } from './install';
import { renderFigures } from './render';
import { resourceFigures } from './resources';
import { isSuite, suiteFigures } from './suites';
import { synthFigures } from './synth';

/**
 * `npm run bench [-- lab|traffic] [--json FILE]`: measures, prints, and fails when a figure is over its limit. Those of a suite
 * come from the suite, which runs for as long as it takes.
 */
function main(argv: readonly string[]): void {
  const file = argv.includes('--json') ? argv[argv.indexOf('--json') + 1] : undefined;
  const suite = argv.find(isSuite);
  const figures = suite
    ? suiteFigures(suite)
    : [
        ...resourceFigures(),
        ...synthFigures(),
        ...growthFigures(),
        ...renderFigures(),
        ...appsFigures(),
        ...installFigures(),
      ];
  const width = Math.max(...figures.map(({ name }) => name.length));
  for (const { name, value, unit, limit } of figures) {
    const verdict = limit === undefined ? '' : value <= limit ? `  (limit ${limit})` : `  OVER THE LIMIT OF ${limit}`;
    process.stdout.write(`${name.padEnd(width)}  ${value} ${unit}${verdict}\n`);
  }
  if (file) writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  if (figures.some(({ value, limit }) => limit !== undefined && value > limit)) process.exitCode = 1;
}

main(process.argv.slice(2));
