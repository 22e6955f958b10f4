BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE analysis (
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
	CONSTRAINT ck_analysis_state CHECK (state IN ('queued', 'running', 'done', 'held', 'not_measured', 'failed', 'dead', 'rejected', 'expired', 'superseded')), 
	CONSTRAINT fk_analysis_series_id_series FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT fk_analysis_study_id_study FOREIGN KEY(study_id) REFERENCES study (id), 
	CONSTRAINT fk_analysis_supersedes_id_analysis FOREIGN KEY(supersedes_id) REFERENCES analysis (id), 
	CONSTRAINT uq_analysis_request_key UNIQUE (request_key)
);
INSERT INTO "analysis" VALUES(1,1,1,'request_key 1049','content_digest 1049','identity_digest 1049',NULL,NULL,'model_digest 1049','analysis_digest 1049',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(2,2,2,'request_key 1061','content_digest 1061','identity_digest 1061',NULL,NULL,'model_digest 1061','analysis_digest 1061',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(3,3,3,'request_key 1073','content_digest 1073','identity_digest 1073',NULL,NULL,'model_digest 1073','analysis_digest 1073',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(4,4,4,'request_key 1085','content_digest 1085','identity_digest 1085',NULL,NULL,'model_digest 1085','analysis_digest 1085',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(5,5,5,'request_key 1097','content_digest 1097','identity_digest 1097',NULL,NULL,'model_digest 1097','analysis_digest 1097',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(6,6,6,'request_key 1109','content_digest 1109','identity_digest 1109',NULL,NULL,'model_digest 1109','analysis_digest 1109',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(7,7,7,'request_key 1121','content_digest 1121','identity_digest 1121',NULL,NULL,'model_digest 1121','analysis_digest 1121',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(8,8,8,'request_key 1133','content_digest 1133','identity_digest 1133',NULL,NULL,'model_digest 1133','analysis_digest 1133',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(9,9,9,'request_key 1145','content_digest 1145','identity_digest 1145',NULL,NULL,'model_digest 1145','analysis_digest 1145',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(10,10,10,'request_key 1157','content_digest 1157','identity_digest 1157',NULL,NULL,'model_digest 1157','analysis_digest 1157',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(11,11,11,'request_key 1169','content_digest 1169','identity_digest 1169',NULL,NULL,'model_digest 1169','analysis_digest 1169',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(12,12,12,'request_key 1181','content_digest 1181','identity_digest 1181',NULL,NULL,'model_digest 1181','analysis_digest 1181',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(13,13,13,'request_key 1193','content_digest 1193','identity_digest 1193',NULL,NULL,'model_digest 1193','analysis_digest 1193',NULL,0,'queued',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(14,14,14,'request_key 1198','content_digest 1198','identity_digest 1198',NULL,NULL,'model_digest 1198','analysis_digest 1198',NULL,0,'running',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(15,15,15,'request_key 1203','content_digest 1203','identity_digest 1203',NULL,NULL,'model_digest 1203','analysis_digest 1203',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,1,NULL,NULL);
INSERT INTO "analysis" VALUES(16,16,16,'request_key 1215','content_digest 1215','identity_digest 1215',NULL,NULL,'model_digest 1215','analysis_digest 1215',NULL,0,'held',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(17,17,17,'request_key 1227','content_digest 1227','identity_digest 1227',NULL,NULL,'model_digest 1227','analysis_digest 1227',NULL,0,'not_measured',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(18,18,18,'request_key 1232','content_digest 1232','identity_digest 1232',NULL,NULL,'model_digest 1232','analysis_digest 1232',NULL,0,'failed',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(19,19,19,'request_key 1237','content_digest 1237','identity_digest 1237',NULL,NULL,'model_digest 1237','analysis_digest 1237',NULL,0,'dead',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(20,20,20,'request_key 1242','content_digest 1242','identity_digest 1242',NULL,NULL,'model_digest 1242','analysis_digest 1242',NULL,0,'rejected',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(21,21,21,'request_key 1247','content_digest 1247','identity_digest 1247',NULL,NULL,'model_digest 1247','analysis_digest 1247',NULL,0,'expired',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(22,22,22,'request_key 1252','content_digest 1252','identity_digest 1252',NULL,NULL,'model_digest 1252','analysis_digest 1252',NULL,0,'superseded',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
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
INSERT INTO "artifact" VALUES(1,1,'kind 1052','sop_class_uid 1052','sop_instance_uid 1052','series_instance_uid 1052','path 1052','sha256 1052',0);
INSERT INTO "artifact" VALUES(2,2,'kind 1064','sop_class_uid 1064','sop_instance_uid 1064','series_instance_uid 1064','path 1064','sha256 1064',0);
INSERT INTO "artifact" VALUES(3,3,'kind 1076','sop_class_uid 1076','sop_instance_uid 1076','series_instance_uid 1076','path 1076','sha256 1076',0);
INSERT INTO "artifact" VALUES(4,4,'kind 1088','sop_class_uid 1088','sop_instance_uid 1088','series_instance_uid 1088','path 1088','sha256 1088',0);
INSERT INTO "artifact" VALUES(5,5,'kind 1100','sop_class_uid 1100','sop_instance_uid 1100','series_instance_uid 1100','path 1100','sha256 1100',0);
INSERT INTO "artifact" VALUES(6,6,'kind 1112','sop_class_uid 1112','sop_instance_uid 1112','series_instance_uid 1112','path 1112','sha256 1112',0);
INSERT INTO "artifact" VALUES(7,7,'kind 1124','sop_class_uid 1124','sop_instance_uid 1124','series_instance_uid 1124','path 1124','sha256 1124',0);
INSERT INTO "artifact" VALUES(8,8,'kind 1136','sop_class_uid 1136','sop_instance_uid 1136','series_instance_uid 1136','path 1136','sha256 1136',0);
INSERT INTO "artifact" VALUES(9,9,'kind 1148','sop_class_uid 1148','sop_instance_uid 1148','series_instance_uid 1148','path 1148','sha256 1148',0);
INSERT INTO "artifact" VALUES(10,10,'kind 1160','sop_class_uid 1160','sop_instance_uid 1160','series_instance_uid 1160','path 1160','sha256 1160',0);
INSERT INTO "artifact" VALUES(11,11,'kind 1172','sop_class_uid 1172','sop_instance_uid 1172','series_instance_uid 1172','path 1172','sha256 1172',0);
INSERT INTO "artifact" VALUES(12,12,'kind 1184','sop_class_uid 1184','sop_instance_uid 1184','series_instance_uid 1184','path 1184','sha256 1184',0);
INSERT INTO "artifact" VALUES(13,15,'kind 1206','sop_class_uid 1206','sop_instance_uid 1206','series_instance_uid 1206','path 1206','sha256 1206',0);
INSERT INTO "artifact" VALUES(14,16,'kind 1218','sop_class_uid 1218','sop_instance_uid 1218','series_instance_uid 1218','path 1218','sha256 1218',0);
CREATE TABLE delivery (
	id INTEGER NOT NULL, 
	artifact_id INTEGER NOT NULL, 
	destination VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	reason TEXT, 
	attempt INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	CONSTRAINT pk_delivery PRIMARY KEY (id), 
	CONSTRAINT ck_delivery_state CHECK (state IN ('pending', 'sent', 'verified', 'dead', 'cancelled')), 
	CONSTRAINT fk_delivery_artifact_id_artifact FOREIGN KEY(artifact_id) REFERENCES artifact (id), 
	CONSTRAINT uq_delivery_artifact_id UNIQUE (artifact_id, destination)
);
INSERT INTO "delivery" VALUES(1,1,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(2,1,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(3,1,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(4,1,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(5,1,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(6,2,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(7,2,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(8,2,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(9,2,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(10,2,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(11,3,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(12,3,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(13,3,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(14,3,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(15,3,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(16,4,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(17,4,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(18,4,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(19,4,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(20,4,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(21,5,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(22,5,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(23,5,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(24,5,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(25,5,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(26,6,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(27,6,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(28,6,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(29,6,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(30,6,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(31,7,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(32,7,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(33,7,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(34,7,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(35,7,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(36,8,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(37,8,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(38,8,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(39,8,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(40,8,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(41,9,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(42,9,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(43,9,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(44,9,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(45,9,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(46,10,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(47,10,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(48,10,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(49,10,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(50,10,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(51,11,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(52,11,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(53,11,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(54,11,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(55,11,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(56,12,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(57,12,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(58,12,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(59,12,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(60,12,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(61,13,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(62,13,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(63,13,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(64,13,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(65,13,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(66,14,'PACS0','pending',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(67,14,'PACS1','sent',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(68,14,'PACS2','verified',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(69,14,'PACS3','dead',NULL,0,'2026-03-01 12:00:00.000000',NULL);
INSERT INTO "delivery" VALUES(70,14,'PACS4','cancelled',NULL,0,'2026-03-01 12:00:00.000000',NULL);
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
INSERT INTO "event" VALUES(1,'analysis',1,NULL,'done',NULL,'actor 1050','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(2,'analysis',2,NULL,'done',NULL,'actor 1062','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(3,'analysis',3,NULL,'done',NULL,'actor 1074','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(4,'analysis',4,NULL,'done',NULL,'actor 1086','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(5,'analysis',5,NULL,'done',NULL,'actor 1098','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(6,'analysis',6,NULL,'done',NULL,'actor 1110','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(7,'analysis',7,NULL,'done',NULL,'actor 1122','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(8,'analysis',8,NULL,'done',NULL,'actor 1134','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(9,'analysis',9,NULL,'done',NULL,'actor 1146','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(10,'analysis',10,NULL,'done',NULL,'actor 1158','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(11,'analysis',11,NULL,'done',NULL,'actor 1170','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(12,'analysis',12,NULL,'done',NULL,'actor 1182','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(13,'analysis',13,NULL,'queued',NULL,'actor 1194','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(14,'analysis',14,NULL,'running',NULL,'actor 1199','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(15,'analysis',15,NULL,'done',NULL,'actor 1204','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(16,'analysis',16,NULL,'held',NULL,'actor 1216','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(17,'analysis',17,NULL,'not_measured',NULL,'actor 1228','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(18,'analysis',18,NULL,'failed',NULL,'actor 1233','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(19,'analysis',19,NULL,'dead',NULL,'actor 1238','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(20,'analysis',20,NULL,'rejected',NULL,'actor 1243','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(21,'analysis',21,NULL,'expired',NULL,'actor 1248','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(22,'analysis',22,NULL,'superseded',NULL,'actor 1253','2026-03-01 12:00:00.000000');
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
	received_at DATETIME NOT NULL, 
	CONSTRAINT pk_instance PRIMARY KEY (id), 
	CONSTRAINT fk_instance_series_id_series FOREIGN KEY(series_id) REFERENCES series (id), 
	CONSTRAINT uq_instance_path UNIQUE (path), 
	CONSTRAINT uq_instance_sop_instance_uid UNIQUE (sop_instance_uid)
);
INSERT INTO "instance" VALUES(1,1,'sop_instance_uid 1048','sop_class_uid 1048','transfer_syntax_uid 1048','path 1048',0,'identity_digest 1048','pixels_digest 1048',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(2,2,'sop_instance_uid 1060','sop_class_uid 1060','transfer_syntax_uid 1060','path 1060',0,'identity_digest 1060','pixels_digest 1060',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(3,3,'sop_instance_uid 1072','sop_class_uid 1072','transfer_syntax_uid 1072','path 1072',0,'identity_digest 1072','pixels_digest 1072',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(4,4,'sop_instance_uid 1084','sop_class_uid 1084','transfer_syntax_uid 1084','path 1084',0,'identity_digest 1084','pixels_digest 1084',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(5,5,'sop_instance_uid 1096','sop_class_uid 1096','transfer_syntax_uid 1096','path 1096',0,'identity_digest 1096','pixels_digest 1096',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(6,6,'sop_instance_uid 1108','sop_class_uid 1108','transfer_syntax_uid 1108','path 1108',0,'identity_digest 1108','pixels_digest 1108',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(7,7,'sop_instance_uid 1120','sop_class_uid 1120','transfer_syntax_uid 1120','path 1120',0,'identity_digest 1120','pixels_digest 1120',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(8,8,'sop_instance_uid 1132','sop_class_uid 1132','transfer_syntax_uid 1132','path 1132',0,'identity_digest 1132','pixels_digest 1132',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(9,9,'sop_instance_uid 1144','sop_class_uid 1144','transfer_syntax_uid 1144','path 1144',0,'identity_digest 1144','pixels_digest 1144',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(10,10,'sop_instance_uid 1156','sop_class_uid 1156','transfer_syntax_uid 1156','path 1156',0,'identity_digest 1156','pixels_digest 1156',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(11,11,'sop_instance_uid 1168','sop_class_uid 1168','transfer_syntax_uid 1168','path 1168',0,'identity_digest 1168','pixels_digest 1168',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(12,12,'sop_instance_uid 1180','sop_class_uid 1180','transfer_syntax_uid 1180','path 1180',0,'identity_digest 1180','pixels_digest 1180',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(13,13,'sop_instance_uid 1192','sop_class_uid 1192','transfer_syntax_uid 1192','path 1192',0,'identity_digest 1192','pixels_digest 1192',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(14,14,'sop_instance_uid 1197','sop_class_uid 1197','transfer_syntax_uid 1197','path 1197',0,'identity_digest 1197','pixels_digest 1197',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(15,15,'sop_instance_uid 1202','sop_class_uid 1202','transfer_syntax_uid 1202','path 1202',0,'identity_digest 1202','pixels_digest 1202',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(16,16,'sop_instance_uid 1214','sop_class_uid 1214','transfer_syntax_uid 1214','path 1214',0,'identity_digest 1214','pixels_digest 1214',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(17,17,'sop_instance_uid 1226','sop_class_uid 1226','transfer_syntax_uid 1226','path 1226',0,'identity_digest 1226','pixels_digest 1226',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(18,18,'sop_instance_uid 1231','sop_class_uid 1231','transfer_syntax_uid 1231','path 1231',0,'identity_digest 1231','pixels_digest 1231',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(19,19,'sop_instance_uid 1236','sop_class_uid 1236','transfer_syntax_uid 1236','path 1236',0,'identity_digest 1236','pixels_digest 1236',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(20,20,'sop_instance_uid 1241','sop_class_uid 1241','transfer_syntax_uid 1241','path 1241',0,'identity_digest 1241','pixels_digest 1241',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(21,21,'sop_instance_uid 1246','sop_class_uid 1246','transfer_syntax_uid 1246','path 1246',0,'identity_digest 1246','pixels_digest 1246',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(22,22,'sop_instance_uid 1251','sop_class_uid 1251','transfer_syntax_uid 1251','path 1251',0,'identity_digest 1251','pixels_digest 1251',NULL,'2026-03-01 12:00:00.000000');
CREATE TABLE measurement (
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
	CONSTRAINT pk_measurement PRIMARY KEY (analysis_id), 
	CONSTRAINT fk_measurement_analysis_id_analysis FOREIGN KEY(analysis_id) REFERENCES analysis (id)
);
INSERT INTO "measurement" VALUES(1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(10,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(11,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(15,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(16,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE model (
	digest VARCHAR(64) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	version VARCHAR(64) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	released_by VARCHAR(64), 
	released_at DATETIME, 
	released_why TEXT, 
	first_seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_model PRIMARY KEY (digest)
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
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_series PRIMARY KEY (id), 
	CONSTRAINT ck_series_state CHECK (state IN ('receiving', 'closed', 'chosen', 'ignored')), 
	CONSTRAINT fk_series_study_id_study FOREIGN KEY(study_id) REFERENCES study (id), 
	CONSTRAINT uq_series_series_instance_uid UNIQUE (series_instance_uid)
);
INSERT INTO "series" VALUES(1,1,'series_instance_uid 1047','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(2,2,'series_instance_uid 1059','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(3,3,'series_instance_uid 1071','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(4,4,'series_instance_uid 1083','receiving',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(5,5,'series_instance_uid 1095','closed',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(6,6,'series_instance_uid 1107','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(7,7,'series_instance_uid 1119','ignored',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(8,8,'series_instance_uid 1131','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(9,9,'series_instance_uid 1143','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(10,10,'series_instance_uid 1155','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(11,11,'series_instance_uid 1167','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(12,12,'series_instance_uid 1179','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(13,13,'series_instance_uid 1191','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(14,14,'series_instance_uid 1196','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(15,15,'series_instance_uid 1201','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(16,16,'series_instance_uid 1213','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(17,17,'series_instance_uid 1225','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(18,18,'series_instance_uid 1230','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(19,19,'series_instance_uid 1235','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(20,20,'series_instance_uid 1240','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(21,21,'series_instance_uid 1245','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(22,22,'series_instance_uid 1250','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
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
	last_at DATETIME NOT NULL, 
	CONSTRAINT pk_study PRIMARY KEY (id), 
	CONSTRAINT ck_study_state CHECK (state IN ('open', 'settled', 'chosen')), 
	CONSTRAINT uq_study_study_instance_uid UNIQUE (study_instance_uid)
);
INSERT INTO "study" VALUES(1,'study_instance_uid 1046','open',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(2,'study_instance_uid 1058','settled',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(3,'study_instance_uid 1070','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(4,'study_instance_uid 1082','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(5,'study_instance_uid 1094','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(6,'study_instance_uid 1106','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(7,'study_instance_uid 1118','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(8,'study_instance_uid 1130','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(9,'study_instance_uid 1142','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(10,'study_instance_uid 1154','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(11,'study_instance_uid 1166','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(12,'study_instance_uid 1178','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(13,'study_instance_uid 1190','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(14,'study_instance_uid 1195','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(15,'study_instance_uid 1200','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(16,'study_instance_uid 1212','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(17,'study_instance_uid 1224','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(18,'study_instance_uid 1229','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(19,'study_instance_uid 1234','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(20,'study_instance_uid 1239','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(21,'study_instance_uid 1244','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(22,'study_instance_uid 1249','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
CREATE INDEX ix_event_entity ON event (entity, entity_id);
CREATE INDEX ix_study_patient_id ON study (patient_id);
CREATE INDEX ix_study_state ON study (state);
CREATE INDEX ix_series_state ON series (state);
CREATE INDEX ix_series_study_id ON series (study_id);
CREATE INDEX ix_analysis_series_id ON analysis (series_id);
CREATE INDEX ix_analysis_state ON analysis (state);
CREATE INDEX ix_analysis_study_id ON analysis (study_id);
CREATE UNIQUE INDEX uq_analysis_current_per_study ON analysis (study_id) WHERE is_current;
CREATE INDEX ix_instance_series_id ON instance (series_id);
CREATE INDEX ix_artifact_analysis_id ON artifact (analysis_id);
CREATE INDEX ix_measurement_model_digest ON measurement (model_digest);
CREATE INDEX ix_measurement_study_date ON measurement (study_date);
CREATE INDEX ix_delivery_artifact_id ON delivery (artifact_id);
CREATE INDEX ix_delivery_state ON delivery (state);
COMMIT;
