#!/bin/sh
set -e
terraform -chdir=infra/prod destroy -auto-approve
