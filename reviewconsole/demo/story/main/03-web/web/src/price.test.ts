import { expect, test } from "vitest";
import { formatPrice } from "./price";

test("euros have a comma and the sign behind", () => {
  expect(formatPrice(2105, "EUR")).toBe("21,05 €");
});

test("other currencies have a point and the code in front", () => {
  expect(formatPrice(99, "CHF")).toBe("CHF 0.99");
});
