// The demo as somebody meets Tacit: the tour, chats that are built differently, visitors on demand.

import { violations } from "./axe.mjs";
import { expect, reasonsOf, test } from "./house.mjs";

for (const ui of ["plain", "shadow", "rich"]) {
  test(`the tour ends in a label, in the ${ui} interface`, async ({ page, context, house }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`${house.demo}?ui=${ui}`);
    await page.getByRole("button", { name: "Take the two-minute tour" }).click();
    const tour = page.getByRole("region", { name: /\d of 4|done/ });
    await expect(tour).toContainText("Ask something");
    await page.getByText("Plan dinners").click();

    const next = tour.getByRole("button", { name: "Next", exact: true });
    await expect(tour).toContainText(/\d+ words, written in/);
    await next.click();
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await expect(tour).toContainText("You took 100 % of it, with its button.");
    await next.click();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByRole("textbox", { name: "Edit answer" }).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type(" And a dessert on Friday.");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(tour).toContainText(/9\d % of the answer survived/);
    const id = await page.locator("[data-ai-output]").first().getAttribute("data-ai-output");
    await next.click();
    await page.getByRole("button", { name: "Regenerate" }).click();
    await expect(tour).toContainText("You wanted another answer");
    await expect(tour).toContainText(/\d+ events? sent in \d+ B/);
    expect(await violations(page)).toEqual([]);
    await next.click();
    await expect(tour).toContainText("One answer, labelled");

    const known = await house.output(id, ({ label }) => "regenerated_after_use" in reasonsOf(label));
    expect(reasonsOf(known.label)).toEqual({ copied_most: 3, edited_kept: 2, regenerated_after_use: 0 });
    await expect(tour).toContainText("positive +5");
  });
}

test("visitors come on demand, each answer known to the collector", async ({ page, house }) => {
  await page.goto(house.demo);
  await expect(page.getByRole("link", { name: "Dashboard" })).toHaveAttribute("href", `${house.url}/`);
  await page.getByRole("button", { name: "Send 200" }).click();
  const note = page.getByText(/200 visits came: [\d,]+ answers, [\d,]+ signals\./);
  // Some five hundred requests, on a machine that may be busy.
  test.setTimeout(120_000);
  await expect(note).toBeVisible({ timeout: 80_000 });
  const signals = Number((await note.textContent()).match(/([\d,]+) signals/)[1].replaceAll(",", ""));
  await expect
    .poll(async () => (await house.ledger()).events.stored)
    .toBeGreaterThanOrEqual(signals);
  const { events, batches } = await house.ledger();
  expect(events.duplicate).toBe(0);
  expect(events.rejected).toEqual({});
  expect(batches.rejected).toEqual({});
  const { rows } = await house.exported("trl-dpo");
  expect(rows.length).toBeGreaterThan(5);
});
