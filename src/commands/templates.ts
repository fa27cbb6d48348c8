/** Outputs of `list` that take a template: `jsonpath={.items[*].name}`. */
export const TEMPLATES = [
  'custom-columns',
  'custom-columns-file',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
] as const;
