git commit -m release
git push
