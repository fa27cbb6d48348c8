/** What a finding code means. `explain` and the docs are made from this. */
export interface CatalogueEntry {
  /** error, warning, or both with what decides. */
  severity: string;
  /** A few words. */
  title: string;
  meaning: string;
  /** Why it hurts. */
  harm: string;
  cure: string;
  /** Where it comes from in Kubernetes or flannel. */
  origin: string;
}
