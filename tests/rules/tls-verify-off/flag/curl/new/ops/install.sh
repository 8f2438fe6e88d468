set -e
curl -fsSk https://example.com/install.tar.gz -o install.tar.gz
