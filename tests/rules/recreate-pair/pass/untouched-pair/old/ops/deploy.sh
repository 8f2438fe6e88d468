kubectl delete job seed
kubectl apply -f seed.yaml
echo a
