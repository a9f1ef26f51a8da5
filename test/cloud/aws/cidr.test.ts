import { isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everyoneIn, parseRange } from "#cloud/aws/cidr";

describe("an address range", () => {
  test.each([
    ["10.0.0.0/8", { family: 4, bits: 8 }],
    ["192.0.2.7", { family: 4, bits: 32 }],
    ["2001:db8::/32", { family: 6, bits: 32 }],
    ["::1", { family: 6, bits: 128 }],
    ["::ffff:192.0.2.7/128", { family: 6, bits: 128 }],
    [" 10.0.0.0/8 ", { family: 4, bits: 8 }],
    ["10.0.0.0/33", undefined],
    ["2001:db8::/129", undefined],
    ["10.0.0/8", undefined],
    ["10.0.0.256/8", undefined],
    ["10.0.0.0/8/8", undefined],
    ["10.0.0.0/", undefined],
    ["10.*", undefined],
    ["1::2::3/0", undefined],
    ["sg-1", undefined],
    ["", undefined],
  ])("%s", (text, range) => expect(parseRange(text)).toEqual(range));

  test.each([
    ["0.0.0.0/0", 4],
    ["0.0.0.0/00", 4],
    ["::/0", 6],
    ["0::/0", 6],
    ["0:0:0:0:0:0:0:0/0", 6],
    ["0.0.0.0/1", undefined],
    ["::/1", undefined],
    ["0.0.0.0", undefined],
    ["pl-0", undefined],
  ])("%s opens to everyone of family %s", (text, family) => expect(everyoneIn(text)).toBe(family));

  test("is an address exactly where Node says so", () => {
    const addressLike = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{0,20}$/));
    fc.assert(fc.property(addressLike, (text) => (parseRange(text)?.family ?? 0) === isIP(text)));
  });
});
