"use strict";
const WORDS = {
  zh: {title: "医保终端", bill: "账单", state: "状态", created: "时间", reason: "原因", today: "今日", to_do: "待处理", waiting: "待传", ready: "可脱机",
    not_ready: "不可脱机", offline: "断网自", total: "费用总额", account: "个人账户", family_account: "共济账户",
    cash: "现金", hospital: "医院承担", why: "说明",
    draft: "草稿", trial: "预结算", settling: "结算中", settled: "已结算", provisional: "暂结", in_doubt: "待确认",
    refused: "已拒绝", exception: "异常", reversed: "已冲正", reconciled: "已对账",
    pooled: "统筹基金", large_amount: "大额互助", serious_illness: "大病保险", assistance: "医疗救助", tilt: "倾斜救助",
    guarantee: "兜底保障", civil_servant: "公务员补助", supplement: "补充保险", other: "其他基金"},
  en: {title: "yibao terminal", bill: "Bill", state: "State", created: "Time", reason: "Reason", today: "Today", to_do: "To do", waiting: "waiting",
    ready: "ready to go on offline", not_ready: "not ready for offline", offline: "offline since", total: "Total",
    account: "Personal account", family_account: "Family account", cash: "Cash", hospital: "Hospital part", why: "Why"},
};
let language = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh";
let chosen = "";
const say = word => WORDS[language][word] ?? word.replaceAll("_", " ");
const element = (kind, text, name) => Object.assign(document.createElement(kind), {textContent: text, className: name ?? ""});
const get = async path => (await fetch(path)).json();

async function bills() {
  const rows = await get("/bills");
  const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
  const counts = {};
  for (const row of rows.filter(row => row.created.startsWith(today))) counts[row.state] = (counts[row.state] ?? 0) + 1;
  document.getElementById("day").textContent =
    `${say("today")} ${today}  ` + Object.entries(counts).map(([state, count]) => `${say(state)} ${count}`).join("  ");
  const open = rows.filter(row => ["exception", "in_doubt"].includes(row.state));
  document.getElementById("open").textContent =
    open.length ? `${say("to_do")} ${open.length}: ` + open.map(row => `${row.bill} ${row.reason}`).join("  ") : "";
  document.getElementById("bills").replaceChildren(...rows.reverse().slice(0, 200).map(row => {
    const line = element("tr", "", row.bill === chosen ? "chosen" : "");
    const state = element("td", "");
    state.append(element("span", say(row.state), "state " + row.state));
    line.append(element("td", row.bill), state, element("td", row.created.slice(0, 19).replace("T", " ")),
      element("td", row.reason));
    line.onclick = () => { chosen = row.bill; show(); };
    return line;
  }));
}

async function queue() {
  const status = await get("/queue");
  const count = Object.values(status.open).reduce((sum, one) => sum + one, 0);
  document.getElementById("queue").textContent =
    `${say("waiting")} ${count}  ${status.ready ? say("ready") : say("not_ready")}` +
    (status.offline_since ? `  ${say("offline")} ${status.offline_since.slice(0, 19)}` : "");
}

async function one() {
  const place = document.getElementById("one");
  if (!chosen) { place.replaceChildren(); return; }
  const bill = await get("/bills/" + encodeURIComponent(chosen));
  const split = bill.settlement;
  const parts = [element("h2", `${chosen} ${say(bill.state)}`)];
  if (split) {
    const payers = [...split.layers.map(layer => [say(layer.fund), layer.paid]),
      ...["account", "family_account", "hospital", "cash"].map(name => [say(name), split[name]])];
    parts.push(element("p", `${say("total")} ${split.total}`));
    for (const [name, amount] of payers.filter(([, amount]) => Number(amount) !== 0)) {
      const bar = element("div", "", "bar");
      const fill = element("i", "");
      fill.style.width = `${Math.abs(Number(amount)) / Number(split.total) * 24}em`;
      bar.append(element("b", name), fill, element("span", amount));
      parts.push(bar);
    }
    const again = await get(`/bills/${encodeURIComponent(chosen)}/why`);
    if (again.steps?.length) {
      parts.push(element("h3", say("why")));
      const list = element("ol", "");
      list.append(...again.steps.map(step => element("li", language === "zh" ? step.zh : step.en)));
      parts.push(list);
    }
  }
  if (bill.fault) parts.push(element("p", language === "zh" ? bill.fault.zh : bill.fault.en));
  place.replaceChildren(...parts);
}

function show() {
  document.documentElement.lang = language;
  for (const word of document.querySelectorAll("[data-say]")) word.textContent = say(word.dataset.say);
  document.getElementById("language").textContent = language === "zh" ? "English" : "中文";
  bills(); queue(); one();
}

document.getElementById("language").onclick = () => { language = language === "zh" ? "en" : "zh"; show(); };
new EventSource("/events").addEventListener("bill", show);
show();
