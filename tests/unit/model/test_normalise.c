#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/model/normalise.h"

struct row {
	const char *step, *in, *out; /* values joined with ", "; "" = nothing */
};

static const struct row rows[] = {
	{ "ip", "11.10.1.14", "11.10.1.14" }, { "ip", "::ffff:11.10.1.14", "11.10.1.14" },
	{ "ip", "2a17:64:ae:10:2fcd:fd73:e08d:14f9", "2a17:64:ae:10::/64" }, { "ip", "0.0.0.0", "" }, { "ip", "127.0.0.1", "" },
	{ "ip", "x", "" }, { "ip64", "2a17:64:ae:10::1", "2a17:64:ae:10::/64" }, { "ip64", "11.1.1.1", "" },
	{ "ip", "2002:b0a:10e::1", "11.10.1.14" }, { "ip", "64:ff9b::11.10.1.14", "11.10.1.14" }, { "ip", "2a17:64:ae:10::1%eth0", "2a17:64:ae:10::/64" },
	{ "ip", "fe80::1%eth0", "" }, { "ip56", "2a17:64:ae:1234::1", "2a17:64:ae:1200::/56" }, { "ip56", "11.1.1.1", "" },
	{ "ip24", "11.10.1.14", "11.10.1.0/24" }, { "ip24", "2a17:64:ae:10::1", "2a17:64:ae::/48" },

	/* The steps that minFraud publishes, in their order. */
	{ "email", "  ann@x.org \t", "ann@x.org" }, { "email", "Ann@X.ORG", "ann@x.org" }, { "email", "e\xcc\x81va@x.org", "éva@x.org" },
	{ "email", "ann@ x.org", "ann@x.org" }, { "email", "ann@x.org...", "ann@x.org" }, { "email", "ann@bücher.de", "ann@xn--bcher-kva.de" },
	{ "email", "ann@x.com.com", "ann@x.com" }, { "email", "ann@x.com.com.com", "ann@x.com" }, { "email", "ann@123gmail.com", "ann@gmail.com" },
	{ "email", "ann@gmail.con", "ann@gmail.com" }, { "email", "ann@gmial.com", "ann@gmail.com" },
	{ "email", "any@ann.fastmail.com", "ann@fastmail.com" }, { "email", "ann@googlemail.com", "ann@gmail.com" },
	{ "email", "ann-x-y@yahoo.com", "ann@yahoo.com" }, { "email", "ann+x+y@web.de", "ann@web.de" }, { "email", "a.n.n.@gmail.com", "ann@gmail.com" },
	/* The rest of what people write. */
	{ "email", "  Ann.Lee+shop@Gmail.com ", "annlee@gmail.com" }, { "email", "a.n.n@googlemail.com", "ann@gmail.com" },
	{ "email", "ann@ya.ru", "ann@yandex.ru" }, { "email", "a.b@yandex.com", "a-b@yandex.ru" },
	{ "email", "ann-x@yahoo.co.uk", "ann@yahoo.co.uk" }, { "email", "ann+x@yahoo.com", "ann+x@yahoo.com" },
	{ "email", "ann-x@ymail.com", "ann@ymail.com" }, { "email", "ann-x@rocketmail.com", "ann@rocketmail.com" },
	{ "email", "ann-x+t@web.de", "ann-x@web.de" }, { "email", "Ann_B@pm.me", "annb@proton.me" },
	{ "email", "ann@protonmail.com", "ann@proton.me" }, { "email", "ann@me.com", "ann@icloud.com" },
	{ "email", "ann@hotmail.com", "ann@hotmail.com" }, { "email", "ann@outlook.com", "ann@outlook.com" },
	{ "email", "ann@10gmail.com", "ann@gmail.com" }, { "email", "ann@35gmai.com", "ann@gmail.com" }, { "email", "ann@35gmail.con", "ann@gmail.com" },
	{ "email", "ann@163.com", "ann@163.com" }, { "email", "a.b@x.org", "a.b@x.org" },
	{ "email", "\"Ann Lee\" <ann@x.org>", "ann@x.org" }, { "email", "mailto:ann@x.org.", "ann@x.org" }, { "email", "MailTo:ann@x.org", "ann@x.org" },
	{ "email", "ann@x.org,", "ann@x.org" }, { "email", "+tag@x.org", "+tag@x.org" }, { "email", "ann @x.org", "ann@x.org" },
	{ "email", "...@gmail.com", "" }, { "email", "ann", "" }, { "email", "@x.org", "" }, { "email", "ann@", "" },
	{ "email", "ann@localhost", "" }, { "email", "a b@x.org", "" }, { "email", "a@b@x.org", "" }, { "email", "(no user)", "" },
	{ "email", "<>", "" }, { "email", ">", "" }, { "email", "ann@x.comcomcom", "ann@x.com" },
	{ "email", "ann@gmail.commmm", "ann@gmail.com" }, { "email", "ann@x.cpm", "ann@x.com" }, { "email", "ann@x.cam", "ann@x.cam" },
	{ "email", "ann@x.co", "ann@x.co" }, { "email", "ann@gmail.co", "ann@gmail.com" }, { "email", "ann@putlook.com", "ann@outlook.com" },
	{ "email", "ann@x.org/", "ann@x.org" }, { "email", "ann@x.org?", "ann@x.org" }, { "email", "ann@x.org*-", "ann@x.org" },
	{ "email", "ann@x.org\xe2\x80\x8b", "ann@x.org" }, { "email", "\xe2\x80\x8e" "ann@x.org\xe2\x80\x8e", "ann@x.org" }, { "email", "ann@/", "" },
	{ "email", "ann@straße.de", "ann@xn--strae-oqa.de" }, { "email", "Ann@STRAßE.de", "ann@xn--strae-oqa.de" },
	{ "email", "ann@xn--strae-oqa.de", "ann@xn--strae-oqa.de" }, { "email", "ann@XN--BCHER-KVA.de", "ann@xn--bcher-kva.de" },
	{ "email", "ann@strasse.de", "ann@strasse.de" }, { "email", "groß@x.org", "gross@x.org" },
	{ "email", "ann＠ｘ．org", "ann@x.org" }, { "email", "用户@例子.中国", "用户@xn--fsqu00a.xn--fiqs8s" }, { "email", "ann@例子。中国", "ann@xn--fsqu00a.xn--fiqs8s" },
	{ "email", "any@ann.sent.com", "ann@sent.com" }, { "email", "any@a.b.fastmail.com", "any@a.b.fastmail.com" },
	{ "email_domain", "Ann@GoogleMail.com", "gmail.com" }, { "email_domain", "x@ann.fastmail.fm", "fastmail.fm" },
	{ "email_domain", "none", "" },

	{ "phone", "+1370260890", "+1370260890" }, { "phone", "+81 (943) 261631", "+81943261631" },
	{ "phone", "+150 287-8771", "+1502878771" }, { "phone", "0044 20 7946 0958", "+442079460958" },
	{ "phone", "+44 (0)20 7946 0958", "+442079460958" }, { "phone", "0044 (0) 20 7946 0958", "+442079460958" },
	{ "phone", "+49 (030) 1234567", "+49301234567" }, { "phone", "+39 (06) 1234567", "+39061234567" }, { "phone", "(030) 1234567", "0301234567" },
	{ "phone", "+0049 30 1234567", "+49301234567" }, { "phone", "020 7946 0958", "02079460958" }, { "phone", "030/1234567-12", "030123456712" },
	{ "phone", "tel:+1-202-555-0143", "+12025550143" }, { "phone", "tel:+1-202-555-0143;ext=12", "+12025550143" },
	{ "phone", "Tel.: +49 30 1234567", "+49301234567" }, { "phone", "+49 30 1234567 (mobil)", "+49301234567" }, { "phone", "(+49) 30 1234567", "+49301234567" },
	{ "phone", "+1 202 555 0143 ext. 12", "+12025550143" }, { "phone", "+1 202 555 0143 Extension 12", "+12025550143" },
	{ "phone", "2025550143x9", "2025550143" }, { "phone", "+1 202 555 0143 #12", "+12025550143" }, { "phone", "+33 1 23 45 67 89 poste 12", "+33123456789" },
	{ "phone", "+7 495 123-45-67 доб. 12", "+74951234567" }, { "phone", "03-1234-5678 内線12", "0312345678" }, { "phone", "電話03-1234-5678", "0312345678" },
	{ "phone", "+１２０２５５５０１４３", "+12025550143" }, { "phone", "+٤٩٣٠١٢٣٤٥٦٧", "+49301234567" }, { "phone", "۰۲۱ ۱۲۳۴ ۵۶۷۸", "02112345678" },
	{ "phone", "+९१ ९८७६५ ४३२१०", "+919876543210" }, { "phone", "\xe2\x80\xaa+49 30 1234567\xe2\x80\xac", "+49301234567" },
	{ "phone", "123456", "" }, { "phone", "0000000000", "" }, { "phone", "1234567890123456", "" }, { "phone", "call me 1234567", "" },
	{ "phone", "+", "" }, { "phone", "+49 30 ****567", "" }, { "phone", "#31#1234567", "" }, { "phone", "*100#1234567", "" }, { "phone", "202 555 xxxx", "" },
	{ "phone", "ext 12345678", "12345678" }, { "phone", "Tel, +1 202 555 0143", "+12025550143" },

	{ "card", "4001 5028 8853 9193", "4001502888539193" }, { "card", "4001-5028-8853-9193", "4001502888539193" },
	{ "card", "tok_1N3T00LkdIwH", "tok_1N3T00LkdIwH" }, { "card", "**** 9193", "" }, { "card", "9193", "" }, { "card", "•••• 9193", "" },
	{ "card", "0000 0000 0000 0000", "" }, { "card", "abc", "" }, { "card", "xxxx-xxxx-xxxx-9193", "" }, { "card", "411111XXXXXX9193", "" },
	{ "card", "card ...9193", "" }, { "card", "#### 9193", "" }, { "card", "٤٠٠١ ٥٠٢٨ ٨٨٥٣ ٩١٩٣", "4001502888539193" }, { "card", "TOK_aB", "TOK_aB" },
	{ "account_number", "de89 3704-0044 0532 0130 00", "DE89370400440532013000" }, { "account_number", "TUS 735/969.813", "TUS735969813" },
	{ "account_number", "١٢٣٤٥", "12345" }, { "account_number", "000000", "" }, { "account_number", "ab", "" },

	{ "name", "Lee, Ann", "ann lee" }, { "name", "ANN  LEE", "ann lee" }, { "name", "Lǐ Lián", "li lian" }, { "name", "Müller, Jörg", "jorg muller" },
	{ "name", "Jörg\xc2\xa0 Müller ", "jorg muller" }, { "name", "Mueller", "mueller" }, { "name", "Jean-Luc Picard", "jean luc picard" },
	{ "name", "Dr. Ann O’Neill", "ann oneill" }, { "name", "O'Neill Ann", "ann oneill" }, { "name", "Müller-Łoś", "los muller" },
	{ "name", "Prof. Dr. Dipl.-Ing. Ann Lee", "ann lee" }, { "name", "Herr Jörg Müller", "jorg muller" }, { "name", "Dott.ssa Anna Conti", "anna conti" },
	{ "name", "M. et Mme Dupont", "dupont et m" }, { "name", "Don Smith", "don smith" }, { "name", "Ludwig van Beethoven", "beethoven ludwig van" },
	{ "name", "कुमार", "कुमार" }, { "name", "किमार", "किमार" }, { "name", "ガッツ", "ガッツ" }, { "name", "พิชัย", "พิชัย" },
	{ "name", "Trần Thị Bưởi", "buoi thi tran" }, { "name", "Алексе\xcc\x81й", "алексеи" }, { "name", "مُحَمَّد", "محمد" },
	{ "name", "Dr", "dr" }, { "name", "李 小龙", "李小龙" }, { "name", "李小龙", "李小龙" }, { "name", "山田 太郎 様", "山田太郎" }, { "name", "山田太郎様", "山田太郎" },
	{ "name", "アラン・スミス", "アランスミス" }, { "name", "김 민준", "김민준" }, { "name", "李 Ann", "ann 李" }, { "name", "--", "" }, { "name", "Ann Ann", "ann" },
	{ "name_tokens", "Ann B Lee", "ann, lee" }, { "name_tokens", "李 小龙", "李小龙" }, { "name_tokens", "Dr. Ludwig van der Beethoven", "beethoven, ludwig" },
	{ "name_tokens", "María de la Cruz", "cruz, maria" }, { "name_tokens", "de la", "de, la" },

	{ "company", "Acme Trading Co., Ltd.", "acme trading" }, { "company", "ACME TRADING L.L.C.", "acme trading" }, { "company", "Acme Trading", "acme trading" },
	{ "company", "Trading Acme S.A.", "acme trading" }, { "company", "Ltd", "ltd" }, { "company", "Bücher GmbH & Co. KG", "bucher" },
	{ "company", "Bücher G.m.b.H.", "bucher" }, { "company", "Bücher UG (haftungsbeschränkt)", "bucher" }, { "company", "Acme Sp. z o.o.", "acme" },
	{ "company", "Acme sp. z o. o.", "acme" }, { "company", "Acme Spółka z ograniczoną odpowiedzialnością", "acme" }, { "company", "Acme S.à r.l.", "acme" },
	{ "company", "Acme SARL", "acme" }, { "company", "Acme d.o.o.", "acme" }, { "company", "Acme Pty. Ltd.", "acme" }, { "company", "Acme (Pty) Ltd", "acme" },
	{ "company", "Acme Oy", "acme" }, { "company", "Acme AB (publ)", "acme" }, { "company", "Acme A/S", "acme" }, { "company", "Acme ApS", "acme" },
	{ "company", "Acme S.p.A.", "acme" }, { "company", "Acme Ltda.", "acme" }, { "company", "Acme Sdn. Bhd.", "acme" }, { "company", "Acme s.r.o.", "acme" },
	{ "company", "Acme spol. s r.o.", "acme" }, { "company", "Acme Kft.", "acme" }, { "company", "Acme B.V.", "acme" }, { "company", "Acme S.A. de C.V.", "acme" },
	{ "company", "Acme e.V.", "acme" }, { "company", "Acme Pvt. Ltd.", "acme" }, { "company", "Acme A.Ş.", "acme" }, { "company", "Acme OÜ", "acme" },
	{ "company", "ООО «Ромашка»", "ромашка" }, { "company", "Ромашка, ООО", "ромашка" }, { "company", "PT Maju Jaya Tbk", "jaya maju" },
	{ "company", "深圳市某某有限公司", "深圳市某某" }, { "company", "深圳市某某股份有限公司", "深圳市某某" }, { "company", "株式会社アクメ", "アクメ" },
	{ "company", "アクメ株式会社", "アクメ" }, { "company", "アクメ 株式会社", "アクメ" }, { "company", "(株)アクメ", "アクメ" }, { "company", "㈱アクメ", "アクメ" },
	{ "company", "주식회사 아크메", "아크메" }, { "company", "아크메(주)", "아크메" }, { "company", "A & B Trading", "a b trading" }, { "company", "AB Trading", "ab trading" },
	{ "company", "Johnson and Johnson", "johnson" }, { "company", "Johnson & Johnson Inc", "johnson" }, { "company", "J. P. Morgan", "jp morgan" },
	{ "company", "AS Roma", "as roma" }, { "company", "BT Group plc", "bt group" },

	{ "address", "607 West St., 74494, US", "607 74494 st us w" }, { "address", "607 west street 74494 us", "607 74494 st us w" },
	{ "address", "US 74494; 607 W. Street", "607 74494 st us w" }, { "address", "607 West St 74494 United States of America", "607 74494 st us w" },
	{ "address", "Hauptstraße 5, Berlin", "5 berlin haupt st" }, { "address", "Hauptstr. 5 Berlin", "5 berlin haupt st" },
	{ "address", "Haupt-Straße 5, Berlin", "5 berlin haupt st" }, { "address", "Haupt Str 5 Berlin", "5 berlin haupt st" },
	{ "address", "Straße des 17. Juni 5, Berlin", "17 5 berlin des juni st" }, { "address", "Str. 5 Berlin", "5 berlin st" }, { "address", "Kerk straat 7 Delft", "7 delft kerk st" },
	{ "address", "HAUPTSTRASSE 5 a Berlin", "5a berlin haupt st" }, { "address", "Hauptstr. 5A, Berlin", "5a berlin haupt st" },
	{ "address", "Marktplatz 1, Bonn", "1 bonn markt pl" }, { "address", "Kerkstraat 7, Delft", "7 delft kerk st" },
	{ "address", "Apartment 4, 12 Oak Avenue", "12 4 ave oak" }, { "address", "Flat 4, 12 Oak Av", "12 4 ave oak" }, { "address", "12 Oak Ave #4", "12 4 ave oak" },
	{ "address", "12 Oak Ave Apt. 4", "12 4 ave oak" }, { "address", "12-a Oak Lane", "12a ln oak" }, { "address", "12 N Oak Lane", "12 ln n oak" },
	{ "address", "Nr. 12 Oak Lane", "12 ln oak" }, { "address", "P.O. Box 12, Leeds", "12 leeds pobox" }, { "address", "Post Office Box 12 Leeds", "12 leeds pobox" },
	{ "address", "12 bis, rue de la Paix, Paris", "12bis paix paris rue" }, { "address", "12bis rue Paix Paris", "12bis paix paris rue" },
	{ "address", "n° 12, Bd. Voltaire", "12 blvd voltaire" }, { "address", "12 boulevard Voltaire", "12 blvd voltaire" },
	{ "address", "C/ Alcalá 5, 2º izq.", "2o 5 alcala calle izq" }, { "address", "Calle de Alcalá, 5 2º izquierda", "2o 5 alcala calle izq" },
	{ "address", "Avda. del Sol nº 3", "3 ave del sol" }, { "address", "V.le Roma 3", "3 roma viale" }, { "address", "Piazza del Popolo 3", "3 popolo pza" }, { "address", "P.za Popolo 3", "3 popolo pza" },
	{ "address", "ul. Marszałkowska 12 m. 5", "12 5 marszalkowska" }, { "address", "ulica Marszałkowska 12/5", "12 5 marszalkowska" },
	{ "address", "Rua da Prata 8, Lisboa", "8 lisboa prata rua" }, { "address", "R. Prata, 8 - Lisboa", "8 lisboa prata rua" },
	{ "address", "улица Ленина, дом 5, кв. 12", "12 5 ленина" }, { "address", "ул. Ленина 5-12", "12 5 ленина" },
	{ "address", "١٢ Oak Lane", "12 ln oak" }, { "address", "US", "" }, { "address", ",,", "" },
	{ "address_tokens", "12 Oak Road", "12, oak, rd" },

	{ "user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
	  "chrome 139 windows" },
	{ "user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0 Safari/537.36 Edg/138.0",
	  "edge 138 windows" },
	{ "user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0", "firefox 139 windows" },
	{ "user_agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 "
	  "Mobile/15E148 Safari/604.1", "safari 18 ios" },
	{ "user_agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 CriOS/139.0 Mobile Safari/604.1",
	  "chrome 139 ios" },
	{ "user_agent", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
	  "safari 18 macos" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 14; SM-A535B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 "
	  "Chrome/125.0.0.0 Mobile Safari/537.36", "samsung 27 android" },
	{ "user_agent", "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
	  "chrome 138 chromeos" },
	{ "user_agent", "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0", "firefox 139 linux" },
	{ "user_agent", "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", "ie 11 windows" },
	{ "user_agent", "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)", "ie 8 windows" },
	{ "user_agent", "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 OPR/106.0", "opera 106 windows" },
	{ "user_agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
	  "other ios" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36",
	  "chrome 139 android" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/139.0.0.0 "
	  "Mobile Safari/537.36", "webview 139 android" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/139.0.0.0 "
	  "Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/450.0.0.38.108;]", "facebook 450 android" },
	{ "user_agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
	  "[FBAN/FBIOS;FBAV/451.0;FBBV/1]", "facebook 451 ios" },
	{ "user_agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
	  "Instagram 300.0.0.10 (iPhone15,2)", "instagram 300 ios" },
	{ "user_agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/330.0 Mobile/15E148 "
	  "Safari/604.1", "google 330 ios" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 14; V2) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 musical_ly_2023501 BytedanceWebview/d8a21c6",
	  "tiktok android" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.50", "wechat 8 android" },
	{ "user_agent", "Mozilla/5.0 (iPad; CPU OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Mobile/15E148 Safari/604.1",
	  "safari 18 ios" },
	{ "user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0 Safari/537.36 Edge/18.19582",
	  "edge 18 windows" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/138.0.0.0 Mobile Safari/537.36 EdgA/138.0.0.0", "edge 138 android" },
	{ "user_agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/138.0.0.0 YaBrowser/25.6.0 Safari/537.36", "yandex 25 windows" },
	{ "user_agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/138.0.0.0 Safari/537.36 Vivaldi/7.5", "vivaldi 7 linux" },
	{ "user_agent", "Mozilla/5.0 (Linux; U; Android 14; en-US) AppleWebKit/537.36 Version/4.0 Chrome/100.0 UCBrowser/13.7 Mobile Safari/537.36",
	  "ucbrowser 13 android" },
	{ "user_agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 Version/18.2 Mobile/15E148 Safari/604.1 OPT/5.4",
	  "opera 5 ios" },
	{ "user_agent", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15 Ddg/18.3",
	  "duckduckgo 18 macos" },
	{ "user_agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/139.0.0.0 Safari/537.36", "headless 139 linux" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH) AppleWebKit/537.36 Chrome/99.0 HuaweiBrowser/14.0 Mobile Safari/537.36",
	  "huawei 14 harmonyos" },
	{ "user_agent", "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) 76.0/6.0 TV Safari/537.36", "other tizen" },
	{ "user_agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "googlebot 2" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 Chrome/139.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
	  "googlebot 2" },
	{ "user_agent", "Mozilla/5.0 (compatible; Baiduspider/2.0)", "baiduspider 2" },
	{ "user_agent", "Mozilla/5.0 (Linux; Android 9; CUBOT MAX) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36", "chrome 120 android" },
	{ "user_agent", "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)", "dalvik 2 android" }, { "user_agent", "MyShop/5.2 (iPhone; iOS 18.2)", "myshop 5 ios" },
	{ "user_agent", "MyShop/52 CFNetwork/1410.0.3 Darwin/22.6.0", "myshop 52 darwin" }, { "user_agent", "okhttp/4.9.0", "okhttp 4" },
	{ "user_agent", "facebookexternalhit/1.1", "facebookexternalhit 1" }, { "user_agent", "Mozilla/5.0", "mozilla" }, { "user_agent", "/", "" },
	{ "user_agent_os", "Mozilla/5.0 (compatible; bingbot/2.0) Windows", "" },
	{ "user_agent", "curl/7.88.1", "curl 7" }, { "user_agent", "Wget", "wget" },
	{ "user_agent_os", "Mozilla/5.0 (Linux; Android 14; SM-A535B)", "android" }, { "user_agent_os", "curl/7", "" },

	{ "language", "en-US,en;q=0.9", "en" }, { "language", "zh-CN,zh;q=0.9,en;q=0.8", "zh,en" }, { "language", "ja,en-US;q=0.9", "ja,en" },
	{ "language", " DE , *;q=0.1", "de" }, { "language", "*", "" }, { "language", "fil,fi", "fil,fi" },
	{ "screen", "412x915", "412x915" }, { "screen", "915x412", "412x915" }, { "screen", "1920 × 1080", "1080x1920" },
	{ "screen", "1920x1080x24", "1080x1920" }, { "screen", "0x0", "" }, { "screen", "big", "" }, { "screen", "412", "" },
	{ "screen", "999999x1", "" }, { "screen", "1x999999", "" },
	{ "tcp", "58:1380:64240:mss,sok,ts,nop,ws7", "64:64240:mss,sok,ts,nop,ws7" }, { "tcp", "128:1452:64240:mss", "128:64240:mss" },
	{ "tcp", "0:1:2:mss", "" }, { "tcp", "64:1:2", "" }, { "tcp", "64:1:2:a:b", "" }, { "tcp", "x:1:2:mss", "" },
	{ "tls_stack", "t13d1516h2_8daaf6152771_02713d6af862", "browser" }, { "tls_stack", "t13i1715h2_x", "browser" },
	{ "tls_stack", "t13d3112h2_e8f1e7e78f70_x", "library" }, { "tls_stack", "t12d1516h2_x_y", "library" }, { "tls_stack", "t13d1812h1_x", "library" },
	{ "tls_stack", "t13i311100_x", "library" }, { "tls_stack", "q13d0310h3_x", "quic" }, { "tls_stack", "d13d0310h2_x", "" },
	{ "tls_stack", "t13d", "" }, { "tls_stack", "txxdyyzzh2", "" },
	{ "claim", "t13d1516h2_a_b|Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
	  "t13d1516h2_a_b, t13d1516h2_a_b|chrome windows, |chrome windows" },
	{ "claim", "t13i311100_a_b|curl/7.88.1", "t13i311100_a_b, t13i311100_a_b|curl, |curl" }, { "claim", "t13_a|", "t13_a" }, { "claim", "|curl/7", "" },
	{ "claim", "t13_a", "t13_a" },
	{ "tcp_claim", "58:1380:64240:mss,sok,ts,nop,ws7|curl/7.88.1", "64:64240:mss,sok,ts,nop,ws7, 64:64240:mss,sok,ts,nop,ws7|curl, |curl" },
	{ "tcp_claim", "x:1:2:mss|curl/7", "" }, { "tcp_claim", "0:1", "" },
	{ "user_agent_family", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "firefox" }, { "user_agent_family", "curl/7.88.1", "curl" },
	{ "tcp_stack", "118:1452:64240:mss,nop,ws8,nop,nop,sok", "windows" }, { "tcp_stack", "64:1380:64240:mss,sok,ts,nop,ws7", "linux" },
	{ "tcp_stack", "57:1440:65535:mss,nop,ws6,nop,nop,ts,sok,eol", "apple" }, { "tcp_stack", "255:1:2:mss", "other" },

	{ "trim", "  a b ", "a b" }, { "lower", "ＡBc É", "abc é" }, { "fold", " A\t\n É  b ", "a e b" }, { "squash", "A-b c/É", "abce" },
	{ "digits", "a1b２c", "12" }, { "digits", "abc", "" }, { "tokens", "b a-b, C", "a, b, c" },
	{ "ngrams3", "abcd", "abc, bcd" }, { "ngrams3", "aaaa", "aaa" }, { "ngrams3", "ab", "ab" }, { "ngrams3", "日本語x", "日本語, 本語x" },
	{ "deletions", "lee", "lee" }, { "deletions", "lees", "lees, ees, les, lee" }, { "deletions", "日本語x", "日本語x, 本語x, 日語x, 日本x, 日本語" },
	{ "deletions", "", "" }, { "prefix3", "abcd", "abc" }, { "prefix3", "ab", "" }, { "prefix5", "日本語で書く", "日本語で書" },
	{ "phonetic", "Robert", "r163" }, { "phonetic", "Rupert", "r163" }, { "phonetic", "Tymczak", "t522" },
	{ "phonetic", "Pfister", "p236" }, { "phonetic", "Ashcraft", "a261" }, { "phonetic", "Lee Ann", "l000 a500" }, { "phonetic", "李", "" },
	{ "date", "1980-07-03", "1980-07-03" }, { "date", "19800703", "1980-07-03" }, { "date", "3.7.1980", "1980-07-03" },
	{ "date", "7/3/1980", "1980-07-03" }, { "date", "31/12/1980", "1980-12-31" }, { "date", "1980-07-03T00:00:00Z", "1980-07-03" },
	{ "date", "1980-02-30", "" }, { "date", "2000-02-29", "2000-02-29" }, { "date", "1900-02-29", "" }, { "date", "7/1980", "" },
	{ "date", "80-07-03", "" }, { "date", "1980-07.03", "" }, { "date", "x", "" },
	{ "date", "١٩٨٠-٠٧-٠٣", "1980-07-03" }, { "date", "1980年7月3日", "" },
	{ "date_parts", "1980-07-03", "year 1980, month 7, day 3" }, { "year", "3.7.1980", "1980" }, { "year", "soon", "" },
};

static struct arena *arena;

/* The steps are tested with the words that ship. */
static struct {
	const char *step, *lists[2];
	const struct words *words;
} shipped[] = {
	{ .step = "email", .lists = { "email_domains", "email_providers" } }, { .step = "email_domain", .lists = { "email_domains", "email_providers" } },
	{ .step = "phone", .lists = { "phone_words" } }, { .step = "name", .lists = { "titles" } },
	{ .step = "name_tokens", .lists = { "titles", "name_particles" } }, { .step = "company", .lists = { "legal_forms" } },
	{ .step = "address", .lists = { "address_words" } }, { .step = "address_tokens", .lists = { "address_words" } },
};

static size_t read_list(const char *name, struct bytes *lines, size_t n)
{
	char path[400], line[400];
	FILE *f;

	snprintf(path, sizeof path, SOURCE_DIR "/rules/default/lists/%s.txt", name);
	f = fopen(path, "r");
	if (f == NULL)
		fail_msg("%s cannot be read", path);
	while (fgets(line, sizeof line, f)) {
		struct bytes text = bytes_trim(bytes_of(line));

		if (text.len > 0 && text.ptr[0] != '#')
			lines[n++] = arena_bytes(arena, text);
	}
	fclose(f);
	return n;
}

static int setup(void **state)
{
	struct errbuf eb = { "" };

	arena = arena_new(4096);
	for (size_t i = 0; i < ARRAY_LEN(shipped); i++) {
		struct kind kind = { .steps = { normaliser_find(bytes_of(shipped[i].step)) }, .n_steps = 1 };
		struct bytes lines[2000];
		size_t n = 0;

		for (size_t k = 0; k < 2 && shipped[i].lists[k]; k++)
			n = read_list(shipped[i].lists[k], lines, n);
		shipped[i].words = words_make(arena, kind_word_form(&kind), lines, n, &eb);
		if (shipped[i].words == NULL)
			fail_msg("%s: %s", shipped[i].step, eb.text);
	}
	return 0;
}

static const struct words *words_of(const char *step)
{
	for (size_t i = 0; i < ARRAY_LEN(shipped); i++)
		if (strcmp(shipped[i].step, step) == 0)
			return shipped[i].words;
	return NULL;
}

static int teardown(void **state)
{
	arena_free(arena);
	return 0;
}

static void joined(const struct normalised *n, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < n->n; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%.*s", i ? ", " : "", BYTES_ARG(n->text[i]));
}

static void run(const char *step, struct bytes in, char *out, size_t size)
{
	struct kind kind = { .steps = { normaliser_find(bytes_of(step)) }, .n_steps = 1, .words = words_of(step) };
	struct normalised n;

	if (kind.steps[0] == NULL)
		fail_msg("no step %s", step);
	kind_normalise(&kind, arena, in, &n);
	joined(&n, out, size);
}

static void every_step_brings_its_table_to_normal_form(void **state)
{
	char out[4096];

	unsigned failed = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		run(rows[i].step, bytes_of(rows[i].in), out, sizeof out);
		if (strcmp(out, rows[i].out) == 0)
			continue;
		print_error("%s(%s) = \"%s\", not \"%s\"\n", rows[i].step, rows[i].in, out, rows[i].out);
		failed++;
	}
	assert_int_equal(failed, 0);
}

/* But for values that have lost their order (a letter of a sorted address may come to stand behind another number) and
 * parts of a whole (the day of a date is no date). */
static void normal_form_is_a_fixed_point(void **state)
{
	static const char *const steps[] = { "email", "phone", "card", "account_number", "name", "screen",
					     "language", "date", "fold", "lower", "squash", "digits" };
	char once[4096], twice[4096];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t s = 0; s < ARRAY_LEN(steps); s++) {
			run(steps[s], bytes_of(rows[i].in), once, sizeof once);
			run(steps[s], bytes_of(once), twice, sizeof twice);
			if (once[0] != '\0' && strcmp(once, twice) != 0)
				fail_msg("%s(%s) = \"%s\", then \"%s\"", steps[s], rows[i].in, once, twice);
		}
	}
}

static void every_step_survives_bad_input(void **state)
{
	static const char *const bad[] = { "", " ", "\xff\xfe", "a\xc3", "@", ":", "::::", "+", "<", ">", "((((", "\xcc\x81", "....", "x", "\xe2\x80\x8b" };
	char big[NORMALISE_IN_MAX + 2], out[NORMALISE_IN_MAX * 4];

	memset(big, 'a', sizeof big);
	for (const struct normaliser_step *s = normaliser_steps; s->name; s++) {
		assert_true(strlen(s->help) > 10);
		assert_ptr_equal(normaliser_find(bytes_of(s->name)), s);
		for (size_t i = 0; i < ARRAY_LEN(bad); i++)
			run(s->name, bytes_of(bad[i]), out, sizeof out);
		run(s->name, bytes_make("a\0b@c\0d.de", 10), out, sizeof out);
		run(s->name, bytes_make(big, NORMALISE_IN_MAX), out, sizeof out);
		run(s->name, bytes_make(big, sizeof big), out, sizeof out);
		assert_string_equal(out, "");
	}
	assert_null(normaliser_find(bytes_of("nothing")));
}

static void steps_of_a_chain_work_on_every_text_before(void **state)
{
	struct kind kind = { .steps = { normaliser_find(bytes_of("name_tokens")), normaliser_find(bytes_of("phonetic")) }, .n_steps = 2 };
	struct normalised n;
	char out[200];

	kind_normalise(&kind, arena, bytes_of("Robert Lee"), &n);
	joined(&n, out, sizeof out);
	assert_string_equal(out, "l000, r163");
}

static bool share_a_text(const struct normaliser_step *step, const char *x, const char *y)
{
	struct normalised a = { .n = 0 }, b = { .n = 0 };

	step->fn(arena, NULL, bytes_of(x), &a);
	step->fn(arena, NULL, bytes_of(y), &b);
	for (unsigned i = 0; i < a.n; i++)
		for (unsigned k = 0; k < b.n; k++)
			if (bytes_eq(a.text[i], b.text[k]))
				return true;
	return false;
}

static void texts_that_differ_by_one_mistake_share_a_deletion(void **state)
{
	const struct normaliser_step *step = normaliser_find(bytes_of("deletions"));

	assert_true(share_a_text(step, "arkwright", "arkwrigh6"));
	assert_true(share_a_text(step, "arkwright", "akwright"));
	assert_true(share_a_text(step, "arkwright", "arkwwright"));
	assert_true(share_a_text(step, "arkwright", "rakwright"));
	assert_false(share_a_text(step, "arkwright", "brkwrigh6"));
	assert_false(share_a_text(step, "arkwright", "wright"));
}

static void a_chain_yields_a_bounded_number_of_texts(void **state)
{
	struct kind kind = { .steps = { normaliser_find(bytes_of("tokens")) }, .n_steps = 1 };
	struct normalised n;

	kind_normalise(&kind, arena, bytes_of("a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4"), &n);
	assert_int_equal(n.n, NORMALISE_OUT_MAX);
}

static const struct kind *kind_with_placeholders(const char *step, const struct bytes *list, unsigned n)
{
	static struct kinds kinds;

	kinds.n = 1;
	kinds.rows[0] = (struct kind){ .name = BYTES_LIT("a"), .steps = { normaliser_find(bytes_of(step)) }, .n_steps = 1,
				       .placeholders = list, .n_placeholders = n };
	assert_int_equal(kinds_prepare(&kinds, NULL), ERR_OK);
	return &kinds.rows[0];
}

static void placeholders_are_taken_out(void **state)
{
	const struct bytes list[] = { BYTES_LIT("*@example.com"), BYTES_LIT("nobody@*"), BYTES_LIT("noreply@x.org"), BYTES_LIT("test@test.com") };
	const struct kind *kind = kind_with_placeholders("email", list, ARRAY_LEN(list));
	struct normalised n;

	kind_normalise(kind, arena, bytes_of("Test@Test.com"), &n);
	assert_int_equal(n.n, 0);
	kind_normalise(kind, arena, bytes_of("noreply@x.org"), &n);
	assert_int_equal(n.n, 0);
	kind_normalise(kind, arena, bytes_of("somebody@example.com"), &n);
	assert_int_equal(n.n, 0);
	kind_normalise(kind, arena, bytes_of("Nobody@shop.net"), &n);
	assert_int_equal(n.n, 0);
	kind_normalise(kind, arena, bytes_of("ann@test.com"), &n);
	assert_int_equal(n.n, 1);
}

static void placeholders_match_in_any_case(void **state)
{
	const struct bytes list[] = { BYTES_LIT("*-none"), BYTES_LIT("n/a"), BYTES_LIT("null") };
	const struct kind *kind = kind_with_placeholders("trim", list, ARRAY_LEN(list));
	const char *const none[] = { "null", "NULL", " Null ", "N/A", "Device-None" }, *const some[] = { "NULLS", "N/", "nul", "None-" };
	struct normalised n;

	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		kind_normalise(kind, arena, bytes_of(none[i]), &n);
		assert_int_equal(n.n, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		kind_normalise(kind, arena, bytes_of(some[i]), &n);
		assert_int_equal(n.n, 1);
	}
}

static void private_values_show_at_most_half_of_themselves(void **state)
{
	struct kind kind = { .privacy = PRIVACY_HASH, .mask_tail = 4 };

	assert_true(bytes_is(kind_shown(&kind, arena, bytes_of("4001502888539193")), "...9193"));
	assert_true(bytes_is(kind_shown(&kind, arena, bytes_of("abcd")), "...cd"));
	assert_true(bytes_is(kind_shown(&kind, arena, bytes_of("a")), "..."));
	assert_true(bytes_is(kind_shown(&kind, arena, bytes_of("日本語日本語")), "...日本語"));
	kind.mask_tail = 0;
	assert_true(bytes_is(kind_shown(&kind, arena, bytes_of("4001502888539193")), "..."));
	kind.privacy = PRIVACY_DROP;
	assert_int_equal(kind_shown(&kind, arena, bytes_of("x")).len, 0);
}

static void plain_values_are_cut_where_a_character_ends(void **state)
{
	struct kind kind = { .privacy = PRIVACY_PLAIN };
	char text[100];

	memset(text, 'a', 63);
	strcpy(text + 63, "日本");
	assert_int_equal(kind_shown(&kind, arena, bytes_of(text)).len, 63);
	strcpy(text + 62, "é日");
	assert_int_equal(kind_shown(&kind, arena, bytes_of(text)).len, 64);
	assert_true(bytes_is(kind_shown(&kind, arena, bytes_of("x")), "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_brings_its_table_to_normal_form),
		cmocka_unit_test(normal_form_is_a_fixed_point),
		cmocka_unit_test(every_step_survives_bad_input),
		cmocka_unit_test(steps_of_a_chain_work_on_every_text_before),
		cmocka_unit_test(texts_that_differ_by_one_mistake_share_a_deletion),
		cmocka_unit_test(a_chain_yields_a_bounded_number_of_texts),
		cmocka_unit_test(placeholders_are_taken_out),
		cmocka_unit_test(placeholders_match_in_any_case),
		cmocka_unit_test(private_values_show_at_most_half_of_themselves),
		cmocka_unit_test(plain_values_are_cut_where_a_character_ends),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
