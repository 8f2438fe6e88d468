# dropdb orders is never right here
echo done
