COMMAND="rm -rf $OLD/cache"
eval $COMMAND
