#!/bin/bash
docker push example/api || exit 1
kubectl rollout restart deploy/api
