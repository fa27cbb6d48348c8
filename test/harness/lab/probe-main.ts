/**
 * Runs in the network namespace of one pod: node probe-main.ts once|on PORT ADDRESS…
 * once: asks each address over TCP for a name; prints {ADDRESS: name}, without those that did not answer.
 * on: sends a datagram to ADDRESS every 20 ms until its standard input ends; prints each answer as [sent at, name].
 */
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the kernel waits before it sends a SYN again: one lost packet is no broken path. */
const ANSWER_MS = 2_500;
const INTERVAL_MS = 20;

const [mode, word = '', ...addresses] = process.argv.slice(2);
const port = Number(word);

function nameAt(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host: address, port });
    const timer = setTimeout(() => socket.destroy(), ANSWER_MS);
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text.endsWith('\n') ? text.trim() : undefined);
    });
  });
}

async function once(): Promise<void> {
  const answers = await Promise.all(addresses.map(async (address) => [address, await nameAt(address)] as const));
  process.stdout.write(JSON.stringify(Object.fromEntries(answers.filter(([, name]) => name !== undefined))));
}

async function on(address: string): Promise<void> {
  /** By number: when it was sent, and who answered. */
  const sent: { at: number; name?: string }[] = [];
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  let ended = false;
  socket.on('error', () => undefined);
  socket.on('message', (message) => {
    const [name, number] = message.toString().split(' ');
    const entry = sent[Number(number)];
    if (entry && name !== undefined) entry.name ??= name;
  });
  process.stdin.on('end', () => {
    ended = true;
  });
  process.stdin.resume();
  while (!ended) {
    // An address without a route is an answer that never comes.
    socket.send(String(sent.length), port, address, () => undefined);
    sent.push({ at: Date.now() });
    await sleep(INTERVAL_MS);
  }
  await sleep(1_000);
  socket.close();
  process.stdout.write(JSON.stringify(sent));
}

if (mode === 'once') await once();
else await on(addresses[0] ?? '');
