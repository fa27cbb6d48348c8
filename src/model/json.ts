/** Any JSON value, as the API server sent it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. Fields that a newer server adds are kept: nothing here is read through a typed model. */
export interface JsonObject {
  [field: string]: Json | undefined;
}

/** A Kubernetes object as raw JSON. */
export interface RawObject extends JsonObject {
  apiVersion?: string;
  kind?: string;
  metadata?: JsonObject;
}
