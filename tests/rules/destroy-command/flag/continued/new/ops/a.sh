set -e
kubectl --context prod \
  delete \
  namespace shop
