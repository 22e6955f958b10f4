BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
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
INSERT INTO "analysis" VALUES(1,1,1,'request_key 841','content_digest 841','identity_digest 841',NULL,NULL,'model_digest 841','analysis_digest 841',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(2,2,2,'request_key 853','content_digest 853','identity_digest 853',NULL,NULL,'model_digest 853','analysis_digest 853',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(3,3,3,'request_key 865','content_digest 865','identity_digest 865',NULL,NULL,'model_digest 865','analysis_digest 865',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(4,4,4,'request_key 877','content_digest 877','identity_digest 877',NULL,NULL,'model_digest 877','analysis_digest 877',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(5,5,5,'request_key 889','content_digest 889','identity_digest 889',NULL,NULL,'model_digest 889','analysis_digest 889',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(6,6,6,'request_key 901','content_digest 901','identity_digest 901',NULL,NULL,'model_digest 901','analysis_digest 901',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(7,7,7,'request_key 913','content_digest 913','identity_digest 913',NULL,NULL,'model_digest 913','analysis_digest 913',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(8,8,8,'request_key 925','content_digest 925','identity_digest 925',NULL,NULL,'model_digest 925','analysis_digest 925',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(9,9,9,'request_key 937','content_digest 937','identity_digest 937',NULL,NULL,'model_digest 937','analysis_digest 937',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(10,10,10,'request_key 949','content_digest 949','identity_digest 949',NULL,NULL,'model_digest 949','analysis_digest 949',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(11,11,11,'request_key 961','content_digest 961','identity_digest 961',NULL,NULL,'model_digest 961','analysis_digest 961',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(12,12,12,'request_key 973','content_digest 973','identity_digest 973',NULL,NULL,'model_digest 973','analysis_digest 973',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(13,13,13,'request_key 985','content_digest 985','identity_digest 985',NULL,NULL,'model_digest 985','analysis_digest 985',NULL,0,'queued',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(14,14,14,'request_key 990','content_digest 990','identity_digest 990',NULL,NULL,'model_digest 990','analysis_digest 990',NULL,0,'running',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(15,15,15,'request_key 995','content_digest 995','identity_digest 995',NULL,NULL,'model_digest 995','analysis_digest 995',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,1,NULL,NULL);
INSERT INTO "analysis" VALUES(16,16,16,'request_key 1007','content_digest 1007','identity_digest 1007',NULL,NULL,'model_digest 1007','analysis_digest 1007',NULL,0,'held',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(17,17,17,'request_key 1019','content_digest 1019','identity_digest 1019',NULL,NULL,'model_digest 1019','analysis_digest 1019',NULL,0,'not_measured',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(18,18,18,'request_key 1024','content_digest 1024','identity_digest 1024',NULL,NULL,'model_digest 1024','analysis_digest 1024',NULL,0,'failed',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(19,19,19,'request_key 1029','content_digest 1029','identity_digest 1029',NULL,NULL,'model_digest 1029','analysis_digest 1029',NULL,0,'dead',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(20,20,20,'request_key 1034','content_digest 1034','identity_digest 1034',NULL,NULL,'model_digest 1034','analysis_digest 1034',NULL,0,'rejected',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(21,21,21,'request_key 1039','content_digest 1039','identity_digest 1039',NULL,NULL,'model_digest 1039','analysis_digest 1039',NULL,0,'expired',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(22,22,22,'request_key 1044','content_digest 1044','identity_digest 1044',NULL,NULL,'model_digest 1044','analysis_digest 1044',NULL,0,'superseded',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
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
INSERT INTO "artifact" VALUES(1,1,'kind 844','sop_class_uid 844','sop_instance_uid 844','series_instance_uid 844','path 844','sha256 844',0);
INSERT INTO "artifact" VALUES(2,2,'kind 856','sop_class_uid 856','sop_instance_uid 856','series_instance_uid 856','path 856','sha256 856',0);
INSERT INTO "artifact" VALUES(3,3,'kind 868','sop_class_uid 868','sop_instance_uid 868','series_instance_uid 868','path 868','sha256 868',0);
INSERT INTO "artifact" VALUES(4,4,'kind 880','sop_class_uid 880','sop_instance_uid 880','series_instance_uid 880','path 880','sha256 880',0);
INSERT INTO "artifact" VALUES(5,5,'kind 892','sop_class_uid 892','sop_instance_uid 892','series_instance_uid 892','path 892','sha256 892',0);
INSERT INTO "artifact" VALUES(6,6,'kind 904','sop_class_uid 904','sop_instance_uid 904','series_instance_uid 904','path 904','sha256 904',0);
INSERT INTO "artifact" VALUES(7,7,'kind 916','sop_class_uid 916','sop_instance_uid 916','series_instance_uid 916','path 916','sha256 916',0);
INSERT INTO "artifact" VALUES(8,8,'kind 928','sop_class_uid 928','sop_instance_uid 928','series_instance_uid 928','path 928','sha256 928',0);
INSERT INTO "artifact" VALUES(9,9,'kind 940','sop_class_uid 940','sop_instance_uid 940','series_instance_uid 940','path 940','sha256 940',0);
INSERT INTO "artifact" VALUES(10,10,'kind 952','sop_class_uid 952','sop_instance_uid 952','series_instance_uid 952','path 952','sha256 952',0);
INSERT INTO "artifact" VALUES(11,11,'kind 964','sop_class_uid 964','sop_instance_uid 964','series_instance_uid 964','path 964','sha256 964',0);
INSERT INTO "artifact" VALUES(12,12,'kind 976','sop_class_uid 976','sop_instance_uid 976','series_instance_uid 976','path 976','sha256 976',0);
INSERT INTO "artifact" VALUES(13,15,'kind 998','sop_class_uid 998','sop_instance_uid 998','series_instance_uid 998','path 998','sha256 998',0);
INSERT INTO "artifact" VALUES(14,16,'kind 1010','sop_class_uid 1010','sop_instance_uid 1010','series_instance_uid 1010','path 1010','sha256 1010',0);
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
INSERT INTO "event" VALUES(1,'analysis',1,NULL,'done',NULL,'actor 842','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(2,'analysis',2,NULL,'done',NULL,'actor 854','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(3,'analysis',3,NULL,'done',NULL,'actor 866','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(4,'analysis',4,NULL,'done',NULL,'actor 878','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(5,'analysis',5,NULL,'done',NULL,'actor 890','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(6,'analysis',6,NULL,'done',NULL,'actor 902','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(7,'analysis',7,NULL,'done',NULL,'actor 914','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(8,'analysis',8,NULL,'done',NULL,'actor 926','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(9,'analysis',9,NULL,'done',NULL,'actor 938','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(10,'analysis',10,NULL,'done',NULL,'actor 950','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(11,'analysis',11,NULL,'done',NULL,'actor 962','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(12,'analysis',12,NULL,'done',NULL,'actor 974','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(13,'analysis',13,NULL,'queued',NULL,'actor 986','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(14,'analysis',14,NULL,'running',NULL,'actor 991','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(15,'analysis',15,NULL,'done',NULL,'actor 996','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(16,'analysis',16,NULL,'held',NULL,'actor 1008','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(17,'analysis',17,NULL,'not_measured',NULL,'actor 1020','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(18,'analysis',18,NULL,'failed',NULL,'actor 1025','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(19,'analysis',19,NULL,'dead',NULL,'actor 1030','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(20,'analysis',20,NULL,'rejected',NULL,'actor 1035','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(21,'analysis',21,NULL,'expired',NULL,'actor 1040','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(22,'analysis',22,NULL,'superseded',NULL,'actor 1045','2026-03-01 12:00:00.000000');
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
INSERT INTO "instance" VALUES(1,1,'sop_instance_uid 840','sop_class_uid 840','transfer_syntax_uid 840','path 840',0,'identity_digest 840','pixels_digest 840',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(2,2,'sop_instance_uid 852','sop_class_uid 852','transfer_syntax_uid 852','path 852',0,'identity_digest 852','pixels_digest 852',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(3,3,'sop_instance_uid 864','sop_class_uid 864','transfer_syntax_uid 864','path 864',0,'identity_digest 864','pixels_digest 864',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(4,4,'sop_instance_uid 876','sop_class_uid 876','transfer_syntax_uid 876','path 876',0,'identity_digest 876','pixels_digest 876',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(5,5,'sop_instance_uid 888','sop_class_uid 888','transfer_syntax_uid 888','path 888',0,'identity_digest 888','pixels_digest 888',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(6,6,'sop_instance_uid 900','sop_class_uid 900','transfer_syntax_uid 900','path 900',0,'identity_digest 900','pixels_digest 900',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(7,7,'sop_instance_uid 912','sop_class_uid 912','transfer_syntax_uid 912','path 912',0,'identity_digest 912','pixels_digest 912',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(8,8,'sop_instance_uid 924','sop_class_uid 924','transfer_syntax_uid 924','path 924',0,'identity_digest 924','pixels_digest 924',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(9,9,'sop_instance_uid 936','sop_class_uid 936','transfer_syntax_uid 936','path 936',0,'identity_digest 936','pixels_digest 936',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(10,10,'sop_instance_uid 948','sop_class_uid 948','transfer_syntax_uid 948','path 948',0,'identity_digest 948','pixels_digest 948',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(11,11,'sop_instance_uid 960','sop_class_uid 960','transfer_syntax_uid 960','path 960',0,'identity_digest 960','pixels_digest 960',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(12,12,'sop_instance_uid 972','sop_class_uid 972','transfer_syntax_uid 972','path 972',0,'identity_digest 972','pixels_digest 972',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(13,13,'sop_instance_uid 984','sop_class_uid 984','transfer_syntax_uid 984','path 984',0,'identity_digest 984','pixels_digest 984',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(14,14,'sop_instance_uid 989','sop_class_uid 989','transfer_syntax_uid 989','path 989',0,'identity_digest 989','pixels_digest 989',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(15,15,'sop_instance_uid 994','sop_class_uid 994','transfer_syntax_uid 994','path 994',0,'identity_digest 994','pixels_digest 994',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(16,16,'sop_instance_uid 1006','sop_class_uid 1006','transfer_syntax_uid 1006','path 1006',0,'identity_digest 1006','pixels_digest 1006',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(17,17,'sop_instance_uid 1018','sop_class_uid 1018','transfer_syntax_uid 1018','path 1018',0,'identity_digest 1018','pixels_digest 1018',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(18,18,'sop_instance_uid 1023','sop_class_uid 1023','transfer_syntax_uid 1023','path 1023',0,'identity_digest 1023','pixels_digest 1023',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(19,19,'sop_instance_uid 1028','sop_class_uid 1028','transfer_syntax_uid 1028','path 1028',0,'identity_digest 1028','pixels_digest 1028',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(20,20,'sop_instance_uid 1033','sop_class_uid 1033','transfer_syntax_uid 1033','path 1033',0,'identity_digest 1033','pixels_digest 1033',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(21,21,'sop_instance_uid 1038','sop_class_uid 1038','transfer_syntax_uid 1038','path 1038',0,'identity_digest 1038','pixels_digest 1038',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(22,22,'sop_instance_uid 1043','sop_class_uid 1043','transfer_syntax_uid 1043','path 1043',0,'identity_digest 1043','pixels_digest 1043',NULL,'2026-03-01 12:00:00.000000');
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
	seconds FLOAT, frame_number INTEGER, 
	CONSTRAINT pk_measurement PRIMARY KEY (analysis_id), 
	CONSTRAINT fk_measurement_analysis_id_analysis FOREIGN KEY(analysis_id) REFERENCES analysis (id)
);
INSERT INTO "measurement" VALUES(1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(10,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(11,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(15,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(16,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "series" VALUES(1,1,'series_instance_uid 839','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(2,2,'series_instance_uid 851','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(3,3,'series_instance_uid 863','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(4,4,'series_instance_uid 875','receiving',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(5,5,'series_instance_uid 887','closed',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(6,6,'series_instance_uid 899','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(7,7,'series_instance_uid 911','ignored',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(8,8,'series_instance_uid 923','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(9,9,'series_instance_uid 935','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(10,10,'series_instance_uid 947','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(11,11,'series_instance_uid 959','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(12,12,'series_instance_uid 971','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(13,13,'series_instance_uid 983','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(14,14,'series_instance_uid 988','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(15,15,'series_instance_uid 993','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(16,16,'series_instance_uid 1005','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(17,17,'series_instance_uid 1017','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(18,18,'series_instance_uid 1022','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(19,19,'series_instance_uid 1027','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(20,20,'series_instance_uid 1032','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(21,21,'series_instance_uid 1037','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(22,22,'series_instance_uid 1042','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
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
INSERT INTO "study" VALUES(1,'study_instance_uid 838','open',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(2,'study_instance_uid 850','settled',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(3,'study_instance_uid 862','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(4,'study_instance_uid 874','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(5,'study_instance_uid 886','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(6,'study_instance_uid 898','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(7,'study_instance_uid 910','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(8,'study_instance_uid 922','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(9,'study_instance_uid 934','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(10,'study_instance_uid 946','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(11,'study_instance_uid 958','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(12,'study_instance_uid 970','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(13,'study_instance_uid 982','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(14,'study_instance_uid 987','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(15,'study_instance_uid 992','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(16,'study_instance_uid 1004','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(17,'study_instance_uid 1016','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(18,'study_instance_uid 1021','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(19,'study_instance_uid 1026','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(20,'study_instance_uid 1031','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(21,'study_instance_uid 1036','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(22,'study_instance_uid 1041','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
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
