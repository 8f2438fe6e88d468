#!/bin/sh
curl -fsS https://example.com/api | jq .version
