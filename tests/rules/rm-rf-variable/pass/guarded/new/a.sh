x
rm -rf -- "${DIR:?}/"*
