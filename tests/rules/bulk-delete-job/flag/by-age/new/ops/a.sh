x
find /srv/images -name "*.img" \
  -mtime +30 -delete
