BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	person_name VARCHAR(64) NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	password TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_account PRIMARY KEY (id), 
	CONSTRAINT ck_account_state CHECK (state IN ('active', 'disabled')), 
	CONSTRAINT uq_account_name UNIQUE (name)
);
CREATE TABLE activity (
	id INTEGER NOT NULL, 
	name VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	CONSTRAINT pk_activity PRIMARY KEY (id), 
	CONSTRAINT ck_activity_state CHECK (state IN ('running', 'paused')), 
	CONSTRAINT uq_activity_name UNIQUE (name)
);
INSERT INTO "activity" VALUES(1,'receive','running',NULL);
INSERT INTO "activity" VALUES(2,'analyse','running',NULL);
INSERT INTO "activity" VALUES(3,'deliver','running',NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0009');
CREATE TABLE "analysis" (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	series_id INTEGER NOT NULL, 
	request_key VARCHAR(64) NOT NULL, 
	content_digest VARCHAR(64) NOT NULL, 
	identity_digest VARCHAR(64) NOT NULL, 
	slice_index INTEGER, 
	labels_digest VARCHAR(64), 
	model_digest VARCHAR(64) NOT NULL, 
	analysis_digest VARCHAR(64) NOT NULL, 
	supersedes_id INTEGER, 
	revision INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	log TEXT, 
	attempt INTEGER NOT NULL, 
	priority INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	asked_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	is_current BOOLEAN NOT NULL, 
	reviewed_by VARCHAR(64), 
	reviewed_at DATETIME, 
	CONSTRAINT pk_analysis PRIMARY KEY (id), 
	CONSTRAINT uq_analysis_request_key UNIQUE (request_key), 
	CONSTRAINT fk_analysis_series_id_series FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT fk_analysis_study_id_study FOREIGN KEY(study_id) REFERENCES study (id), 
	CONSTRAINT fk_analysis_supersedes_id_analysis FOREIGN KEY(supersedes_id) REFERENCES analysis (id), 
	CONSTRAINT ck_analysis_state CHECK (state IN ('queued', 'running', 'done', 'held', 'not_measured', 'failed', 'dead', 'rejected', 'expired', 'superseded', 'cancelled'))
);
INSERT INTO "analysis" VALUES(1,1,1,'request_key 217','content_digest 217','identity_digest 217',NULL,NULL,'model_digest 217','analysis_digest 217',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(2,2,2,'request_key 229','content_digest 229','identity_digest 229',NULL,NULL,'model_digest 229','analysis_digest 229',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(3,3,3,'request_key 241','content_digest 241','identity_digest 241',NULL,NULL,'model_digest 241','analysis_digest 241',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(4,4,4,'request_key 253','content_digest 253','identity_digest 253',NULL,NULL,'model_digest 253','analysis_digest 253',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(5,5,5,'request_key 265','content_digest 265','identity_digest 265',NULL,NULL,'model_digest 265','analysis_digest 265',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(6,6,6,'request_key 277','content_digest 277','identity_digest 277',NULL,NULL,'model_digest 277','analysis_digest 277',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(7,7,7,'request_key 289','content_digest 289','identity_digest 289',NULL,NULL,'model_digest 289','analysis_digest 289',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(8,8,8,'request_key 301','content_digest 301','identity_digest 301',NULL,NULL,'model_digest 301','analysis_digest 301',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(9,9,9,'request_key 313','content_digest 313','identity_digest 313',NULL,NULL,'model_digest 313','analysis_digest 313',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(10,10,10,'request_key 325','content_digest 325','identity_digest 325',NULL,NULL,'model_digest 325','analysis_digest 325',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(11,11,11,'request_key 337','content_digest 337','identity_digest 337',NULL,NULL,'model_digest 337','analysis_digest 337',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(12,12,12,'request_key 349','content_digest 349','identity_digest 349',NULL,NULL,'model_digest 349','analysis_digest 349',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(13,13,13,'request_key 361','content_digest 361','identity_digest 361',NULL,NULL,'model_digest 361','analysis_digest 361',NULL,0,'queued',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(14,14,14,'request_key 366','content_digest 366','identity_digest 366',NULL,NULL,'model_digest 366','analysis_digest 366',NULL,0,'running',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(15,15,15,'request_key 371','content_digest 371','identity_digest 371',NULL,NULL,'model_digest 371','analysis_digest 371',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,1,NULL,NULL);
INSERT INTO "analysis" VALUES(16,16,16,'request_key 383','content_digest 383','identity_digest 383',NULL,NULL,'model_digest 383','analysis_digest 383',NULL,0,'held',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(17,17,17,'request_key 395','content_digest 395','identity_digest 395',NULL,NULL,'model_digest 395','analysis_digest 395',NULL,0,'not_measured',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(18,18,18,'request_key 400','content_digest 400','identity_digest 400',NULL,NULL,'model_digest 400','analysis_digest 400',NULL,0,'failed',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(19,19,19,'request_key 405','content_digest 405','identity_digest 405',NULL,NULL,'model_digest 405','analysis_digest 405',NULL,0,'dead',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(20,20,20,'request_key 410','content_digest 410','identity_digest 410',NULL,NULL,'model_digest 410','analysis_digest 410',NULL,0,'rejected',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(21,21,21,'request_key 415','content_digest 415','identity_digest 415',NULL,NULL,'model_digest 415','analysis_digest 415',NULL,0,'expired',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(22,22,22,'request_key 420','content_digest 420','identity_digest 420',NULL,NULL,'model_digest 420','analysis_digest 420',NULL,0,'superseded',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(23,23,23,'request_key 425','content_digest 425','identity_digest 425',NULL,NULL,'model_digest 425','analysis_digest 425',NULL,0,'cancelled',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
CREATE TABLE artifact (
	id INTEGER NOT NULL, 
	analysis_id INTEGER NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	sop_class_uid VARCHAR(64) NOT NULL, 
	sop_instance_uid VARCHAR(64) NOT NULL, 
	series_instance_uid VARCHAR(64) NOT NULL, 
	path VARCHAR(255) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	CONSTRAINT pk_artifact PRIMARY KEY (id), 
	CONSTRAINT fk_artifact_analysis_id_analysis FOREIGN KEY(analysis_id) REFERENCES analysis (id), 
	CONSTRAINT uq_artifact_path UNIQUE (path), 
	CONSTRAINT uq_artifact_sop_instance_uid UNIQUE (sop_instance_uid)
);
INSERT INTO "artifact" VALUES(1,1,'kind 220','sop_class_uid 220','sop_instance_uid 220','series_instance_uid 220','path 220','sha256 220',0);
INSERT INTO "artifact" VALUES(2,2,'kind 232','sop_class_uid 232','sop_instance_uid 232','series_instance_uid 232','path 232','sha256 232',0);
INSERT INTO "artifact" VALUES(3,3,'kind 244','sop_class_uid 244','sop_instance_uid 244','series_instance_uid 244','path 244','sha256 244',0);
INSERT INTO "artifact" VALUES(4,4,'kind 256','sop_class_uid 256','sop_instance_uid 256','series_instance_uid 256','path 256','sha256 256',0);
INSERT INTO "artifact" VALUES(5,5,'kind 268','sop_class_uid 268','sop_instance_uid 268','series_instance_uid 268','path 268','sha256 268',0);
INSERT INTO "artifact" VALUES(6,6,'kind 280','sop_class_uid 280','sop_instance_uid 280','series_instance_uid 280','path 280','sha256 280',0);
INSERT INTO "artifact" VALUES(7,7,'kind 292','sop_class_uid 292','sop_instance_uid 292','series_instance_uid 292','path 292','sha256 292',0);
INSERT INTO "artifact" VALUES(8,8,'kind 304','sop_class_uid 304','sop_instance_uid 304','series_instance_uid 304','path 304','sha256 304',0);
INSERT INTO "artifact" VALUES(9,9,'kind 316','sop_class_uid 316','sop_instance_uid 316','series_instance_uid 316','path 316','sha256 316',0);
INSERT INTO "artifact" VALUES(10,10,'kind 328','sop_class_uid 328','sop_instance_uid 328','series_instance_uid 328','path 328','sha256 328',0);
INSERT INTO "artifact" VALUES(11,11,'kind 340','sop_class_uid 340','sop_instance_uid 340','series_instance_uid 340','path 340','sha256 340',0);
INSERT INTO "artifact" VALUES(12,12,'kind 352','sop_class_uid 352','sop_instance_uid 352','series_instance_uid 352','path 352','sha256 352',0);
INSERT INTO "artifact" VALUES(13,15,'kind 374','sop_class_uid 374','sop_instance_uid 374','series_instance_uid 374','path 374','sha256 374',0);
INSERT INTO "artifact" VALUES(14,16,'kind 386','sop_class_uid 386','sop_instance_uid 386','series_instance_uid 386','path 386','sha256 386',0);
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	artifact_id INTEGER NOT NULL, 
	destination VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	attempt INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	sent_at DATETIME, asked INTEGER DEFAULT '0' NOT NULL, resent INTEGER DEFAULT '0' NOT NULL, failed_at DATETIME, transaction_uid VARCHAR(64), 
	CONSTRAINT pk_delivery PRIMARY KEY (id), 
	CONSTRAINT ck_delivery_state CHECK (state IN ('pending', 'sent', 'verified', 'dead', 'cancelled')), 
	CONSTRAINT fk_delivery_artifact_id_artifact FOREIGN KEY(artifact_id) REFERENCES artifact (id), 
	CONSTRAINT uq_delivery_artifact_id UNIQUE (artifact_id, destination)
);
INSERT INTO "delivery" VALUES(1,1,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(2,1,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(3,1,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(4,1,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(5,1,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(6,2,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(7,2,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(8,2,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(9,2,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(10,2,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(11,3,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(12,3,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(13,3,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(14,3,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(15,3,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(16,4,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(17,4,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(18,4,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(19,4,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(20,4,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(21,5,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(22,5,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(23,5,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(24,5,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(25,5,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(26,6,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(27,6,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(28,6,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(29,6,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(30,6,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(31,7,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(32,7,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(33,7,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(34,7,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(35,7,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(36,8,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(37,8,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(38,8,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(39,8,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(40,8,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(41,9,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(42,9,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(43,9,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(44,9,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(45,9,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(46,10,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(47,10,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(48,10,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(49,10,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(50,10,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(51,11,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(52,11,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(53,11,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(54,11,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(55,11,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(56,12,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(57,12,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(58,12,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(59,12,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(60,12,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(61,13,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(62,13,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(63,13,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(64,13,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(65,13,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(66,14,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(67,14,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(68,14,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(69,14,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
INSERT INTO "delivery" VALUES(70,14,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL,0,0,NULL,NULL);
CREATE TABLE destination (
	id INTEGER NOT NULL, 
	name VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	failures INTEGER NOT NULL, 
	allowance INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	CONSTRAINT pk_destination PRIMARY KEY (id), 
	CONSTRAINT ck_destination_state CHECK (state IN ('closed', 'open', 'half_open')), 
	CONSTRAINT uq_destination_name UNIQUE (name)
);
CREATE TABLE event (
	id INTEGER NOT NULL, 
	entity VARCHAR(16) NOT NULL, 
	entity_id INTEGER NOT NULL, 
	from_state VARCHAR(16), 
	to_state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	actor VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (id)
);
INSERT INTO "event" VALUES(1,'analysis',1,NULL,'done',NULL,'actor 218','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(2,'analysis',2,NULL,'done',NULL,'actor 230','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(3,'analysis',3,NULL,'done',NULL,'actor 242','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(4,'analysis',4,NULL,'done',NULL,'actor 254','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(5,'analysis',5,NULL,'done',NULL,'actor 266','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(6,'analysis',6,NULL,'done',NULL,'actor 278','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(7,'analysis',7,NULL,'done',NULL,'actor 290','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(8,'analysis',8,NULL,'done',NULL,'actor 302','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(9,'analysis',9,NULL,'done',NULL,'actor 314','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(10,'analysis',10,NULL,'done',NULL,'actor 326','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(11,'analysis',11,NULL,'done',NULL,'actor 338','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(12,'analysis',12,NULL,'done',NULL,'actor 350','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(13,'analysis',13,NULL,'queued',NULL,'actor 362','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(14,'analysis',14,NULL,'running',NULL,'actor 367','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(15,'analysis',15,NULL,'done',NULL,'actor 372','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(16,'analysis',16,NULL,'held',NULL,'actor 384','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(17,'analysis',17,NULL,'not_measured',NULL,'actor 396','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(18,'analysis',18,NULL,'failed',NULL,'actor 401','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(19,'analysis',19,NULL,'dead',NULL,'actor 406','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(20,'analysis',20,NULL,'rejected',NULL,'actor 411','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(21,'analysis',21,NULL,'expired',NULL,'actor 416','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(22,'analysis',22,NULL,'superseded',NULL,'actor 421','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(23,'analysis',23,NULL,'cancelled',NULL,'actor 426','2026-03-01 12:00:00.000000');
CREATE TABLE instance (
	id INTEGER NOT NULL, 
	series_id INTEGER NOT NULL, 
	sop_instance_uid VARCHAR(64) NOT NULL, 
	sop_class_uid VARCHAR(64) NOT NULL, 
	transfer_syntax_uid VARCHAR(64) NOT NULL, 
	path VARCHAR(255) NOT NULL, 
	size_bytes BIGINT NOT NULL, 
	identity_digest VARCHAR(64) NOT NULL, 
	pixels_digest VARCHAR(64) NOT NULL, 
	position_mm FLOAT, 
	received_at DATETIME NOT NULL, purged_at DATETIME, 
	CONSTRAINT pk_instance PRIMARY KEY (id), 
	CONSTRAINT fk_instance_series_id_series FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT uq_instance_path UNIQUE (path), 
	CONSTRAINT uq_instance_sop_instance_uid UNIQUE (sop_instance_uid)
);
INSERT INTO "instance" VALUES(1,1,'sop_instance_uid 216','sop_class_uid 216','transfer_syntax_uid 216','path 216',0,'identity_digest 216','pixels_digest 216',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(2,2,'sop_instance_uid 228','sop_class_uid 228','transfer_syntax_uid 228','path 228',0,'identity_digest 228','pixels_digest 228',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(3,3,'sop_instance_uid 240','sop_class_uid 240','transfer_syntax_uid 240','path 240',0,'identity_digest 240','pixels_digest 240',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(4,4,'sop_instance_uid 252','sop_class_uid 252','transfer_syntax_uid 252','path 252',0,'identity_digest 252','pixels_digest 252',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(5,5,'sop_instance_uid 264','sop_class_uid 264','transfer_syntax_uid 264','path 264',0,'identity_digest 264','pixels_digest 264',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(6,6,'sop_instance_uid 276','sop_class_uid 276','transfer_syntax_uid 276','path 276',0,'identity_digest 276','pixels_digest 276',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(7,7,'sop_instance_uid 288','sop_class_uid 288','transfer_syntax_uid 288','path 288',0,'identity_digest 288','pixels_digest 288',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(8,8,'sop_instance_uid 300','sop_class_uid 300','transfer_syntax_uid 300','path 300',0,'identity_digest 300','pixels_digest 300',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(9,9,'sop_instance_uid 312','sop_class_uid 312','transfer_syntax_uid 312','path 312',0,'identity_digest 312','pixels_digest 312',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(10,10,'sop_instance_uid 324','sop_class_uid 324','transfer_syntax_uid 324','path 324',0,'identity_digest 324','pixels_digest 324',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(11,11,'sop_instance_uid 336','sop_class_uid 336','transfer_syntax_uid 336','path 336',0,'identity_digest 336','pixels_digest 336',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(12,12,'sop_instance_uid 348','sop_class_uid 348','transfer_syntax_uid 348','path 348',0,'identity_digest 348','pixels_digest 348',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(13,13,'sop_instance_uid 360','sop_class_uid 360','transfer_syntax_uid 360','path 360',0,'identity_digest 360','pixels_digest 360',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(14,14,'sop_instance_uid 365','sop_class_uid 365','transfer_syntax_uid 365','path 365',0,'identity_digest 365','pixels_digest 365',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(15,15,'sop_instance_uid 370','sop_class_uid 370','transfer_syntax_uid 370','path 370',0,'identity_digest 370','pixels_digest 370',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(16,16,'sop_instance_uid 382','sop_class_uid 382','transfer_syntax_uid 382','path 382',0,'identity_digest 382','pixels_digest 382',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(17,17,'sop_instance_uid 394','sop_class_uid 394','transfer_syntax_uid 394','path 394',0,'identity_digest 394','pixels_digest 394',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(18,18,'sop_instance_uid 399','sop_class_uid 399','transfer_syntax_uid 399','path 399',0,'identity_digest 399','pixels_digest 399',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(19,19,'sop_instance_uid 404','sop_class_uid 404','transfer_syntax_uid 404','path 404',0,'identity_digest 404','pixels_digest 404',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(20,20,'sop_instance_uid 409','sop_class_uid 409','transfer_syntax_uid 409','path 409',0,'identity_digest 409','pixels_digest 409',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(21,21,'sop_instance_uid 414','sop_class_uid 414','transfer_syntax_uid 414','path 414',0,'identity_digest 414','pixels_digest 414',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(22,22,'sop_instance_uid 419','sop_class_uid 419','transfer_syntax_uid 419','path 419',0,'identity_digest 419','pixels_digest 419',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(23,23,'sop_instance_uid 424','sop_class_uid 424','transfer_syntax_uid 424','path 424',0,'identity_digest 424','pixels_digest 424',NULL,'2026-03-01 12:00:00.000000',NULL);
CREATE TABLE "measurement" (
	analysis_id INTEGER NOT NULL, 
	psoas_area_mask_cm2 FLOAT, 
	psoas_hu_mask_mean FLOAT, 
	psoas_hu_mask_sd FLOAT, 
	psoas_area_m29_150_cm2 FLOAT, 
	psoas_hu_m29_150_mean FLOAT, 
	psoas_hu_m29_150_sd FLOAT, 
	paraspinal_area_mask_cm2 FLOAT, 
	paraspinal_hu_mask_mean FLOAT, 
	paraspinal_hu_mask_sd FLOAT, 
	paraspinal_area_m29_150_cm2 FLOAT, 
	paraspinal_hu_m29_150_mean FLOAT, 
	paraspinal_hu_m29_150_sd FLOAT, 
	abdominal_wall_area_mask_cm2 FLOAT, 
	abdominal_wall_hu_mask_mean FLOAT, 
	abdominal_wall_hu_mask_sd FLOAT, 
	abdominal_wall_area_m29_150_cm2 FLOAT, 
	abdominal_wall_hu_m29_150_mean FLOAT, 
	abdominal_wall_hu_m29_150_sd FLOAT, 
	total_area_mask_cm2 FLOAT, 
	total_hu_mask_mean FLOAT, 
	total_hu_mask_sd FLOAT, 
	total_area_m29_150_cm2 FLOAT, 
	total_hu_m29_150_mean FLOAT, 
	total_hu_m29_150_sd FLOAT, 
	smi_m29_150_cm2_m2 FLOAT, 
	sop_instance_uid VARCHAR(64), 
	instance_number INTEGER, 
	l3_status VARCHAR(16), 
	l3_index INTEGER, 
	l3_z_mm FLOAT, 
	l3_position_mm FLOAT, 
	l3_confidence FLOAT, 
	l3_anchors VARCHAR(255), 
	l3_reason TEXT, 
	doubts TEXT, 
	psoas_fold_dice FLOAT, 
	paraspinal_fold_dice FLOAT, 
	abdominal_wall_fold_dice FLOAT, 
	fold_dice FLOAT, 
	model_name VARCHAR(255), 
	model_version VARCHAR(64), 
	model_digest VARCHAR(64), 
	model_status VARCHAR(16), 
	model_folds VARCHAR(64), 
	ensemble_rule VARCHAR(16), 
	software_version VARCHAR(64), 
	patient_sex VARCHAR(16), 
	patient_age_years FLOAT, 
	height_m FLOAT, 
	weight_kg FLOAT, 
	height_source VARCHAR(64), 
	study_date VARCHAR(8), 
	manufacturer VARCHAR(64), 
	manufacturer_model_name VARCHAR(64), 
	kvp FLOAT, 
	convolution_kernel VARCHAR(64), 
	slice_thickness_mm FLOAT, 
	slice_spacing_mm FLOAT, 
	pixel_spacing_mm FLOAT, 
	contrast_bolus_agent VARCHAR(64), 
	seconds FLOAT, 
	frame_number INTEGER, 
	fold_area_spread FLOAT, 
	mask_entropy FLOAT, 
	patient_key VARCHAR(32), 
	is_current BOOLEAN DEFAULT 0 NOT NULL, 
	is_latest BOOLEAN DEFAULT 0 NOT NULL, 
	request_key VARCHAR(64), 
	study_instance_uid VARCHAR(64), 
	series_instance_uid VARCHAR(64), 
	revision INTEGER, 
	corrected BOOLEAN, 
	finished_at DATETIME, 
	reviewed_at DATETIME, 
	weight_source VARCHAR(64), 
	contrast_phase VARCHAR(16), panels VARCHAR(24), panel_carey_2017_smi VARCHAR(16), panel_derstine_2018_smi VARCHAR(16), panel_derstine_2018_area VARCHAR(16), panel_derstine_2018_hu VARCHAR(16), panel_groningen_2023_smi VARCHAR(16), panel_japan_2019_smi VARCHAR(16), panel_martin_2013_smi VARCHAR(16), panel_martin_2013_hu VARCHAR(16), panel_prado_2008_smi VARCHAR(16), 
	CONSTRAINT pk_measurement PRIMARY KEY (analysis_id), 
	CONSTRAINT fk_measurement_analysis_id_analysis FOREIGN KEY(analysis_id) REFERENCES analysis (id)
);
INSERT INTO "measurement" VALUES(1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(10,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(11,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(15,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(16,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE model (
	id INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	version VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	path TEXT, 
	limits TEXT, 
	released_by VARCHAR(64), 
	released_at DATETIME, 
	first_seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_model PRIMARY KEY (id), 
	CONSTRAINT ck_model_state CHECK (state IN ('demonstration', 'research', 'released')), 
	CONSTRAINT uq_model_digest UNIQUE (digest)
);
CREATE TABLE opt_out (
	id INTEGER NOT NULL, 
	patient_key VARCHAR(64) NOT NULL, 
	reason TEXT, 
	actor VARCHAR(64) NOT NULL, 
	dropped INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_opt_out PRIMARY KEY (id), 
	CONSTRAINT uq_opt_out_patient_key UNIQUE (patient_key)
);
CREATE TABLE refusal (
	id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	calling_ae VARCHAR(16) NOT NULL, 
	called_ae VARCHAR(16) NOT NULL, 
	address VARCHAR(64) NOT NULL, 
	reason VARCHAR(255) NOT NULL, 
	count INTEGER NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_refusal PRIMARY KEY (id), 
	CONSTRAINT uq_refusal_kind UNIQUE (kind, calling_ae, called_ae, address, reason)
);
CREATE TABLE series (
	id INTEGER NOT NULL, 
	study_id INTEGER NOT NULL, 
	series_instance_uid VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	score FLOAT, 
	content_digest VARCHAR(64), 
	interrupted BOOLEAN NOT NULL, 
	source_changed BOOLEAN NOT NULL, 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, series_description VARCHAR(255), series_number INTEGER, 
	CONSTRAINT pk_series PRIMARY KEY (id), 
	CONSTRAINT ck_series_state CHECK (state IN ('receiving', 'closed', 'chosen', 'ignored')), 
	CONSTRAINT fk_series_study_id_study FOREIGN KEY(study_id) REFERENCES study (id), 
	CONSTRAINT uq_series_series_instance_uid UNIQUE (series_instance_uid)
);
INSERT INTO "series" VALUES(1,1,'series_instance_uid 215','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(2,2,'series_instance_uid 227','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(3,3,'series_instance_uid 239','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(4,4,'series_instance_uid 251','receiving',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(5,5,'series_instance_uid 263','closed',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(6,6,'series_instance_uid 275','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(7,7,'series_instance_uid 287','ignored',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(8,8,'series_instance_uid 299','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(9,9,'series_instance_uid 311','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(10,10,'series_instance_uid 323','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(11,11,'series_instance_uid 335','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(12,12,'series_instance_uid 347','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(13,13,'series_instance_uid 359','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(14,14,'series_instance_uid 364','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(15,15,'series_instance_uid 369','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(16,16,'series_instance_uid 381','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(17,17,'series_instance_uid 393','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(18,18,'series_instance_uid 398','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(19,19,'series_instance_uid 403','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(20,20,'series_instance_uid 408','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(21,21,'series_instance_uid 413','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(22,22,'series_instance_uid 418','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(23,23,'series_instance_uid 423','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
CREATE TABLE stature (
	id INTEGER NOT NULL, 
	patient_key VARCHAR(32) NOT NULL, 
	height_m FLOAT, 
	weight_kg FLOAT, 
	source VARCHAR(40) NOT NULL, 
	measured_on VARCHAR(10), 
	actor VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_stature PRIMARY KEY (id)
);
CREATE TABLE study (
	id INTEGER NOT NULL, 
	study_instance_uid VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	patient_id VARCHAR(64), 
	issuer_of_patient_id VARCHAR(64), 
	accession_number VARCHAR(64), 
	source_ae VARCHAR(16), 
	first_at DATETIME NOT NULL, 
	last_at DATETIME NOT NULL, patient_name VARCHAR(255), study_date VARCHAR(8), study_description VARCHAR(255), identity TEXT, 
	CONSTRAINT pk_study PRIMARY KEY (id), 
	CONSTRAINT ck_study_state CHECK (state IN ('open', 'settled', 'chosen')), 
	CONSTRAINT uq_study_study_instance_uid UNIQUE (study_instance_uid)
);
INSERT INTO "study" VALUES(1,'study_instance_uid 214','open',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(2,'study_instance_uid 226','settled',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(3,'study_instance_uid 238','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(4,'study_instance_uid 250','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(5,'study_instance_uid 262','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(6,'study_instance_uid 274','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(7,'study_instance_uid 286','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(8,'study_instance_uid 298','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(9,'study_instance_uid 310','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(10,'study_instance_uid 322','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(11,'study_instance_uid 334','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(12,'study_instance_uid 346','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(13,'study_instance_uid 358','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(14,'study_instance_uid 363','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(15,'study_instance_uid 368','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(16,'study_instance_uid 380','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(17,'study_instance_uid 392','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(18,'study_instance_uid 397','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(19,'study_instance_uid 402','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(20,'study_instance_uid 407','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(21,'study_instance_uid 412','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(22,'study_instance_uid 417','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(23,'study_instance_uid 422','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
CREATE TABLE token (
	id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	scopes VARCHAR(255) NOT NULL, 
	created_at DATETIME NOT NULL, 
	ends_at DATETIME, 
	CONSTRAINT pk_token PRIMARY KEY (id), 
	CONSTRAINT uq_token_digest UNIQUE (digest), 
	CONSTRAINT uq_token_name UNIQUE (name)
);
CREATE TABLE visit (
	id INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	account_id INTEGER NOT NULL, 
	begun_at DATETIME NOT NULL, 
	ends_at DATETIME NOT NULL, 
	CONSTRAINT pk_visit PRIMARY KEY (id), 
	CONSTRAINT fk_visit_account_id_account FOREIGN KEY(account_id) REFERENCES account (id), 
	CONSTRAINT uq_visit_digest UNIQUE (digest)
);
CREATE INDEX ix_event_entity ON event (entity, entity_id);
CREATE INDEX ix_study_patient_id ON study (patient_id);
CREATE INDEX ix_study_state ON study (state);
CREATE INDEX ix_series_state ON series (state);
CREATE INDEX ix_series_study_id ON series (study_id);
CREATE INDEX ix_instance_series_id ON instance (series_id);
CREATE INDEX ix_artifact_analysis_id ON artifact (analysis_id);
CREATE INDEX ix_delivery_artifact_id ON delivery (artifact_id);
CREATE INDEX ix_delivery_state ON delivery (state);
CREATE INDEX ix_measurement_study_date ON measurement (study_date);
CREATE INDEX ix_measurement_model_digest ON measurement (model_digest);
CREATE INDEX ix_measurement_patient_key ON measurement (patient_key);
CREATE INDEX ix_measurement_study_instance_uid ON measurement (study_instance_uid);
CREATE INDEX ix_measurement_cohort ON measurement (patient_sex, patient_age_years, smi_m29_150_cm2_m2, total_area_m29_150_cm2, total_hu_m29_150_mean, is_current, is_latest) WHERE is_current;
CREATE INDEX ix_measurement_latest ON measurement (patient_sex, patient_age_years, smi_m29_150_cm2_m2, total_area_m29_150_cm2, total_hu_m29_150_mean, is_current, is_latest) WHERE is_current AND is_latest;
CREATE INDEX ix_visit_account_id ON visit (account_id);
CREATE INDEX ix_analysis_series_id ON analysis (series_id);
CREATE UNIQUE INDEX uq_analysis_current_per_study ON analysis (study_id) WHERE is_current;
CREATE INDEX ix_analysis_study_id ON analysis (study_id);
CREATE INDEX ix_analysis_queue ON analysis (state, priority, id);
CREATE INDEX ix_delivery_due ON delivery (state, destination, due_at);
CREATE INDEX ix_delivery_transaction_uid ON delivery (transaction_uid);
CREATE INDEX ix_stature_patient_key ON stature (patient_key);
COMMIT;
