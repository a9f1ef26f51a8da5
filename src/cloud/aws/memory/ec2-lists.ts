import type { Scene } from "#cloud/aws/memory/answer";
import { page, refused } from "#cloud/aws/memory/answer";

/** The items with these ids, in the list's order; one that is missing makes the whole call fail, as AWS does. */
export function named<T extends { readonly id: string }>(
  items: readonly T[],
  ids: readonly string[] | undefined,
  missing: { readonly code: string; readonly kind: string },
): readonly T[] {
  if (!ids?.length) return items;
  const lost = ids.find((id) => !items.some((item) => item.id === id));
  if (lost !== undefined) refused(missing.code, `The ${missing.kind} '${lost}' does not exist`);
  return items.filter(({ id }) => ids.includes(id));
}

interface Asked {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}
/** A page of an EC2 list. Asked by id, EC2 refuses a page size. */
export function ec2Page<T>(
  { pageSize }: Scene,
  list: string,
  all: readonly T[],
  asked: Asked,
  ids?: readonly string[],
) {
  if (ids?.length && asked.MaxResults !== undefined)
    refused("InvalidParameterCombination", "The parameter MaxResults cannot be used with a list of ids");
  const size = ids?.length ? all.length : Math.min(asked.MaxResults ?? pageSize, pageSize);
  const { items, next } = page(all, { token: asked.NextToken, size, list });
  return { items, more: next === undefined ? {} : { NextToken: next } };
}
