// 服务所说的话的中文：由应答中的结构组成；不认识的形式返回 undefined，页面便照服务的英文显示。
// What the daemon says, in Chinese, from the structure of its answers. Undefined for a form that is not known: the page then shows
// what the daemon says itself. Each gets as its last argument what writes words, spans and days (lib/said.js).
import { advices, explains, kinds, says } from "./zh_forms.js";

const filled = (form, values) => form.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const quoted = (text) => `“${text}”`;
const by = (actor) => (actor ? `（${actor}）` : "");
const after = (mark, text) => (text ? mark + text : "");

/* ---- evidence ---- */

const AGREEMENTS = { equal: "一致", overlap: "部分一致", differ: "不一致" };
const WORDS = { unknown: "未知", other: "其他", yes: "是", no: "否" };

function rangeOf({ from, to, word }, write, unit) {
  if (word !== undefined) return WORDS[word] ?? word;
  if (from === undefined) return `不到 ${write(to)}${unit}`;
  return to === undefined ? `${write(from)}${unit}${unit ? "" : " "}及以上` : `${write(from)} 至 ${write(to)}${unit}`;
}

const WRITES = { bin: (text) => text, percent: (text) => Math.round(Number(text) * 100) + "%" };
// {bin}, {bin:天}, {percent}; no blank stands between two Chinese characters.
const foundText = (part) => (says[part.say] ?? part.say).replace(/\{(bin|percent)(?::([^}]+))?\}/g, (whole, which, unit) => rangeOf(part, WRITES[which], unit ? " " + unit : ""))
  .replace(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, "");

// Short ones as a list, longer ones as clauses.
const listed = (texts) => texts?.join(texts.every((text) => text.length <= 6) ? "、" : "，") ?? "没有更多信息";

// item of the evidence between link.a and link.b
function item(of, link, say) {
  if (!Object.hasOwn(explains, of.explain)) return undefined;
  return filled(explains[of.explain], { a: link.a, b: link.b, value: of.shown ?? "", holders: say.number(of.holders), network: say.word("network", of.network), gap: say.span(of.gap_ms),
    agreement: AGREEMENTS[of.agreement], common: of.common?.join("、") ?? "无", found: listed(of.found?.map(foundText)) });
}

const NOTES = {
  generic: "持有者太多：至多 0 比特", further: "与更强的证据同类：只部分计入", little_coverage: "只占其使用的一小部分：计入较少",
  nothing_alone: "单独不说明问题", common: "太常见，不计入", supports_only: "只能佐证：没有可佐证的内容",
};

function note(of, say) {
  return of.note_word === "recycled" ? `回收的 IP：先后使用，相隔 ${say.span(of.gap_ms)}` : NOTES[of.note_word];
}

const blocked = () => "未并入团伙：单独一条关联不足以并入（防止连锁误并）";

function ignored(of, say) {
  const { range, actor, at, reason } = of.marked;
  return `${say.day(at)} ${actor ? `由 ${actor} ` : ""}标记为${quoted(say.word("mark", of.mark))}${range ? `（随 ${range} 一并标记）` : ""}${after("：", reason)}；不计入证据`;
}

/* ---- causes ---- */

const JUDGED = { clean: "verdict", confirmed: "verdict", not_same: "verdict" };

function marked(of, say) {
  const on = (of.kind ? say.word("kind", of.kind) : "地址段") + after(" ", of.shown);
  return (of.value === "none" ? `${on} 的标记已撤销` : `${on} 被标记为${quoted(say.word("mark", of.value))}`) + by(of.actor) + after("：", of.reason);
}

const STATED = { relation: "申报关系", closed: "账号关闭", reinstated: "账号恢复" };

function stated(of, say) {
  const value = after("：", of.value && say.word(JUDGED[of.value] ?? "", of.value));
  return (STATED[of.statement] ?? say.word("type", of.statement)) + value + by(of.actor) + after("：", of.reason) + (of.proof ? `（凭证：${of.proof}）` : "");
}

function judged(of, say) {
  return `${say.day(of.at)} ${of.actor ? `由 ${of.actor} ` : ""}裁定为${quoted(say.word("verdict", of.value))}${after("：", of.reason)}` + (of.new_bits ? `；已重新成立：此后证据增加 ${of.new_bits.toFixed(2)} 比特` : "");
}

const CAUSES = {
  value: (of, say) => `${say.word("kind", of.kind)}${after(" ", of.shown)} 由${of.is_at_least ? "超过" : ""} ${say.number(of.holders)} 个账号持有`,
  mark: marked, statement: (of, say) => (of.at ? judged : stated)(of, say),
  rules: () => "规则或网络数据已更改", events_out: () => "部分事件已被移除",
};
const LIMITS = { joint: (most) => `联合组至多 ${most} 个账号：`, account: (most) => `一个账号至多 ${most} 个关系：` };

// Of a change or a link: `because` in its answer.
function because(of, say) {
  const text = CAUSES[of?.cause]?.(of, say);
  return text && (LIMITS[of.limit]?.(of.most) ?? "") + text;
}

/* ---- alerts ---- */

function pathText(of, say) {
  if (!of.path?.length) return "";
  return "：" + of.path.map((step, i) => (i ? ` —${step.state ? say.word("link", step.state) : step.score}— ` : "") + step.account).join("") + `（${say.word("because", of.path_end)}）`;
}

function about(of, say) {
  const title = say.told(of.title);
  if (of.subject === "cluster") return `${title}：团伙 ${of.cluster} 的 ${say.number(of.members ?? of.accounts.length)} 个账号，最强关联 ${of.score} 分`;
  if (of.subject === "link") return `${title}：${of.accounts[0]} 与 ${of.accounts[1]}，${of.score} 分`;
  return `${title}：${of.accounts[0]}，风险 ${of.score}${pathText(of, say)}`;
}

function summary(alert, say) {
  const { group } = alert;
  if (!group) return about(alert, say);
  return about(group.reasons[0], say) + (group.alerts > 1 ? `；另有 ${group.alerts - 1} 条告警，共涉及 ${say.number(group.accounts.length)} 个账号` : "");
}

// Of an alert or one of its reasons; which of a link's two accounts is the newer one only the filled sentence says.
function advice(of) {
  if (Object.hasOwn(advices, of.recommendation)) return advices[of.recommendation];
  const [a, b] = of.accounts ?? [];
  for (const values of [{ older: a, newer: b }, { older: b, newer: a }])
    for (const [english, chinese] of Object.entries(advices))
      if (b !== undefined && filled(english, values) === of.recommendation) return filled(chinese, values);
  return undefined;
}

// "device 789664c0": the longest title of a kind that it begins with.
function named(text, say) {
  const title = Object.keys(kinds).filter((each) => text === each || text.startsWith(each + " ")).sort((x, y) => y.length - x.length)[0];
  if (title === undefined) return text;
  return (kinds[title] === "range" ? "地址段" : say.word("kind", kinds[title])) + text.slice(title.length);
}

// Why the daemon itself ended an alert: it keeps the sentence.
const ENDINGS = [
  [/^a verdict says that the two are not the same$/, () => "裁定认定两者不是同一人"],
  [/^a verdict says that the link is clean$/, () => "裁定认定该关联没有问题"],
  [/^the two declared a relation: (.+)$/, (say, relation) => `两者申报了关系：${say.word("relation", relation)}`],
  [/^the condition no longer holds$/, () => "条件不再成立"],
  [/^the cluster is no more$/, () => "该团伙已不存在"],
  [/^all its accounts are closed$/, () => "其账号均已关闭"],
  [/^nobody took it on in (\d+) (d|h|min|s)$/, (say, n, unit) => `${n} ${{ d: "天", h: "小时", min: "分钟", s: "秒" }[unit]}内无人接手`],
  [/^the score fell from (\d+) to (\d+)(?:: ([^]+))?$/, (say, from, to, why) => `分数由 ${from} 降至 ${to}${after("：", why && (ending(why, say) ?? why))}`],
  [/^the rules or networks changed$/, () => CAUSES.rules()],
  [/^events were taken out$/, () => CAUSES.events_out()],
  [/^([^]+) is held by (more than )?(\d+) accounts$/, (say, value, more, n) => `${named(value, say)} 由${more ? "超过" : ""} ${n} 个账号持有`],
  [/^([^]+?) no longer marked(?: by ([^:]+))?(?:: ([^]+))?$/, (say, on, actor, reason) => `${named(on, say)} 的标记已撤销${by(actor)}${after("：", reason)}`],
  [/^([^]+?) marked as (shared|generic)(?: by ([^:]+))?(?:: ([^]+))?$/, (say, on, value, actor, reason) => `${named(on, say)} 被标记为${quoted(say.word("mark", value))}${by(actor)}${after("：", reason)}`],
  [/^verdict (clean|confirmed|not_same)(?: by ([^:]+))?(?:: ([^]+))?$/, (say, value, actor, reason) => `裁定：${say.word("verdict", value)}${by(actor)}${after("：", reason)}`],
  [/^([^]+) was (closed|reinstated)$/, (say, account, what) => `${account} ${{ closed: "已被关闭", reinstated: "已恢复" }[what]}`],
];

function first(rows, text, say) {
  for (const [form, write] of rows) {
    const found = form.exec(text);
    if (found) return write(say, ...found.slice(1));
  }
  return undefined;
}

const ending = (text, say) => first(ENDINGS, text ?? "", say);

/* ---- refusals ---- */

const THINGS = { account: "账号", alert: "告警", cluster: "团伙", value: "特征值", rule: "规则", "kind of value": "特征值种类" };
const PROBLEMS = [
  [/^(account|alert|cluster|value|rule|kind of value) "([^]*)" is not known$/, (say, what, name) => `没有${THINGS[what]}${quoted(name)}。`],
  [/^nothing links "([^]*)" and "([^]*)"$/, (say, a, b) => `${quoted(a)} 与 ${quoted(b)} 之间没有关联。`],
  [/^both are the account "([^]*)"; name two$/, (say, name) => `两个都是账号${quoted(name)}，请给出两个不同的账号。`],
  [/^the token "([^]*)" has not the role (.+)$/, (say, name, role) => `令牌${quoted(name)}没有角色 ${role}。`],
  [/^the user "([^]*)" has not the role (.+); `peers` in the configuration gives roles$/, (say, name, role) => `用户${quoted(name)}没有角色 ${role}；角色由配置中的 \`peers\` 授予。`],
  [/^alert \w+ is resolved; reopen it first$/, () => "告警已结案，请先重新打开。"],
  [/^alert \w+ is not resolved$/, () => "告警尚未结案。"],
  [/^alert \w+ is not put off$/, () => "告警没有暂缓。"],
  [/^alert \w+ is merged into another/, () => "告警已并入另一条告警，请在那一条上处理。"],
  [/^alert \w+ cannot be opened again: another about the same stands$/, () => "无法重新打开：同一事项已有另一条未结案的告警。"],
  [/^alert \w+ cannot be opened again: what it rested on/, () => "无法重新打开：其依据已不存在，打开后会立即撤销。"],
  [/^"until" lies ahead of "ts", by 366 days at most$/, () => "暂缓的截止时间须在将来，且不超过 366 天。"],
  [/^"mark\.range": ([^]*) is no range like/, (say, range) => `${range} 不是地址段；应形如 10.0.0.0/8 或 2001:db8::/32（前缀之后的位为零）。`],
  [/^"mark\.range" is one address/, () => "这是单个地址而不是地址段：请在该地址自己的页面上标记。"],
  [/^verdict not_same needs "with" or "alert"$/, () => "此裁定需要两个账号或一条告警。"],
  [/^"(\w+)" is empty$/, (say, key) => `${key === "reason" ? "理由" : key}为空。`],
  [/^a rule file to be tried has at most (\d+) bytes$/, (say, n) => `试跑的规则文件至多 ${say.number(Number(n))} 字节。`],
  [/^events are to be taken out of the journal, by an erasure or by retention; ask again/, () => "日志中有事件待删除（因抹除或保留期限），请待其完成后再试。"],
  [/^another rule file is being tried/, () => "正在试跑另一个规则文件，请待其完成后再试。"],
  [/^the rules are being read anew/, () => "规则正在重新读取，请稍后再试。"],
  [/^there are no stored events to try rules on$/, () => "没有可供试跑的已存事件。"],
  [/^the key of a value is 16 hexadecimal digits$/, () => "特征值的键是 16 位十六进制数字。"],
  [/^what to search for has 1 to (\d+) bytes$/, (say, n) => `搜索内容须为 1 至 ${say.number(Number(n))} 字节。`],
  [/ wait as can be answered$|^as many look on as can be told$/, () => "请求过多，请稍后再试。"],
  [/^the state is still being read/, () => "服务正在读取状态，请稍后再试。"],
  [/^the disk of this daemon is full/, () => "服务的磁盘已满，未保存任何内容，请稍后重试。"],
  [/^this daemon has no more memory/, () => "服务的内存不足，未保存任何内容，请稍后重试。"],
  [/^this daemon cannot write its journal/, () => "服务无法写入日志，未保存任何内容，请稍后重试。"],
];

const KINDS_OF_PROBLEM = { busy: "服务正忙", rate: "请求过于频繁", role: "没有权限", unknown: "未知", journal: "日志中没有", file: "规则文件有误" };

// In front of what it does not know: of which kind it is.
const problem = (detail, word, say) => first(PROBLEMS, detail, say) ?? `${KINDS_OF_PROBLEM[word] ?? "请求被拒绝"}：${detail}`;

export const sayings = { item, note, blocked, ignored, because, summary, advice, ending, problem };
