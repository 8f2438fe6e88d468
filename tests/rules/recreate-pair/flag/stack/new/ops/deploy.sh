set -e
aws cloudformation delete-stack --stack-name orders
aws cloudformation wait stack-delete-complete --stack-name orders
aws cloudformation create-stack --stack-name orders
