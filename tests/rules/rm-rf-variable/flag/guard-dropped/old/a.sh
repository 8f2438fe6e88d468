rm -rf -- "${DATA_DIR:?}/cache"
