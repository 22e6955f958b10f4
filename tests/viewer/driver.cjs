// Chromium driven by playwright-core: one JSON command per line in, one JSON answer per line out.
const { createInterface } = require("node:readline");
const { chromium } = require("playwright-core");

const called = (source, argument) => `(${source})(${JSON.stringify(argument ?? null)})`;
const [executablePath, initScript, ...args] = process.argv.slice(2);

async function main() {
  const browser = await chromium.launch({ executablePath, args });
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, serviceWorkers: "block", ignoreHTTPSErrors: true });
  await page.addInitScript({ path: initScript });
  page.setDefaultTimeout(0); // the caller's patience counts
  page.on("console", (message) => message.type() === "error" && process.stderr.write(`${message.text()}\n`));
  page.on("pageerror", (error) => process.stderr.write(`${error}\n`));
  const commands = {
    goto: (url) => page.goto(url).then(() => null),
    evaluate: (source, argument) => page.evaluate(called(source, argument)),
    press: (key) => page.keyboard.press(key).then(() => null),
    type: (text) => page.keyboard.type(text).then(() => null),
    cookies: () => page.context().cookies(),
    files: (selector, path) => page.setInputFiles(selector, path).then(() => null),
    size: (width, height) => page.setViewportSize({ width, height }).then(() => null),
    drag: async (from, to) => {
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(...to, { steps: 8 });
      await page.mouse.up();
    },
    screenshot: (path, fullPage) => page.screenshot({ path, fullPage }).then(() => null),
  };
  for await (const line of createInterface({ input: process.stdin })) {
    const { command, args: given } = JSON.parse(line);
    const answer = await commands[command](...given).then(
      (value) => ({ value: value ?? null }),
      (error) => ({ error: String(error) }),
    );
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
  await browser.close();
}

main();
