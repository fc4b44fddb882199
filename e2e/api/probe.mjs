/**
 * node probe.mjs KUBECONFIG FILE: asks the API as a client would, until it is killed, and writes to FILE what it saw.
 * Every 200 ms a new connection asks for /readyz, with a second for the answer. Beside it a client that stays connected
 * writes a number into a ConfigMap and reads it back; when its connection is cut it goes on by another, which is a retry.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

const [kubeconfig, file] = process.argv.slice(2);
const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
const [{ cluster }] = config.clusters;
const [{ user }] = config.users;
const pem = (text) => Buffer.from(text, 'base64');
const tls = {
  ca: pem(cluster['certificate-authority-data']),
  cert: pem(user['client-certificate-data']),
  key: pem(user['client-key-data']),
};
const seen = { asked: 0, unanswered: [], writes: 0, retries: 0, lost: [], refused: [] };
const save = () => writeFileSync(file, JSON.stringify(seen));

const ask = (path, { agent, method = 'GET', body, timeout = 1000 }) =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/merge-patch+json' };
    const asked = request(new URL(path, cluster.server), { ...tls, agent, method, headers, timeout }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', reject);
    asked.end(body);
  });

setInterval(async () => {
  seen.asked += 1;
  const at = new Date().toISOString();
  try {
    const { status } = await ask('/readyz', { agent: false });
    if (status !== 200) seen.unanswered.push(`${at} ${String(status)}`);
  } catch (error) {
    seen.unanswered.push(`${at} ${error.message}`);
  }
  save();
}, 200);

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const path = '/api/v1/namespaces/default/configmaps/probe';
for (let number = 1; ; number += 1) {
  const body = JSON.stringify({ data: { number: String(number) } });
  for (let left = 5; ; left -= 1) {
    try {
      const { status } = await ask(path, { agent, method: 'PATCH', body, timeout: 5000 });
      if (status !== 200) throw new Error(String(status));
      const { text } = await ask(path, { agent, timeout: 5000 });
      if (JSON.parse(text).data.number !== String(number)) seen.lost.push(number);
      seen.writes += 1;
      break;
    } catch (error) {
      seen.retries += 1;
      if (left === 0) {
        seen.refused.push(`${String(number)} ${error.message}`);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}
