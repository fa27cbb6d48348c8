/**
 * The three functions of the "reflect-metadata" proposal that @peculiar/x509's dependency container calls when it is
 * loaded. Import this file before @peculiar/x509.
 */
const stored = new WeakMap<object, Map<unknown, unknown>>();

const read = (key: unknown, target: object) => stored.get(target)?.get(key);

const define = (key: unknown, value: unknown, target: object) => {
  const entries = stored.get(target) ?? new Map<unknown, unknown>();
  stored.set(target, entries.set(key, value));
};

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: read, getOwnMetadata: read, defineMetadata: define });
}
