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
INSERT INTO "alembic_version" VALUES('0014');
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
	reviewed_at DATETIME, origin VARCHAR(16) DEFAULT 'automatic' NOT NULL, basis_id INTEGER, reviewer VARCHAR(64), 
	CONSTRAINT pk_analysis PRIMARY KEY (id), 
	CONSTRAINT uq_analysis_request_key UNIQUE (request_key), 
	CONSTRAINT fk_analysis_supersedes_id_analysis FOREIGN KEY(supersedes_id) REFERENCES analysis (id), 
	CONSTRAINT fk_analysis_series_id_series FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT fk_analysis_study_id_study FOREIGN KEY(study_id) REFERENCES study (id), 
	CONSTRAINT ck_analysis_state CHECK (state IN ('queued', 'running', 'done', 'held', 'not_measured', 'failed', 'dead', 'rejected', 'expired', 'superseded', 'cancelled'))
);
INSERT INTO "analysis" VALUES(1,1,1,'request_key 4','content_digest 4','identity_digest 4',NULL,NULL,'model_digest 4','analysis_digest 4',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 4',NULL,NULL);
INSERT INTO "analysis" VALUES(2,2,2,'request_key 16','content_digest 16','identity_digest 16',NULL,NULL,'model_digest 16','analysis_digest 16',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 16',NULL,NULL);
INSERT INTO "analysis" VALUES(3,3,3,'request_key 28','content_digest 28','identity_digest 28',NULL,NULL,'model_digest 28','analysis_digest 28',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 28',NULL,NULL);
INSERT INTO "analysis" VALUES(4,4,4,'request_key 40','content_digest 40','identity_digest 40',NULL,NULL,'model_digest 40','analysis_digest 40',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 40',NULL,NULL);
INSERT INTO "analysis" VALUES(5,5,5,'request_key 52','content_digest 52','identity_digest 52',NULL,NULL,'model_digest 52','analysis_digest 52',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 52',NULL,NULL);
INSERT INTO "analysis" VALUES(6,6,6,'request_key 64','content_digest 64','identity_digest 64',NULL,NULL,'model_digest 64','analysis_digest 64',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 64',NULL,NULL);
INSERT INTO "analysis" VALUES(7,7,7,'request_key 76','content_digest 76','identity_digest 76',NULL,NULL,'model_digest 76','analysis_digest 76',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 76',NULL,NULL);
INSERT INTO "analysis" VALUES(8,8,8,'request_key 88','content_digest 88','identity_digest 88',NULL,NULL,'model_digest 88','analysis_digest 88',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 88',NULL,NULL);
INSERT INTO "analysis" VALUES(9,9,9,'request_key 100','content_digest 100','identity_digest 100',NULL,NULL,'model_digest 100','analysis_digest 100',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 100',NULL,NULL);
INSERT INTO "analysis" VALUES(10,10,10,'request_key 112','content_digest 112','identity_digest 112',NULL,NULL,'model_digest 112','analysis_digest 112',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 112',NULL,NULL);
INSERT INTO "analysis" VALUES(11,11,11,'request_key 124','content_digest 124','identity_digest 124',NULL,NULL,'model_digest 124','analysis_digest 124',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 124',NULL,NULL);
INSERT INTO "analysis" VALUES(12,12,12,'request_key 136','content_digest 136','identity_digest 136',NULL,NULL,'model_digest 136','analysis_digest 136',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 136',NULL,NULL);
INSERT INTO "analysis" VALUES(13,13,13,'request_key 148','content_digest 148','identity_digest 148',NULL,NULL,'model_digest 148','analysis_digest 148',NULL,0,'queued',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 148',NULL,NULL);
INSERT INTO "analysis" VALUES(14,14,14,'request_key 153','content_digest 153','identity_digest 153',NULL,NULL,'model_digest 153','analysis_digest 153',NULL,0,'running',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 153',NULL,NULL);
INSERT INTO "analysis" VALUES(15,15,15,'request_key 158','content_digest 158','identity_digest 158',NULL,NULL,'model_digest 158','analysis_digest 158',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,1,NULL,NULL,'origin 158',NULL,NULL);
INSERT INTO "analysis" VALUES(16,16,16,'request_key 170','content_digest 170','identity_digest 170',NULL,NULL,'model_digest 170','analysis_digest 170',NULL,0,'held',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 170',NULL,NULL);
INSERT INTO "analysis" VALUES(17,17,17,'request_key 182','content_digest 182','identity_digest 182',NULL,NULL,'model_digest 182','analysis_digest 182',NULL,0,'not_measured',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 182',NULL,NULL);
INSERT INTO "analysis" VALUES(18,18,18,'request_key 187','content_digest 187','identity_digest 187',NULL,NULL,'model_digest 187','analysis_digest 187',NULL,0,'failed',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 187',NULL,NULL);
INSERT INTO "analysis" VALUES(19,19,19,'request_key 192','content_digest 192','identity_digest 192',NULL,NULL,'model_digest 192','analysis_digest 192',NULL,0,'dead',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 192',NULL,NULL);
INSERT INTO "analysis" VALUES(20,20,20,'request_key 197','content_digest 197','identity_digest 197',NULL,NULL,'model_digest 197','analysis_digest 197',NULL,0,'rejected',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 197',NULL,NULL);
INSERT INTO "analysis" VALUES(21,21,21,'request_key 202','content_digest 202','identity_digest 202',NULL,NULL,'model_digest 202','analysis_digest 202',NULL,0,'expired',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 202',NULL,NULL);
INSERT INTO "analysis" VALUES(22,22,22,'request_key 207','content_digest 207','identity_digest 207',NULL,NULL,'model_digest 207','analysis_digest 207',NULL,0,'superseded',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 207',NULL,NULL);
INSERT INTO "analysis" VALUES(23,23,23,'request_key 212','content_digest 212','identity_digest 212',NULL,NULL,'model_digest 212','analysis_digest 212',NULL,0,'cancelled',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL,'origin 212',NULL,NULL);
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
INSERT INTO "artifact" VALUES(1,1,'kind 7','sop_class_uid 7','sop_instance_uid 7','series_instance_uid 7','path 7','sha256 7',0);
INSERT INTO "artifact" VALUES(2,2,'kind 19','sop_class_uid 19','sop_instance_uid 19','series_instance_uid 19','path 19','sha256 19',0);
INSERT INTO "artifact" VALUES(3,3,'kind 31','sop_class_uid 31','sop_instance_uid 31','series_instance_uid 31','path 31','sha256 31',0);
INSERT INTO "artifact" VALUES(4,4,'kind 43','sop_class_uid 43','sop_instance_uid 43','series_instance_uid 43','path 43','sha256 43',0);
INSERT INTO "artifact" VALUES(5,5,'kind 55','sop_class_uid 55','sop_instance_uid 55','series_instance_uid 55','path 55','sha256 55',0);
INSERT INTO "artifact" VALUES(6,6,'kind 67','sop_class_uid 67','sop_instance_uid 67','series_instance_uid 67','path 67','sha256 67',0);
INSERT INTO "artifact" VALUES(7,7,'kind 79','sop_class_uid 79','sop_instance_uid 79','series_instance_uid 79','path 79','sha256 79',0);
INSERT INTO "artifact" VALUES(8,8,'kind 91','sop_class_uid 91','sop_instance_uid 91','series_instance_uid 91','path 91','sha256 91',0);
INSERT INTO "artifact" VALUES(9,9,'kind 103','sop_class_uid 103','sop_instance_uid 103','series_instance_uid 103','path 103','sha256 103',0);
INSERT INTO "artifact" VALUES(10,10,'kind 115','sop_class_uid 115','sop_instance_uid 115','series_instance_uid 115','path 115','sha256 115',0);
INSERT INTO "artifact" VALUES(11,11,'kind 127','sop_class_uid 127','sop_instance_uid 127','series_instance_uid 127','path 127','sha256 127',0);
INSERT INTO "artifact" VALUES(12,12,'kind 139','sop_class_uid 139','sop_instance_uid 139','series_instance_uid 139','path 139','sha256 139',0);
INSERT INTO "artifact" VALUES(13,15,'kind 161','sop_class_uid 161','sop_instance_uid 161','series_instance_uid 161','path 161','sha256 161',0);
INSERT INTO "artifact" VALUES(14,16,'kind 173','sop_class_uid 173','sop_instance_uid 173','series_instance_uid 173','path 173','sha256 173',0);
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
CREATE TABLE draft (
	analysis_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	labels BLOB NOT NULL, 
	saved_by VARCHAR(64) NOT NULL, 
	saved_at DATETIME NOT NULL, 
	CONSTRAINT pk_draft PRIMARY KEY (analysis_id), 
	CONSTRAINT fk_draft_analysis_id_analysis FOREIGN KEY(analysis_id) REFERENCES analysis (id)
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
INSERT INTO "event" VALUES(1,'analysis',1,NULL,'done',NULL,'actor 5','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(2,'analysis',2,NULL,'done',NULL,'actor 17','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(3,'analysis',3,NULL,'done',NULL,'actor 29','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(4,'analysis',4,NULL,'done',NULL,'actor 41','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(5,'analysis',5,NULL,'done',NULL,'actor 53','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(6,'analysis',6,NULL,'done',NULL,'actor 65','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(7,'analysis',7,NULL,'done',NULL,'actor 77','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(8,'analysis',8,NULL,'done',NULL,'actor 89','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(9,'analysis',9,NULL,'done',NULL,'actor 101','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(10,'analysis',10,NULL,'done',NULL,'actor 113','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(11,'analysis',11,NULL,'done',NULL,'actor 125','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(12,'analysis',12,NULL,'done',NULL,'actor 137','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(13,'analysis',13,NULL,'queued',NULL,'actor 149','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(14,'analysis',14,NULL,'running',NULL,'actor 154','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(15,'analysis',15,NULL,'done',NULL,'actor 159','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(16,'analysis',16,NULL,'held',NULL,'actor 171','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(17,'analysis',17,NULL,'not_measured',NULL,'actor 183','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(18,'analysis',18,NULL,'failed',NULL,'actor 188','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(19,'analysis',19,NULL,'dead',NULL,'actor 193','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(20,'analysis',20,NULL,'rejected',NULL,'actor 198','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(21,'analysis',21,NULL,'expired',NULL,'actor 203','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(22,'analysis',22,NULL,'superseded',NULL,'actor 208','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(23,'analysis',23,NULL,'cancelled',NULL,'actor 213','2026-03-01 12:00:00.000000');
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
INSERT INTO "instance" VALUES(1,1,'sop_instance_uid 3','sop_class_uid 3','transfer_syntax_uid 3','path 3',0,'identity_digest 3','pixels_digest 3',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(2,2,'sop_instance_uid 15','sop_class_uid 15','transfer_syntax_uid 15','path 15',0,'identity_digest 15','pixels_digest 15',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(3,3,'sop_instance_uid 27','sop_class_uid 27','transfer_syntax_uid 27','path 27',0,'identity_digest 27','pixels_digest 27',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(4,4,'sop_instance_uid 39','sop_class_uid 39','transfer_syntax_uid 39','path 39',0,'identity_digest 39','pixels_digest 39',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(5,5,'sop_instance_uid 51','sop_class_uid 51','transfer_syntax_uid 51','path 51',0,'identity_digest 51','pixels_digest 51',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(6,6,'sop_instance_uid 63','sop_class_uid 63','transfer_syntax_uid 63','path 63',0,'identity_digest 63','pixels_digest 63',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(7,7,'sop_instance_uid 75','sop_class_uid 75','transfer_syntax_uid 75','path 75',0,'identity_digest 75','pixels_digest 75',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(8,8,'sop_instance_uid 87','sop_class_uid 87','transfer_syntax_uid 87','path 87',0,'identity_digest 87','pixels_digest 87',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(9,9,'sop_instance_uid 99','sop_class_uid 99','transfer_syntax_uid 99','path 99',0,'identity_digest 99','pixels_digest 99',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(10,10,'sop_instance_uid 111','sop_class_uid 111','transfer_syntax_uid 111','path 111',0,'identity_digest 111','pixels_digest 111',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(11,11,'sop_instance_uid 123','sop_class_uid 123','transfer_syntax_uid 123','path 123',0,'identity_digest 123','pixels_digest 123',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(12,12,'sop_instance_uid 135','sop_class_uid 135','transfer_syntax_uid 135','path 135',0,'identity_digest 135','pixels_digest 135',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(13,13,'sop_instance_uid 147','sop_class_uid 147','transfer_syntax_uid 147','path 147',0,'identity_digest 147','pixels_digest 147',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(14,14,'sop_instance_uid 152','sop_class_uid 152','transfer_syntax_uid 152','path 152',0,'identity_digest 152','pixels_digest 152',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(15,15,'sop_instance_uid 157','sop_class_uid 157','transfer_syntax_uid 157','path 157',0,'identity_digest 157','pixels_digest 157',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(16,16,'sop_instance_uid 169','sop_class_uid 169','transfer_syntax_uid 169','path 169',0,'identity_digest 169','pixels_digest 169',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(17,17,'sop_instance_uid 181','sop_class_uid 181','transfer_syntax_uid 181','path 181',0,'identity_digest 181','pixels_digest 181',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(18,18,'sop_instance_uid 186','sop_class_uid 186','transfer_syntax_uid 186','path 186',0,'identity_digest 186','pixels_digest 186',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(19,19,'sop_instance_uid 191','sop_class_uid 191','transfer_syntax_uid 191','path 191',0,'identity_digest 191','pixels_digest 191',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(20,20,'sop_instance_uid 196','sop_class_uid 196','transfer_syntax_uid 196','path 196',0,'identity_digest 196','pixels_digest 196',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(21,21,'sop_instance_uid 201','sop_class_uid 201','transfer_syntax_uid 201','path 201',0,'identity_digest 201','pixels_digest 201',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(22,22,'sop_instance_uid 206','sop_class_uid 206','transfer_syntax_uid 206','path 206',0,'identity_digest 206','pixels_digest 206',NULL,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "instance" VALUES(23,23,'sop_instance_uid 211','sop_class_uid 211','transfer_syntax_uid 211','path 211',0,'identity_digest 211','pixels_digest 211',NULL,'2026-03-01 12:00:00.000000',NULL);
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
CREATE TABLE pull (
	id INTEGER NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	"query" TEXT NOT NULL, 
	deliver_to VARCHAR(64) NOT NULL, 
	actor VARCHAR(64) NOT NULL, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	CONSTRAINT pk_pull PRIMARY KEY (id)
);
CREATE TABLE pull_study (
	id INTEGER NOT NULL, 
	pull_id INTEGER NOT NULL, 
	study_instance_uid VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_pull_study PRIMARY KEY (id), 
	CONSTRAINT ck_pull_study_state CHECK (state IN ('found', 'fetched', 'skipped', 'failed')), 
	CONSTRAINT fk_pull_study_pull_id_pull FOREIGN KEY(pull_id) REFERENCES pull (id), 
	CONSTRAINT uq_pull_study_pull_id UNIQUE (pull_id, study_instance_uid)
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
INSERT INTO "series" VALUES(1,1,'series_instance_uid 2','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(2,2,'series_instance_uid 14','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(3,3,'series_instance_uid 26','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(4,4,'series_instance_uid 38','receiving',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(5,5,'series_instance_uid 50','closed',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(6,6,'series_instance_uid 62','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(7,7,'series_instance_uid 74','ignored',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(8,8,'series_instance_uid 86','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(9,9,'series_instance_uid 98','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(10,10,'series_instance_uid 110','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(11,11,'series_instance_uid 122','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(12,12,'series_instance_uid 134','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(13,13,'series_instance_uid 146','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(14,14,'series_instance_uid 151','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(15,15,'series_instance_uid 156','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(16,16,'series_instance_uid 168','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(17,17,'series_instance_uid 180','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(18,18,'series_instance_uid 185','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(19,19,'series_instance_uid 190','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(20,20,'series_instance_uid 195','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(21,21,'series_instance_uid 200','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(22,22,'series_instance_uid 205','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
INSERT INTO "series" VALUES(23,23,'series_instance_uid 210','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL);
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
INSERT INTO "study" VALUES(1,'study_instance_uid 1','open',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(2,'study_instance_uid 13','settled',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(3,'study_instance_uid 25','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(4,'study_instance_uid 37','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(5,'study_instance_uid 49','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(6,'study_instance_uid 61','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(7,'study_instance_uid 73','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(8,'study_instance_uid 85','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(9,'study_instance_uid 97','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(10,'study_instance_uid 109','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(11,'study_instance_uid 121','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(12,'study_instance_uid 133','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(13,'study_instance_uid 145','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(14,'study_instance_uid 150','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(15,'study_instance_uid 155','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(16,'study_instance_uid 167','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(17,'study_instance_uid 179','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(18,'study_instance_uid 184','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(19,'study_instance_uid 189','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(20,'study_instance_uid 194','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(21,'study_instance_uid 199','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(22,'study_instance_uid 204','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
INSERT INTO "study" VALUES(23,'study_instance_uid 209','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,NULL,NULL,NULL);
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
CREATE TABLE upload (
	id INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	name VARCHAR(64) NOT NULL, 
	folder VARCHAR(64) NOT NULL, 
	fold INTEGER, 
	attempt INTEGER NOT NULL, 
	uploaded_by VARCHAR(64) NOT NULL, 
	asked_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	version INTEGER NOT NULL, 
	painted BLOB, 
	saved_by VARCHAR(64), 
	CONSTRAINT pk_upload PRIMARY KEY (id), 
	CONSTRAINT ck_upload_state CHECK (state IN ('queued', 'running', 'done', 'refused')), 
	CONSTRAINT uq_upload_folder UNIQUE (folder)
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
CREATE INDEX ix_measurement_model_digest ON measurement (model_digest);
CREATE INDEX ix_measurement_study_date ON measurement (study_date);
CREATE INDEX ix_measurement_patient_key ON measurement (patient_key);
CREATE INDEX ix_measurement_study_instance_uid ON measurement (study_instance_uid);
CREATE INDEX ix_measurement_cohort ON measurement (patient_sex, patient_age_years, smi_m29_150_cm2_m2, total_area_m29_150_cm2, total_hu_m29_150_mean, is_current, is_latest) WHERE is_current;
CREATE INDEX ix_measurement_latest ON measurement (patient_sex, patient_age_years, smi_m29_150_cm2_m2, total_area_m29_150_cm2, total_hu_m29_150_mean, is_current, is_latest) WHERE is_current AND is_latest;
CREATE INDEX ix_visit_account_id ON visit (account_id);
CREATE INDEX ix_analysis_study_id ON analysis (study_id);
CREATE UNIQUE INDEX uq_analysis_current_per_study ON analysis (study_id) WHERE is_current;
CREATE INDEX ix_analysis_series_id ON analysis (series_id);
CREATE INDEX ix_analysis_queue ON analysis (state, priority, id);
CREATE INDEX ix_delivery_due ON delivery (state, destination, due_at);
CREATE INDEX ix_delivery_transaction_uid ON delivery (transaction_uid);
CREATE INDEX ix_stature_patient_key ON stature (patient_key);
CREATE INDEX ix_pull_study_pull_id ON pull_study (pull_id);
CREATE INDEX ix_pull_study_study_instance_uid ON pull_study (study_instance_uid);
CREATE INDEX ix_measurement_fold_dice ON measurement (fold_dice);
CREATE INDEX ix_measurement_l3_confidence ON measurement (l3_confidence);
CREATE INDEX ix_upload_state ON upload (state);
CREATE VIEW cohort AS SELECT
  m.analysis_id AS analysis_id,  -- number of the analysis in this database
  m.request_key AS request_key,  -- SHA-256 of what was asked: the same question has the same key
  m.patient_key AS patient_key,  -- keyed hash of issuer and PatientID, the same for all studies of a patient
  m.is_latest AS is_latest,  -- the latest examination of its patient
  m.study_instance_uid AS study_instance_uid,  -- StudyInstanceUID (0020,000D)
  m.series_instance_uid AS series_instance_uid,  -- SeriesInstanceUID (0020,000E)
  m.sop_instance_uid AS sop_instance_uid,  -- SOPInstanceUID (0008,0018) of the image measured
  m.instance_number AS instance_number,  -- InstanceNumber (0020,0013) of the image measured
  m.frame_number AS frame_number,  -- frame from 1, of a multi-frame image
  CASE WHEN length(m.study_date) = 8 THEN substr(m.study_date, 1, 4) || '-' || substr(m.study_date, 5, 2) || '-' || substr(m.study_date, 7, 2) END AS study_date,  -- StudyDate (0008,0020)
  CASE WHEN length(m.study_date) = 8 THEN CAST(substr(m.study_date, 1, 4) AS integer) END AS study_year,  -- year: year of StudyDate
  m.finished_at AS finished_at,  -- UTC: when the analysis ended
  m.revision AS revision,  -- 1, or more where a later result replaced an earlier one
  m.reviewed_at AS reviewed_at,  -- UTC: when a person approved or corrected it
  m.corrected AS corrected,  -- the labels were given by a person
  m.patient_sex AS patient_sex,  -- PatientSex (0010,0040): M, F, O
  m.patient_age_years AS patient_age_years,  -- years: age at acquisition
  m.height_m AS height_m,  -- m: height
  m.height_source AS height_source,  -- where the height comes from
  m.weight_kg AS weight_kg,  -- kg: weight
  m.weight_source AS weight_source,  -- where the weight comes from
  m.psoas_area_mask_cm2 AS psoas_area_mask_cm2,  -- cm2: area, psoas, all pixels of the mask
  m.psoas_hu_mask_mean AS psoas_hu_mask_mean,  -- HU: mean attenuation, psoas, all pixels of the mask
  m.psoas_hu_mask_sd AS psoas_hu_mask_sd,  -- HU: its standard deviation, psoas, all pixels of the mask
  m.psoas_area_m29_150_cm2 AS psoas_area_m29_150_cm2,  -- cm2: area, psoas, mask pixels within -29..150 HU
  m.psoas_hu_m29_150_mean AS psoas_hu_m29_150_mean,  -- HU: mean attenuation, psoas, mask pixels within -29..150 HU
  m.psoas_hu_m29_150_sd AS psoas_hu_m29_150_sd,  -- HU: its standard deviation, psoas, mask pixels within -29..150 HU
  m.paraspinal_area_mask_cm2 AS paraspinal_area_mask_cm2,  -- cm2: area, paraspinal muscles with quadratus lumborum, all pixels of the mask
  m.paraspinal_hu_mask_mean AS paraspinal_hu_mask_mean,  -- HU: mean attenuation, paraspinal muscles with quadratus lumborum, all pixels of the mask
  m.paraspinal_hu_mask_sd AS paraspinal_hu_mask_sd,  -- HU: its standard deviation, paraspinal muscles with quadratus lumborum, all pixels of the mask
  m.paraspinal_area_m29_150_cm2 AS paraspinal_area_m29_150_cm2,  -- cm2: area, paraspinal muscles with quadratus lumborum, mask pixels within -29..150 HU
  m.paraspinal_hu_m29_150_mean AS paraspinal_hu_m29_150_mean,  -- HU: mean attenuation, paraspinal muscles with quadratus lumborum, mask pixels within -29..150 HU
  m.paraspinal_hu_m29_150_sd AS paraspinal_hu_m29_150_sd,  -- HU: its standard deviation, paraspinal muscles with quadratus lumborum, mask pixels within -29..150 HU
  m.abdominal_wall_area_mask_cm2 AS abdominal_wall_area_mask_cm2,  -- cm2: area, abdominal wall, all pixels of the mask
  m.abdominal_wall_hu_mask_mean AS abdominal_wall_hu_mask_mean,  -- HU: mean attenuation, abdominal wall, all pixels of the mask
  m.abdominal_wall_hu_mask_sd AS abdominal_wall_hu_mask_sd,  -- HU: its standard deviation, abdominal wall, all pixels of the mask
  m.abdominal_wall_area_m29_150_cm2 AS abdominal_wall_area_m29_150_cm2,  -- cm2: area, abdominal wall, mask pixels within -29..150 HU
  m.abdominal_wall_hu_m29_150_mean AS abdominal_wall_hu_m29_150_mean,  -- HU: mean attenuation, abdominal wall, mask pixels within -29..150 HU
  m.abdominal_wall_hu_m29_150_sd AS abdominal_wall_hu_m29_150_sd,  -- HU: its standard deviation, abdominal wall, mask pixels within -29..150 HU
  m.total_area_mask_cm2 AS total_area_mask_cm2,  -- cm2: area, all three, all pixels of the mask
  m.total_hu_mask_mean AS total_hu_mask_mean,  -- HU: mean attenuation, all three, all pixels of the mask
  m.total_hu_mask_sd AS total_hu_mask_sd,  -- HU: its standard deviation, all three, all pixels of the mask
  m.total_area_m29_150_cm2 AS total_area_m29_150_cm2,  -- cm2: area, all three, mask pixels within -29..150 HU
  m.total_hu_m29_150_mean AS total_hu_m29_150_mean,  -- HU: mean attenuation, all three, mask pixels within -29..150 HU
  m.total_hu_m29_150_sd AS total_hu_m29_150_sd,  -- HU: its standard deviation, all three, mask pixels within -29..150 HU
  m.smi_m29_150_cm2_m2 AS smi_m29_150_cm2_m2,  -- cm2/m2: total_area_m29_150_cm2 by the square of the height
  m.l3_status AS l3_status,  -- found, given, uncertain, not in series, unsupported
  m.l3_index AS l3_index,  -- slice measured, 0 the most caudal
  m.l3_z_mm AS l3_z_mm,  -- mm: its height above the most caudal slice
  m.l3_position_mm AS l3_position_mm,  -- mm: its position along the normal of the slices
  m.l3_confidence AS l3_confidence,  -- 0..1: the finder's own score; no validated probability
  m.l3_anchors AS l3_anchors,  -- landmarks that fix the count of vertebrae
  m.doubts AS doubts,  -- reasons to doubt the result, a line each; empty without
  m.psoas_fold_dice AS psoas_fold_dice,  -- 0..1: mean pairwise Dice of the folds, psoas
  m.paraspinal_fold_dice AS paraspinal_fold_dice,  -- 0..1: the same, paraspinal
  m.abdominal_wall_fold_dice AS abdominal_wall_fold_dice,  -- 0..1: the same, abdominal wall
  m.fold_dice AS fold_dice,  -- 0..1: the same, all muscle
  m.fold_area_spread AS fold_area_spread,  -- 0..1: standard deviation of the folds' areas in parts of their mean
  m.mask_entropy AS mask_entropy,  -- mean entropy of the mask's pixels
  m.model_name AS model_name,  -- name of the model; empty where a person gave the labels
  m.model_version AS model_version,  -- its version
  m.model_digest AS model_digest,  -- SHA-256 of the files that decide its output
  m.model_status AS model_status,  -- demonstration, research, released
  m.model_folds AS model_folds,  -- folds used
  m.ensemble_rule AS ensemble_rule,  -- probability or logit
  m.software_version AS software_version,  -- version of the encoder
  m.manufacturer AS manufacturer,  -- Manufacturer (0008,0070)
  m.manufacturer_model_name AS manufacturer_model_name,  -- ManufacturerModelName (0008,1090)
  m.kvp AS kvp,  -- kV: KVP (0018,0060)
  m.convolution_kernel AS convolution_kernel,  -- ConvolutionKernel (0018,1210)
  m.slice_thickness_mm AS slice_thickness_mm,  -- mm: SliceThickness (0018,0050)
  m.slice_spacing_mm AS slice_spacing_mm,  -- mm: distance of slice centres
  m.pixel_spacing_mm AS pixel_spacing_mm,  -- mm: distance of rows
  m.contrast_phase AS contrast_phase,  -- native, arterial, portal venous, delayed: as the series is described; empty if not
  m.contrast_bolus_agent AS contrast_bolus_agent,  -- ContrastBolusAgent (0018,0010)
  m.panels AS panels,  -- over all cut-off panels: below, not below, borderline, depends on the panel
  m.panel_carey_2017_smi AS panel_carey_2017_smi,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.panel_derstine_2018_smi AS panel_derstine_2018_smi,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.panel_derstine_2018_area AS panel_derstine_2018_area,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.panel_derstine_2018_hu AS panel_derstine_2018_hu,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.panel_groningen_2023_smi AS panel_groningen_2023_smi,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.panel_japan_2019_smi AS panel_japan_2019_smi,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.panel_martin_2013_smi AS panel_martin_2013_smi,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.panel_martin_2013_hu AS panel_martin_2013_hu,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.panel_prado_2008_smi AS panel_prado_2008_smi,  -- below, not below, borderline, not applicable, not evaluable; see `l3node panels`
  m.seconds AS seconds  -- s: time the analysis took
FROM measurement m WHERE m.is_current;
COMMIT;
