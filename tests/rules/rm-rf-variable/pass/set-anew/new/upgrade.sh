COMMAND="rm -rf $OLD/cache"
eval $COMMAND
COMMAND="manage.py reindex --lazy"
eval $COMMAND || exit 1
