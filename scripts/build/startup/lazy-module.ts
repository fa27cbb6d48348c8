/** Names that can be written after a dot; `default` and `module.exports` are added by the module system itself. */
function exportedNames(module: object): string[] {
  return Object.keys(module).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default');
}

/** What every function has; anything else on it (util.promisify.custom) would be lost by forwarding. */
const USUAL = new Set<string | symbol>(['length', 'name', 'prototype', 'arguments', 'caller']);

/** Whether it can be forwarded: not a constructor (told by its capital), and with nothing of its own on it. */
function isPlainFunction(name: string, value: unknown): boolean {
  if (typeof value !== 'function' || /^[A-Z]/.test(name)) return false;
  return !Reflect.ownKeys(value).some((key) => !USUAL.has(key));
}

/**
 * A CommonJS module that stands for another one and evaluates it when one of its exports is first read or, as importers often
 * read plain functions while they load themselves, when such a function is first called.
 * @param load a JavaScript expression that evaluates the real module
 * @param module the real module, to look at
 */
export function lazyModule(load: string, module: object): string {
  const values = module as Record<string, unknown>;
  const names = exportedNames(module);
  const callable = typeof module === 'function' ? 'module.exports = (...args) => real()(...args);' : '';
  return `let module_;
const real = () => (module_ ??= ${load});
${callable}
for (const name of ${JSON.stringify(names.filter((name) => isPlainFunction(name, values[name])))})
  module.exports[name] = (...args) => real()[name](...args);
for (const name of ${JSON.stringify(names.filter((name) => !isPlainFunction(name, values[name])))})
  Object.defineProperty(module.exports, name, { enumerable: true, get: () => real()[name] });
`;
}
