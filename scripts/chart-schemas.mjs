// Cuts the schemas that Calico's values are held against out of the chart's CRDs.
//
//   node scripts/chart-schemas.mjs CHARTS > test/network/calico-schemas.json
//
// CHARTS is a folder with one for each chart, as for scripts/chart-keys.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const crds = [
  'operator.tigera.io/v1/Installation',
  'crd.projectcalico.org/v1/FelixConfiguration',
  'crd.projectcalico.org/v1/BGPConfiguration',
  'crd.projectcalico.org/v1/BGPPeer',
];
// Whole pod templates, of which we set nothing: a test that meets one of them fails, and then it belongs here.
const left = /Deployment$|DaemonSet$|^typhaAffinity$/;

const [, , charts] = process.argv;
const all = JSON.parse(readFileSync(join(charts, 'tigera-operator-v3.31/crd-schemas.min.json'), 'utf8'));
const cut = crds.map((name) => {
  const { properties, required } = all[name].properties.spec;
  const kept = Object.entries(properties).filter(([key]) => !left.test(key));
  const lines = kept.map(([key, schema]) => `      ${JSON.stringify(key)}: ${JSON.stringify(schema)}`);
  const head = required ? `    "required": ${JSON.stringify(required)},\n` : '';
  return `  ${JSON.stringify(name)}: {\n    "type": "object",\n${head}    "properties": {\n${lines.join(',\n')}\n    }\n  }`;
});
process.stdout.write(`{\n${cut.join(',\n')}\n}\n`);
