import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { newAuthority } from '../../../scripts/clusters/credentials.ts';
import type { ControlPlane } from '../../harness/control-plane.ts';
import { listening, type Recorder, startRecorder } from './recorder.ts';

/** Everything that the cases may name. Paths are in one folder, which is HOME and working directory of both programs. */
export interface World {
  plane: ControlPlane;
  folder: string;
  /** PEM of the plane's authority, and of one that the server does not know. */
  ca: string;
  strangeCA: string;
  /** Certificate and key, PEM. */
  admin: { cert: string; key: string };
  alice: { cert: string; key: string };
  /** A certificate of the strange authority. */
  stranger: { cert: string; key: string };
  tokens: { viewer: string; operator: string; nobody: string };
  recorder: Recorder;
  /** Host and port of a server that takes connections and says nothing. */
  mute: string;
  /** Writes a file below the folder, executable when it begins with #!, and returns its path. */
  write(name: string, content: string | object): string;
  close(): void;
}

const decode = (text: string) => Buffer.from(text, 'base64').toString();

function userOf(kubeconfig: string) {
  return JSON.parse(readFileSync(kubeconfig, 'utf8')).users[0].user;
}

function pairOf(kubeconfig: string) {
  const user = userOf(kubeconfig);
  return { cert: decode(user['client-certificate-data']), key: decode(user['client-key-data']) };
}

/** The world of one control plane. */
export async function makeWorld(plane: ControlPlane): Promise<World> {
  const folder = join(plane.dir, 'connection');
  const strange = await newAuthority();
  const recorder = await startRecorder();
  const mute = createServer((socket) => socket.on('error', () => undefined));
  const write = (name: string, content: string | object) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    rmSync(path, { force: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(path, text);
    if (text.startsWith('#!')) chmodSync(path, 0o755);
    return path;
  };
  const world: World = {
    plane,
    folder,
    ca: readFileSync(join(plane.dir, 'pki/ca.crt'), 'utf8'),
    strangeCA: strange.ca,
    admin: pairOf(plane.users.admin ?? ''),
    alice: pairOf(plane.users.alice ?? ''),
    stranger: await strange.client('stranger', ['system:masters']),
    tokens: {
      viewer: userOf(plane.users.viewer ?? '').token,
      operator: userOf(plane.users.operator ?? '').token,
      nobody: userOf(plane.users.nobody ?? '').token,
    },
    recorder,
    mute: `127.0.0.1:${await listening(mute)}`,
    write,
    close: () => {
      recorder.close();
      mute.close();
    },
  };
  writeFiles(world);
  return world;
}

function writeFiles({ write, ca, strangeCA, admin, alice, stranger, tokens }: World): void {
  write('ca.crt', ca);
  write('strange-ca.crt', strangeCA);
  for (const [name, { cert, key }] of Object.entries({ admin, alice, stranger })) {
    write(`${name}.crt`, cert);
    write(`${name}.key`, key);
  }
  for (const [name, token] of Object.entries(tokens)) write(`${name}.token`, `${token}\n`);
  write('empty', '');
  write('garbage', 'not a certificate');
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
