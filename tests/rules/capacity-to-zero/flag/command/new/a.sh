x
kubectl -n shop scale deploy/api \
  --replicas=0
