set -e
curl -k https://localhost:8443/healthz
