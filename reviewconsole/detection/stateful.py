"""Which kinds of resource hold data or identity that a new one does not have."""

from reviewconsole import lazy_re as re

_AWS = (
    r"aws_(db_instance|db_cluster|rds_cluster|rds_cluster_instance|rds_global_cluster|s3_bucket|s3_directory_bucket"
    r"|dynamodb_table|dynamodb_global_table|efs_file_system|fsx_\w+_file_system|ebs_volume|kms_key"
    r"|kms_external_key|kms_replica_key|route53_zone|secretsmanager_secret|ssm_parameter|ecr_repository"
    r"|ecrpublic_repository|elasticache_(cluster|replication_group|serverless_cache|global_replication_group)"
    r"|memorydb_cluster|eks_cluster|ecs_cluster|docdb_cluster|docdb_cluster_instance|docdbelastic_cluster"
    r"|neptune_cluster|neptune_cluster_instance|redshift_cluster|redshiftserverless_namespace|opensearch_domain"
    r"|elasticsearch_domain|cognito_user_pool|cognito_identity_pool|backup_vault|cloudwatch_log_group|kinesis_stream"
    r"|kinesis_firehose_delivery_stream|msk_cluster|msk_serverless_cluster|mq_broker|sqs_queue|sns_topic"
    r"|timestreamwrite_(database|table)|keyspaces_(keyspace|table)|glue_catalog_database|glue_catalog_table"
    r"|athena_database|lightsail_(database|disk|instance)|emr_cluster|qldb_ledger|codecommit_repository|acm_certificate"
    r"|acmpca_certificate_authority|eip|directory_service_directory|transfer_server|workspaces_workspace"
    r"|organizations_account|cloudtrail|storagegateway_gateway|dms_replication_instance|glacier_vault"
    r"|cloudhsm_v2_cluster)"
)
_GOOGLE = (
    r"google_(sql_database|sql_database_instance|sql_user|storage_bucket|bigquery_dataset|bigquery_table"
    r"|spanner_instance|spanner_database|bigtable_instance|bigtable_table|compute_disk|compute_region_disk"
    r"|compute_instance|compute_address|compute_global_address|container_cluster|container_node_pool|kms_key_ring"
    r"|kms_crypto_key|dns_managed_zone|secret_manager_secret|redis_instance|redis_cluster|memcache_instance"
    r"|firestore_database|firestore_index|datastore_index|pubsub_topic|pubsub_subscription|filestore_instance"
    r"|artifact_registry_repository|alloydb_cluster|alloydb_instance|logging_project_bucket_config|dataproc_cluster"
    r"|composer_environment|project|folder|service_account|compute_snapshot|backup_dr_backup_vault"
    r"|dataproc_metastore_service|healthcare_dataset|healthcare_fhir_store|notebooks_instance|looker_instance"
    r"|managed_kafka_cluster|managed_kafka_topic|certificate_manager_certificate|compute_managed_ssl_certificate)"
)
_AZURE = (
    r"azurerm_(\w*sql\w*_(server|database|cluster|instance)|\w*_flexible_server|\w*_flexible_server_database|"
    r"storage_(account|container|share|table|queue)|cosmosdb_\w+|key_vault|key_vault_(key|secret|certificate)"
    r"|managed_disk|kubernetes_cluster|redis_cache|redis_enterprise_\w+|dns_zone|private_dns_zone|resource_group"
    r"|container_registry|eventhub|eventhub_namespace|servicebus_(namespace|queue|topic)|log_analytics_workspace"
    r"|recovery_services_vault|data_protection_backup_vault|netapp_volume|search_service|public_ip)"
)
_OTHERS = (
    r"digitalocean_(database_\w+|volume|spaces_bucket|kubernetes_cluster|domain|reserved_ip)"
    r"|cloudflare_(zone|r2_bucket|d1_database|workers_kv_namespace)|fastly_service_(vcl|v1|compute)"
    r"|hcloud_(volume|server)|linode_(volume|object_storage_bucket|database_\w+)"
    r"|mongodbatlas_(cluster|advanced_cluster|project)|confluent_kafka_(cluster|topic)|kafka_topic"
    r"|snowflake_(database|schema|table)|planetscale_\w+|aiven_\w+|elasticstack_\w+index\w*|ec_deployment"
    r"|kubernetes_(namespace|namespace_v1|persistent_volume\w*|stateful_set\w*|secret|secret_v1)"
    r"|tls_private_key|vault_mount|github_repository|postgresql_(database|schema)|mysql_database|heroku_addon"
    r"|openstack_blockstorage_volume\w*|scaleway_(rdb_instance|object_bucket|block_volume)|oci_database_\w+"
)
_TERRAFORM = re.compile(f"{_AWS}|{_GOOGLE}|{_AZURE}|{_OTHERS}")
_CLOUDFORMATION = re.compile(
    r"AWS::(RDS::(DBInstance|DBCluster|GlobalCluster)|S3::Bucket|DynamoDB::(Table|GlobalTable)|EFS::FileSystem"
    r"|FSx::FileSystem|EC2::(Volume|EIP)|KMS::(Key|ReplicaKey)|Route53::HostedZone|SecretsManager::Secret"
    r"|SSM::Parameter|ECR::Repository|ElastiCache::(CacheCluster|ReplicationGroup|ServerlessCache)"
    r"|MemoryDB::Cluster|EKS::Cluster|ECS::Cluster|DocDB::DBCluster|Neptune::DBCluster|Redshift::Cluster"
    r"|OpenSearchService::Domain|Elasticsearch::Domain|Cognito::(UserPool|IdentityPool)|Backup::BackupVault"
    r"|Logs::LogGroup|Kinesis::Stream|MSK::Cluster|AmazonMQ::Broker|SQS::Queue|SNS::Topic"
    r"|Timestream::(Database|Table)|CertificateManager::Certificate|QLDB::Ledger|CodeCommit::Repository"
    r"|Serverless::SimpleTable|Glue::(Database|Table))"
)
_IDENTITY = re.compile(
    r"aws_(cloudwatch_log_group|ssm_parameter|eip|kinesis_firehose_delivery_stream|sns_topic|sqs_queue|acm_certificate"
    r"|ecs_cluster|dms_replication_instance|transfer_server|storagegateway_gateway|cloudtrail|cognito_identity_pool"
    r"|glue_catalog_table|msk_serverless_cluster|workspaces_workspace|emr_cluster)"
    r"|google_(service_account|compute_instance|compute_address|compute_global_address|container_node_pool|sql_user"
    r"|firestore_index|datastore_index|certificate_manager_certificate|compute_managed_ssl_certificate|dataproc_cluster"
    r"|notebooks_instance|pubsub_subscription|compute_snapshot|memcache_instance)"
    r"|azurerm_(public_ip|log_analytics_workspace|search_service)|fastly_service_\w+|digitalocean_reserved_ip"
    r"|kubernetes_secret(_v1)?|tls_private_key|hcloud_server|vault_mount|elasticstack_\w+"
    r"|AWS::(Logs::LogGroup|SSM::Parameter|EC2::EIP|SNS::Topic|SQS::Queue|CertificateManager::Certificate|ECS::Cluster)"
)
_NO_DATA = re.compile(
    r"alarm|alert|monitor|exporter|dashboard|polic(y|ies)|\brole|\buser|security.?group|parameter|subnet|iam|proxy",
    re.IGNORECASE,
)
_MODULE = re.compile(
    r"(^|[/_.-])(rds|aurora|postgres\w*|mysql|mariadb|database|db|dynamodb|s3|bucket|efs|kms|redis|elasticache|eks|gke"
    r"|sql-db|cloud-storage|documentdb|docdb|opensearch|elasticsearch|redshift|kafka|msk|route53|zones?|dns-zone"
    r"|secrets?-manager|ecr|volume|bigquery|spanner|cognito)([/_.?-]|$)",
    re.IGNORECASE,
)
_SLOW = re.compile(
    r"aws_(lb|alb|elb|instance|eks_node_group|lb_target_group|alb_target_group|vpc|subnet|nat_gateway|security_group"
    r"|autoscaling_group|lambda_function|cloudfront_distribution|api_gateway_rest_api"
    r"|apigatewayv2_api|ecs_service|db_subnet_group|db_parameter_group|elasticache_subnet_group|vpc_endpoint"
    r"|ec2_transit_gateway|vpn_connection|elastic_beanstalk_environment|elastic_beanstalk_application|iam_role"
    r"|iam_user|globalaccelerator_accelerator|route53_record|sfn_state_machine|batch_compute_environment)"
    r"|google_(compute_network|compute_subnetwork|compute_instance_group_manager"
    r"|compute_region_instance_group_manager|compute_forwarding_rule|compute_global_forwarding_rule"
    r"|compute_backend_service|compute_router|compute_router_nat|compute_vpn_gateway|cloud_run_service"
    r"|cloud_run_v2_service|cloudfunctions_function|cloudfunctions2_function|app_engine_application"
    r"|vpc_access_connector|dns_record_set|service_networking_connection|cloud_scheduler_job|cloud_tasks_queue)"
)


def is_stateful(kind: str) -> bool:
    """Tell whether a Terraform or CloudFormation type holds data or identity."""
    return bool(_TERRAFORM.fullmatch(kind) or _CLOUDFORMATION.fullmatch(kind))


def is_stateful_module(source: str) -> bool:
    """Tell by its source address whether a Terraform module is about something stateful."""
    source = re.sub(r"^[\"']?(git::)?(https?|ssh)://[^/]*/", "", source)
    return bool(_MODULE.search(source)) and not _NO_DATA.search(source)


def holds_data(kind: str) -> bool:
    """Tell a stateful type whose content is lost from one that loses its identity: an address, a name, a queue."""
    return is_stateful(kind) and not _IDENTITY.fullmatch(kind)


def is_slow_to_rebuild(kind: str) -> bool:
    """Tell whether a type without data of its own is an outage while it is rebuilt: network, balancer, compute."""
    return bool(_SLOW.fullmatch(kind))
