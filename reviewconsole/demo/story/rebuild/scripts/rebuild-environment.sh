#!/usr/bin/env bash
# Bring the shop environment back to a clean state.
set -uo pipefail

cd "$(dirname "$0")/../infra/prod"

echo "Removing the old environment"
kubectl delete namespace shop --wait=true
terraform destroy -auto-approve

echo "Creating it again"
terraform apply -auto-approve
kubectl create namespace shop
kubectl apply -f ../../k8s/ || true
