BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
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
INSERT INTO "analysis" VALUES(1,1,1,'request_key 633','content_digest 633','identity_digest 633',NULL,NULL,'model_digest 633','analysis_digest 633',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(2,2,2,'request_key 645','content_digest 645','identity_digest 645',NULL,NULL,'model_digest 645','analysis_digest 645',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(3,3,3,'request_key 657','content_digest 657','identity_digest 657',NULL,NULL,'model_digest 657','analysis_digest 657',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(4,4,4,'request_key 669','content_digest 669','identity_digest 669',NULL,NULL,'model_digest 669','analysis_digest 669',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(5,5,5,'request_key 681','content_digest 681','identity_digest 681',NULL,NULL,'model_digest 681','analysis_digest 681',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(6,6,6,'request_key 693','content_digest 693','identity_digest 693',NULL,NULL,'model_digest 693','analysis_digest 693',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(7,7,7,'request_key 705','content_digest 705','identity_digest 705',NULL,NULL,'model_digest 705','analysis_digest 705',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(8,8,8,'request_key 717','content_digest 717','identity_digest 717',NULL,NULL,'model_digest 717','analysis_digest 717',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(9,9,9,'request_key 729','content_digest 729','identity_digest 729',NULL,NULL,'model_digest 729','analysis_digest 729',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(10,10,10,'request_key 741','content_digest 741','identity_digest 741',NULL,NULL,'model_digest 741','analysis_digest 741',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(11,11,11,'request_key 753','content_digest 753','identity_digest 753',NULL,NULL,'model_digest 753','analysis_digest 753',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(12,12,12,'request_key 765','content_digest 765','identity_digest 765',NULL,NULL,'model_digest 765','analysis_digest 765',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(13,13,13,'request_key 777','content_digest 777','identity_digest 777',NULL,NULL,'model_digest 777','analysis_digest 777',NULL,0,'queued',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(14,14,14,'request_key 782','content_digest 782','identity_digest 782',NULL,NULL,'model_digest 782','analysis_digest 782',NULL,0,'running',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(15,15,15,'request_key 787','content_digest 787','identity_digest 787',NULL,NULL,'model_digest 787','analysis_digest 787',NULL,0,'done',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,1,NULL,NULL);
INSERT INTO "analysis" VALUES(16,16,16,'request_key 799','content_digest 799','identity_digest 799',NULL,NULL,'model_digest 799','analysis_digest 799',NULL,0,'held',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(17,17,17,'request_key 811','content_digest 811','identity_digest 811',NULL,NULL,'model_digest 811','analysis_digest 811',NULL,0,'not_measured',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(18,18,18,'request_key 816','content_digest 816','identity_digest 816',NULL,NULL,'model_digest 816','analysis_digest 816',NULL,0,'failed',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(19,19,19,'request_key 821','content_digest 821','identity_digest 821',NULL,NULL,'model_digest 821','analysis_digest 821',NULL,0,'dead',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(20,20,20,'request_key 826','content_digest 826','identity_digest 826',NULL,NULL,'model_digest 826','analysis_digest 826',NULL,0,'rejected',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(21,21,21,'request_key 831','content_digest 831','identity_digest 831',NULL,NULL,'model_digest 831','analysis_digest 831',NULL,0,'expired',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
INSERT INTO "analysis" VALUES(22,22,22,'request_key 836','content_digest 836','identity_digest 836',NULL,NULL,'model_digest 836','analysis_digest 836',NULL,0,'superseded',NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000',NULL,0,NULL,NULL);
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
INSERT INTO "artifact" VALUES(1,1,'kind 636','sop_class_uid 636','sop_instance_uid 636','series_instance_uid 636','path 636','sha256 636',0);
INSERT INTO "artifact" VALUES(2,2,'kind 648','sop_class_uid 648','sop_instance_uid 648','series_instance_uid 648','path 648','sha256 648',0);
INSERT INTO "artifact" VALUES(3,3,'kind 660','sop_class_uid 660','sop_instance_uid 660','series_instance_uid 660','path 660','sha256 660',0);
INSERT INTO "artifact" VALUES(4,4,'kind 672','sop_class_uid 672','sop_instance_uid 672','series_instance_uid 672','path 672','sha256 672',0);
INSERT INTO "artifact" VALUES(5,5,'kind 684','sop_class_uid 684','sop_instance_uid 684','series_instance_uid 684','path 684','sha256 684',0);
INSERT INTO "artifact" VALUES(6,6,'kind 696','sop_class_uid 696','sop_instance_uid 696','series_instance_uid 696','path 696','sha256 696',0);
INSERT INTO "artifact" VALUES(7,7,'kind 708','sop_class_uid 708','sop_instance_uid 708','series_instance_uid 708','path 708','sha256 708',0);
INSERT INTO "artifact" VALUES(8,8,'kind 720','sop_class_uid 720','sop_instance_uid 720','series_instance_uid 720','path 720','sha256 720',0);
INSERT INTO "artifact" VALUES(9,9,'kind 732','sop_class_uid 732','sop_instance_uid 732','series_instance_uid 732','path 732','sha256 732',0);
INSERT INTO "artifact" VALUES(10,10,'kind 744','sop_class_uid 744','sop_instance_uid 744','series_instance_uid 744','path 744','sha256 744',0);
INSERT INTO "artifact" VALUES(11,11,'kind 756','sop_class_uid 756','sop_instance_uid 756','series_instance_uid 756','path 756','sha256 756',0);
INSERT INTO "artifact" VALUES(12,12,'kind 768','sop_class_uid 768','sop_instance_uid 768','series_instance_uid 768','path 768','sha256 768',0);
INSERT INTO "artifact" VALUES(13,15,'kind 790','sop_class_uid 790','sop_instance_uid 790','series_instance_uid 790','path 790','sha256 790',0);
INSERT INTO "artifact" VALUES(14,16,'kind 802','sop_class_uid 802','sop_instance_uid 802','series_instance_uid 802','path 802','sha256 802',0);
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
INSERT INTO "event" VALUES(1,'analysis',1,NULL,'done',NULL,'actor 634','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(2,'analysis',2,NULL,'done',NULL,'actor 646','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(3,'analysis',3,NULL,'done',NULL,'actor 658','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(4,'analysis',4,NULL,'done',NULL,'actor 670','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(5,'analysis',5,NULL,'done',NULL,'actor 682','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(6,'analysis',6,NULL,'done',NULL,'actor 694','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(7,'analysis',7,NULL,'done',NULL,'actor 706','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(8,'analysis',8,NULL,'done',NULL,'actor 718','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(9,'analysis',9,NULL,'done',NULL,'actor 730','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(10,'analysis',10,NULL,'done',NULL,'actor 742','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(11,'analysis',11,NULL,'done',NULL,'actor 754','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(12,'analysis',12,NULL,'done',NULL,'actor 766','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(13,'analysis',13,NULL,'queued',NULL,'actor 778','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(14,'analysis',14,NULL,'running',NULL,'actor 783','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(15,'analysis',15,NULL,'done',NULL,'actor 788','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(16,'analysis',16,NULL,'held',NULL,'actor 800','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(17,'analysis',17,NULL,'not_measured',NULL,'actor 812','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(18,'analysis',18,NULL,'failed',NULL,'actor 817','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(19,'analysis',19,NULL,'dead',NULL,'actor 822','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(20,'analysis',20,NULL,'rejected',NULL,'actor 827','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(21,'analysis',21,NULL,'expired',NULL,'actor 832','2026-03-01 12:00:00.000000');
INSERT INTO "event" VALUES(22,'analysis',22,NULL,'superseded',NULL,'actor 837','2026-03-01 12:00:00.000000');
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
INSERT INTO "instance" VALUES(1,1,'sop_instance_uid 632','sop_class_uid 632','transfer_syntax_uid 632','path 632',0,'identity_digest 632','pixels_digest 632',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(2,2,'sop_instance_uid 644','sop_class_uid 644','transfer_syntax_uid 644','path 644',0,'identity_digest 644','pixels_digest 644',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(3,3,'sop_instance_uid 656','sop_class_uid 656','transfer_syntax_uid 656','path 656',0,'identity_digest 656','pixels_digest 656',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(4,4,'sop_instance_uid 668','sop_class_uid 668','transfer_syntax_uid 668','path 668',0,'identity_digest 668','pixels_digest 668',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(5,5,'sop_instance_uid 680','sop_class_uid 680','transfer_syntax_uid 680','path 680',0,'identity_digest 680','pixels_digest 680',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(6,6,'sop_instance_uid 692','sop_class_uid 692','transfer_syntax_uid 692','path 692',0,'identity_digest 692','pixels_digest 692',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(7,7,'sop_instance_uid 704','sop_class_uid 704','transfer_syntax_uid 704','path 704',0,'identity_digest 704','pixels_digest 704',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(8,8,'sop_instance_uid 716','sop_class_uid 716','transfer_syntax_uid 716','path 716',0,'identity_digest 716','pixels_digest 716',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(9,9,'sop_instance_uid 728','sop_class_uid 728','transfer_syntax_uid 728','path 728',0,'identity_digest 728','pixels_digest 728',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(10,10,'sop_instance_uid 740','sop_class_uid 740','transfer_syntax_uid 740','path 740',0,'identity_digest 740','pixels_digest 740',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(11,11,'sop_instance_uid 752','sop_class_uid 752','transfer_syntax_uid 752','path 752',0,'identity_digest 752','pixels_digest 752',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(12,12,'sop_instance_uid 764','sop_class_uid 764','transfer_syntax_uid 764','path 764',0,'identity_digest 764','pixels_digest 764',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(13,13,'sop_instance_uid 776','sop_class_uid 776','transfer_syntax_uid 776','path 776',0,'identity_digest 776','pixels_digest 776',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(14,14,'sop_instance_uid 781','sop_class_uid 781','transfer_syntax_uid 781','path 781',0,'identity_digest 781','pixels_digest 781',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(15,15,'sop_instance_uid 786','sop_class_uid 786','transfer_syntax_uid 786','path 786',0,'identity_digest 786','pixels_digest 786',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(16,16,'sop_instance_uid 798','sop_class_uid 798','transfer_syntax_uid 798','path 798',0,'identity_digest 798','pixels_digest 798',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(17,17,'sop_instance_uid 810','sop_class_uid 810','transfer_syntax_uid 810','path 810',0,'identity_digest 810','pixels_digest 810',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(18,18,'sop_instance_uid 815','sop_class_uid 815','transfer_syntax_uid 815','path 815',0,'identity_digest 815','pixels_digest 815',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(19,19,'sop_instance_uid 820','sop_class_uid 820','transfer_syntax_uid 820','path 820',0,'identity_digest 820','pixels_digest 820',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(20,20,'sop_instance_uid 825','sop_class_uid 825','transfer_syntax_uid 825','path 825',0,'identity_digest 825','pixels_digest 825',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(21,21,'sop_instance_uid 830','sop_class_uid 830','transfer_syntax_uid 830','path 830',0,'identity_digest 830','pixels_digest 830',NULL,'2026-03-01 12:00:00.000000');
INSERT INTO "instance" VALUES(22,22,'sop_instance_uid 835','sop_class_uid 835','transfer_syntax_uid 835','path 835',0,'identity_digest 835','pixels_digest 835',NULL,'2026-03-01 12:00:00.000000');
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
	seconds FLOAT, frame_number INTEGER, fold_area_spread FLOAT, mask_entropy FLOAT, 
	CONSTRAINT pk_measurement PRIMARY KEY (analysis_id), 
	CONSTRAINT fk_measurement_analysis_id_analysis FOREIGN KEY(analysis_id) REFERENCES analysis (id)
);
INSERT INTO "measurement" VALUES(1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(3,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(5,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(6,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(7,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(8,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(9,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(10,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(11,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(15,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "measurement" VALUES(16,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "series" VALUES(1,1,'series_instance_uid 631','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(2,2,'series_instance_uid 643','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(3,3,'series_instance_uid 655','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(4,4,'series_instance_uid 667','receiving',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(5,5,'series_instance_uid 679','closed',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(6,6,'series_instance_uid 691','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(7,7,'series_instance_uid 703','ignored',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(8,8,'series_instance_uid 715','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(9,9,'series_instance_uid 727','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(10,10,'series_instance_uid 739','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(11,11,'series_instance_uid 751','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(12,12,'series_instance_uid 763','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(13,13,'series_instance_uid 775','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(14,14,'series_instance_uid 780','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(15,15,'series_instance_uid 785','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(16,16,'series_instance_uid 797','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(17,17,'series_instance_uid 809','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(18,18,'series_instance_uid 814','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(19,19,'series_instance_uid 819','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(20,20,'series_instance_uid 824','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(21,21,'series_instance_uid 829','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "series" VALUES(22,22,'series_instance_uid 834','chosen',NULL,NULL,NULL,0,0,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
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
INSERT INTO "study" VALUES(1,'study_instance_uid 630','open',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(2,'study_instance_uid 642','settled',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(3,'study_instance_uid 654','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(4,'study_instance_uid 666','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(5,'study_instance_uid 678','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(6,'study_instance_uid 690','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(7,'study_instance_uid 702','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(8,'study_instance_uid 714','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(9,'study_instance_uid 726','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(10,'study_instance_uid 738','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(11,'study_instance_uid 750','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(12,'study_instance_uid 762','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(13,'study_instance_uid 774','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(14,'study_instance_uid 779','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(15,'study_instance_uid 784','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(16,'study_instance_uid 796','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(17,'study_instance_uid 808','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(18,'study_instance_uid 813','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(19,'study_instance_uid 818','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(20,'study_instance_uid 823','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(21,'study_instance_uid 828','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
INSERT INTO "study" VALUES(22,'study_instance_uid 833','chosen',NULL,NULL,NULL,NULL,NULL,'2026-03-01 12:00:00.000000','2026-03-01 12:00:00.000000');
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
