/** Asks on the terminal: the question goes to stderr, the line typed comes back, '' at end of input. */
export async function terminalPrompt(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve) => {
      reader.once('close', () => resolve(''));
      reader.question(question, resolve);
    });
  } finally {
    reader.close();
  }
}
