x
rm -rf "$STEAMROOT/"*
