/** How many random clusters a property is tried on; FC_RUNS asks for more. A failure prints its seed and what differs. */
export function runs(usual: number): { numRuns: number; includeErrorInReport: boolean } {
  return { numRuns: Number(process.env.FC_RUNS ?? usual), includeErrorInReport: true };
}
