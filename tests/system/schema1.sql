-- A database as schema 1 left it: what assocd wrote before its outbox had times, addressees and dead letters. The rows are
-- those of a daemon of that time that was fed EVENTS of upgrade.py under a hash.key of 32 bytes of value 7, where anna then
-- acknowledged eve's alert; but the alert log is one change behind (the row of the outbox), as after a crash.
PRAGMA application_id=1095978819;
PRAGMA user_version=1;
CREATE TABLE journal(seq INTEGER PRIMARY KEY, ts INTEGER NOT NULL, id_hash INTEGER NOT NULL, audience INTEGER NOT NULL, payload BLOB NOT NULL);
INSERT INTO journal VALUES(1,1772352000000,8924661665038375507,0,X'01011680c0ca8695677bdac47fdd289a5303616e6e510203040b616e6e2d6c6f67696e2d310200797fc98aee8ecbfc0838312e322e332e340caecf53ed135cbf5103642d31');
INSERT INTO journal VALUES(2,1772352000000,-3798650787786259801,0,X'01011680c0ca869567cb487b3c103e02a703626f62510203040b626f622d6c6f67696e2d310200797fc98aee8ecbfc0838312e322e332e340caecf53ed135cbf5103642d31');
INSERT INTO journal VALUES(3,1772438400000,-4614817890671179906,0,X'01011680b0fdd89567bff4df942b6d477e03616e6e510203040b616e6e2d6c6f67696e2d320200797fc98aee8ecbfc0838312e322e332e340caecf53ed135cbf5103642d31');
INSERT INTO journal VALUES(4,1772524800000,957466538706861076,0,X'01011680a0b0ab96670d499abe7bf1fc1403626f62510203040b626f622d6c6f67696e2d330200797fc98aee8ecbfc0838312e322e332e340caecf53ed135cbf5103642d31');
INSERT INTO journal VALUES(5,1772611200000,7472417701954753692,0,X'0104108090e3fd966767b35c4f325a949c03616e6e0d616e6e2d7061796d656e742d3402148437582b3953fac5032e2e2e025111596d5385f12c072e2e2e31383831');
INSERT INTO journal VALUES(6,1772611200000,-410419884200898052,0,X'0104108090e3fd9667fa4de54a3172d1fc03626f620d626f622d7061796d656e742d3401165111596d5385f12c072e2e2e31383831');
INSERT INTO journal VALUES(7,1772697600000,6128823558717995323,0,X'010116808096d09767550df48e046e793b03636964510209090b6369642d6c6f67696e2d350100f7db55f4f8fa898f0838312e322e392e39');
INSERT INTO journal VALUES(8,1772697600000,829009256575557737,0,X'010116808096d097670b813b86cdb260690364616e510209090b64616e2d6c6f67696e2d350200f7db55f4f8fa898f0838312e322e392e390c59ff9af2a9a3c79c03642d39');
INSERT INTO journal VALUES(9,1772784000000,90296279916633929,0,X'010c5080f0c8a298670140cbfcf8f85f49036576650c6576652d6865616c74682d360200087175657374696f6e00');
INSERT INTO journal VALUES(10,1772784000000,6794754485247696743,0,X'010c5080f0c8a298675e4bd134452e5f67036661790c6661792d6865616c74682d360200087175657374696f6e00');
INSERT INTO journal VALUES(11,1772870400000,-1079497863309623556,0,X'01095080e0fbf49867f104da69a9a2fefc036661790c6661792d636c6f7365642d3700800b69742077617320746f6c6400');
INSERT INTO journal VALUES(12,1795721388922,-7237741712265763236,0,X'010f40f48daf95c3689b8e6042885f265c0365766500d004616e6e611062336166623131393636646661656565096c6f6f6b656420617400');
CREATE TABLE days(day INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
INSERT INTO days VALUES(20783,1);
CREATE TABLE alerts(id TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL, updated INTEGER NOT NULL, seq INTEGER NOT NULL, audience INTEGER NOT NULL, json TEXT NOT NULL);
INSERT INTO alerts VALUES('5a8f7e0933ef5f9a','second-account-on-site','open',1772352000000,2,0,'{"schema":"assocd.alert/1","event":"opened","id":"5a8f7e0933ef5f9a","rule":"second-account-on-site","title":"Two accounts of one operator on one site","level":"medium","state":"open","subject":"link","accounts":["ann","bob"],"cluster":"c1","score":992,"summary":"Two accounts of one operator on one site: ann and bob, score 992","recommendation":"Watch the two; ask bob to declare the relation with ann if the rules of the site want it. No sanction by itself.","opened":"2026-03-01T08:00:00.000Z","updated":"2026-03-01T08:00:00.000Z","opened_seq":2,"updated_seq":2}');
INSERT INTO alerts VALUES('b3afb11966dfaeee','quick','acknowledged',1795721388922,12,0,'{"schema":"assocd.alert/1","event":"updated","id":"b3afb11966dfaeee","rule":"quick","title":"Something must be answered","level":"high","state":"acknowledged","subject":"account","accounts":["eve"],"score":0,"summary":"Something must be answered: eve, risk 0","reason":"looked at","actor":"anna","opened":"2026-03-06T08:00:00.000Z","updated":"2026-11-26T19:29:48.922Z","opened_seq":9,"updated_seq":12}');
INSERT INTO alerts VALUES('0bc0fb15ac6ca9ea','quick','resolved',1772870400000,11,0,'{"schema":"assocd.alert/1","event":"resolved","id":"0bc0fb15ac6ca9ea","rule":"quick","title":"Something must be answered","level":"high","state":"resolved","subject":"account","accounts":["fay"],"score":0,"summary":"Something must be answered: fay, risk 0","resolution":"withdrawn","reason":"fay was closed","opened":"2026-03-06T08:00:00.000Z","updated":"2026-03-07T08:00:00.000Z","opened_seq":10,"updated_seq":11}');
CREATE TABLE outbox(number INTEGER PRIMARY KEY AUTOINCREMENT, alert TEXT NOT NULL, seq INTEGER NOT NULL, audience INTEGER NOT NULL, json TEXT NOT NULL);
INSERT INTO outbox VALUES(5,'b3afb11966dfaeee',12,0,'{"schema":"assocd.alert/1","event":"updated","id":"b3afb11966dfaeee","rule":"quick","title":"Something must be answered","level":"high","state":"acknowledged","subject":"account","accounts":["eve"],"score":0,"summary":"Something must be answered: eve, risk 0","reason":"looked at","actor":"anna","opened":"2026-03-06T08:00:00.000Z","updated":"2026-11-26T19:29:48.922Z","opened_seq":9,"updated_seq":12}');
CREATE TABLE sinks(name TEXT PRIMARY KEY, through INTEGER NOT NULL);
INSERT INTO sinks VALUES('log',4);
CREATE TABLE names(seq INTEGER PRIMARY KEY, names TEXT NOT NULL);
INSERT INTO names VALUES(1,replace('ip\nport_block\ntls.ja4\ntls.key\ntls.traits\ntcp.syn\ntls.claim\ntcp.claim\ntls.stack\ntcp.stack\nuser_agent.os\nuser_agent.family\ndevice.id\ndevice.fingerprint\ndevice.hardware\ndevice.place\nuser_agent\ntimezone\nlanguage\nscreen\nidentity.email\nidentity.phone\nidentity.card\nidentity.bank\nidentity.tax_id\nidentity.address\nidentity.document\nidentity.name\nidentity.name_tokens\nidentity.company\nidentity.beneficiary\nidentity.dob\nitems\n','\n',char(10)));
CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO meta VALUES('applied',12);
INSERT INTO meta VALUES('events',12);
INSERT INTO meta VALUES('hash_key',1546769106096599115);
