set -e
aws cloudformation create-stack --stack-name orders
