/** Names that can be written after a dot; `default` and `module.exports` are added by the module system itself. */
export function exportedNames(module: object): string[] {
  return Object.keys(module).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default');
}

/**
 * A CommonJS module that stands for another one and evaluates it when one of its exports is first read.
 * @param load a JavaScript expression that evaluates the real module
 */
export function lazyModule(load: string, names: string[]): string {
  return `let module_;
const real = () => (module_ ??= ${load});
for (const name of ${JSON.stringify(names)})
  Object.defineProperty(exports, name, { enumerable: true, get: () => real()[name] });
`;
}
