x=1
eval "$CMD"
