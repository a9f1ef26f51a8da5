import type { Request } from "#domain/request";
import { busyAssets, isUndecided } from "#domain/request";
import type { Bot } from "#flows/bot";

/** Requests, and rests of requests, that wait for an approval. */
export const undecided = (bot: Bot, filter: { readonly group?: string } = {}): readonly Request[] =>
  bot.store.requests({ ...filter, state: ["requested", "halted"] }).filter(isUndecided);

/** The request that may change this asset now, if there is one. */
export const busyWith = (bot: Bot, asset: string): Request | undefined =>
  bot.store
    .requests({ asset, state: ["requested", "approved", "executing", "halted"] })
    .find((request) => busyAssets(request).includes(asset));
