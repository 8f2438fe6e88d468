dropdb orders
echo done
