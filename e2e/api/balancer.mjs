/**
 * node balancer.mjs LISTEN TARGET…: plays the API's balancer: passes connections on to the targets whose /readyz answers.
 * It looks twice a second and tries the next target where one refuses; the lab has a real one, at real intervals.
 */
import { request } from 'node:https';
import { connect, createServer } from 'node:net';

const [listen, ...targets] = process.argv.slice(2);
const healthy = new Set();
const failures = new Map();
let turn = 0;

function look(target) {
  const done = (good) => {
    failures.set(target, good ? 0 : (failures.get(target) ?? 2) + 1);
    if (good) healthy.add(target);
    else if (failures.get(target) >= 2) healthy.delete(target);
  };
  const asked = request(
    { host: target, port: 6443, path: '/readyz', rejectUnauthorized: false, timeout: 1000, agent: false },
    (response) => {
      response.resume();
      done(response.statusCode === 200);
    },
  );
  asked.on('timeout', () => asked.destroy(new Error('timeout')));
  asked.on('error', () => done(false));
  asked.end();
}

function pass(client, left) {
  const target = left.shift();
  if (target === undefined) return client.destroy();
  const server = connect(6443, target);
  server.on('connect', () => {
    client.pipe(server).pipe(client);
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
  });
  server.on('error', () => (server.connecting ? pass(client, left) : client.destroy()));
  server.setTimeout(1000, () => server.connecting && server.destroy(new Error('timeout')));
  return undefined;
}

setInterval(() => targets.forEach(look), 500);
createServer({ allowHalfOpen: false }, (client) => {
  client.on('error', () => client.destroy());
  turn += 1;
  // Where none is healthy, the cloud's balancer asks all of them.
  const all = healthy.size > 0 ? [...healthy] : targets;
  pass(client, [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)]);
}).listen(6443, listen);
