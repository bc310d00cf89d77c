// Looks at a page of `recycled report --html` in Debian's Chromium: light and dark, wide and on a
// phone, without scripts and on paper. Its figures must be those of `recycled report --json`.
// Usage: report_page.cjs PAGE JSON FOLDER-FOR-SCREENSHOTS
"use strict";
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const [page_file, json_file, folder] = process.argv.slice(2);
const url = pathToFileURL(page_file).href;
const report = JSON.parse(readFileSync(json_file, "utf8"));
const desktop = { width: 1280, height: 900 };
const phone = { width: 360, height: 740 };

// What the page has to say, from the JSON.
const rows_of = {
  block: (part) => part.by_block.map((row) => [row.block, ...figures(row)]),
  gateway: (part) => part.by_gateway.map((row) => [row.gateway, ...figures(row)]),
  "decline-code": (part) => part.by_decline_code.map((row) => [row.decline_code, ...figures(row)]),
  "over-time": (part) => part.over_time.map((row) => [row.from, share(row), count(row.open),
    row.recovered.amount, row.given_back.amount, row.rate_percent ?? ""]),
  outcome: (part) => ["recovered", "refunded", "charged_back", "refund_due", "failed", "open"]
    .filter((word) => part.all[word].count > 0)
    .map((word) => [word, count(part.all[word]), part.all[word].amount]),
  days: (part) => part.days_to_recover.map((row) => [row.band, count(row), row.amount]),
  open: (part) => part.open_by_age.map((row) => [row.band, count(row), row.amount]),
};
const count = (sum) => String(sum.count);
const share = (row) => `${count(row.recovered)} of ${count(row.handed_over)}`;
const figures = (row) => [share(row), row.recovered.amount, row.rate_percent ?? ""];
const digits = (text) => text.replace(/[^0-9.]/g, "");

async function open_page(browser, options) {
  const context = await browser.newContext({ viewport: desktop, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`asks for ${request.url()}`);
  });
  await page.goto(url);
  return { page, close: async () => {
    assert.deepEqual(complaints, [], "the console and the network are quiet");
    await context.close();
  } };
}

// The tables as a person reads them and as the script does.
const read_tables = (page) => page.evaluate(() =>
  Array.from(document.querySelectorAll("section.currency"), (section) => ({
    currency: section.id,
    headline: Object.fromEntries(Array.from(section.querySelectorAll("data[data-figure]"),
      (data) => [data.dataset.figure, { value: data.value, text: data.textContent }])),
    tables: Array.from(section.querySelectorAll("table"), (table) => ({
      name: table.dataset.table,
      rows: Array.from(table.tBodies[0].rows, (row) => [row.cells[0].dataset.key,
        ...Array.from(row.cells).slice(1).map(({ dataset }) =>
          (dataset.of ? `${dataset.value} of ${dataset.of}` : dataset.value))]),
      texts: Array.from(table.tBodies[0].rows, (row) =>
        Array.from(row.cells).slice(1).map((cell) => cell.innerText)),
    })),
  })));

async function check_figures(page) {
  const parts = await read_tables(page);
  assert.deepEqual(parts.map((part) => part.currency), report.currencies.map((one) => one.currency));
  let compared = 0;
  for (const [index, part] of parts.entries()) {
    const wanted = report.currencies[index];
    const { all } = wanted;
    const { headline } = part;
    assert.equal(headline.recovered_amount.value, all.recovered.amount);
    assert.equal(digits(headline.recovered_amount.text), all.recovered.amount);
    assert.equal(headline.rate_per_mille.text, `${all.rate_percent} %`);
    assert.equal(headline.median_days.value, String(wanted.median_days_to_recover ?? ""));
    assert.equal(headline.open_amount.value, all.open.amount);
    assert.equal(headline.given_back_amount.value, all.given_back.amount);
    const expected = Object.keys(rows_of).filter((name) => name !== "open" || all.open.count > 0);
    assert.deepEqual(part.tables.map((table) => table.name).sort(), expected.sort());
    for (const table of part.tables) {
      // By their names, as one who hears the page finds them.
      const title = await page.locator(`#${part.currency}-${table.name}`).innerText();
      const named = page.getByRole("table", { name: `${title}, ${part.currency}`, exact: true });
      assert.equal(await named.count(), 1, `the table ${table.name} of ${part.currency} by its name`);
      const rows = rows_of[table.name](wanted);
      assert.deepEqual(table.rows, rows, `${part.currency}: the table ${table.name}`);
      table.texts.forEach((row, at) => row.forEach((text, column) =>
        assert.equal(digits(text), digits(table.rows[at][column + 1]), `as read: ${text}`)));
      compared += rows.length;
    }
  }
  return compared;
}

// Each chart draws its table's values, in colours, and has a name.
const look_at_charts = (page) => page.evaluate(() =>
  Array.from(document.querySelectorAll("canvas"), (canvas) => {
    const chart = window.Chart.getChart(canvas);
    const panel = canvas.closest(".panel");
    const table = panel.querySelector("table");
    const columns = Array.from(table.tHead.rows[0].cells)
      .flatMap((head, column) => (head.dataset.series ? [column] : []));
    const rows = Array.from(table.tBodies[0].rows).slice(0, chart.data.labels.length);
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return {
      name: canvas.getAttribute("role") === "img" ? canvas.getAttribute("aria-label") : "",
      drawn: chart.data.datasets.map((set) => set.data),
      said: columns.map((column) => rows.map((row) => Number(row.cells[column].dataset.value))),
      coloured: pixels.some((value, index) => index % 4 === 3 && value > 200),
      colour: String(chart.data.datasets[0].backgroundColor),
      fits: canvas.getBoundingClientRect().right <= panel.getBoundingClientRect().right,
    };
  }));

// WCAG's contrast of text on what is behind it.
const contrasts = (page) => page.evaluate(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((channels(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = document.querySelectorAll("h1, h2, h3, p, dt, dd, data, th, td, nav a");
  return Array.from(texts, (element) => {
    const one = luminance(getComputedStyle(element).color);
    const other = luminance(behind(element));
    return {
      text: element.textContent.slice(0, 40),
      contrast: (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05),
    };
  }).sort((left, right) => left.contrast - right.contrast)[0];
});

async function check_looks(page, what) {
  const charts = await look_at_charts(page);
  assert.equal(charts.length, Number(await page.getAttribute("html", "data-charts")));
  assert.ok(charts.length >= 6 * report.currencies.length, `only ${charts.length} charts`);
  for (const chart of charts) {
    const image = page.getByRole("img", { name: chart.name, exact: true });
    assert.ok(chart.name && (await image.count()) === 1, `${what}: "${chart.name}" by its name`);
    assert.ok(chart.coloured, `${what}: ${chart.name} is empty`);
    assert.ok(chart.fits, `${what}: ${chart.name} is wider than its panel`);
    assert.deepEqual(chart.drawn, chart.said, `${what}: ${chart.name} draws its table`);
  }
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, `${what}: scrolls sideways by ${wide}`);
  const worst = await contrasts(page);
  assert.ok(worst.contrast >= 4.5, `${what}: "${worst.text}" has a contrast of ${worst.contrast}`);
  return charts;
}

const ground = (page) => page.evaluate(() =>
  Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)[0]));

async function without_scripts(browser) {
  const { page, close } = await open_page(browser, { javaScriptEnabled: false, viewport: phone });
  assert.equal(await page.locator(".chart:visible").count(), 0, "no empty room for charts");
  const tables = await page.locator("table:visible").count();
  assert.ok(tables >= 6 * report.currencies.length, `only ${tables} tables without scripts`);
  await close();
}

// Printed in the dark it is ink on paper all the same, with every row of its tables.
async function on_paper(browser) {
  const { page, close } = await open_page(browser, { colorScheme: "dark" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  assert.equal(await ground(page), 255, "the ground of paper");
  const hidden = await page.evaluate(() => Array.from(document.querySelectorAll(".scroll"))
    .filter((box) => box.scrollHeight > box.clientHeight + 1).length);
  assert.equal(hidden, 0, "tables that paper cuts off");
  await page.screenshot({ path: `${folder}/report-paper.png`, fullPage: true });
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.ok((await ground(page)) < 60, "dark again after printing");
  await close();
}

async function main() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  let compared = 0;
  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of [desktop, phone]) {
      const what = `${colorScheme}, ${viewport.width} wide`;
      const { page, close } = await open_page(browser, { colorScheme, viewport });
      compared += await check_figures(page);
      const charts = await check_looks(page, what);
      const shade = await ground(page);
      assert.ok(colorScheme === "dark" ? shade < 60 : shade > 220, `${what}: ground ${shade}`);
      const name = `${folder}/report-${colorScheme}-${viewport.width}.png`;
      await page.screenshot({ path: name, fullPage: true });
      // It follows when the reader's system changes while the page is open.
      await page.emulateMedia({ colorScheme: colorScheme === "dark" ? "light" : "dark" });
      await page.waitForFunction((colour) => String(window.Chart.getChart(
        document.querySelector("canvas")).data.datasets[0].backgroundColor) !== colour,
        charts[0].colour);
      await close();
    }
  }
  await without_scripts(browser);
  await on_paper(browser);
  await browser.close();
  console.log(`the page agrees in ${compared} rows, light and dark, wide and on a phone`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
