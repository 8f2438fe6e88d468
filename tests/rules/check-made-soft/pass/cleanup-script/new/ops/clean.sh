set -e
rm -f cache.db || true
