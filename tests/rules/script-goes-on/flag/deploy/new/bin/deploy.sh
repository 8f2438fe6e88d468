#!/bin/bash
docker push example/api
kubectl rollout restart deploy/api
