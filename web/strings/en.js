// English. A text holds {places}, or is a function of its values. strings/zh.js has the same keys.
const s = (n, one, many) => (String(n) === "1" ? one : many);

export default {
  "tab.now": "Now", "tab.alerts": "Alerts", "tab.links": "Links", "tab.values": "Values", "tab.rules": "Rules",
  "nav": "Views", "skip": "Skip to the content", "menu": "Menu", "menu.as": "Signed in as {name}", "menu.theme": "Appearance", "menu.clock": "Times", "menu.language": "Language",
  "theme.system": "As the system", "theme.light": "Light", "theme.dark": "Dark", "clock.local": "This computer\u2019s zone",
  "role.analyst": "may read and decide", "role.read": "may read",
  "close": "Close", "cancel": "Cancel", "copy": "Copy", "copied": "Copied", "copy.failed": "The browser did not let this page copy.", "waiting": "Loading \u2026",
  "more": "Show {n} more", "changed.show": "This has changed \u2013 show",
  "lost.title": "Nothing here", "lost.text": "This address leads to no view. The search above finds accounts, alerts, clusters and values.",
  "error.status": "The daemon answered with status {status}.", "error.view": "This view could not be drawn.",

  "sign.title": "Sign in to assocd", "sign.where": "A token opens this page. ./run prints an address with one; the first token is in admin.token in the state folder.",
  "sign.token": "Token", "sign.in": "Sign in", "sign.out": "Sign out", "sign.unknown": "This token is not known.", "sign.failed": "The daemon answered with status {status}.",
  "sign.role": "The token \u201c{name}\u201d may not read. Ask for one with the role read or analyst.", "sign.expired": "Your token is not accepted any more. Nothing you typed is lost: sign in and go on.",
  "live.live": "Live", "live.starting": "Connecting", "live.away": "Away", "live.events": "events",
  "away.title": "The daemon is away.", "away.text": "What you see is what was known before; it goes on by itself when the daemon is back.", "away.view": "The daemon is away. This view comes by itself when it is back.",

  "search.hint": "Account, address, e-mail, device \u2026", "search.label": "Search for an account or a value", "search.title": "Search", "search.for": "Search: {q}",
  "search.nothing": "Type what you have in hand into the field above.", "search.none": "Nothing fits.",
  "search.how": "Accounts are found by their beginning, values (address, e-mail, telephone, card, device) whole.",
  "search.accounts": "Accounts", "search.alert": "Alert", "search.cluster": "Cluster", "search.values": "Values",

  "keys.title": "Keys", "keys.search": "search", "keys.now": "go to Now", "keys.alerts": "go to Alerts", "keys.links": "go to Links", "keys.values": "go to Values", "keys.rules": "go to Rules",
  "keys.move": "next, previous alert", "keys.ack": "acknowledge", "keys.verdict": "give a verdict", "keys.resolve": "resolve", "keys.note": "write a note", "keys.snooze": "snooze", "keys.assign": "assign", "keys.mark": "mark for doing it to many",

  "col.pair": "Accounts", "col.score": "Score", "col.state": "State", "col.families": "Evidence", "col.family": "Family", "col.when": "When", "col.value": "Value", "col.kind": "Kind", "col.holders": "Held by",
  "col.network": "Network", "col.meaning": "Meaning", "col.alert": "Alert", "col.level": "Level", "col.opened": "Opened", "col.updated": "Changed", "col.deadline": "Deadline", "col.rule": "Rule", "col.cluster": "Cluster",
  "col.account": "Account", "col.days": "Days", "col.links": "Links", "col.best": "Strongest", "col.relation": "Relation", "col.with": "With", "col.proof": "Proof", "col.type": "Event", "col.address": "Address", "col.values": "What it said",
  "col.part": "Component", "col.readings": "Said", "col.first": "First seen", "col.status": "Status", "col.form": "Form",

  "span.now": "just now", "span.ago": "{span} ago", "span.seconds": "{n} s", "span.minutes": "{n} min", "span.hours": "{n} h", "span.days": "{n} d",
  "deadline.left": "{span} left", "deadline.over": "{span} overdue", "deadline.over.short": "overdue",

  "now.time": "Newest event", "now.open": "Open alerts", "now.overdue": "Overdue", "now.overdue.none": "every deadline is kept", "now.overdue.some": "their deadline has passed", "now.strong": "Strong links",
  "now.bands": "{probable} probable, {possible} possible", "now.accounts": "Accounts", "now.clusters": ({ n, hubs }) => `${n} ${s(n, "cluster", "clusters")}, ${hubs} generic ${s(hubs, "value", "values")}`, "now.accepted": "Events",
  "now.since": "{n} accepted and {refused} refused since the start", "now.urgent": "Most urgent alerts", "now.all": "All", "now.nothing": "No alert waits for anybody.",
  "now.refused": "Refused events", "now.refused.note": "since the start, by reason", "now.refused.none": "Nothing was refused.",
  "now.plot.found": "Found", "now.plot.found.note": "by day of the events", "now.plot.accounts": "new accounts", "now.plot.links": "links", "now.plot.alerts": "alerts",
  "now.plot.intake": "Coming in", "now.plot.intake.note": "by minute, last two hours", "now.plot.accepted": "accepted", "now.plot.refused": "refused",
  "plot.empty": "Nothing to plot yet.", "pictures.missing": "The picture is missing: this daemon was built where npm could not fetch what draws it. ./run fetches it when the registry can be reached; the figures are in the tables.",

  "links.strongest": "Strongest links", "links.count": ({ n }) => `${n} ${s(n, "link", "links")}`, "links.first": "the first {n}", "links.none": "No link has reached 500 yet.",

  "alerts.list": "Alerts", "alerts.show": "Show", "alerts.levels": "Every level", "alerts.rules": "Every rule", "alerts.order": "Order", "alerts.text": "Contains \u2026", "alerts.count": ({ n }) => `${n} ${s(n, "alert", "alerts")}`,
  "alerts.new": "new", "alerts.changed": "changed", "alerts.seen": "Mark all as seen", "alerts.seen.title": "What opens or changes from now on is marked as new", "alerts.seen.done": "From now on what is new is marked.",
  "alerts.pick": "Choose an alert.", "alerts.keys": "j and k move, a acknowledges, v gives a verdict, ? shows every key.", "alerts.none": "No alert waits for anybody.", "alerts.filtered": "No alert passes these filters.",
  "alerts.marked": "{n} marked", "alerts.mark.all": "Mark all shown", "alerts.unmark": "Unmark",
  "show.standing": "Standing", "show.open": "Open", "show.acknowledged": "Acknowledged", "show.appealed": "Appealed", "show.overdue": "Overdue", "show.mine": "Mine", "show.changed": "Changed since seen", "show.snoozed": "Snoozed", "show.resolved": "Resolved", "show.all": "All",
  "order.urgent": "Most urgent first", "order.newest": "Newest first", "order.oldest": "Oldest first",
  "alert.to.pair": "See why", "alert.to.cluster": "See the cluster", "alert.to.account": "See the account", "alert.advice": "Recommended:", "alert.owner": "Owner", "alert.snoozed": "Snoozed until", "alert.actor": "Last by", "alert.resolution": "Settled as", "alert.reason": "Reason",
  "alert.id": "Alert", "alert.copy": "Copy the id", "alert.accounts": ({ n }) => `${n} ${s(n, "account", "accounts")}`, "alert.round": "appeal {n}", "alert.readonly": "Your token may read. To decide, sign in with one of the role analyst.", "alert.back": "Back to the list",
  "alert.notes": "Notes", "alert.note.by": "{actor}", "alert.related": "Related alerts",

  "act.ack": "Acknowledge", "act.verdict": "Give a verdict", "act.resolve": "Resolve", "act.snooze": "Snooze", "act.note": "Write a note", "act.assign": "Assign", "act.reason": "Reason", "act.which": "What was found", "act.actor": "Recorded under {name}, for good.",
  "act.title.many": "{act}: {n} alerts", "act.progress": "{n} of {of}", "act.sending": "Sending \u2026", "act.failed": ({ n, of }) => (of === 1 ? "Not done:" : `${n} of ${of} not done:`), "act.nothing": "There is nothing to do that to.",
  "act.done.ack": ({ n }) => `${n} acknowledged`, "act.done.verdict": "The verdict is recorded.", "act.done.resolve": ({ n }) => `${n} resolved`, "act.done.snooze": ({ n }) => `${n} snoozed`, "act.done.note": "The note is kept.", "act.done.assign": ({ n }) => `${n} assigned`,
  "act.until": "Until", "act.owner": "To whom", "act.note.text": "Note",

  "pair.title": "Why are they linked?", "pair.waterfall": "From what is usual to what was found", "pair.waterfall.note": "to the right speaks for one operator, to the left against", "pair.prior": "Before any evidence", "pair.prior.help": "any two accounts that meet at all",
  "pair.evidence": "Evidence", "pair.bits": "Bits", "pair.without": "Without it", "pair.sum": "Sum", "pair.row": "{what}: {bits} bits, score without it {without}", "pair.holders": ({ n }) => `${n} ${s(n, "holder", "holders")}`,
  "pair.alone": "Bits alone", "pair.rarity": "Rarity", "pair.rarity.of": "{n} of {of} accounts hold it", "pair.gap": "Between their uses", "pair.overlap": "they overlap", "pair.times": "Both on one time axis", "pair.times.none": "They share nothing that has a time.",
  "pair.path": "The strongest path between them", "pair.none": "Nothing links them", "pair.copy": "Copy the reasons as text", "pair.listed": "Lists and alerts go by an earlier reading of", "pair.verdict.confirmed": "Confirm: one operator", "pair.verdict.not_same": "Not the same",
  "pair.says.strong": "{a} and {b} are almost certainly run by the same people (score {score}).", "pair.says.probable": "{a} and {b} are probably run by the same people (score {score}).", "pair.says.possible": "{a} and {b} may be run by the same people (score {score}).",
  "pair.says.none": "What is known of {a} and {b} does not say that one operator runs them (score {score}).", "pair.is.explained": "{a} and {b} are linked (score {score}), and a declared relation explains it.", "pair.is.joint": "{a} and {b} are declared as joint accounts of one operator.",
  "pair.is.confirmed": "A person has confirmed that one operator runs {a} and {b}.", "pair.is.cleared": "A person has found that {a} and {b} are not run by one operator.", "pair.is.withdrawn": "What once linked {a} and {b} does not any more.",

  "account.risk": "risk", "account.seen": "Seen", "account.last": "Last event", "account.events": "Events", "account.failed": "failed", "account.failed.n": "and {n} failed", "account.alerts": "Open alerts", "account.alerts.none": "none", "account.closed": "closed",
  "account.links": "Linked accounts", "account.links.none": "No account is linked with this one.", "account.families": "Evidence by family", "account.families.none": "There is no evidence against it.", "account.score": "Score over time", "account.score.none": "It has never been linked.",
  "account.timeline": "What it used, and when", "account.timeline.note": "filled: other accounts hold it too; a bar leads to its holders", "account.activity": "Events", "account.values.none": "It has used nothing yet.", "account.values.n": ({ n }) => `${n} ${s(n, "value", "values")}`,
  "account.devices": "Devices and their drift", "account.devices.note": "from its latest events", "account.devices.none": "Its events name no device.", "account.device.none": "no device id", "account.drift": ({ n }) => `${n} ${s(n, "component", "components")} changed`, "account.steady": "unchanged", "account.parts": "Components",
  "account.relations": "Declared relations", "account.relations.none": "It has declared nothing.", "account.members": ({ n }) => `${n} ${s(n, "member", "members")}`, "relation.accepted": "accepted", "relation.pending": "not accepted",
  "account.history": "What changed", "account.history.none": "Nothing has changed yet.", "account.raw": "Events, newest first", "account.events.none": "The journal holds no event of it.", "account.events.older": "Older events",
  "account.contagion": "Reached by a closure", "account.contagion.from": "{source} was {because}; over strong links that reaches this account with {score}.", "account.clean": "Found clean", "account.clean.help": "Its links are set aside until new evidence comes.",
  "lanes.events": ({ n }) => `${n} ${s(n, "event", "events")}`,

  "value.what": "What it is", "value.hidden": "not kept in the clear", "value.hub": "generic", "value.hub.help": "so many hold it that it means nothing", "value.shared": "shared", "value.shared.help": "counts as evidence between those who hold it", "value.alone": "one holder", "value.alone.help": "one account holds it: it links nobody",
  "value.holders": "Who holds it", "value.holders.none": "No holder is remembered.", "value.latest": "the latest {n} are remembered", "value.tenancy": "When each held it", "value.tenancy.note": "bars that overlap were there together; a gap speaks for a recycled address",
  "values.find": "Find a value", "values.how": "Type an address, an e-mail address, a telephone or card number, or a device id into the search. Private values are compared by their hash and shown masked.",
  "values.hubs": "Generic values", "values.hubs.note": "so many accounts hold them that they mean nothing", "values.none": "No value is held by that many.",

  "cluster.title": "Cluster {id}", "cluster.members": "Accounts", "cluster.closed": "Closed", "cluster.bridges": "Bridges", "cluster.apart": "Held apart", "cluster.apart.note": "links to accounts outside that are too weak to join them", "cluster.graph": "Who is linked with whom", "cluster.links": "Links", "cluster.history": "How it came about",
  "graph.label": "Graph of {n} accounts and {links} links. Arrow keys go from account to account, Enter opens one, plus and minus zoom. The tables below say the same.", "graph.side": "The chosen account", "graph.pick": "Choose an account in the graph, or in the table below.",
  "graph.in": "Closer", "graph.out": "Further", "graph.fit": "Fit", "graph.expand": "Expand", "graph.expanded": "{n} links added", "graph.collapse": "Collapse", "graph.path.from": "Path from here", "graph.path.pick": "Now choose where the path ends.", "graph.path.to": "Path from {name}", "graph.path.none": "No path joins the two.",
  "graph.path": "Strongest path; its weakest link has {score}", "graph.outside": "outside of the cluster", "graph.bridge": "bridge", "graph.apart": "held apart", "graph.show": "Show", "graph.legend.bridge": "bridge or held apart",

  "rules.policies": "Policies: what raises alerts", "rules.evidence": "Evidence: what makes scores", "rules.shadows": "In the shadow", "rules.shadow": "Shadow", "rules.shadow.help": "experimental: counted as if they were on, and nobody is told", "rules.shadows.none": "No rule is experimental.",
  "rules.counts": "Counts in", "rules.counts.of": "{n} of {of} links", "rules.opened": "Alerts", "rules.standing": "Standing", "rules.read": "of the {of} links the strongest {n} were read", "rules.unknown": "There is no rule \u201c{rule}\u201d.",

  "band.strong": "strong", "band.probable": "probable", "band.possible": "possible", "band.none": "none",
  "level.critical": "critical", "level.high": "high", "level.medium": "medium", "level.low": "low", "level.info": "info",
  "state.open": "open", "state.acknowledged": "acknowledged", "state.appealed": "appealed", "state.resolved": "resolved",
  "link.suspected": "suspected", "link.explained": "explained", "link.joint": "joint", "link.confirmed": "confirmed", "link.cleared": "cleared", "link.withdrawn": "withdrawn",
  "status.stable": "stable", "status.experimental": "experimental",
  "verdict.confirmed": "Confirmed", "verdict.not_same": "Not the same", "verdict.clean": "Clean", "verdict.help.confirmed": "one operator runs them", "verdict.help.not_same": "two operators, whatever they share", "verdict.help.clean": "the account is set aside until new evidence comes",
  "resolution.confirmed": "Confirmed", "resolution.false_positive": "False positive", "resolution.explained": "Explained", "resolution.expired": "Expired", "resolution.withdrawn": "withdrawn", "resolution.help.confirmed": "it was as the alert says", "resolution.help.false_positive": "it was not", "resolution.help.explained": "it was, and there is a good reason", "resolution.help.expired": "it does not matter any more",
  "form.signal": "shared value", "form.compare": "comparison", "form.limit": "limit", "form.timing": "timing", "form.interaction": "interaction", "form.support": "common neighbours", "form.policy": "policy",
  "family.device": "device", "family.household": "household", "family.identity": "identity", "family.name": "name", "family.timing": "timing", "family.comparison": "comparison", "family.network": "network", "family.support": "neighbours",
  "network.unknown": "unknown", "network.isp": "home line", "network.mobile": "mobile", "network.business": "business", "network.education": "school", "network.hosting": "hosting", "network.vpn": "VPN", "network.tor": "Tor", "network.relay": "relay", "network.public": "public",
  "kind.ip": "address", "kind.port_block": "port block", "kind.device.id": "device", "kind.device.fingerprint": "fingerprint", "kind.device.hardware": "hardware", "kind.device.place": "place of the device", "kind.user_agent": "browser", "kind.user_agent.os": "system of the browser", "kind.timezone": "time zone", "kind.language": "language", "kind.screen": "screen",
  "kind.ja4": "TLS stack", "kind.tcp": "TCP stack", "kind.tcp.stack": "system of the TCP stack", "kind.identity.email": "e-mail", "kind.identity.phone": "telephone", "kind.identity.card": "card", "kind.identity.bank": "bank account", "kind.identity.tax_id": "tax number", "kind.identity.address": "postal address", "kind.identity.document": "document",
  "kind.identity.name": "name", "kind.identity.name_tokens": "part of a name", "kind.identity.company": "company", "kind.identity.beneficiary": "beneficiary", "kind.identity.dob": "date of birth", "kind.items": "item",
};
