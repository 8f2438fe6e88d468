git commit --no-verify -m release
git push
