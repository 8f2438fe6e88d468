x
kubectl delete namespace shop --dry-run=client
