/** Asks on the terminal: the question goes to stderr, the line typed comes back, '' at end of input. */
export async function terminalPrompt(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  process.stderr.write(question);
  // The terminal itself edits the line: readline would write control characters into logs.
  const reader = createInterface({ input: process.stdin, terminal: false });
  try {
    return await new Promise<string>((resolve) => {
      reader.once('line', resolve);
      reader.once('close', () => {
        process.stderr.write('\n');
        resolve('');
      });
    });
  } finally {
    reader.removeAllListeners('close');
    reader.close();
  }
}
