BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
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
INSERT INTO "analysis" VALUES(1,1,1,'request_key 425','content_digest 425','identity_digest 425',NULL,NULL,'model_digest 425','analysis_digest 425',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(2,2,2,'request_key 437','content_digest 437','identity_digest 437',NULL,NULL,'model_digest 437','analysis_digest 437',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(3,3,3,'request_key 449','content_digest 449','identity_digest 449',NULL,NULL,'model_digest 449','analysis_digest 449',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(4,4,4,'request_key 461','content_digest 461','identity_digest 461',NULL,NULL,'model_digest 461','analysis_digest 461',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(5,5,5,'request_key 473','content_digest 473','identity_digest 473',NULL,NULL,'model_digest 473','analysis_digest 473',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(6,6,6,'request_key 485','content_digest 485','identity_digest 485',NULL,NULL,'model_digest 485','analysis_digest 485',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(7,7,7,'request_key 497','content_digest 497','identity_digest 497',NULL,NULL,'model_digest 497','analysis_digest 497',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(8,8,8,'request_key 509','content_digest 509','identity_digest 509',NULL,NULL,'model_digest 509','analysis_digest 509',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(9,9,9,'request_key 521','content_digest 521','identity_digest 521',NULL,NULL,'model_digest 521','analysis_digest 521',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(10,10,10,'request_key 533','content_digest 533','identity_digest 533',NULL,NULL,'model_digest 533','analysis_digest 533',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(11,11,11,'request_key 545','content_digest 545','identity_digest 545',NULL,NULL,'model_digest 545','analysis_digest 545',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(12,12,12,'request_key 557','content_digest 557','identity_digest 557',NULL,NULL,'model_digest 557','analysis_digest 557',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(13,13,13,'request_key 569','content_digest 569','identity_digest 569',NULL,NULL,'model_digest 569','analysis_digest 569',NULL,0,'queued',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(14,14,14,'request_key 574','content_digest 574','identity_digest 574',NULL,NULL,'model_digest 574','analysis_digest 574',NULL,0,'running',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(15,15,15,'request_key 579','content_digest 579','identity_digest 579',NULL,NULL,'model_digest 579','analysis_digest 579',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,1,NULL,NULL);
INSERT INTO "analysis" VALUES(16,16,16,'request_key 591','content_digest 591','identity_digest 591',NULL,NULL,'model_digest 591','analysis_digest 591',NULL,0,'held',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(17,17,17,'request_key 603','content_digest 603','identity_digest 603',NULL,NULL,'model_digest 603','analysis_digest 603',NULL,0,'not_measured',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(18,18,18,'request_key 608','content_digest 608','identity_digest 608',NULL,NULL,'model_digest 608','analysis_digest 608',NULL,0,'failed',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(19,19,19,'request_key 613','content_digest 613','identity_digest 613',NULL,NULL,'model_digest 613','analysis_digest 613',NULL,0,'dead',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(20,20,20,'request_key 618','content_digest 618','identity_digest 618',NULL,NULL,'model_digest 618','analysis_digest 618',NULL,0,'rejected',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(21,21,21,'request_key 623','content_digest 623','identity_digest 623',NULL,NULL,'model_digest 623','analysis_digest 623',NULL,0,'expired',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(22,22,22,'request_key 628','content_digest 628','identity_digest 628',NULL,NULL,'model_digest 628','analysis_digest 628',NULL,0,'superseded',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
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
INSERT INTO "artifact" VALUES(1,1,'kind 428','sop_class_uid 428','sop_instance_uid 428','series_instance_uid 428','path 428','sha256 428',0);
INSERT INTO "artifact" VALUES(2,2,'kind 440','sop_class_uid 440','sop_instance_uid 440','series_instance_uid 440','path 440','sha256 440',0);
INSERT INTO "artifact" VALUES(3,3,'kind 452','sop_class_uid 452','sop_instance_uid 452','series_instance_uid 452','path 452','sha256 452',0);
INSERT INTO "artifact" VALUES(4,4,'kind 464','sop_class_uid 464','sop_instance_uid 464','series_instance_uid 464','path 464','sha256 464',0);
INSERT INTO "artifact" VALUES(5,5,'kind 476','sop_class_uid 476','sop_instance_uid 476','series_instance_uid 476','path 476','sha256 476',0);
INSERT INTO "artifact" VALUES(6,6,'kind 488','sop_class_uid 488','sop_instance_uid 488','series_instance_uid 488','path 488','sha256 488',0);
INSERT INTO "artifact" VALUES(7,7,'kind 500','sop_class_uid 500','sop_instance_uid 500','series_instance_uid 500','path 500','sha256 500',0);
INSERT INTO "artifact" VALUES(8,8,'kind 512','sop_class_uid 512','sop_instance_uid 512','series_instance_uid 512','path 512','sha256 512',0);
INSERT INTO "artifact" VALUES(9,9,'kind 524','sop_class_uid 524','sop_instance_uid 524','series_instance_uid 524','path 524','sha256 524',0);
INSERT INTO "artifact" VALUES(10,10,'kind 536','sop_class_uid 536','sop_instance_uid 536','series_instance_uid 536','path 536','sha256 536',0);
INSERT INTO "artifact" VALUES(11,11,'kind 548','sop_class_uid 548','sop_instance_uid 548','series_instance_uid 548','path 548','sha256 548',0);
INSERT INTO "artifact" VALUES(12,12,'kind 560','sop_class_uid 560','sop_instance_uid 560','series_instance_uid 560','path 560','sha256 560',0);
INSERT INTO "artifact" VALUES(13,15,'kind 582','sop_class_uid 582','sop_instance_uid 582','series_instance_uid 582','path 582','sha256 582',0);
INSERT INTO "artifact" VALUES(14,16,'kind 594','sop_class_uid 594','sop_instance_uid 594','series_instance_uid 594','path 594','sha256 594',0);
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
INSERT INTO "event" VALUES(1,'analysis',1,NULL,'done',NULL,'actor 426','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(2,'analysis',2,NULL,'done',NULL,'actor 438','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(3,'analysis',3,NULL,'done',NULL,'actor 450','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(4,'analysis',4,NULL,'done',NULL,'actor 462','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(5,'analysis',5,NULL,'done',NULL,'actor 474','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(6,'analysis',6,NULL,'done',NULL,'actor 486','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(7,'analysis',7,NULL,'done',NULL,'actor 498','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(8,'analysis',8,NULL,'done',NULL,'actor 510','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(9,'analysis',9,NULL,'done',NULL,'actor 522','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(10,'analysis',10,NULL,'done',NULL,'actor 534','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(11,'analysis',11,NULL,'done',NULL,'actor 546','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(12,'analysis',12,NULL,'done',NULL,'actor 558','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(13,'analysis',13,NULL,'queued',NULL,'actor 570','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(14,'analysis',14,NULL,'running',NULL,'actor 575','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(15,'analysis',15,NULL,'done',NULL,'actor 580','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(16,'analysis',16,NULL,'held',NULL,'actor 592','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(17,'analysis',17,NULL,'not_measured',NULL,'actor 604','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(18,'analysis',18,NULL,'failed',NULL,'actor 609','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(19,'analysis',19,NULL,'dead',NULL,'actor 614','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(20,'analysis',20,NULL,'rejected',NULL,'actor 619','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(21,'analysis',21,NULL,'expired',NULL,'actor 624','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(22,'analysis',22,NULL,'superseded',NULL,'actor 629','2026-03-01 12:00:00.000000');
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
INSERT INTO "instance" VALUES(1,1,'sop_instance_uid 424','sop_class_uid 424','transfer_syntax_uid 424','path 424',0,'identity_digest 424','pixels_digest 424',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(2,2,'sop_instance_uid 436','sop_class_uid 436','transfer_syntax_uid 436','path 436',0,'identity_digest 436','pixels_digest 436',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(3,3,'sop_instance_uid 448','sop_class_uid 448','transfer_syntax_uid 448','path 448',0,'identity_digest 448','pixels_digest 448',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(4,4,'sop_instance_uid 460','sop_class_uid 460','transfer_syntax_uid 460','path 460',0,'identity_digest 460','pixels_digest 460',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(5,5,'sop_instance_uid 472','sop_class_uid 472','transfer_syntax_uid 472','path 472',0,'identity_digest 472','pixels_digest 472',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(6,6,'sop_instance_uid 484','sop_class_uid 484','transfer_syntax_uid 484','path 484',0,'identity_digest 484','pixels_digest 484',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(7,7,'sop_instance_uid 496','sop_class_uid 496','transfer_syntax_uid 496','path 496',0,'identity_digest 496','pixels_digest 496',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(8,8,'sop_instance_uid 508','sop_class_uid 508','transfer_syntax_uid 508','path 508',0,'identity_digest 508','pixels_digest 508',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(9,9,'sop_instance_uid 520','sop_class_uid 520','transfer_syntax_uid 520','path 520',0,'identity_digest 520','pixels_digest 520',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(10,10,'sop_instance_uid 532','sop_class_uid 532','transfer_syntax_uid 532','path 532',0,'identity_digest 532','pixels_digest 532',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(11,11,'sop_instance_uid 544','sop_class_uid 544','transfer_syntax_uid 544','path 544',0,'identity_digest 544','pixels_digest 544',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(12,12,'sop_instance_uid 556','sop_class_uid 556','transfer_syntax_uid 556','path 556',0,'identity_digest 556','pixels_digest 556',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(13,13,'sop_instance_uid 568','sop_class_uid 568','transfer_syntax_uid 568','path 568',0,'identity_digest 568','pixels_digest 568',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(14,14,'sop_instance_uid 573','sop_class_uid 573','transfer_syntax_uid 573','path 573',0,'identity_digest 573','pixels_digest 573',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(15,15,'sop_instance_uid 578','sop_class_uid 578','transfer_syntax_uid 578','path 578',0,'identity_digest 578','pixels_digest 578',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(16,16,'sop_instance_uid 590','sop_class_uid 590','transfer_syntax_uid 590','path 590',0,'identity_digest 590','pixels_digest 590',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(17,17,'sop_instance_uid 602','sop_class_uid 602','transfer_syntax_uid 602','path 602',0,'identity_digest 602','pixels_digest 602',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(18,18,'sop_instance_uid 607','sop_class_uid 607','transfer_syntax_uid 607','path 607',0,'identity_digest 607','pixels_digest 607',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(19,19,'sop_instance_uid 612','sop_class_uid 612','transfer_syntax_uid 612','path 612',0,'identity_digest 612','pixels_digest 612',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(20,20,'sop_instance_uid 617','sop_class_uid 617','transfer_syntax_uid 617','path 617',0,'identity_digest 617','pixels_digest 617',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(21,21,'sop_instance_uid 622','sop_class_uid 622','transfer_syntax_uid 622','path 622',0,'identity_digest 622','pixels_digest 622',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(22,22,'sop_instance_uid 627','sop_class_uid 627','transfer_syntax_uid 627','path 627',0,'identity_digest 627','pixels_digest 627',NULL,'2026-03-01 12:00:00.000000');
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
	contrast_phase VARCHAR(16), 
	CONSTRAINT pk_measurement PRIMARY KEY (analysis_id), 
	CONSTRAINT fk_measurement_analysis_id_analysis FOREIGN KEY(analysis_id) REFERENCES analysis (id)
);
INSERT INTO "measurement" VALUES(1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(10,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(11,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(15,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(16,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "series" VALUES(1,1,'series_instance_uid 423','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(2,2,'series_instance_uid 435','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(3,3,'series_instance_uid 447','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(4,4,'series_instance_uid 459','receiving',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(5,5,'series_instance_uid 471','closed',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(6,6,'series_instance_uid 483','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(7,7,'series_instance_uid 495','ignored',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(8,8,'series_instance_uid 507','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(9,9,'series_instance_uid 519','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(10,10,'series_instance_uid 531','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(11,11,'series_instance_uid 543','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(12,12,'series_instance_uid 555','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(13,13,'series_instance_uid 567','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(14,14,'series_instance_uid 572','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(15,15,'series_instance_uid 577','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(16,16,'series_instance_uid 589','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(17,17,'series_instance_uid 601','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(18,18,'series_instance_uid 606','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(19,19,'series_instance_uid 611','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(20,20,'series_instance_uid 616','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(21,21,'series_instance_uid 621','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(22,22,'series_instance_uid 626','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
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
INSERT INTO "study" VALUES(1,'study_instance_uid 422','open',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(2,'study_instance_uid 434','settled',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(3,'study_instance_uid 446','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(4,'study_instance_uid 458','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(5,'study_instance_uid 470','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(6,'study_instance_uid 482','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(7,'study_instance_uid 494','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(8,'study_instance_uid 506','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(9,'study_instance_uid 518','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(10,'study_instance_uid 530','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(11,'study_instance_uid 542','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(12,'study_instance_uid 554','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(13,'study_instance_uid 566','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(14,'study_instance_uid 571','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(15,'study_instance_uid 576','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(16,'study_instance_uid 588','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(17,'study_instance_uid 600','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(18,'study_instance_uid 605','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(19,'study_instance_uid 610','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(20,'study_instance_uid 615','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(21,'study_instance_uid 620','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(22,'study_instance_uid 625','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
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
CREATE INDEX ix_delivery_artifact_id ON delivery (artifact_id);
CREATE INDEX ix_delivery_state ON delivery (state);
CREATE INDEX ix_measurement_model_digest ON measurement (model_digest);
CREATE INDEX ix_measurement_study_date ON measurement (study_date);
CREATE INDEX ix_measurement_patient_key ON measurement (patient_key);
CREATE INDEX ix_measurement_study_instance_uid ON measurement (study_instance_uid);
CREATE INDEX ix_measurement_cohort ON measurement (patient_sex, patient_age_years, smi_m29_150_cm2_m2, total_area_m29_150_cm2, total_hu_m29_150_mean, is_current, is_latest) WHERE is_current;
CREATE INDEX ix_measurement_latest ON measurement (patient_sex, patient_age_years, smi_m29_150_cm2_m2, total_area_m29_150_cm2, total_hu_m29_150_mean, is_current, is_latest) WHERE is_current AND is_latest;
COMMIT;
