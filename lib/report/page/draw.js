// Draws a chart above each table that asks for one. The figures are those of the table, so that page
// and chart cannot differ; without scripts the tables stand for themselves.
(() => {
  "use strict";
  const most = 12; // rows of a chart that lies on its side; the table has them all
  const tone = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const drawn = [];

  const short = (text, width) => {
    const room = Math.max(10, Math.floor(width / 22));
    return text.length > room ? `${text.slice(0, room - 1)}…` : text;
  };

  function read(table) {
    const lying = table.dataset.chart === "lying";
    const rows = Array.from(table.tBodies[0].rows).slice(0, lying ? most : undefined);
    const heads = Array.from(table.tHead.rows[0].cells);
    const series = heads
      .map((head, column) => ({ head, column }))
      .filter(({ head }) => head.dataset.series)
      .map(({ head, column }) => ({
        name: head.textContent,
        tone: head.dataset.series,
        cells: rows.map((row) => row.cells[column]),
      }));
    return { rows, series, labels: rows.map((row) => row.cells[0].textContent) };
  }

  const value = (cell) => Number(cell.dataset.value);

  function scales(chart, lying, labels) {
    const values = {
      beginAtZero: true,
      stacked: true,
      grid: { color: tone("line") },
      border: { display: false },
      ticks: { color: tone("muted"), precision: 0, maxTicksLimit: 6,
        callback: (number) => compact.format(number) },
    };
    const names = {
      stacked: true,
      grid: { display: false },
      border: { color: tone("line") },
      ticks: { color: tone("muted"), autoSkip: !lying, maxRotation: 0,
        callback: (index) => short(labels[index], lying ? chart.clientWidth : Infinity) },
    };
    return lying ? { x: values, y: names } : { x: names, y: values };
  }

  function bars(chart, table) {
    const lying = table.dataset.chart === "lying";
    const { series, labels } = read(table);
    return {
      type: "bar",
      data: {
        labels,
        datasets: series.map((one) => ({
          label: one.name,
          data: one.cells.map(value),
          said: one.cells.map((cell) => cell.textContent),
          backgroundColor: tone(one.tone),
          maxBarThickness: 26,
          borderRadius: 3,
        })),
      },
      options: {
        indexAxis: lying ? "y" : "x",
        scales: scales(chart, lying, labels),
        plugins: { legend: { display: series.length > 1, position: "bottom" } },
      },
    };
  }

  function ring(chart, table) {
    const { rows, series, labels } = read(table);
    return {
      type: "doughnut",
      data: {
        labels,
        datasets: [{
          label: series[0].name,
          data: series[0].cells.map(value),
          said: series[0].cells.map((cell) => cell.textContent),
          backgroundColor: rows.map((row) => tone(row.dataset.tone)),
          borderColor: tone("surface"),
          borderWidth: 2,
        }],
      },
      options: { cutout: "62%", plugins: { legend: { position: "right" } } },
    };
  }

  function draw(table) {
    const chart = table.closest(".panel").querySelector(".chart");
    const config = table.dataset.chart === "ring" ? ring(chart, table) : bars(chart, table);
    if (!config.data.datasets.some((set) => set.data.some((number) => number > 0))) return;
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${table.caption.textContent}, as a chart; the table has the figures`);
    const lying = table.dataset.chart === "lying";
    chart.style.height = lying ? `${3 + 2.1 * config.data.labels.length}rem` : "15rem";
    chart.replaceChildren(canvas);
    chart.hidden = false;
    config.options.responsive = true;
    config.options.maintainAspectRatio = false;
    config.options.animation = false;
    config.options.plugins.legend.labels = { color: tone("ink"), boxWidth: 12, boxHeight: 12 };
    config.options.plugins.tooltip = {
      callbacks: { label: (item) => ` ${item.dataset.label}: ${item.dataset.said[item.dataIndex]}` },
    };
    drawn.push(new Chart(canvas, config));
  }

  function drawAll() {
    drawn.splice(0).forEach((chart) => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    document.querySelectorAll("table[data-chart]").forEach(draw);
    document.documentElement.dataset.charts = String(drawn.length);
  }

  const paper = (isPaper) => () => {
    document.documentElement.toggleAttribute("data-paper", isPaper);
    drawAll();
  };
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", paper(true));
  addEventListener("afterprint", paper(false));
})();
