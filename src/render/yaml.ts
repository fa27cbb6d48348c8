import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from 'js-yaml';
import { escapeSerialised, isUnsafe } from './escape.ts';

/** Text with characters to escape is double-quoted: only there YAML knows \uXXXX. */
const quoteUnsafe: ScalarStyleRule = (layout) => {
  if (isUnsafe(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

/** YAML as kubectl prints it: lists are not indented, lines are not folded; safe on a terminal. */
export function renderYAML(value: object): string {
  return escapeSerialised(
    dump(value, {
      seqNoIndent: true,
      lineWidth: -1,
      noRefs: true,
      scalarStyleRules: [quoteUnsafe, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)],
    }),
  );
}
