import type { Json } from "./wire.ts";

/** Reads blocks as they were sent: what is missing or of another kind is empty. */
export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const str = (json: Json, key: string): string => {
  const value = json[key];
  return typeof value === "string" ? value : "";
};
export const num = (json: Json, key: string): number | undefined => {
  const value = json[key];
  return typeof value === "number" ? value : undefined;
};
export const object = (json: Json, key: string): Json | undefined => {
  const value = json[key];
  return isJson(value) ? value : undefined;
};
export const list = (json: Json, key: string): readonly Json[] => {
  const value = json[key];
  return Array.isArray(value) ? value.filter(isJson) : [];
};
/** The words of `{ type: "plain_text", text }` under a key. */
export const words = (json: Json, key: string): string => str(object(json, key) ?? {}, "text");
