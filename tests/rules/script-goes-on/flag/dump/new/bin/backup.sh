#!/bin/bash
set -e
pg_dump "$DB" | gzip > /backup/db.gz
