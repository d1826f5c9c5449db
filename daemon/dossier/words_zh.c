/* The subject's form in Chinese (simplified), by what it says in English.
 * I1: a form takes the same values in the same order as the English one (tests/unit/dossier/test_words.c). */
#include "words.h"

const struct dossier_phrase dossier_chinese[] = {
	/* heads */
	{ "Your account %.*s", "您的账号 %.*s" },
	{ "As of %.10s %.5s UTC, event %llu. Audience: %s.", "截至 %.10s %.5s（UTC），第 %llu 号事件。读者：%s。" },
	{ "subject", "当事人" },

	/* how it stands */
	{ "How your account stands", "您账号的状况" },
	{ "This is about the account %.*s, as of %.*s.", "本文件涉及账号 %.*s，截至 %.*s。" },
	{ "Your account is closed.", "您的账号已被关闭。" },
	{ "Your account is open.", "您的账号处于开放状态。" },
	{ "It is not held to be run by whoever runs another account.", "未认定其经营者还经营其他账号。" },
	{ "It is held to be run by whoever runs %u other %s; this is %s.", "认定其经营者还经营另外 %u 个%s；%s。" },
	{ "account", "账号" },
	{ "accounts", "账号" },
	{ "strongly supported", "证据充分" },
	{ "probable", "可能性较大" },
	{ "Which accounts these are, and the values that were compared, are not told: they may be other people's.",
	  "是哪些账号、比对了哪些内容，均不告知：它们可能属于他人。" },

	/* what it rests on: sentences of the shipped rules */
	{ "What it rests on", "依据" },
	{ "Nothing is held against it.", "没有对其不利的认定。" },
	{ "What it rests on is not told.", "依据不予告知。" },
	{ "%.*s.", "%.*s。" },
	{ "A postal address of your account was given for another account too", "您账号的一个地址也被用于另一账号" },
	{ "A bank account that your account named between {first} and {last} was named by another account too",
	  "您的账号在 {first} 至 {last} 期间登记的一个银行账户，也被另一账号登记" },
	{ "A card that was used with your account between {first} and {last} was used with another account too",
	  "您的账号在 {first} 至 {last} 期间使用的一张银行卡，也被另一账号使用" },
	{ "Your account was used on a device, between {first} and {last}, on which another account was used too",
	  "您的账号在 {first} 至 {last} 期间使用的一台设备，也被另一账号使用" },
	{ "A document that was handed in for your account was handed in for another account too", "为您的账号提交的一份证件，也为另一账号提交过" },
	{ "A mail address of your account was given for another account too", "您账号的一个邮箱也被用于另一账号" },
	{ "Your account was used from an internet address, between {first} and {last}, from which another account was used too",
	  "您的账号在 {first} 至 {last} 期间使用的一个 IP 地址，也被另一账号使用" },
	{ "A name of your account was given for another account too", "您账号的一个姓名也被用于另一账号" },
	{ "A telephone number of your account was given for another account too", "您账号的一个电话号码也被用于另一账号" },
	{ "The tax number of your account was given for another account too", "您账号的税号也被用于另一账号" },

	/* what speaks for it */
	{ "What speaks for you", "对您有利的情况" },
	{ "Relations that you declared explain what you share with %u other account.", "您申报的关系说明了您与另外 %u 个账号的共同之处。" },
	{ "Relations that you declared explain what you share with %u other accounts.", "您申报的关系说明了您与另外 %u 个账号的共同之处。" },
	{ "A person looked at it and cleared you of %u such link.", "经人工审查，已排除您的 %u 条此类关联。" },
	{ "A person looked at it and cleared you of %u such links.", "经人工审查，已排除您的 %u 条此类关联。" },
	{ "%u such link was withdrawn, because what it rested on no longer counts.", "有 %u 条此类关联因依据不再有效而撤销。" },
	{ "%u such links were withdrawn, because what they rested on no longer counts.", "有 %u 条此类关联因依据不再有效而撤销。" },
	{ "Nothing that is on record.", "没有记录在案的情况。" },

	/* what was declared */
	{ "What you declared", "您的申报" },
	{ "Relation", "关系" },
	{ "Effect", "效力" },
	{ "Since", "起始日期" },
	{ "a relation that is not known here", "此处不认识的关系" },
	{ "taken into account", "已计入" },
	{ "none: the other side has not declared it", "无：对方尚未申报" },
	{ "No relation to another account.", "没有申报与其他账号的关系。" },
	{ "joint", "联合" },
	{ "household", "同住" },
	{ "agency", "代运营" },
	{ "employee", "员工" },
	{ "service", "服务商" },

	/* what is open */
	{ "What is open", "待处理事项" },
	{ "A review of your account is open since %.*s%s.", "您的账号自 %.*s 起正在接受审查%s。" },
	{ "; your appeal is being looked at", "；您的申诉正在处理" },
	{ "An answer is expected by %.*s%s.", "请在 %.*s 之前答复%s。" },
	{ "; that day has passed", "；该日期已过" },
	{ "Your appeals so far: %u.", "您至今的申诉次数：%u。" },
	{ "Nothing waits for an answer of yours.", "没有等待您答复的事项。" },
	{ "an unknown day", "未知日期" },

	/* what can be done */
	{ "What you can do", "您可以做什么" },
	{ "Nothing needs to be done.", "无需采取任何行动。" },
	{ "If there is a reason why you share things with another account, such as a household, an agency or a second "
	  "account of your own in another region, declare it; the other side has to declare it too.",
	  "如果您与另一账号有共同之处是有原因的，例如同住、代运营，或您自己在另一地区的第二个账号，请申报；对方也须申报。" },
	{ "If you know of none, appeal, with documents that are about this account alone: the same document for two accounts "
	  "counts as something that they share.",
	  "如果没有这样的原因，请提出申诉，并提交只与本账号有关的材料：两个账号提交同一材料，会算作两者的共同之处。" },

	/* what happened */
	{ "What happened", "经过" },
	{ "Day", "日期" },
	{ "a review of your account was opened", "开始审查您的账号" },
	{ "you appealed", "您提出申诉" },
	{ "a review of your account was ended", "结束审查您的账号" },
	{ "a person decided about your account", "人工对您的账号作出裁定" },
	{ "a relation that you declared was recorded", "您申报的关系已登记" },
	{ "a relation that you declared was not taken up", "您申报的关系未被采纳" },
	{ "your account was closed", "您的账号被关闭" },
	{ "your account was reinstated", "您的账号已恢复" },
	{ "Nothing that concerns your account.", "没有涉及您账号的事项。" },

	/* what it was made of */
	{ "What this was made of", "本文件的依据" },
	{ "Made of", "依据" },
	{ "Hash of the content", "内容散列值" },
	{ "The events up to number %llu, rules and network lists with these hashes, by assocd %s. The same make the "
	  "same dossier, byte for byte.", "截至第 %llu 号的事件，以及下列散列值的规则和网络名单；由 assocd %s 生成。相同的依据逐字节生成相同的文件。" },
	{ "%u rules", "%u 条规则" },
	{ "all network lists", "全部网络名单" },
	{ NULL, NULL },
};
