#!/bin/bash
set -euo pipefail
docker push example/api
kubectl rollout restart deploy/api
