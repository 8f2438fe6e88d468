"""Catalogue 5.1: destruction and rebuild."""

import re
from collections.abc import Iterator

from benchmarks.changes import Sides
from benchmarks.seeding.edits import Block, documents, hcl_blocks, insert, replace, rows_of, yaml_keys
from benchmarks.seeding.model import C, Case, Draw, H, Host, M, Material, Twin, edited, operator
from benchmarks.seeding.operators.common import (
    PY,
    SH,
    TF,
    WORKFLOW,
    YAML,
    Variant,
    into_python,
    into_shell,
    into_steps,
)

STATEFUL = re.compile(
    r"^(aws_(db_instance|rds_cluster|dynamodb_table|s3_bucket|ebs_volume|efs_file_system|kms_key|route53_zone"
    r"|secretsmanager_secret|elasticache_(cluster|replication_group)|opensearch_domain|elasticsearch_domain|eks_cluster"
    r"|cognito_user_pool|redshift_cluster|docdb_cluster)"
    r"|google_(sql_database_instance|storage_bucket|bigquery_dataset|container_cluster|kms_crypto_key|dns_managed_zone)"
    r"|azurerm_(storage_account|postgresql_flexible_server|key_vault|dns_zone|kubernetes_cluster|mssql_database"
    r"|redis_cache|cosmosdb_account))$"
)
_STATEFUL_NEEDS = r'^resource\s+"(aws_(db_|rds|dynamo|s3_bucket"|ebs_v|efs_file|kms_key"|route53_z|secretsmanager_secret"|elasticache|opensearch|eks_cl|cognito_user_pool")|google_(sql|storage_bucket"|big|container_c|kms|dns)|azurerm_(storage_a|post|key_vault"|dns_z|kube|mssql|redis|cosmos))'


def _stateful(material: Material, draw: Draw) -> Iterator[Block]:
    blocks = [block for block in hcl_blocks(material.text) if STATEFUL.match(block.kind)]
    yield from draw.rng.sample(blocks, min(1, len(blocks)))


def _step(name: str, *commands: str) -> list[str]:
    return [f"- name: {name}", "  run: |", *(f"    {command}" for command in commands)]


_IN_STEPS: list[Variant] = [
    ("run block", _step("Reset environment", "cd infra", "terraform destroy -auto-approve")),
    ("one line", ["- run: kubectl delete pvc --all -n production"]),
    ("flags before the verb", _step("Cleanup", "kubectl -n checkout --context prod delete statefulset postgres")),
    ("continued line", _step("Drop database", "aws rds delete-db-instance \\", "  --db-instance-identifier orders \\", "  --skip-final-snapshot")),
    ("quoted scalar", ['- name: "remove release"', '  run: "helm uninstall payments --namespace prod"']),
    ("chained", _step("Rebuild", "cd deploy && terragrunt run-all destroy --terragrunt-non-interactive")),
    ("bucket", _step("Purge", "aws s3 rm s3://customer-uploads/ --recursive")),
    ("stack", _step("Stack", "aws --region eu-west-1 cloudformation delete-stack --stack-name core-network")),
    ("pulumi", _step("Down", "pulumi destroy --yes --stack prod")),
    ("folded scalar", ["- name: Remove", "  run: >-", "    az group delete", "    --name rg-prod", "    --yes"]),
]  # fmt: skip


@operator("destroy-command/workflow", "d-01 d-02 d-03", C, files=WORKFLOW, standing=True)
def destroy_in_workflow(material: Material, draw: Draw) -> Iterator[Case]:
    """A step that destroys."""
    safe = {
        "words only": ["- name: terraform destroy is not run here", "  run: echo 'ask before kubectl delete pvc'"],
        "dry run": _step("Show", "kubectl delete pvc --all -n production --dry-run=server"),
    }
    yield from into_steps(material, draw, _IN_STEPS, safe=safe)


@operator("destroy-command/shell", "d-01 d-02 d-03 d-12", C, files=SH, standing=True)
def destroy_in_shell(material: Material, draw: Draw) -> Iterator[Case]:
    """A command that destroys, at the end of a script."""
    variants: list[Variant] = [
        ("plain", ["", "terraform destroy -auto-approve"]),
        ("heredoc", ["", 'ssh "$BASTION" <<EOF', "  kubectl delete namespace payments", "EOF"]),
        ("variable target", ["", 'kubectl --context "${CTX}" -n "${NS}" delete pvc "${CLAIM}"']),
        ("continued line", ["", "aws rds delete-db-cluster \\", '  --db-cluster-identifier "$CLUSTER" \\', "  --skip-final-snapshot"]),
        ("loop", ["", "for ns in $(kubectl get ns -o name); do", '  kubectl delete "$ns" --wait=false', "done"]),
        ("redis", ["", 'redis-cli -h "$REDIS_HOST" FLUSHALL']),
        ("dropdb", ["", 'dropdb -h "$PGHOST" --if-exists orders']),
        ("function body", ["", "teardown() {", '  helm uninstall "$1" --namespace prod', "}"]),
        ("eb", ["", "eb terminate production --force"]),
        ("gcloud", ["", 'gcloud --project "$P" sql instances delete orders --quiet']),
        ("volumes", ["", "docker volume prune -f"]),
        ("bucket", ["", 'aws s3 rb "s3://${BUCKET}" --force']),
    ]  # fmt: skip
    safe = {
        "words only": ["", 'echo "run terraform destroy by hand"'],
        "read only": ["", "kubectl get pvc --all-namespaces", "terraform plan -destroy -out=tfplan"],
    }
    yield from into_shell(material, draw, variants, safe=safe)


@operator("destroy-command/python-process", "d-01 d-02 d-03", C, files=PY, needs=r"def ", standing=True)
def destroy_in_python(material: Material, draw: Draw) -> Iterator[Case]:
    """A destroying command started from Python."""
    variants: list[Variant] = [
        ("list", ['subprocess.run(["terraform", "destroy", "-auto-approve"], check=True, timeout=600)']),
        ("multi-line list", ["subprocess.check_call(", "    [", '        "kubectl",', '        "delete",', '        "namespace",', "        namespace,", "    ],", "    timeout=60,", ")"]),
        ("os.system", ['os.system(f"kubectl delete pvc {claim} -n {namespace}")']),
        ("shell string", ['subprocess.run("helm uninstall payments --namespace prod", shell=True, check=True, timeout=60)']),
        ("split string", ['subprocess.run("aws s3 rb --force s3://uploads".split(), check=True, timeout=60)']),
    ]  # fmt: skip
    safe = {
        "read only": ['subprocess.run(["terraform", "plan", "-out=tfplan"], check=True, timeout=600)'],
        "words only": ['log.info("nobody runs terraform destroy here")'],
    }
    yield from into_python(material, draw, variants, safe=safe, imports=["import os", "import subprocess"])


@operator("recreate-pair/shell", "d-02 d-01", C, files=SH, standing=True)
def recreate_in_shell(material: Material, draw: Draw) -> Iterator[Case]:
    """Delete, then create, of the same thing."""
    variants: list[Variant] = [
        ("lines", ["", "kubectl delete -f deploy/statefulset.yaml", "kubectl apply -f deploy/statefulset.yaml"]),
        ("chained", ["", "terraform destroy -auto-approve && terraform apply -auto-approve"]),
        ("replace flag", ["", "terraform apply -replace=aws_db_instance.orders -auto-approve"]),
        ("taint", ["", "terraform taint aws_db_instance.orders", "terraform apply tfplan"]),
        ("stack", ["", "aws cloudformation delete-stack --stack-name orders", "aws cloudformation wait stack-delete-complete --stack-name orders", "aws cloudformation create-stack --stack-name orders --template-body file://orders.yaml"]),
        ("database", ["", 'psql -c "DROP DATABASE orders"', 'psql -c "CREATE DATABASE orders"']),
        ("force replace", ["", "kubectl replace --force -f deploy/statefulset.yaml"]),
    ]  # fmt: skip
    safe = {"update in place": ["", "kubectl apply -f deploy/statefulset.yaml", "terraform plan -out=tfplan"]}
    yield from into_shell(material, draw, variants, safe=safe)


@operator("unattended-apply/workflow", "d-03 d-01", M, files=WORKFLOW, standing=True)
def unattended(material: Material, draw: Draw) -> Iterator[Case]:
    """An apply that nobody confirms."""
    variants: list[Variant] = [
        ("run block", _step("Apply", "terraform init", "terraform apply -auto-approve")),
        ("flag in the middle", _step("Apply", "terraform apply -input=false -auto-approve -var-file=prod.tfvars")),
        ("continued line", _step("Apply", "terraform apply \\", "  -lock=true \\", "  -auto-approve")),
        ("terragrunt", _step("Apply", "terragrunt apply --auto-approve --terragrunt-working-dir live/prod")),
        ("pulumi", _step("Up", "pulumi up --yes --stack prod")),
        ("double dash", ["- run: terraform -chdir=infra apply --auto-approve"]),
    ]
    safe = {"saved plan": _step("Apply", "terraform plan -out=tfplan", "terraform apply -auto-approve tfplan")}
    yield from into_steps(material, draw, variants, safe=safe)


@operator("stateful-resource-removed/terraform", "d-04", C, files=TF, needs=_STATEFUL_NEEDS)
def stateful_removed(material: Material, draw: Draw) -> Iterator[Case]:
    """A database, bucket or key leaves the configuration."""
    for block in _stateful(material, draw):
        before, path = material.text, material.path
        after = replace(before, block.first, block.last)
        address = f"{block.kind}.{block.name.split('.', 1)[1]}"
        forgotten = ["removed {", f"  from = {address}", "", "  lifecycle {", "    destroy = false", "  }", "}"]
        folder = path.rpartition("/")[0]
        other = f"{folder}/storage_moved.tf" if folder else "storage_moved.tf"
        moved = Twin("moved", (Sides(path, before, after), Sides(other, None, block.text + "\n")))
        safe = {"forgotten, not destroyed": replace(before, block.first, block.last, forgotten)}
        yield edited(block.kind.split("_")[0], path, before, after, safe=safe, twins=(moved,))


@operator("renamed-without-moved/terraform", "d-05 d-04", C, files=TF, needs=_STATEFUL_NEEDS, reverse=False)
def renamed(material: Material, draw: Draw) -> Iterator[Case]:
    """A stateful resource gets another address, which destroys and creates it."""
    for block in _stateful(material, draw):
        kind, old = block.kind, block.name.split(".", 1)[1]
        new = draw.take([f"{old}_v2", f"main_{old}", "this_one", f"{old}_primary"])
        head = rows_of(material.text, block.first, block.first)[0].replace(f'"{old}"', f'"{new}"')
        after = replace(material.text, block.first, block.first, [head])
        shape = "block only"
        if draw.turn % 2:
            after, shape = re.sub(rf"\b{kind}\.{old}\b", f"{kind}.{new}", after), "references too"
        moved = ["", "moved {", f"  from = {kind}.{old}", f"  to   = {kind}.{new}", "}", ""]
        safe = {"with moved block": after.rstrip("\n") + "\n" + "\n".join(moved)}
        yield edited(shape, material.path, material.text, after, safe=safe)


_FORCES_NEW = {
    "aws_db_instance": ("identifier", "engine", "kms_key_id", "storage_encrypted", "username"),
    "aws_rds_cluster": ("cluster_identifier", "engine", "kms_key_id", "master_username", "database_name"),
    "aws_s3_bucket": ("bucket",),
    "aws_dynamodb_table": ("name", "hash_key"),
    "aws_efs_file_system": ("encrypted", "creation_token", "kms_key_id"),
    "aws_ecr_repository": ("name",),
    "aws_sqs_queue": ("name", "fifo_queue"),
    "aws_cloudwatch_log_group": ("name",),
    "aws_kinesis_stream": ("name",),
    "aws_route53_zone": ("name",),
    "aws_subnet": ("cidr_block", "availability_zone"),
    "aws_vpc": ("cidr_block",),
    "aws_eks_cluster": ("name",),
    "aws_security_group": ("name", "description"),
    "aws_iam_role": ("name",),
    "aws_elasticache_replication_group": ("replication_group_id",),
    "google_storage_bucket": ("name", "location"),
    "google_sql_database_instance": ("name", "region"),
    "google_container_cluster": ("name", "location"),
    "azurerm_storage_account": ("name", "location"),
    "azurerm_resource_group": ("name", "location"),
}
"""Attributes whose change destroys and creates, from the providers' documentation (`Forces new resource`)."""


@operator(
    "forces-replacement/terraform", "d-06 d-05", H, files=TF, needs=r'^resource\s+"(aws|google|azurerm)_', reverse=False
)
def forces_replacement(material: Material, draw: Draw) -> Iterator[Case]:
    """Another value of an attribute that the provider cannot change in place."""
    sites = []
    for block in hcl_blocks(material.text):
        for at, row in enumerate(block.text.split("\n")):
            match = re.match(r"^(  (\w+)\s*=\s*)(.+?)\s*$", row)
            if match and match[2] in _FORCES_NEW.get(block.kind, ()) and not match[3].endswith(("(", "[", "{")):
                sites.append((block, block.first + at, match[1], match[2], match[3]))
    for block, line, head, key, value in draw.rng.sample(sites, min(1, len(sites))):
        other = {"true": "false", "false": "true"}.get(value, "")
        if not other:
            other = value[:-1] + '-v2"' if value.endswith('"') else f'"${{{value}}}-v2"'
        if key == "cidr_block":
            other = '"10.77.0.0/20"'
        after = replace(material.text, line, line, [head + other])
        safe = {}
        if re.fullmatch(r"(var|local)\.\w+", value):
            safe["same value, other spelling"] = replace(material.text, line, line, [f'{head}"${{{value}}}"'])
        yield edited(f"{block.kind}.{key}", material.path, material.text, after, safe=safe)


@operator("replace-trigger/terraform", "d-07", H, files=TF, needs=r'^resource\s+"', standing=True)
def replace_trigger(material: Material, draw: Draw) -> Iterator[Case]:
    """A resource that is replaced with something else, or at every apply."""
    blocks = [
        b for b in hcl_blocks(material.text) if re.match(r"(aws|google|azurerm)_", b.kind) and "lifecycle" not in b.text
    ]
    for block in draw.rng.sample(blocks, min(1, len(blocks))):
        shape, rows = draw.take(
            [
                ("replace_triggered_by", ["  lifecycle {", "    replace_triggered_by = [", "      null_resource.release.id,", "    ]", "  }"]),
                ("one line", ["  lifecycle { replace_triggered_by = [terraform_data.version] }"]),
                ("create_before_destroy off", ["  lifecycle {", "    create_before_destroy = false", "  }"]),
            ]
        )  # fmt: skip
        after = insert(material.text, block.last, ["", *rows])
        kept = insert(material.text, block.last, ["", "  lifecycle {", "    ignore_changes = [tags]", "  }"])
        yield edited(shape, material.path, material.text, after, safe={"other lifecycle": kept})


@operator("replace-trigger/null-resource", "d-07", H, files=TF, needs=r'^resource\s+"', standing=True)
def null_resource(material: Material, draw: Draw) -> Iterator[Case]:
    """A block that runs at every apply."""
    trigger = draw.take(["timestamp()", "uuid()", '"${timestamp()}"'])
    block = ['resource "null_resource" "sync" {', "  triggers = {", f"    always = {trigger}", "  }", "}", ""]
    fixed = [
        'resource "null_resource" "sync" {',
        "  triggers = {",
        '    script = filemd5("${path.module}/sync.sh")',
        "  }",
        "}",
        "",
    ]
    text = material.text
    yield edited(trigger, material.path, text, insert(text, 1, block), safe={"content trigger": insert(text, 1, fixed)})


_GUARDED = {
    "aws_db_instance": "deletion_protection = true",
    "aws_rds_cluster": "deletion_protection = true",
    "aws_dynamodb_table": "deletion_protection_enabled = true",
    "google_sql_database_instance": "deletion_protection = true",
    "azurerm_key_vault": "purge_protection_enabled = true",
}


@operator("destroy-guard-off/terraform", "d-08", C, files=TF, needs=_STATEFUL_NEEDS)
def destroy_guard_off(material: Material, draw: Draw) -> Iterator[Case]:
    """The guard of a stateful resource is taken away or turned over."""
    for block in _stateful(material, draw):
        key = _GUARDED.get(block.kind)
        if "prevent_destroy" in block.text or "deletion_protection" in block.text or "lifecycle" in block.text:
            continue
        life = ["", "  lifecycle {", "    prevent_destroy = true", "  }"]
        on = insert(material.text, block.last, [*([f"  {key}"] if key else []), *life])
        last = block.last + len(life) + bool(key)
        guard = last - 2
        host = Host(first=block.first, last=last)
        spaced = replace(on, guard, guard, ["    prevent_destroy   = true"])
        mixed = replace(on, guard, guard, ["    prevent_destroy = true", "    ignore_changes  = [tags]"])
        shape, after = draw.take(
            [
                ("line removed", replace(on, guard, guard)),
                ("block removed", replace(on, last - 4, last - 1)),
                ("turned over", replace(on, guard, guard, ["    prevent_destroy = false"])),
                ("made variable with false", replace(on, guard, guard, ["    prevent_destroy = false # see OPS-1"])),
                ("commented out", replace(on, guard, guard, ["    # prevent_destroy = true"])),
                ("protection off", on.replace(f"  {key}", f"  {key}".replace("true", "false")) if key else replace(on, guard, guard)),
                ("protection removed", replace(on, last - 5, last - 5) if key else replace(on, last - 4, last - 1)),
            ]
        )  # fmt: skip
        yield edited(
            shape, material.path, on, after, host=host, planted=True, safe={"aligned": spaced, "more lifecycle": mixed}
        )


@operator(
    "destroy-guard-off/cloudformation",
    "d-08 d-10",
    C,
    files=r"\.(ya?ml|template)$",
    needs=r"^\s+DeletionPolicy: *Retain|^Resources:",
)
def deletion_policy(material: Material, draw: Draw) -> Iterator[Case]:
    """A template no longer keeps what it deletes."""
    rows = material.text.split("\n")
    for at, row in enumerate(rows, 1):
        match = re.match(
            r"^(\s+)Type: '?\"?AWS::(RDS::DBInstance|S3::Bucket|DynamoDB::Table|RDS::DBCluster|EFS::FileSystem)'?\"?$",
            row,
        )
        if match is None:
            continue
        near = [i for i in (at - 1, at + 1) if 0 < i <= len(rows) and "DeletionPolicy" in rows[i - 1]]
        text, line = (
            (material.text, near[0])
            if near
            else (insert(material.text, at + 1, [f"{match[1]}DeletionPolicy: Retain"]), at + 1)
        )
        if near and "Retain" not in rows[line - 1]:
            continue
        other = [f"{match[1]}DeletionPolicy: Delete"]
        shape, after = draw.take([("removed", replace(text, line, line)), ("Delete", replace(text, line, line, other))])
        snapshot = replace(
            text, line, line, [f"{match[1]}DeletionPolicy: Retain", f"{match[1]}UpdateReplacePolicy: Retain"]
        )
        yield edited(shape, material.path, text, after, planted=not near, safe={"one guard more": snapshot})
        return


@operator("no-last-copy/terraform", "d-09", C, files=TF, needs=_STATEFUL_NEEDS, standing=True)
def no_last_copy(material: Material, draw: Draw) -> Iterator[Case]:
    """Deleting the resource deletes its last copy as well."""
    rows = {
        "aws_db_instance": ("skip_final_snapshot = true", "skip_final_snapshot = false"),
        "aws_rds_cluster": ("skip_final_snapshot     = true", "skip_final_snapshot     = false"),
        "aws_s3_bucket": ("force_destroy = true", "force_destroy = false"),
        "google_storage_bucket": ("force_destroy = true", "force_destroy = false"),
        "aws_kms_key": ("deletion_window_in_days = 7", "deletion_window_in_days = 30"),
        "aws_secretsmanager_secret": ("recovery_window_in_days = 0", "recovery_window_in_days = 30"),
        "aws_route53_zone": ("force_destroy = true", "force_destroy = false"),
        "aws_docdb_cluster": ("skip_final_snapshot = true", "skip_final_snapshot = false"),
    }
    for block in _stateful(material, draw):
        if block.kind not in rows:
            continue
        bad, good = rows[block.kind]
        key = bad.split()[0]
        line = next(
            (block.first + i for i, row in enumerate(block.text.split("\n")) if re.match(rf"\s+{key}\s*=", row)), 0
        )
        text = material.text
        if line:
            text = replace(text, line, line, [f"  {good}"])
            after, safe = replace(text, line, line, [f"  {bad}"]), replace(text, line, line, [f"  {good} # keep"])
        else:
            after, safe = insert(text, block.last, [f"  {bad}"]), insert(text, block.last, [f"  {good}"])
        yield edited("flipped" if line else "added", material.path, text, after, safe={"safe value": safe})


@operator("backup-off/terraform", "d-10", C, files=TF, needs=_STATEFUL_NEEDS)
def backup_off(material: Material, draw: Draw) -> Iterator[Case]:
    """Backups end, or are kept for a shorter time."""
    plant = {
        "aws_db_instance": (["  backup_retention_period = 30"], [["  backup_retention_period = 0"], ["  backup_retention_period = 1"], []]),
        "aws_rds_cluster": (["  backup_retention_period = 14"], [["  backup_retention_period = 1"], ["  backup_retention_period = 3"]]),
        "aws_dynamodb_table": (["  point_in_time_recovery {", "    enabled = true", "  }"], [["  point_in_time_recovery {", "    enabled = false", "  }"], []]),
        "aws_s3_bucket": (["  versioning {", "    enabled = true", "  }"], [["  versioning {", "    enabled = false", "  }"], []]),
        "google_storage_bucket": (["  versioning {", "    enabled = true", "  }"], [["  versioning {", "    enabled = false", "  }"], []]),
        "azurerm_key_vault": (["  soft_delete_retention_days = 90"], [["  soft_delete_retention_days = 7"]]),
    }  # fmt: skip
    for block in _stateful(material, draw):
        if block.kind not in plant or re.search(r"backup_retention|point_in_time|versioning|soft_delete", block.text):
            continue
        good, bad = plant[block.kind]
        on = insert(material.text, block.last, good)
        worse = draw.take(bad)
        after = insert(material.text, block.last, worse)
        longer = insert(material.text, block.last, [re.sub(r"\d+$", "35", row) for row in good])
        host = Host(first=block.first, last=block.last + len(good))
        shape = f"{block.kind}: " + ("removed" if not worse else "lowered")
        yield edited(shape, material.path, on, after, host=host, planted=True, safe={"longer": longer})


@operator(
    "backup-off/real",
    "d-10",
    C,
    files=TF,
    needs=r'^\s+(status|backup_retention_period|enabled)\s*=\s*("Enabled"|true|\d)',
)
def backup_off_real(material: Material, draw: Draw) -> Iterator[Case]:
    """Versions, recovery points or backups that are really configured end."""
    text = material.text
    sites = []
    for block in hcl_blocks(text):
        inside = ""
        for offset, row in enumerate(block.text.split("\n")):
            line = block.first + offset
            begins = re.match(r"\s+(versioning|versioning_configuration|point_in_time_recovery)\b", row)
            inside = begins[1] if begins else "" if row.strip() == "}" else inside
            match = re.match(r'^(\s+(?:status|enabled)\s*=\s*)("Enabled"|true)\s*$', row)
            if match and inside:
                off = '"Suspended"' if "E" in match[2] else "false"
                sites.append((inside, replace(text, line, line, [match[1] + off])))
            days = re.match(r"^(\s+backup_retention_period\s*=\s*)(\d+)\s*$", row)
            if days and int(days[2]) > 1:
                sites.append(("retention", replace(text, line, line, [days[1] + draw.take(["0", "1"])])))
    for shape, after in draw.rng.sample(sites, min(1, len(sites))):
        yield edited(shape, material.path, text, after)


@operator(
    "backup-off/kubernetes",
    "d-10",
    C,
    files=YAML,
    needs=r"^kind: (StorageClass|PersistentVolume|Schedule|PersistentVolumeClaim)\s*$",
)
def reclaim_policy(material: Material, draw: Draw) -> Iterator[Case]:
    """A volume that outlived its claim no longer does."""
    del draw
    for block in documents(material.text):
        if block.kind not in ("StorageClass", "PersistentVolume", "PersistentVolumeClaim"):
            continue
        text = material.text
        found = yaml_keys(block.text, "reclaimPolicy|persistentVolumeReclaimPolicy")
        if found:
            line = block.first + found[0].first - 1
            row = rows_of(text, line, line)[0]
            kept = re.sub(r":.*", ": Retain", row)
            on = replace(text, line, line, [kept])
            yield edited(
                "policy",
                material.path,
                on,
                replace(on, line, line, [re.sub(r":.*", ": Delete", row)]),
                planted=on != text,
            )
            return
        klass = ["---", "apiVersion: storage.k8s.io/v1", "kind: StorageClass", "metadata:", "  name: databases", "provisioner: ebs.csi.aws.com", "reclaimPolicy: Retain"]  # fmt: skip
        on = text.rstrip("\n") + "\n" + "\n".join(klass) + "\n"
        yield edited(
            "class", material.path, on, on.replace("reclaimPolicy: Retain", "reclaimPolicy: Delete"), planted=True
        )
        return


@operator("rm-rf-variable/shell", "d-11", H, files=SH, standing=True)
def rm_rf_variable(material: Material, draw: Draw) -> Iterator[Case]:
    """A recursive removal whose root may be empty."""
    variants: list[Variant] = [
        ("quoted", ["", 'rm -rf "$DATA_DIR/"*']),
        ("unquoted", ["", "rm -rf $ROOT/var/lib/data"]),
        ("braces", ["", 'rm -rf "${STEAMROOT}/"']),
        ("flags apart", ["", 'rm -r -f "$TARGET"/current']),
        ("long flags", ["", 'rm --recursive --force "${APP_HOME}/releases"']),
        ("sudo and order", ["", 'sudo rm -fr "${PGDATA}"/*']),
        ("home", ["", "rm -rf ~/"]),
        ("in a condition", ["", 'if [ -n "$CLEAN" ]; then rm -rf "$STATE_DIR/cache"; fi']),
    ]
    safe = {
        "checked variable": ["", 'rm -rf "${DATA_DIR:?}/"*'],
        "temporary folder": ["", 'WORK="$(mktemp -d)"', "trap 'rm -rf \"$WORK\"' EXIT"],
        "package cache": ["", "rm -rf /var/lib/apt/lists/*"],
    }
    yield from into_shell(material, draw, variants, safe=safe)


@operator("rm-rf-variable/python", "d-11", H, files=PY, needs=r"def ", standing=True)
def rmtree(material: Material, draw: Draw) -> Iterator[Case]:
    """A tree removed in silence."""
    variants: list[Variant] = [
        ("keyword", ["shutil.rmtree(target_dir, ignore_errors=True)"]),
        ("positional", ["shutil.rmtree(self.root, True)"]),
        ("multi-line", ["shutil.rmtree(", "    os.path.join(base, name),", "    ignore_errors=True,", ")"]),
    ]
    safe = {"temporary folder": ["with tempfile.TemporaryDirectory() as folder:", "    build(folder)"]}
    yield from into_python(
        material, draw, variants, safe=safe, imports=["import os", "import shutil", "import tempfile"]
    )


@operator("bulk-delete/python", "d-12", H, files=PY, needs=r"def ", standing=True)
def bulk_delete(material: Material, draw: Draw) -> Iterator[Case]:
    """All rows go."""
    variants: list[Variant] = [
        ("Django", ["Order.objects.all().delete()"]),
        ("SQLAlchemy", ["session.query(Invoice).delete()"]),
        ("cursor", ['cursor.execute("DELETE FROM invoices")']),
        ("multi-line SQL", ["connection.execute(", '    text("""', "        DELETE FROM sessions", '    """)', ")"]),
        ("truncate", ['cursor.execute("TRUNCATE TABLE orders CASCADE")']),
        ("update", ["cursor.execute(\"UPDATE accounts SET state = 'closed'\")"]),
        ("Flask model", ["Order.query.delete()"]),
        ("chained over lines", ["(", "    Order.objects", "    .all()", "    .delete()", ")"]),
    ]
    safe = {
        "with a condition": ["Order.objects.filter(customer=customer, draft=True).delete()"],
        "with WHERE": ['cursor.execute("DELETE FROM invoices WHERE id = %s", [invoice_id])'],
    }
    yield from into_python(material, draw, variants, safe=safe)


@operator("bulk-delete/sql", "d-12 m-08 m-01", H, files=r"\.sql$", standing=True)
def bulk_delete_sql(material: Material, draw: Draw) -> Iterator[Case]:
    """A statement without WHERE in a script."""
    shape, rows = draw.take(
        [
            ("delete", ["DELETE FROM accounts;"]),
            ("update", ["UPDATE accounts", "SET plan = 'free',", "    trial = false;"]),
            ("truncate", ["TRUNCATE TABLE audit_events;"]),
            ("quoted", ['DELETE FROM "Team";']),
            ("lower case", ["delete from users;"]),
        ]
    )
    fresh = ["CREATE TABLE scratch_ids (id int);", "INSERT INTO scratch_ids VALUES (1);", "DELETE FROM scratch_ids;"]
    text = material.text if material.text.endswith("\n") else material.text + "\n"
    at = text.count("\n") + 1
    safe = {
        "with WHERE": insert(text, at, ["DELETE FROM accounts WHERE closed_at < '2020-01-01' AND id = 7;"]),
        "own table": insert(text, at, fresh),
        "comment": insert(text, at, [f"-- {row}" for row in rows]),
    }
    yield edited(shape, material.path, text, insert(text, at, rows), safe=safe)


@operator("state-surgery/shell", "d-13", H, files=SH, standing=True, core=False)
def state_surgery(material: Material, draw: Draw) -> Iterator[Case]:
    """The tool's memory of what exists is edited by hand."""
    variants: list[Variant] = [
        ("rm", ["", "terraform state rm aws_db_instance.orders"]),
        ("mv", ["", "terraform -chdir=live/prod state mv module.a module.b"]),
        ("push", ["", "terraform state push -force old.tfstate"]),
        ("unlock", ["", 'terraform force-unlock -force "$LOCK_ID"']),
    ]
    yield from into_shell(material, draw, variants, safe={"read only": ["", "terraform state list"]})


def _lowered(row: str, draw: Draw) -> str | None:
    match = re.match(r"^(\s*[\w-]+\s*[:=]\s*)\"?(\d+)\"?\s*$", row)
    if match is None or int(match[2]) < 2:
        return None
    return match[1] + draw.take(["0", "1" if int(match[2]) > 2 else "0", str(int(match[2]) // 3)])


@operator(
    "capacity-to-zero/kubernetes",
    "d-14",
    H,
    files=YAML,
    needs=r"^\s+(replicas|minReplicas|replicaCount): *[2-9]\d*\s*$|^replicaCount: *[2-9]",
)
def capacity_kubernetes(material: Material, draw: Draw) -> Iterator[Case]:
    """Fewer copies than half."""
    if re.search(r"(dev|stag|test|integration)", material.path):
        return
    for block in yaml_keys(material.text, "replicas|minReplicas|replicaCount"):
        row = rows_of(material.text, block.first, block.first)[0]
        lower = _lowered(row, draw)
        if lower is not None:
            more = replace(material.text, block.first, block.first, [re.sub(r"\d+", lambda m: str(int(m[0]) + 2), row)])
            yield edited(
                block.name,
                material.path,
                material.text,
                replace(material.text, block.first, block.first, [lower]),
                safe={"more": more},
            )
            return


@operator(
    "capacity-to-zero/terraform",
    "d-14",
    H,
    files=TF,
    needs=r"^\s+(min_size|desired_size|desired_count|desired_capacity|min_capacity|node_count|instance_count|count|max_size)\s*=\s*\"?[2-9]\d*",
)
def capacity_terraform(material: Material, draw: Draw) -> Iterator[Case]:
    """Fewer machines than half."""
    for at, row in enumerate(material.text.split("\n"), 1):
        if re.match(
            r"\s+(min_size|desired_size|desired_count|desired_capacity|min_capacity|node_count|instance_count|count)\s*=",
            row,
        ):
            lower = _lowered(row, draw)
            if lower is not None:
                more = replace(material.text, at, at, [re.sub(r"\d+", lambda m: str(int(m[0]) + 2), row)])
                yield edited(
                    row.split()[0],
                    material.path,
                    material.text,
                    replace(material.text, at, at, [lower]),
                    safe={"more": more},
                )
                return
