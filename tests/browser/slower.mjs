// A machine that is slower than this one: `TACIT_SLOWER=6 npm test -- browser` shows
// today which tests rest on a page being quick.

/** Has `page` run so many times slower as the variable says. */
export async function slower(page) {
  const rate = Number(process.env.TACIT_SLOWER ?? 1);
  if (rate <= 1) return;
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
}
